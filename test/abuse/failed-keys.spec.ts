import { afterEach, expect, it } from '@jest/globals';

import { type Answer, type GatewayHarness, required, startGateway } from '../support/gateway-harness.js';

let harness: GatewayHarness | null = null;
afterEach(async () => {
  await harness?.close();
  harness = null;
});

async function start(requestsPerKey: number, failuresPerAddress: number): Promise<GatewayHarness> {
  harness = await startGateway({}, { rateLimits: { requestsPerKey, failuresPerAddress, windowSeconds: 60 } });
  return harness;
}

/** The fields that tell somebody how they stand. That each is described, and others are not there, is checked of every answer. */
function told({ headers }: Answer): readonly string[] {
  return ['ratelimit-policy', 'ratelimit', 'retry-after'].filter((name) => headers.has(name));
}

it('an address that tries keys is told to stop, and whoever has one is served from there all the same', async () => {
  const gateway = await start(1_000, 3);
  const tenant = await gateway.tenant();
  const guess = (n: number): Promise<Answer> =>
    gateway.fetch('/v1/me', {
      headers: { authorization: `Bearer gk_test_${String(n).padStart(46, 'a')}` },
    });
  for (let n = 0; n < 3; n += 1) expect((await guess(n)).status).toBe(401);
  const stopped = await guess(3);
  expect([stopped.status, stopped.json['code']]).toEqual([429, 'rate_limited']);
  expect(told(stopped)).toEqual(['retry-after']);
  expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0);
  required(await tenant.call('GET', '/me'), 200);
});

it('a key that asks too often is told its limit, that nothing is left of it, and when it is whole again', async () => {
  const gateway = await start(2, 1_000);
  const tenant = await gateway.tenant();
  for (const left of [1, 0]) {
    const answer = await tenant.call('GET', '/me');
    required(answer, 200);
    expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"key";r=${left};t=\\d+$`, 'u'));
  }
  const stopped = await tenant.call('GET', '/me');
  expect([stopped.status, stopped.json['code']]).toEqual([429, 'rate_limited']);
  expect(told(stopped)).toEqual(['ratelimit-policy', 'ratelimit', 'retry-after']);
  const seconds = stopped.headers.get('retry-after') ?? '';
  expect(stopped.headers.get('ratelimit')).toBe(`"key";r=0;t=${seconds}`);
  expect(stopped.headers.get('ratelimit-policy')).toBe('"key";q=2;w=60');
});
