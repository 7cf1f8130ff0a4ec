import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ProviderError } from '@gatehouse/contract';
import { z } from 'zod';

import { everythingIn, failureOf } from '../../test/failures.js';
import {
  cutShort,
  deadlineOf,
  echo,
  hang,
  json,
  raw,
  type Reply,
  reset,
  ScriptedVendor,
  stall,
} from '../../test/scripted-vendor.js';
import { VendorHttp } from '../../test/vendor-http.js';
import { type ProviderCall } from './provider-http.js';

let vendor: ScriptedVendor;
let client: VendorHttp;

beforeEach(async () => {
  vendor = await ScriptedVendor.open();
  client = new VendorHttp();
});
afterEach(async () => {
  await client.close();
  await vendor.close();
});

const SECRETS = ['s3cr3t-in-the-body', 's3cr3t-in-the-header', 's3cr3t-in-the-query'] as const;

function call(overrides: Partial<ProviderCall<{ value: number }>> = {}): ProviderCall<{ value: number }> {
  return {
    provider: 'vendor',
    operation: 'ask',
    method: 'POST',
    url: `${vendor.url}/ask?token=${SECRETS[2]}`,
    headers: { 'x-key': SECRETS[1] },
    body: { key: SECRETS[0] },
    schema: z.object({ value: z.number() }),
    faultOf: (status, texts) =>
      texts.includes('Bad key') ? 'credentials' : status === 409 ? 'conflict' : 'invalid_request',
    effectOnLostAnswer: 'unknown',
    repeatable: false,
    ...overrides,
  };
}

const ok = json(200, { value: 7, more: 'keys' });
const harmless = { effectOnLostAnswer: 'none', repeatable: true } as const;

