import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';

import { type ProviderError } from '@gatehouse/contract';

import { eventually } from '../../../../test/support/eventually.js';
import { everythingIn, failureOf } from '../../test/failures.js';
import { Pouring, repeated } from '../../test/pouring.js';
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
import { type StreamCall } from './provider-http.js';

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
const MEBIBYTE = 1024 * 1024;

function call(overrides: Partial<StreamCall> = {}): StreamCall {
  return {
    provider: 'vendor',
    operation: 'fetch images',
    method: 'POST',
    url: `${vendor.url}/images?token=${SECRETS[2]}`,
    headers: { 'x-key': SECRETS[1] },
    body: { key: SECRETS[0] },
    faultOf: (status, texts) =>
      texts.includes('Bad key') ? 'credentials' : status === 404 ? 'not_found' : 'invalid_request',
    effectOnLostAnswer: 'unknown',
    repeatable: false,
    ...overrides,
  };
}

/** Sends some bytes, then cuts the connection. */
const resetWithin: Reply = (_request, response) => {
  response.writeHead(200);
  response.write('x'.repeat(1000), () => {
    response.socket?.resetAndDestroy();
  });
};

describe('an open answer', () => {
  test('is there before its body has ended, and says what the vendor said of it', async () => {
    let finish: () => unknown = () => undefined;
    vendor.will((_request, response) => {
      response.writeHead(200, {
        'content-type': 'Image/JPEG; q=1',
        'content-length': '10',
        date: 'Tue, 02 Jun 2026 09:15:00 GMT',
      });
      response.write('first');
      finish = () => response.end('final');
    });
    const answer = await client.http.open(call());
    expect(answer).toMatchObject({
      status: 200,
      date: new Date('2026-06-02T09:15:00.000Z'),
      mediaType: 'image/jpeg',
    });
    finish();
    expect((await buffer(answer.body)).toString()).toBe('firstfinal');
  });

  test('knows no type that was not said', async () => {
    vendor.will((_request, response) => {
      response.writeHead(200);
      response.write('chunked');
      response.end();
    });
    const answer = await client.http.open(call());
    expect(answer).toMatchObject({ mediaType: null });
    expect((await buffer(answer.body)).toString()).toBe('chunked');
  });

  test('came of exactly the bytes that were asked for', async () => {
    vendor.will(raw(200, ''));
    const { body } = await client.http.open(call());
    expect(await buffer(body)).toHaveLength(0);
    expect(vendor.requests).toMatchObject([
      {
        method: 'POST',
        path: `/images?token=${SECRETS[2]}`,
        body: `{"key":"${SECRETS[0]}"}`,
        headers: { 'x-key': SECRETS[1], 'content-type': 'application/json', 'accept-encoding': 'identity' },
      },
    ]);
  });

  test('may be null for the statuses that mean absence', async () => {
    vendor.will(json(404, {}), raw(204, ''), raw(200, 'x'));
    expect(await client.http.openIfPresent(call(), [404, 204])).toBeNull();
    expect(await client.http.openIfPresent(call(), [404, 204])).toBeNull();
    const answer = await client.http.openIfPresent(call(), [404, 204]);
    expect(answer?.status).toBe(200);
    answer?.body.destroy();
  });

  test('gives its connection back when it has been read', async () => {
    const ports = new Set<number | undefined>();
    const noting: Reply = (request, response) => {
      ports.add(response.socket?.remotePort);
      raw(200, Buffer.alloc(MEBIBYTE))(request, response);
    };
    vendor.will(...Array<Reply>(6).fill(noting));
    for (let n = 0; n < 6; n += 1) await buffer((await client.http.open(call())).body);
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  test('holds the vendor back while nobody reads, and loses nothing', async () => {
    const pouring = new Pouring(repeated(Buffer.alloc(64 * 1024, 'gatehouse'), 2048));
    vendor.will(pouring.reply);
    const { body } = await client.http.open(call());
    await pouring.stopped();
    // What the two sockets and the stream hold.
    expect(pouring.written).toBeLessThan(32 * MEBIBYTE);
    expect(body.readableLength).toBeLessThanOrEqual(256 * 1024);
    let read = 0;
    for await (const chunk of body) read += (chunk as Buffer).length;
    expect(read).toBe(128 * MEBIBYTE);
  });

  test('is read however slowly, because only the vendor’s silence counts', async () => {
    const pouring = new Pouring(repeated(Buffer.alloc(64 * 1024), 512));
    vendor.will(pouring.reply);
    const { body } = await client.http.open(call({ idleMs: 1000 }));
    const opened = performance.now();
    await pouring.stopped();
    await eventually(() => {
      expect(performance.now() - opened).toBeGreaterThan(1500);
    });
    expect(await buffer(body)).toHaveLength(32 * MEBIBYTE);
  });

  test('arrives as it was sent', async () => {
    const chunks = Array.from({ length: 200 }, (_, n) => createHash('sha512').update(`${n}`).digest());
    vendor.will(new Pouring(chunks).reply);
    expect(await buffer((await client.http.open(call())).body)).toEqual(Buffer.concat(chunks));
  });
});

describe('before the headers, a fault', () => {
  test.each<[string, Reply, ProviderError['fault'], ProviderError['effect']]>([
    ['an answer that never comes', hang, 'timeout', 'unknown'],
    ['a reset', reset, 'unavailable', 'unknown'],
    ['a 500', json(500, {}), 'unavailable', 'unknown'],
    ['a redirect', raw(302, '', { location: 'http://169.254.169.254/' }), 'contract', 'unknown'],
    ['a compressed body', raw(200, 'zzz', { 'content-encoding': 'gzip' }), 'contract', 'unknown'],
    [
      'a body announced too large',
      raw(200, 'z'.repeat(2000), { 'content-length': '2000' }),
      'contract',
      'unknown',
    ],
    ['a 408', json(408, {}), 'timeout', 'unknown'],
    ['a 404', json(404, {}), 'not_found', 'none'],
    ['bad credentials', json(400, { message: 'Bad key' }), 'credentials', 'none'],
    ['a 400 whose body is too large', raw(400, 'x'.repeat(6 * MEBIBYTE)), 'invalid_request', 'none'],
  ])('%s', async (_name, reply, fault, effect) => {
    vendor.will(reply);
    const failure = await failureOf(client.http.open(call({ timeoutMs: deadlineOf(reply), maxBytes: 1000 })));
    expect(failure).toMatchObject({ provider: 'vendor', fault, effect });
    expect(vendor.requests).toHaveLength(1);
  });

  test('of too many requests carries Retry-After', async () => {
    vendor.will(json(429, {}, { 'retry-after': '7' }));
    expect(await failureOf(client.http.open(call()))).toMatchObject({
      fault: 'rate_limited',
      retryAfterSeconds: 7,
    });
  });

  test('is the deadline even if an error body never ends', async () => {
    vendor.will((_request, response) => {
      response.writeHead(400).write('{');
    });
    expect(await failureOf(client.http.open(call({ timeoutMs: 100 })))).toMatchObject({ fault: 'timeout' });
  });

  test('of a private address has no effect', async () => {
    const careful = new VendorHttp({ allowPrivateNetworks: false });
    const failure = await failureOf(careful.http.open(call({ repeatable: true })));
    expect(failure).toMatchObject({ fault: 'unavailable', effect: 'none' });
    expect(failure.message).toContain('private network');
    expect(vendor.requests).toEqual([]);
    await careful.close();
  });

  test.each<[string, Reply]>([
    ['a 503', json(503, {})],
    ['a reset', reset],
    ['a hang', hang],
  ])('is overcome by a repeatable call: %s', async (_name, reply) => {
    vendor.will(reply, raw(200, 'fine'));
    const { body } = await client.http.open(call({ repeatable: true, timeoutMs: 2000 }));
    expect((await buffer(body)).toString()).toBe('fine');
    expect(client.waits).toEqual([350]);
  });
});

describe('within the body, a fault', () => {
  test.each<[string, Reply, ProviderError['fault']]>([
    ['a reset', resetWithin, 'unavailable'],
    ['an answer cut short', cutShort, 'unavailable'],
    ['silence', stall, 'timeout'],
    ['more bytes than allowed', new Pouring(repeated(Buffer.alloc(1000), 100)).reply, 'contract'],
  ])('breaks the stream off: %s', async (_name, reply, fault) => {
    vendor.will(reply);
    const { body } = await client.http.open(call({ idleMs: 100, maxBytes: 50_000, repeatable: true }));
    expect(await failureOf(buffer(body))).toMatchObject({ provider: 'vendor', fault, effect: 'unknown' });
    expect(vendor.requests).toHaveLength(1);
  });

  test('is told to a reader who comes later', async () => {
    vendor.will(resetWithin);
    const { body } = await client.http.open(call());
    await eventually(() => {
      expect(body.errored).not.toBeNull();
    });
    expect(await failureOf(buffer(body))).toMatchObject({ fault: 'unavailable' });
  });

  test.each<[string, Reply]>([
    ['a 400', echo(400)],
    ['a reset', resetWithin],
    ['silence', stall],
  ])('holds nothing of what was sent or received: %s', async (_name, reply) => {
    vendor.will(reply);
    const failure = await failureOf(client.http.open(call({ idleMs: 50 })).then(({ body }) => buffer(body)));
    for (const secret of [...SECRETS, 'x-echo', 'x-key', 'xxxx'])
      expect(everythingIn(failure)).not.toContain(secret);
  });

  test('of our own reading names the vendor', async () => {
    vendor.will(raw(200, 'no image'));
    const { broken, body } = await client.http.open(call());
    expect(broken('holds no image')).toMatchObject({
      provider: 'vendor',
      fault: 'contract',
      effect: 'unknown',
      httpStatus: 200,
      message: 'Could not fetch images: the answer holds no image',
    });
    body.destroy();
  });
});

describe('a reader who goes away', () => {
  const endless = (): Pouring => new Pouring(repeated(Buffer.alloc(64 * 1024), Infinity));

  test('closes the vendor’s connection', async () => {
    const pouring = endless();
    vendor.will(pouring.reply);
    const { body } = await client.http.open(call());
    for await (const chunk of body) {
      expect(chunk).toBeInstanceOf(Buffer);
      break;
    }
    await eventually(() => {
      expect(pouring.closed).toBe(true);
    });
  });

  test('closes the connection also while the vendor is held back', async () => {
    const pouring = endless();
    vendor.will(pouring.reply);
    const { body } = await client.http.open(call());
    await pouring.stopped();
    body.destroy();
    await eventually(() => {
      expect(pouring.closed).toBe(true);
    });
  });

  test('closes it by a signal, and is told the signal’s reason', async () => {
    const pouring = endless();
    vendor.will(pouring.reply);
    const abort = new AbortController();
    const { body } = await client.http.open(call({ signal: abort.signal }));
    const reading = buffer(body);
    abort.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
    await eventually(() => {
      expect(pouring.closed).toBe(true);
    });
  });

  test('by a signal before the headers ends the call, which is not repeated', async () => {
    const abort = new AbortController();
    let closed = false;
    vendor.will((_request, response) => {
      response.socket?.once('close', () => {
        closed = true;
      });
      abort.abort(new Error('gone'));
    });
    await expect(client.http.open(call({ repeatable: true, signal: abort.signal }))).rejects.toThrow('gone');
    await eventually(() => {
      expect(closed).toBe(true);
    });
    expect(vendor.requests).toHaveLength(1);
  });

  test('by a signal before the call sends nothing', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(client.http.open(call({ repeatable: true, signal }))).rejects.toThrow('gone');
    expect(vendor.requests).toEqual([]);
  });
});
