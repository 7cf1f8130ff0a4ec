import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NewVerification, type Verification } from '@gatehouse/core';
import { LocalMasterKey, SystemClock, SystemRandom } from '@gatehouse/platform';

import { ReturnTokens } from '../../libs/core/src/inbox/return-token.js';
import { TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';
import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { eventually } from '../support/eventually.js';
import { type Hold, openVendorGate, type VendorGate } from '../support/vendor-gate.js';
import { PROVIDER_NAMES } from '../support/vendor-accounts.js';

// What a start completes is changed as the process remembers it, without a look at the database, unless somebody else came first.

let core: CoreHarness;
let gate: VendorGate;
beforeAll(async () => {
  core = await startCore();
  gate = await openVendorGate(core.simulatorOrigin);
});
afterAll(async () => {
  await gate.close();
  await core.close();
});

function returnTokens(): ReturnTokens {
  const current = new LocalMasterKey(Buffer.from(core.environment.MASTER_KEY, 'base64'));
  return new ReturnTokens(
    new TenantVault(core.database, { current, previous: null }, new SystemClock(), new SystemRandom()),
  );
}

/** Who begins several at once, and is kept waiting for the vendor's answers. */
async function whileStarting(
  inputs: readonly NewVerification[],
  meanwhile: (tenant: HarnessTenant, ids: readonly string[]) => Promise<void>,
): Promise<{ readonly tenant: HarnessTenant; readonly created: readonly Verification[] }> {
  const entrance = gate.entrance();
  const tenant = await core.tenant('sardine', entrance.origin);
  const hold: Hold = entrance.holdAnswer('/');
  try {
    const creating = Promise.all(inputs.map((input) => core.verifications.create(tenant.scope, input, null)));
    creating.catch(() => undefined);
    await eventually(() => {
      expect(hold.waiting()).toBe(inputs.length);
    });
    const { rows } = await core.pool.query<{ id: string }>(
      'SELECT id FROM verifications WHERE tenant_id = $1 ORDER BY id',
      [tenant.scope.tenantId],
    );
    await meanwhile(
      tenant,
      rows.map(({ id }) => id),
    );
    hold.release();
    return { tenant, created: await creating };
  } finally {
    hold.release();
  }
}

async function versionsOf(verificationId: string): Promise<unknown[]> {
  const { rows } = await core.pool.query<{ version: number; kind: string }>(
    'SELECT version, kind FROM ledger_entries WHERE verification_id = $1 AND version IS NOT NULL ORDER BY version',
    [verificationId],
  );
  return rows.map(({ version, kind }) => [version, kind]);
}

it.each(PROVIDER_NAMES)('what a create at %s answers is what is read afterwards', async (provider) => {
  const tenant = await core.tenant(provider);
  const inputs = [
    newVerification(),
    newVerification({
      reference: 'order-7',
      metadata: { tier: 'gold' },
      redirectUrl: 'https://shop.example/done',
      reviewRedirectUrl: 'https://shop.example/review',
    }),
  ];
  for (const input of inputs) {
    const created = await core.verifications.create(tenant.scope, input, null);
    expect(created).toEqual(await core.verifications.get(tenant.scope, created.id));
  }
});

describe('somebody else comes to it before the provider has answered', () => {
  it('is called off and stays so, while those beside it go on', async () => {
    const inputs = [newVerification(), newVerification(), newVerification()];
    const { tenant, created } = await whileStarting(inputs, async ({ scope }, [first]) => {
      expect(await core.verifications.cancel(scope, first ?? '')).toMatchObject({ status: 'canceled' });
    });
    expect(created.map(({ status }) => status).sort()).toEqual([
      'canceled',
      'requires_input',
      'requires_input',
    ]);
    for (const answered of created) {
      expect(answered).toEqual(await core.verifications.get(tenant.scope, answered.id));
      // Nothing is told twice, and nothing that was rolled back is told at all.
      const isCanceled = answered.status === 'canceled';
      expect(await versionsOf(answered.id)).toEqual([
        [1, 'verification.created'],
        ...(isCanceled ? [[2, 'verification.status_changed']] : []),
      ]);
    }
  });

  it('leaves the start to whoever waits for the provider when a browser comes back meanwhile', async () => {
    const { tenant, created } = await whileStarting([newVerification()], async ({ scope }, [id = '']) => {
      const token = await returnTokens().make({
        tenantId: scope.tenantId,
        environment: scope.environment,
        verificationId: id,
        way: 'success',
      });
      await core.returns.arrive(token);
      await core.workers.workOff();
    });
    const { rows } = await core.pool.query(
      `SELECT data->>'start' AS start FROM ledger_entries WHERE tenant_id = $1 AND kind = 'verification.started'`,
      [tenant.scope.tenantId],
    );
    expect(rows).toEqual([{ start: 'first' }]);
    expect(created).toMatchObject([{ status: 'requires_input', action: { type: 'redirect' } }]);
  });

  it('takes nothing from a provider that it was taken away from', async () => {
    const { tenant, created } = await whileStarting([newVerification()], async ({ scope }, [id]) => {
      await core.route(scope, 'sentinel');
      await core.pool.query(
        `UPDATE verifications SET version = 2, provider = 'sentinel',
                connection_id = (SELECT id FROM connections WHERE tenant_id = $1 AND provider = 'sentinel')
          WHERE tenant_id = $1 AND id = $2`,
        [scope.tenantId, id],
      );
    });
    expect(created).toMatchObject([
      { provider: { name: 'sentinel', reference: null }, action: { type: 'none' }, version: 2 },
    ]);
    const { rows } = await core.pool.query(
      'SELECT handle_sealed, action_sealed, start_state FROM verifications WHERE tenant_id = $1',
      [tenant.scope.tenantId],
    );
    expect(rows).toEqual([{ handle_sealed: null, action_sealed: null, start_state: 'starting' }]);
  });

  it('keeps what a return of the browser has told meanwhile', async () => {
    const { created } = await whileStarting([newVerification()], async ({ scope }, [id]) => {
      await core.pool.query(
        `UPDATE verifications SET facts = jsonb_set(facts, '{manualReturnAt}', '"2026-11-29T10:00:00.000Z"') WHERE tenant_id = $1 AND id = $2`,
        [scope.tenantId, id],
      );
    });
    const { rows } = await core.pool.query(
      `SELECT facts->>'manualReturnAt' AS returned, start_state FROM verifications WHERE id = $1`,
      [created[0]?.id],
    );
    expect(rows).toEqual([{ returned: '2026-11-29T10:00:00.000Z', start_state: 'started' }]);
  });
});
