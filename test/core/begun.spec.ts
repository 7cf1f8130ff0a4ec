import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  IdempotencyService,
  type NewVerification,
  type TenantScope,
  type Verification,
} from '@gatehouse/core';
import { LocalMasterKey, SystemClock, SystemRandom } from '@gatehouse/platform';

import {
  type IdempotencyClaim,
  type IdempotentAnswer,
} from '../../libs/core/src/idempotency/idempotency.service.js';
import { ReturnTokens } from '../../libs/core/src/inbox/return-token.js';
import { TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';
import { INSERT_MANY, UPDATE_BEGUN } from '../../libs/core/src/verifications/verification.rows.js';
import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { eventually } from '../support/eventually.js';
import { type Hold, openVendorGate, type VendorGate } from '../support/vendor-gate.js';
import { commitOf, openPostgresProxy, type PostgresProxy, statement } from '../support/postgres-proxy.js';
import { PROVIDER_NAMES } from '../support/vendor-accounts.js';

// What a start completes is changed as the process remembers it, without a look at the database, unless somebody else came first.

let core: CoreHarness;
let gate: VendorGate;
let proxy: PostgresProxy;
beforeAll(async () => {
  core = await startCore({
    way: async (databaseUrl) => {
      proxy = await openPostgresProxy(databaseUrl);
      return proxy.url;
    },
  });
  gate = await openVendorGate(core.simulatorOrigin);
});
afterAll(async () => {
  await gate.close();
  await core.close();
  await proxy[Symbol.asyncDispose]();
});

function returnTokens(): ReturnTokens {
  const current = new LocalMasterKey(Buffer.from(core.environment.MASTER_KEY, 'base64'));
  return new ReturnTokens(
    new TenantVault(core.database, { current, previous: null }, new SystemClock(), new SystemRandom()),
  );
}

/** A new idempotency key, under which the answer is kept: the status, to tell it by. */
async function claimOf({ scope }: HarnessTenant): Promise<IdempotencyClaim> {
  const key = randomUUID();
  const claim = await core.app
    .get(IdempotencyService)
    .prepare(scope, 'POST /v1/verifications', key, Buffer.from(key));
  const answerOf = ({ status }: Verification): IdempotentAnswer => ({
    status: 201,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify({ status })),
  });
  return Object.assign(claim, { answerOf });
}

/** Who begins several at once, and is kept waiting for the vendor's answers. */
async function whileStarting(
  inputs: readonly NewVerification[],
  meanwhile: (tenant: HarnessTenant, ids: readonly string[], hold: Hold) => Promise<void>,
): Promise<{
  readonly tenant: HarnessTenant;
  readonly created: readonly Verification[];
  /** What is kept for the callers' repetitions, as they are told it. */
  readonly answered: readonly (string | null)[];
}> {
  const entrance = gate.entrance();
  const tenant = await core.tenant('sardine', entrance.origin);
  const hold: Hold = entrance.holdAnswer('/');
  try {
    const claims = await Promise.all(inputs.map(() => claimOf(tenant)));
    const creating = Promise.all(
      inputs.map((input, index) => core.verifications.create(tenant.scope, input, claims[index] ?? null)),
    );
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
      hold,
    );
    hold.release();
    const created = await creating;
    return { tenant, created, answered: claims.map(({ answer }) => answer?.body.toString() ?? null) };
  } finally {
    hold.release();
  }
}

