import { Readable } from 'node:stream';

import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { answerJson, PiecedBody } from './answer-json.js';
import { failureText, property } from './failure.js';
import { type FaultTarget } from './faults.js';
import { type Journal, type ReceivedRequest } from './journal.js';
import {
  fromWeather,
  misbehaveAfter,
  misbehaveBefore,
  type Misbehaviour,
  type Refusals,
  tooMany,
  withExtraMember,
} from './misbehaviour.js';
import { type TwinAccount } from './twin-account.js';

/** An answer other than success, in the vendor's own words. */
export class VendorError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`vendor answer ${status}`);
    this.status = status;
    this.body = body;
  }
}

export interface VendorScope {
  /** Whose request this claims to be, before any credential is checked. */
  readonly claimedAccount: (request: FastifyRequest) => TwinAccount | undefined;
  /** The vendor's body for a request that could not even be read, for an unknown path, or for one too many. */
  readonly refusal: (status: number, message: string, request: FastifyRequest, bytes: string) => unknown;
  /** What the vendor says to wrong credentials. */
  readonly badCredentials: (request: FastifyRequest) => VendorError;
  /** Where requests of unknown accounts are recorded. */
  readonly strangers: Journal;
  readonly now: () => Date;
}

/** What a vendor's routes can ask about a request. */
export interface VendorRequests {
  /** Path and bytes as they came, to find the faults that are planned for them. */
  target(request: FastifyRequest): FaultTarget;
}

/**
 * Gives a Fastify scope what every vendor API here has: the bytes received are kept, each request is recorded, the `Date`
 * header follows the account's clock, limits, planned faults and weather happen, errors have the vendor's shape.
 */
export function openVendorScope(app: FastifyInstance, scope: VendorScope): VendorRequests {
  const bodies = new WeakMap<FastifyRequest, string>();
  const entries = new WeakMap<FastifyRequest, ReceivedRequest>();
  const faults = new WeakMap<FastifyRequest, Misbehaviour>();
  const extraMembers = new WeakMap<FastifyRequest, string>();
  const target = (request: FastifyRequest): FaultTarget => ({
    path: request.url,
    body: bodies.get(request) ?? '',
    happened: (name) => {
      record(request).fault = name;
    },
  });
  const refusals = (request: FastifyRequest): Refusals => ({
    refusal: (status, message) => scope.refusal(status, message, request, target(request).body),
    badCredentials: scope.badCredentials,
  });

  function record(request: FastifyRequest): ReceivedRequest {
    const known = entries.get(request);
    if (known !== undefined) return known;
    const account = scope.claimedAccount(request);
    const journal = account?.journal ?? scope.strangers;
    const entry = journal.recordRequest({
      at: (account?.clock.now() ?? scope.now()).toISOString(),
      method: request.method,
      path: request.url,
      headers: { ...request.headers },
      body: bodies.get(request) ?? '',
    });
    entries.set(request, entry);
    return entry;
  }

  /** A planned fault, or else what the weather brings; every request that is not over the limit counts for the weather. */
  function misfortuneOf(account: TwinAccount, request: FastifyRequest): Misbehaviour | undefined {
    const weather = account.weather.forRequest();
    const planned = account.faults.takeForRequest(target(request));
    if (planned !== undefined) return planned;
    if (weather.extraMember !== null) extraMembers.set(request, weather.extraMember);
    if (weather.misfortune === null)
      return weather.delayMs === 0 ? undefined : { kind: 'latency', delayMs: weather.delayMs };
    record(request).fault = 'weather';
    return fromWeather(weather.misfortune);
  }

  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    bodies.set(request, text);
    try {
      done(null, text === '' ? undefined : JSON.parse(text));
    } catch {
      done(new VendorError(400, refusals(request).refusal(400, 'Request body is not valid JSON')), undefined);
    }
  });

  app.addHook('preHandler', async (request, reply) => {
    record(request);
    const account = scope.claimedAccount(request);
    if (account === undefined) return;
    if (!account.rateLimit.admits(account.switches.rateLimitPerSecond, account.clock.now())) {
      await tooMany(reply, 1, refusals(request));
      return;
    }
    const fault = misfortuneOf(account, request);
    if (fault === undefined) return;
    faults.set(request, fault);
    await misbehaveBefore(fault, request, reply, refusals(request));
  });

  // What is no text yet becomes a body below, which Fastify's types do not say.
  app.setReplySerializer((answer) => answerJson(answer) as string);

  app.addHook('onSend', async (request, reply, payload) => {
    record(request);
    const account = scope.claimedAccount(request);
    if (account !== undefined) reply.header('date', account.clock.now().toUTCString());
    return Promise.resolve(changed(request, reply, payload));
  });

  function changed(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
    const member = extraMembers.get(request);
    const fault = faults.get(request);
    if (payload instanceof PiecedBody && member === undefined && fault === undefined) {
      reply.header('content-length', payload.length);
      return Readable.from(payload.pieces);
    }
    const body = payload instanceof PiecedBody ? payload.whole() : payload;
    const answer = member === undefined ? body : withExtraMember(reply, body, member);
    return fault === undefined ? answer : misbehaveAfter(fault, request, reply, answer);
  }

  app.addHook('onResponse', async (request, reply) => {
    const entry = entries.get(request);
    const arrived = faults.get(request)?.kind !== 'lost-answer';
    if (entry !== undefined && arrived) entry.responseStatus = reply.statusCode;
    return Promise.resolve();
  });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof VendorError) return reply.code(error.status).send(error.body);
    const status = statusOf(error);
    return reply.code(status).send(refusals(request).refusal(status, failureText(error)));
  });

  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(refusals(request).refusal(404, 'Not found')),
  );

  return { target };
}

function statusOf(error: unknown): number {
  const status = property(error, 'statusCode');
  return typeof status === 'number' ? status : 500;
}
