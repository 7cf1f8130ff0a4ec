import { describe, expect, it } from '@jest/globals';

import { type Runtime, send } from './attempts.js';
import { GatehouseProblem, secondsIn } from './problem.js';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const PATIENCE = { retries: 3, timeoutMs: 1000, deadlineMs: 60_000 };

/** A computer whose time passes only in pauses, and a network that answers in order; all that it was asked is kept. */
class Computer implements Runtime {
  readonly pauses: number[] = [];
  readonly sent: { readonly key: string | null; readonly body: string }[] = [];
  #now = NOW;

  constructor(private readonly answers: readonly ((signal: AbortSignal) => Response | Promise<Response>)[]) {}

  async fetch(request: Request): Promise<Response> {
    const answer = this.answers[this.sent.length];
    this.sent.push({ key: request.headers.get('idempotency-key'), body: await request.clone().text() });
    if (answer === undefined) throw new Error('nothing more was expected to be sent');
    return answer(request.signal);
  }
  now(): number {
    return this.#now;
  }
  random(): number {
    return 0;
  }
  newIdempotencyKey(): string {
    return 'never asked for here';
  }
  pause(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.#now += ms;
    return Promise.resolve();
  }
}

function post(): Request {
  return new Request('http://gateway.test/v1/verifications', {
    method: 'POST',
    headers: { 'idempotency-key': 'k-1' },
    body: '{"subject":{}}',
  });
}

function problem(
  status: number,
  code: string,
  headers: Record<string, string> = {},
  more: object = {},
): () => Response {
  const body = JSON.stringify({ status, code, detail: 'So it is.', requestId: 'r-1', ...more });
  return () =>
    new Response(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } });
}

function success(): Response {
  return Response.json({ id: 'ver_1' }, { status: 201 });
}

function silence(signal: AbortSignal): Promise<Response> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}

function lost(): never {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
}

async function failureOf(sending: Promise<Response>): Promise<unknown> {
  return sending.then(
    ({ status }) => `succeeded with ${status}`,
    (error: unknown) => error,
  );
}

describe('a request', () => {
  it('is sent again as it was until it succeeds, after the pauses that were asked for', async () => {
    const at = new Date(NOW + 20_000).toUTCString();
    const computer = new Computer([
      problem(503, 'overloaded', { 'retry-after': '2' }),
      lost,
      problem(429, 'rate_limited', { 'retry-after': at }),
      success,
    ]);
    expect(await (await send(post(), PATIENCE, computer, undefined)).json()).toEqual({ id: 'ver_1' });
    expect(computer.pauses).toEqual([2000, 250, 18_000]);
    expect(computer.sent).toEqual(Array(4).fill({ key: 'k-1', body: '{"subject":{}}' }));
  });

  it.each([
    [
      'named what it began',
      problem(503, 'provider_unavailable', { 'retry-after': '1' }, { verificationId: 'ver_1' }),
    ],
    [
      'was stored',
      problem(503, 'provider_unavailable', { 'retry-after': '1', 'idempotent-replayed': 'true' }),
    ],
  ])('is not sent again where the outcome %s', async (_what, answer) => {
    const computer = new Computer([answer, success]);
    expect(await failureOf(send(post(), PATIENCE, computer, undefined))).toMatchObject({
      code: 'provider_unavailable',
      retryAfter: 1,
      requestId: 'r-1',
    });
    expect(computer.sent).toHaveLength(1);
  });

  it('fails as it failed last when nothing helps', async () => {
    const computer = new Computer([lost, lost, lost, problem(502, 'provider_unavailable')]);
    expect(await failureOf(send(post(), PATIENCE, computer, undefined))).toBeInstanceOf(GatehouseProblem);
    expect(
      await failureOf(send(post(), { ...PATIENCE, retries: 0 }, new Computer([lost]), undefined)),
    ).toMatchObject({
      message: 'No answer from Gatehouse after one attempt: ECONNRESET',
    });
  });

  it('does not wait beyond its deadline', async () => {
    const computer = new Computer([problem(503, 'overloaded', { 'retry-after': '61' }), success]);
    expect(await failureOf(send(post(), PATIENCE, computer, undefined))).toMatchObject({ retryAfter: 61 });
    expect(computer.pauses).toEqual([]);
  });

  it('is given up where an answer takes too long, and sent again', async () => {
    const computer = new Computer([silence, success]);
    expect((await send(post(), { ...PATIENCE, timeoutMs: 5 }, computer, undefined)).status).toBe(201);
    const never = send(post(), { ...PATIENCE, timeoutMs: 5, retries: 0 }, new Computer([silence]), undefined);
    expect(await failureOf(never)).toMatchObject({
      message: 'No answer from Gatehouse after one attempt: it took too long',
    });
  });

  it('ends with the reason of its caller', async () => {
    const stop = new AbortController();
    const sending = send(post(), PATIENCE, new Computer([silence]), stop.signal);
    const reason = new Error('the user went away');
    stop.abort(reason);
    expect(await failureOf(sending)).toBe(reason);
  });
});

it.each([
  ['7', 7],
  ['Sat, 31 Jan 2026 12:00:07 GMT', 7],
  ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['-1', null],
  [null, null],
])('of Retry-After %j it understands %j', (header, seconds) => {
  expect(secondsIn(header, NOW)).toBe(seconds);
});
