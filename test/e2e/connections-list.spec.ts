import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type GatewayHarness, required, startGateway } from '../support/gateway-harness.js';
import { missingId } from '../support/isolation-world.js';
import { vendorAccount } from '../support/vendor-accounts.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const listed = async (tenantId: string, environment: string): Promise<unknown> =>
  required(await harness.admin('GET', `/tenants/${tenantId}/connections?environment=${environment}`), 200);

describe('the list of a tenant’s connections', () => {
  it('tells of each, by the provider’s name, what reading it alone tells', async () => {
    const tenant = await harness.tenant();
    await tenant.connect('sentinel');
    await tenant.connect('dentity');
    const alone = await Promise.all(
      ['dentity', 'sentinel'].map(async (provider) =>
        required(
          await harness.admin('GET', `/tenants/${tenant.id}/connections/${provider}?environment=test`),
          200,
        ),
      ),
    );
    expect(await listed(tenant.id, 'test')).toEqual({ data: alone, nextCursor: null });
  });

  it('holds no credential', async () => {
    const tenant = await harness.tenant();
    const { connection } = await tenant.connect('sardine');
    const said = JSON.stringify(await listed(tenant.id, 'test'));
    for (const secret of Object.values(connection.credentials)) expect(said).not.toContain(secret);
  });

  it('has nothing of the other environment, nor of another tenant', async () => {
    const [tenant, other] = [await harness.tenant(), await harness.tenant()];
    await other.connect('dentity');
    const { connection } = await vendorAccount(harness.simulatorOrigin, 'dentity');
    const live = `/tenants/${tenant.id}/connections/dentity?environment=live`;
    required(await harness.admin('PUT', live, connection), 201);
    expect(await listed(tenant.id, 'test')).toEqual({ data: [], nextCursor: null });
    expect(await listed(tenant.id, 'live')).toMatchObject({ data: [{ environment: 'live' }] });
  });

  it('is of a tenant that exists, and of one of its two environments', async () => {
    const tenant = await harness.tenant();
    const missing = await harness.admin('GET', `/tenants/${missingId('tnt')}/connections?environment=test`);
    expect(missing.json).toMatchObject({ status: 404, code: 'not_found' });
    for (const query of ['', '?environment=staging']) {
      const refused = await harness.admin('GET', `/tenants/${tenant.id}/connections${query}`);
      expect(refused.json).toMatchObject({
        status: 422,
        errors: [expect.objectContaining({ pointer: 'environment' })],
      });
    }
  });
});
