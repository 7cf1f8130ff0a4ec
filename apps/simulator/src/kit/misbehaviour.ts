import { setTimeout as delay } from 'node:timers/promises';

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
        await reply.code(fault.status).type('application/json').headers(fault.headers).send(fault.body);
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
  if (fault.kind === 'truncate' && (typeof payload === 'string' || Buffer.isBuffer(payload))) {
    return replaced(reply, payload.slice(0, Math.floor(payload.length / 2)));
  }
  if (fault.kind === 'status' && fault.afterEffect) {
    reply.code(fault.status).type('application/json').headers(fault.headers);
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
  if (Buffer.isBuffer(payload)) {
    // Where the image begins matters to nobody here.
    const head = payload.subarray(0, HEAD).toString('latin1');
    return replaced(
      reply,
      Buffer.concat([Buffer.from(extended(head, member), 'latin1'), payload.subarray(HEAD)]),
    );
  }
  return typeof payload === 'string' ? replaced(reply, extended(payload, member)) : payload;
}

const HEAD = 100;

function extended(json: string, member: string): string {
  if (!/^\{\s*"/.test(json)) return json;
  return json.replace(/^\{/, `{${member},`).replace(/"data":\{(?=")/, `"data":{${member},`);
}

/** Waits, but not for somebody who has gone. */
async function waitFor(milliseconds: number, request: FastifyRequest): Promise<void> {
  const { socket } = request.raw;
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort();
  };
  socket.once('close', leave);
  try {
    await delay(milliseconds, undefined, { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    // The connection serves further requests.
    socket.off('close', leave);
  }
}

function replaced<T extends string | Buffer>(reply: FastifyReply, payload: T): T {
  reply.header('content-length', Buffer.byteLength(payload));
  return payload;
}
