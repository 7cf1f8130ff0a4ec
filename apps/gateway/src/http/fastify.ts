import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';

import { Problem } from '@gatehouse/contract';
import {
  type AdminSession,
  type AdminSessionService,
  type ApiKeyService,
  type Principal,
} from '@gatehouse/core';
import { type Log, RequestContext } from '@gatehouse/platform';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { serveConsole } from '../console/console-folder.js';
import { bearerKey, requireAccess } from './authentication.js';
import { type ConnectionLimits, STALLS_FROM_BYTES } from './connection-limits.js';
import { parseJson, requireJson, requireNothing } from './json-body.js';
import { LoadShedding } from './load-shedding.js';
import { type ProblemFilter } from './problems/problem.filter.js';
import { type RateLimitOptions, RateLimits } from './rate-limits.js';
import { requestIdOf } from './request-id.js';
import { type RouteTable } from './route-table.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { sessionToken } from './session-cookie.js';

const BODY_LIMIT = 256 * 1024;
const WEBHOOK_BODY_LIMIT = 1024 * 1024;
/** Longer than any id or token of ours. */
const MAX_PARAM_LENGTH = 256;

/** Fastify as the gateway runs it. */
export function fastifyAdapter(filter: ProblemFilter, limits: ConnectionLimits): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    maxRequestsPerSocket: limits.maxRequests,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // A HEAD would do what a GET does: count as a person's return, or as a view of an identity.
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      begin(request, reply);
      filter.answer(error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      refuseConnection(error, socket, filter, limits.partingMs);
    },
  });
}

export interface Surroundings {
  readonly log: Log;
  readonly routes: RouteTable;
  readonly rateLimits: RateLimitOptions;
  readonly apiKeys: ApiKeyService;
  readonly adminSessions: AdminSessionService;
  /** Where the built console is. */
  readonly consoleFolder: string;
  /** Requests under way at most. */
  readonly maxConcurrentRequests: number;
  /** By how many milliseconds the process may be late; 0: by any number. */
  readonly maxEventLoopDelayMs: number;
  readonly connectionLimits: ConnectionLimits;
}

/** What happens to every request, in this order: named, admitted, counted, and only then read. */
export async function prepareFastify(app: NestFastifyApplication, surroundings: Surroundings): Promise<void> {
  const instance = app.getHttpAdapter().getInstance();
  await instance.register(rateLimit, { global: false });
  const limits = new RateLimits(instance, surroundings.rateLimits);
  // Read where a cookie can count, and nowhere else.
  await instance.register(cookie, { hook: false });
  await serveConsole(instance, surroundings.consoleFolder);

  const load = await loadShedding(instance, surroundings);

  instance.decorateRequest('principal', null);
  instance.decorateRequest('adminSession', null);
  instance.decorateRequest('bodyBytes', null);
  instance.decorateRequest('problemCode', null);
  instance.decorateRequest('place', null);
  instance.decorateRequest('claim', null);

  instance.addHook('onRoute', (route) => {
    surroundings.routes.add(route.method, route.url);
    if (route.config?.body === 'raw') route.bodyLimit = WEBHOOK_BODY_LIMIT;
  });
  instance.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    RequestContext.run({ requestId: request.id }, done);
  });
  instance.addHook('onRequest', (request, reply) => admit(request, reply, surroundings, { limits, load }));
  instance.addHook('onSend', (request, reply, payload, done) => {
    load.answered(request);
    // Who takes nothing more of an answer does not keep us holding it.
    if (mayStall(payload)) reply.raw.setTimeout(surroundings.connectionLimits.stalledMs);
    done();
  });
  instance.addHook('onResponse', (request, reply, done) => {
    logRequest(surroundings.log, request, reply);
    done();
  });
  parseBodies(instance);
}

function begin(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
}

