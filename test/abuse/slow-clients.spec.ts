import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CONNECTION_LIMITS } from '../../apps/gateway/src/http/connection-limits.js';
import { eventually } from '../support/eventually.js';
import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';
import { slowSocket, trickle } from '../support/slow-socket.js';

const HEAD = 'GET /health/live HTTP/1.1\r\nHost: a\r\n';
/** Faster than every limit: it is not silence that ends these connections. */
const EVERY_MS = 20;

let harness: GatewayHarness;
beforeAll(async () => {
  const connectionLimits = {
    headersMs: 1_000,
    requestMs: 1_500,
    idleMs: 500,
    stalledMs: 500,
    partingMs: 100,
    checkEveryMs: 50,
    maxHeaderBytes: 4_096,
    maxRequests: 3,
  };
  // One at a time, so that a connection that keeps its place is noticed.
  harness = await startGateway({ maxConcurrentRequests: 1 }, { connectionLimits });
});
afterAll(() => harness.close());

function statuses(received: string): readonly string[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/gu)].map(([, status = '']) => status);
}

describe('a connection', () => {
  it('that says nothing is closed', async () => {
    const slow = await slowSocket(harness.origin);
    await slow.closed;
    expect(statuses(slow.received())).toEqual(['400']);
  });

  it('that sends its head one character after the other is closed, however many it holds', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => slowSocket(harness.origin)));
    const ends = slow.map((each) => {
      each.write(HEAD);
      return trickle(each, 'X-A: 1\r\n', EVERY_MS);
    });
    // Those who are quick do not notice.
    for (let n = 0; n < 10; n += 1) expect((await harness.fetch('/health/ready')).status).toBe(200);
    await Promise.all(ends);
    for (const each of slow) {
      expect(statuses(each.received())).toEqual(['400']);
      expect(each.received()).toMatch(/connection: close/iu);
    }
  });

  it('that sends its body one character after the other is closed, and its place is free', async () => {
    const slow = await slowSocket(harness.origin);
    slow.write('POST /hooks/dentity/con_x/y HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    await trickle(slow, 'a', EVERY_MS);
    expect(statuses(slow.received())).toEqual(['400']);
    await eventually(async () => {
      expect((await harness.fetch('/problems')).status).toBe(200);
    });
  });

  it('that sends no body and does not hang up in turn keeps no place', async () => {
    const slow = await slowSocket(harness.origin, { isStubborn: true });
    slow.write('POST /hooks/dentity/con_x/y HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    await eventually(async () => {
      expect(statuses(slow.received())).toEqual(['400']);
      expect((await harness.fetch('/problems')).status).toBe(200);
    });
    slow.socket.destroy();
  });

  it('that sends chunks without end is closed', async () => {
    const slow = await slowSocket(harness.origin);
    slow.write('POST /hooks/dentity/con_x/y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    await trickle(slow, '1\r\na\r\n', EVERY_MS);
    expect(statuses(slow.received())).toEqual(['400']);
  });

  it('that is kept for nothing is closed', async () => {
    const slow = await slowSocket(harness.origin);
    slow.write(`${HEAD}\r\n`);
    await slow.closed;
    expect(statuses(slow.received())).toEqual(['200']);
  });

  it('has its last request after so many, and is told so', async () => {
    const slow = await slowSocket(harness.origin);
    for (let n = 0; n < 3; n += 1) {
      slow.write(`${HEAD}\r\n`);
      await eventually(() => {
        expect(statuses(slow.received())).toHaveLength(n + 1);
      });
    }
    await slow.closed;
    expect(slow.received().match(/connection: close/giu)).toHaveLength(1);
  });

  it('with a head that is too large is refused', async () => {
    const slow = await slowSocket(harness.origin);
    slow.write(`${HEAD}X-Long: ${'a'.repeat(5_000)}\r\n\r\n`);
    await slow.closed;
    expect(statuses(slow.received())).toEqual(['431']);
  });
});

it('hangs up on who asks for more and more and reads no answer, having made only what the system takes of them', async () => {
  const asked = 500;
  const unread = await startGateway({}, { connectionLimits: { ...CONNECTION_LIMITS, stalledMs: 500 } });
  try {
    const slow = await slowSocket(unread.origin, { isReading: false });
    // Of nearly a megabyte each: far more than the system keeps for a connection.
    for (let n = 0; n < asked; n += 1) slow.write('GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n');
    // Who does not read hears of it when he writes.
    await trickle(slow, HEAD, EVERY_MS);
    const made = unread.logLines().filter((line) => line.includes('"route":"/openapi.json"'));
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(asked / 4);
    expect((await unread.fetch('/health/ready')).status).toBe(200);
  } finally {
    await unread.close();
  }
});

it('hangs up on those who come when there are too many, and says so once', async () => {
  const full = await startGateway({ maxConnections: 3 });
  try {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const slow = await slowSocket(full.origin);
        slow.write(`${HEAD}\r\n`);
        await eventually(() => {
          expect(statuses(slow.received())).toEqual(['200']);
        });
        return slow;
      }),
    );
    for (let n = 0; n < 3; n += 1) {
      const late = await slowSocket(full.origin);
      late.write(`${HEAD}\r\n`);
      await late.closed;
      expect(late.received()).toBe('');
    }
    first?.socket.destroy();
    await eventually(async () => {
      const next = await slowSocket(full.origin);
      next.write(`${HEAD}\r\n`);
      await Promise.race([next.closed, once(next.socket, 'data')]);
      next.socket.destroy();
      expect(statuses(next.received())).toEqual(['200']);
    });
    for (const { socket } of others) socket.destroy();
    expect(full.logLines().filter((line) => line.includes('connections are refused'))).toHaveLength(1);
  } finally {
    await full.close();
  }
});