/** As rerouting does it, while the first provider is still asked. */
async function giveToSentinel(scope: TenantScope, id: string): Promise<void> {
  await core.route(scope, 'sentinel');
  await core.pool.query(
    `UPDATE verifications SET version = 2, provider = 'sentinel',
          connection_id = (SELECT id FROM connections WHERE tenant_id = $1 AND provider = 'sentinel')
    WHERE tenant_id = $1 AND id = $2`,
    [scope.tenantId, id],
  );
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
      const tokenFor = await returnTokens().maker({
        tenantId: scope.tenantId,
        environment: scope.environment,
        verificationId: id,
        connectionId: null,
      });
      await core.returns.arrive(tokenFor('success'));
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
    const { tenant, created, answered } = await whileStarting(
      [newVerification()],
      async ({ scope }, [id = '']) => {
        await giveToSentinel(scope, id);
      },
    );
    expect(created).toMatchObject([
      { provider: { name: 'sentinel', reference: null }, action: { type: 'none' }, version: 2 },
    ]);
    // What would have become of it is not answered either: whoever answers tells of the record.
    expect(answered).toEqual([null]);
    const { rows } = await core.pool.query(
      'SELECT handle_sealed, action_sealed, start_state FROM verifications WHERE tenant_id = $1',
      [tenant.scope.tenantId],
    );
    expect(rows).toEqual([{ handle_sealed: null, action_sealed: null, start_state: 'starting' }]);
  });

  it.each([
    ['the provider that it was taken from', 'sardine', 'review', 'requires_input', ['awaiting_user']],
    ['the provider that it is with', 'sentinel', 'review', 'needs_review', ['manual_review_required']],
    // A link from before links said whose page they were for.
    ['one or the other', null, 'review', 'needs_review', ['manual_review_required']],
    ['the provider that it was taken from', 'sardine', 'unshared', 'requires_input', ['awaiting_user']],
  ] as const)(
    'a browser that comes back from the page of %s (%s, %s) makes it %s',
    async (_whose, provider, way, status, reasonCodes) => {
      const review = 'https://shop.example/review';
      const input = newVerification({ redirectUrl: 'https://shop.example/done', reviewRedirectUrl: review });
      const { created } = await whileStarting([input], async ({ scope }, [id = '']) => {
        await giveToSentinel(scope, id);
        const { rows } = await core.pool.query<{ id: string }>(
          'SELECT id FROM connections WHERE tenant_id = $1 AND provider = $2',
          [scope.tenantId, provider],
        );
        const { tenantId, environment } = scope;
        const connectionId = rows[0]?.id ?? null;
        const whose = { tenantId, environment, verificationId: id, connectionId };
        const token = (await returnTokens().maker(whose))(way);
        // Where they go on to is the same in any case.
        expect(await core.returns.arrive(token)).toEqual({
          verificationId: id,
          location: { url: review, isCallers: true },
        });
      });
      expect(created).toMatchObject([{ provider: { name: 'sentinel' }, status, reasonCodes }]);
    },
  );

  it('has one link and one handle where it was taken up again and both have been answered', async () => {
    let taken: unknown[] = [];
    const begunWith = async (id: string): Promise<unknown[]> => {
      const { rows } = await core.pool.query<Record<string, unknown>>(
        'SELECT provider_reference, handle_sealed, action_sealed, start_state FROM verifications WHERE id = $1',
        [id],
      );
      return rows;
    };
    const { tenant, created, answered } = await whileStarting(
      [newVerification()],
      async (_tenant, [id = ''], hold) => {
        hold.letOthersPass();
        await core.pool.query('UPDATE verifications SET due_at = now() WHERE id = $1', [id]);
        await core.workers.workOff();
        taken = await begunWith(id);
      },
    );
    const [verification] = created;
    expect(taken).toMatchObject([{ start_state: 'started', action_sealed: expect.any(Buffer) }]);
    expect(await begunWith(verification?.id ?? '')).toEqual(taken);
    // Whoever asked first is told what the record has.
    expect(verification).toEqual(await core.verifications.get(tenant.scope, verification?.id ?? ''));
    expect(answered).toEqual([null]);
    const { rows } = await core.pool.query(
      `SELECT data->>'start' AS start FROM ledger_entries WHERE verification_id = $1 AND kind = 'verification.started'`,
      [verification?.id],
    );
    expect(rows).toEqual([{ start: 'resume' }]);
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

describe('the connection to the database is lost', () => {
  it.each(['before', 'after'] as const)(
    'in the statement that ends the start, %s it was carried out',
    async (side) => {
      const tenant = await core.tenant('sardine');
      const claim = await claimOf(tenant);
      const hold = proxy.hold(commitOf(UPDATE_BEGUN.name, tenant.scope.tenantId), side);
      const creating = core.verifications.create(tenant.scope, newVerification(), claim);
      await hold.held;
      proxy.network.reset();
      const created = await creating;
      hold.release();
      expect(created).toMatchObject({ status: 'requires_input', action: { type: 'redirect' } });
      expect(created).toEqual(await core.verifications.get(tenant.scope, created.id));
      // Once, and the answer is kept.
      const { rows } = await core.pool.query(
        `SELECT kind, (SELECT state FROM idempotency_keys WHERE resource_id = $1) AS key FROM ledger_entries
          WHERE verification_id = $1 ORDER BY id`,
        [created.id],
      );
      expect(rows).toEqual([
        { kind: 'verification.created', key: 'done' },
        { kind: 'verification.started', key: 'done' },
      ]);
    },
  );

  it('in the statement that begins it: nobody is asked, and the caller is told that it is not known', async () => {
    const tenant = await core.tenant('sardine');
    const hold = proxy.hold(statement(INSERT_MANY.name, tenant.scope.tenantId), 'before');
    const creating = core.verifications.create(tenant.scope, newVerification(), null);
    await hold.held;
    proxy.network.reset();
    await expect(creating).rejects.toMatchObject({ name: 'DatabaseError', code: '08006' });
    hold.release();
    const { rowCount } = await core.pool.query('SELECT FROM verifications WHERE tenant_id = $1', [
      tenant.scope.tenantId,
    ]);
    expect(rowCount).toBe(0);
  });
});