/** Runs before the body is read: who is not admitted gets no byte of it parsed. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  callers: Pick<Surroundings, 'apiKeys' | 'adminSessions'>,
  { limits, load }: { readonly limits: RateLimits; readonly load: LoadShedding },
): Promise<void> {
  load.admit(request, reply);
  if (request.is404) return;
  const { access } = request.routeOptions.config;
  if (access?.kind === 'public') return;
  // A cookie counts where no key is sent, and opens nothing of tenants.
  const isWithoutKey = request.headers.authorization === undefined && access?.kind === 'admin';
  const token = isWithoutKey ? sessionToken(request) : null;
  const caller =
    token === null ? await byKey(request, callers.apiKeys) : await callers.adminSessions.authenticate(token);
  if (caller === null) {
    await limits.countFailure(request);
    throw new Problem(
      'unauthenticated',
      token === null
        ? 'Send a key in force as Authorization: Bearer.'
        : 'The session has ended. Sign in again.',
    );
  }
  request.principal = caller.principal;
  request.adminSession = caller.session;
  await limits.count(request, reply);
  requireAccess(access, caller.principal);
  if (caller.principal.kind === 'tenant') load.admitTenant(request, caller.principal.tenantId);
}

async function loadShedding(instance: FastifyInstance, surroundings: Surroundings): Promise<LoadShedding> {
  const { log, maxConcurrentRequests: requests, maxEventLoopDelayMs: maxEventLoopDelay } = surroundings;
  // It measures; who is refused is decided with what the request is for.
  await instance.register(underPressure, { maxEventLoopDelay, pressureHandler: () => undefined });
  return new LoadShedding({ requests, isBehind: () => instance.isUnderPressure() }, log);
}

function mayStall(payload: unknown): boolean {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
  return isWhole ? payload.length >= STALLS_FROM_BYTES : payload !== null && payload !== undefined;
}

interface Caller {
  readonly principal: Principal;
  readonly session: AdminSession | null;
}

async function byKey(request: FastifyRequest, apiKeys: ApiKeyService): Promise<Caller | null> {
  const key = bearerKey(request.headers.authorization);
  if (key === null) {
    apiKeys.noteKeyless();
    return null;
  }
  const principal = await apiKeys.authenticate(key);
  return principal === null ? null : { principal, session: null };
}

/** One parser for everything: Fastify's own would accept text, and forms, and say too much when it fails. */
function parseBodies(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.bodyBytes = body;
    try {
      done(null, request.is404 ? undefined : readBody(request, body));
    } catch (error) {
      done(error instanceof Error ? error : new Error('a body could not be parsed', { cause: error }));
    }
  });
}

function readBody(request: FastifyRequest, bytes: Buffer): unknown {
  const { body = 'required' } = request.routeOptions.config;
  if (body === 'raw') return undefined;
  // Some clients name a media type on every request, also where there is nothing to send.
  if (bytes.length === 0 && (body !== 'required' || request.method === 'DELETE')) return undefined;
  requireJson(request.headers['content-type'], request.headers['content-encoding']);
  const value = parseJson(bytes);
  if (body === 'none') requireNothing(value);
  return value;
}

/** One line per request: the route's pattern, never the URL, never a body. */
function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const { principal } = request;
  log.info('request', {
    requestId: request.id,
    method: request.method,
    route: request.is404 ? 'none' : request.routeOptions.url,
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    code: request.problemCode ?? undefined,
    keyId: principal?.keyId,
    tenantId: principal?.kind === 'tenant' ? principal.tenantId : undefined,
  });
}

/** For what is not even HTTP, or never ends: there is no request yet that could be answered. */
function refuseConnection(
  error: Error & { code?: string },
  socket: Socket,
  filter: ProblemFilter,
  partingMs: number,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const answer = filter.prepare(unreadable(error), requestId);
  const fields = {
    ...SECURITY_HEADERS,
    'x-request-id': requestId,
    'content-type': answer.contentType,
    'content-length': answer.body.length,
    connection: 'close',
  };
  const first = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`;
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end(Buffer.concat([Buffer.from([first, ...head, '', ''].join('\r\n')), answer.body]));
  // Who does not hang up in turn would keep the connection, and with it the place of a request that never came whole.
  const parting = setTimeout(() => socket.destroy(), partingMs);
  socket.once('close', () => {
    clearTimeout(parting);
  });
}

function unreadable(error: { readonly code?: string }): Problem {
  return error.code === 'HPE_HEADER_OVERFLOW'
    ? new Problem('headers_too_large', 'The request line and the header fields are too large together.')
    : new Problem('bad_request', 'What was sent is not HTTP, or took too long.');
}
