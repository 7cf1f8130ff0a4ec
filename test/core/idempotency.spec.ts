import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type IdempotencyOutcome, IdempotencyService } from '@gatehouse/core';
import { sha256 } from '@gatehouse/platform';

import { type CoreHarness, type HarnessTenant, startCore } from '../support/core-harness.js';

const ROUTE = 'POST /v1/verifications/:id/contact';
const REQUEST = sha256(Buffer.from('{"phone":"+14155550142"}'));

let core: CoreHarness;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core.close());

const begin = ({ scope }: HarnessTenant, request: Buffer): Promise<IdempotencyOutcome> =>
  core.app.get(IdempotencyService).begin(scope, ROUTE, 'a key', request);

async function storedOf({ scope }: HarnessTenant): Promise<string> {
  const { rows } = await core.pool.query<{ hash: string }>(
    `SELECT encode(request_hash, 'hex') AS hash FROM idempotency_keys WHERE tenant_id = $1`,
    [scope.tenantId],
  );
  return rows.map(({ hash }) => hash).join();
}

it('keeps of a request a hash that only its tenant’s key makes', async () => {
  const [one, two] = [await core.tenant('dentity'), await core.tenant('dentity')];
  for (const tenant of [one, two]) {
    expect(await begin(tenant, REQUEST)).toMatchObject({ outcome: 'proceed' });
    expect(await begin(tenant, REQUEST)).toMatchObject({ outcome: 'in_progress' });
    expect(await begin(tenant, sha256(Buffer.from('another')))).toEqual({ outcome: 'reused' });
  }
  const stored = [REQUEST.toString('hex'), await storedOf(one), await storedOf(two)];
  expect(new Set(stored).size).toBe(3);
});

it('knows a request again whose hash was stored before hashes were keyed', async () => {
  const tenant = await core.tenant('dentity');
  await begin(tenant, REQUEST);
  await core.pool.query('UPDATE idempotency_keys SET request_hash = $2 WHERE tenant_id = $1', [
    tenant.scope.tenantId,
    REQUEST,
  ]);
  expect(await begin(tenant, REQUEST)).toMatchObject({ outcome: 'in_progress' });
});