describe('a good answer', () => {
  test('is data of the schema with the vendor’s own time', async () => {
    vendor.will(json(201, { value: 7, extra: true }, { date: 'Tue, 02 Jun 2026 09:15:00 GMT' }));
    expect(await client.http.request(call())).toEqual({
      status: 201,
      data: { value: 7 },
      date: new Date('2026-06-02T09:15:00.000Z'),
    });
  });

  test('has no time when the vendor’s cannot be read', async () => {
    vendor.will(json(200, { value: 7 }, { date: 'teatime' }));
    expect((await client.http.request(call())).date).toBeNull();
  });

  test('came of exactly the bytes that were asked for', async () => {
    vendor.will(ok);
    await client.http.request(call());
    expect(vendor.requests).toHaveLength(1);
    expect(vendor.requests[0]).toMatchObject({
      method: 'POST',
      path: `/ask?token=${SECRETS[2]}`,
      body: `{"key":"${SECRETS[0]}"}`,
      headers: { 'x-key': SECRETS[1], 'content-type': 'application/json', 'accept-encoding': 'identity' },
    });
  });

  test('is null for an empty body', async () => {
    vendor.will(raw(200, ''));
    expect((await client.http.request({ ...call(), schema: z.null() })).data).toBeNull();
  });

  test('may be one of the statuses that mean absence', async () => {
    vendor.will(json(404, { message: 'Row not found' }));
    expect(await client.http.find(call(), [404])).toMatchObject({ status: 404, data: null });
  });

  test('comes over a connection that was used before', async () => {
    const ports = new Set<number | undefined>();
    const noting: Reply = (request, response) => {
      ports.add(response.socket?.remotePort);
      ok(request, response);
    };
    vendor.will(...Array<Reply>(6).fill(noting));
    for (let n = 0; n < 6; n += 1) await client.http.request(call());
    // Two, because the last one may still be on its way back into the pool.
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('a fault', () => {
  test.each<[string, Reply, ProviderError['fault'], ProviderError['effect']]>([
    ['an answer that never comes', hang, 'timeout', 'unknown'],
    ['an answer that never ends', stall, 'timeout', 'unknown'],
    ['a reset after the request', reset, 'unavailable', 'unknown'],
    ['an answer cut short', cutShort, 'unavailable', 'unknown'],
    ['a 500', json(500, {}), 'unavailable', 'unknown'],
    ['a 504 in HTML', raw(504, '<h1>Gateway</h1>'), 'unavailable', 'unknown'],
    ['HTML for JSON', raw(200, '<h1>Sorry</h1>', { 'content-type': 'text/html' }), 'contract', 'unknown'],
    ['truncated JSON', raw(200, '{"value":'), 'contract', 'unknown'],
    ['a wrong type', json(200, { value: '7' }), 'contract', 'unknown'],
    ['a missing member', json(200, {}), 'contract', 'unknown'],
    ['an empty body', raw(200, ''), 'contract', 'unknown'],
    ['a hostile key', raw(200, '{"value":7,"__proto__":{"value":8}}'), 'contract', 'unknown'],
    [
      'a deep body',
      raw(200, `{"value":7,"x":${'['.repeat(9999)}${']'.repeat(9999)}}`),
      'contract',
      'unknown',
    ],
    ['a body too large', raw(200, `{"value":7,"x":"${'x'.repeat(2000)}"}`), 'contract', 'unknown'],
    ['a compressed body', raw(200, 'zzz', { 'content-encoding': 'gzip' }), 'contract', 'unknown'],
    ['a redirect', raw(302, '', { location: 'http://169.254.169.254/' }), 'contract', 'unknown'],
    ['a permanent redirect', raw(308, '', { location: '/elsewhere' }), 'contract', 'unknown'],
    ['a 408', json(408, {}), 'timeout', 'unknown'],
    ['a 429', json(429, {}), 'rate_limited', 'none'],
    ['a 400', json(400, {}), 'invalid_request', 'none'],
    ['a 409', json(409, {}), 'conflict', 'none'],
    ['a 404 nobody asked for', json(404, { message: 'Row not found' }), 'invalid_request', 'none'],
    ['bad credentials in errors[]', json(400, { errors: [{ message: 'Bad key' }] }), 'credentials', 'none'],
    ['bad credentials in message', json(400, { message: 'Bad key' }), 'credentials', 'none'],
    ['a 400 in HTML', raw(400, '<h1>Bad key</h1>'), 'invalid_request', 'none'],
    ['a 400 of odd shape', json(400, { message: 3, errors: 'Bad key' }), 'invalid_request', 'none'],
  ])('%s: %# → %s %s', async (_name, reply, fault, effect) => {
    vendor.will(reply);
    const failure = await failureOf(
      client.http.request(call({ timeoutMs: deadlineOf(reply), maxBytes: 1000 })),
    );
    expect(failure).toMatchObject({ provider: 'vendor', fault, effect });
    expect(vendor.requests).toHaveLength(1);
  });

  test('before anything was sent has no effect', async () => {
    const closed = await ScriptedVendor.open();
    const { url } = closed;
    await closed.close();
    const failure = await failureOf(client.http.request(call({ url })));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
  });

  test('of a name that does not resolve has no effect', async () => {
    const failure = await failureOf(client.http.request(call({ url: 'http://vendor.invalid/' })));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
  });

  test('of the deadline while waiting for a connection has no effect, and the request is never sent', async () => {
    const narrow = new VendorHttp({ connections: 1 });
    vendor.will((_request, response) => {
      releaseFirst = () => response.writeHead(200).end('{"value":1}');
    });
    let releaseFirst: () => unknown = () => undefined;
    const first = narrow.http.request(call());
    const second = await failureOf(narrow.http.request(call({ timeoutMs: 50 })));
    expect(second).toMatchObject({ fault: 'timeout', effect: 'none' });
    releaseFirst();
    await first;
    vendor.will(ok);
    await narrow.http.request(call());
    expect(vendor.requests).toHaveLength(2);
    await narrow.close();
  });

  test.each([
    ['7', 7],
    ['Tue, 02 Jun 2026 09:15:30 GMT', 30],
    ['Tue, 02 Jun 2026 09:00:00 GMT', 0],
    ['999999999', 86_400],
    ['soon', null],
  ])('of too many requests carries Retry-After %s as %s seconds', async (value, seconds) => {
    vendor.will(json(429, {}, { 'retry-after': value, date: 'Tue, 02 Jun 2026 09:15:00 GMT' }));
    expect((await failureOf(client.http.request(call()))).retryAfterSeconds).toBe(seconds);
  });

  test.each<[string, Reply]>([
    ['a 500', echo(500)],
    ['a 400', echo(400)],
    ['a 302', echo(302)],
    ['a body of another shape', echo(200)],
    ['no answer', hang],
    ['a reset', reset],
  ])('holds nothing of what was sent or received: %s', async (_name, reply) => {
    vendor.will(reply);
    const shown = everythingIn(await failureOf(client.http.request(call({ timeoutMs: deadlineOf(reply) }))));
    for (const secret of [...SECRETS, 'x-echo', 'x-key']) expect(shown).not.toContain(secret);
  });
});

describe('a repeatable call', () => {
  test.each<[string, Reply]>([
    ['a 503', json(503, {})],
    ['a reset', reset],
    ['a hang', hang],
  ])('is tried again after %s', async (_name, reply) => {
    vendor.will(reply, ok);
    expect((await client.http.request(call({ ...harmless, timeoutMs: 2000 }))).data).toEqual({ value: 7 });
    expect(client.waits).toEqual([350]);
  });

  test('is tried three times and no more', async () => {
    vendor.will(json(500, {}), json(502, {}), json(503, {}), ok);
    const failure = await failureOf(client.http.request(call(harmless)));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none', httpStatus: 503 });
    expect(client.waits).toEqual([350, 650]);
  });

  test.each<[string, Reply]>([
    ['a 400', json(400, {})],
    ['a 429', json(429, {})],
    ['a broken contract', raw(200, '<html>')],
    ['a redirect', raw(301, '')],
  ])('is not tried again after %s', async (_name, reply) => {
    vendor.will(reply, ok);
    expect((await failureOf(client.http.request(call(harmless)))).effect).toBe('none');
    expect(vendor.requests).toHaveLength(1);
  });

  test('ends with its deadline, retries included', async () => {
    vendor.will(hang, hang, hang);
    const failure = await failureOf(client.http.request(call({ ...harmless, timeoutMs: 300 })));
    expect(failure).toMatchObject({ fault: 'timeout', effect: 'none' });
    expect(vendor.requests).toHaveLength(1);
  });
});
