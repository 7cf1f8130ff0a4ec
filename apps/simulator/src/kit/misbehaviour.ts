import { type FastifyReply, type FastifyRequest } from 'fastify';

import { type RequestMisfortune } from './weather.js';
import { type TransportFault } from './faults.js';

/** What goes wrong with one request, planned or by the weather. */
export type Misbehaviour = WithoutScope<TransportFault>;

type WithoutScope<Planned> = Planned extends unknown
  ? Omit<Planned, 'on' | 'name' | 'path' | 'bodyContains' | 'person' | 'times'>
  : never;

/** The vendor's own words for a request it will not serve. */
export interface Refusals {
  readonly refusal: (status: number, message: string) => unknown;
  readonly badCredentials: (request: FastifyRequest) => { readonly status: number; readonly body: unknown };
}

export function fromWeather(misfortune: RequestMisfortune): Misbehaviour {
  switch (misfortune.kind) {
    case 'status':
      return { ...misfortune, body: '{"message":"Bad weather"}', headers: {}, afterEffect: false };
    case 'rate-limit':
      return { ...misfortune, retryAfterSeconds: 1 };
    case 'lost-answer':
    case 'truncate':
      return misfortune;
  }
}

/** Before the twin does anything; a reply that was sent or hijacked ends the request. */
export async function misbehaveBefore(
  fault: Misbehaviour,
  request: FastifyRequest,
  reply: FastifyReply,
  refusals: Refusals,
): Promise<void> {
  switch (fault.kind) {
    case 'latency':
      await waitFor(fault.delayMs, request);
      return;
    case 'hang':
      reply.hijack();
      return;
    case 'reset':
      reply.hijack();
      request.raw.socket.resetAndDestroy();
      return;
    case 'html':
      await reply
        .code(fault.status)
        .type('text/html; charset=utf-8')
        .send('<!doctype html><title>Gateway</title><p>Please wait');
      return;
    case 'status':
      if (!fault.afterEffect) {
        await reply.code(fault.status).headers(fault.headers).type('application/json').send(fault.body);
      }
      return;
    case 'rate-limit':
      await tooMany(reply, fault.retryAfterSeconds, refusals);
      return;
    case 'credentials': {
      const { status, body } = refusals.badCredentials(request);
      await reply.code(status).send(body);
      return;
    }
    case 'truncate':
    case 'lost-answer':
      return;
  }
}

/** After the twin did what was asked: what is sent instead of its answer. */
export function misbehaveAfter(
  fault: Misbehaviour,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): unknown {
  if (fault.kind === 'lost-answer') {
    request.raw.socket.resetAndDestroy();
    return payload;
  }
  if (fault.kind === 'truncate' && typeof payload === 'string') {
    return replaced(reply, payload.slice(0, Math.floor(payload.length / 2)));
  }
  if (fault.kind === 'status' && fault.afterEffect) {
    reply.code(fault.status).headers(fault.headers).type('application/json');
    return replaced(reply, fault.body);
  }
  return payload;
}

export function tooMany(
  reply: FastifyReply,
  retryAfterSeconds: number | null,
  { refusal }: Refusals,
): FastifyReply {
  if (retryAfterSeconds !== null) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(429).send(refusal(429, 'Too many requests'));
}

/** Puts a member nobody documented at the front of a JSON answer, and of its `data`; everything else stays byte for byte. */
export function withExtraMember(reply: FastifyReply, payload: unknown, member: string): unknown {
  if (typeof payload !== 'string' || !/^\{\s*"/.test(payload)) return payload;
  const within = payload.replace(/^\{/, `{${member},`);
  return replaced(reply, within.replace(/"data":\{(?=")/, `"data":{${member},`));
}

/** Waits, but not for somebody who has gone. */
async function waitFor(milliseconds: number, request: FastifyRequest): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  request.raw.socket.once('close', () => {
    clearTimeout(timer);
    resolve(undefined);
  });
  await promise;
}

function replaced(reply: FastifyReply, payload: string): string {
  reply.header('content-length', Buffer.byteLength(payload));
  return payload;
}
