import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { failureText, property } from './failure.js';
import { type RequestFault } from './faults.js';
import { type Journal, type ReceivedRequest } from './journal.js';
import { type TwinAccount } from './twin.js';

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
  /** The vendor's body for a request that could not even be read, or for an unknown path. */
  readonly refusal: (status: number, message: string) => unknown;
  /** Where requests of unknown accounts are recorded. */
  readonly strangers: Journal;
  readonly now: () => Date;
}

/**
 * Gives a Fastify scope what every vendor API here has: the bytes received are kept, each request is recorded, the `Date`
 * header follows the account's clock, planned faults happen, errors have the vendor's shape.
 */
export function openVendorScope(app: FastifyInstance, scope: VendorScope): void {
  const bodies = new WeakMap<FastifyRequest, string>();
  const entries = new WeakMap<FastifyRequest, ReceivedRequest>();
  const faults = new WeakMap<FastifyRequest, RequestFault>();

  function record(request: FastifyRequest): void {
    if (entries.has(request)) return;
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
  }

  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    bodies.set(request, text);
    try {
      done(null, text === '' ? undefined : JSON.parse(text));
    } catch {
      done(new VendorError(400, scope.refusal(400, 'Request body is not valid JSON')), undefined);
    }
  });

  app.addHook('preHandler', async (request, reply) => {
    record(request);
    const fault = scope.claimedAccount(request)?.faults.takeForRequest(request.url);
    if (fault === undefined) return;
    faults.set(request, fault);
    await misbehaveBefore(fault, request, reply);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    record(request);
    const account = scope.claimedAccount(request);
    if (account !== undefined) reply.header('date', account.clock.now().toUTCString());
    return Promise.resolve(misbehaveAfter(faults.get(request), reply, payload));
  });

  app.addHook('onResponse', async (request, reply) => {
    const entry = entries.get(request);
    if (entry !== undefined) entry.responseStatus = reply.statusCode;
    return Promise.resolve();
  });

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof VendorError) return reply.code(error.status).send(error.body);
    const status = statusOf(error);
    return reply.code(status).send(scope.refusal(status, failureText(error)));
  });

  app.setNotFoundHandler((_request, reply) => reply.code(404).send(scope.refusal(404, 'Not found')));
}

function statusOf(error: unknown): number {
  const status = property(error, 'statusCode');
  return typeof status === 'number' ? status : 500;
}

async function misbehaveBefore(
  fault: RequestFault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  switch (fault.kind) {
    case 'latency': {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(resolve, fault.delayMs, undefined);
      request.raw.socket.once('close', () => {
        clearTimeout(timer);
        resolve(undefined);
      });
      await promise;
      return;
    }
    case 'hang':
      reply.hijack();
      return;
    case 'reset':
      reply.hijack();
      request.raw.socket.resetAndDestroy();
      return;
    case 'html':
      await reply
        .code(200)
        .type('text/html; charset=utf-8')
        .send('<!doctype html><title>Gateway</title><p>Please wait');
      return;
    case 'status':
      if (!fault.afterEffect) {
        await reply.code(fault.status).headers(fault.headers).type('application/json').send(fault.body);
      }
      return;
    case 'truncate':
      return;
  }
}

function misbehaveAfter(fault: RequestFault | undefined, reply: FastifyReply, payload: unknown): unknown {
  if (fault?.kind === 'truncate' && typeof payload === 'string') {
    const cut = payload.slice(0, Math.floor(payload.length / 2));
    reply.header('content-length', Buffer.byteLength(cut));
    return cut;
  }
  if (fault?.kind === 'status' && fault.afterEffect) {
    reply.code(fault.status).headers(fault.headers).type('application/json');
    reply.header('content-length', Buffer.byteLength(fault.body));
    return fault.body;
  }
  return payload;
}
