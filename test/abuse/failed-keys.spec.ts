import { expect, it } from '@jest/globals';

import { type Answer, required, send, startGateway } from '../support/gateway-harness.js';

it('an address that tries keys is told to stop, and whoever has one is served from there all the same', async () => {
  const harness = await startGateway(
    {},
    { rateLimits: { requestsPerKey: 1_000, failuresPerAddress: 3, windowSeconds: 60 } },
  );
  try {
    const tenant = await harness.tenant();
    const guess = (n: number): Promise<Answer> =>
      send(`${harness.origin}/v1/me`, {
        headers: { authorization: `Bearer gk_test_${String(n).padStart(46, 'a')}` },
      });
    for (let n = 0; n < 3; n += 1) expect((await guess(n)).status).toBe(401);
    const stopped = await guess(3);
    expect([stopped.status, stopped.json['code']]).toEqual([429, 'rate_limited']);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0);
    required(await tenant.call('GET', '/me'), 200);
  } finally {
    await harness.close();
  }
});
