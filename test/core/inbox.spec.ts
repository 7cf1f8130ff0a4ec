import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Verification } from '@gatehouse/core';
import { sha256 } from '@gatehouse/platform';

import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity } from '../support/dentity-webhook.js';
import { eventually, present } from '../support/eventually.js';
import { MovableClock } from '../support/movable-clock.js';
import { openVendorGate } from '../support/vendor-gate.js';

const clock = new MovableClock();
let core: CoreHarness;
// No workers: each test applies what is due itself, when its clock has come that far.
beforeAll(async () => {
  core = await startCore({ clock });
});
afterAll(() => core.close());

interface Begun extends HarnessTenant {
  readonly verification: Verification;
  readonly person: string;
}

async function begin(): Promise<Begun> {
  const tenant = await core.tenant('dentity');
  const input = newVerification();
  const verification = await core.verifications.create(tenant.scope, input, null);
  return { ...tenant, verification, person: input.subject.phone ?? '' };
}

interface Kept {
  readonly state: string;
  readonly state_reason: string | null;
  readonly due_at: Date | null;
}

async function keptOf({ scope }: HarnessTenant): Promise<readonly Kept[]> {
  const { rows } = await core.pool.query<Kept>(
    'SELECT state, state_reason, due_at FROM signals WHERE tenant_id = $1 ORDER BY received_at',
    [scope.tenantId],
  );
  return rows;
}

/** Applies stored signals until none is due. */
async function settle(): Promise<void> {
  while ((await core.pendingSignals.apply(50)) > 0);
}

async function update(assignments: string, { verification }: Begun): Promise<void> {
  await core.pool.query(`UPDATE verifications SET ${assignments} WHERE id = $1`, [verification.id]);
}

const settled = (state: string, reason: string | null): Kept => ({
  state,
  state_reason: reason,
  due_at: null,
});

it('a webhook is known again by a hash that only its tenant’s key makes', async () => {
  const said = { type: 'sms_delivery_status', _id: '665f0a1b2c3d4e5f60718203', phone: '+14155550142' };
  const [one, two] = [await core.tenant('dentity'), await core.tenant('dentity')];
  for (const tenant of [one, two, one, two]) await deliverFromDentity(core.inbox, tenant, said);
  const { rows } = await core.pool.query<{ hashes: number; plain: boolean }>(
    `SELECT count(DISTINCT dedup_hash)::int AS hashes, bool_or(dedup_hash = ANY ($2)) AS plain FROM signals WHERE tenant_id = ANY ($1)`,
    [
      [one.scope.tenantId, two.scope.tenantId],
      [sha256(JSON.stringify([said.type, said._id, null, sha256(JSON.stringify(said)).toString('hex')]))],
    ],
  );
  expect(rows).toEqual([{ hashes: 2, plain: false }]);
  expect([await keptOf(one), await keptOf(two)].map((kept) => kept.length)).toEqual([1, 1]);
});

describe('signals of one moment', () => {
  /** Several verifications of one tenant, and what the vendor says of each. */
  async function several(count: number): Promise<{
    readonly tenant: HarnessTenant;
    readonly said: readonly Readonly<Record<string, unknown>>[];
  }> {
    const tenant = await core.tenant('dentity');
    const begun = await Promise.all(
      Array.from({ length: count }, () => core.verifications.create(tenant.scope, newVerification(), null)),
    );
    const said = begun.map(({ provider }) => ({
      type: 'sms_delivery_status',
      _id: provider.reference,
      smsDeliveryEvents: { status: 'failed' },
    }));
    return { tenant, said };
  }

  /** In how many transactions they were applied, and whether all verifications tell of it. */
  async function appliedTo(tenant: HarnessTenant): Promise<unknown> {
    const { rows } = await core.pool.query<Readonly<Record<string, unknown>>>(
      `SELECT count(DISTINCT s.xmin::text)::int AS transactions, bool_and(v.delivery ->> 'state' = 'failed') AS are_told
         FROM signals s JOIN verifications v ON v.id = s.verification_id WHERE s.tenant_id = $1`,
      [tenant.scope.tenantId],
    );
    return rows[0];
  }

  it('are stored together, each once, and applied together', async () => {
    const { tenant, said } = await several(5);
    await Promise.all([...said, ...said].map((one) => deliverFromDentity(core.inbox, tenant, one)));
    expect((await keptOf(tenant)).map(({ state }) => state)).toEqual(said.map(() => 'pending'));
    await settle();
    expect(await keptOf(tenant)).toEqual(said.map(() => settled('applied', null)));
    expect(await appliedTo(tenant)).toEqual({ transactions: 1, are_told: true });
  });

  it('are applied by halves where they are many', async () => {
    const { tenant, said } = await several(20);
    await Promise.all(said.map((one) => deliverFromDentity(core.inbox, tenant, one)));
    await settle();
    expect(await keptOf(tenant)).toEqual(said.map(() => settled('applied', null)));
    expect(await appliedTo(tenant)).toEqual({ transactions: 2, are_told: true });
  });

  it.each([4, 20])('do not wait for one of %i that cannot be applied', async (count) => {
    const { tenant, said } = await several(count);
    for (const one of said) await deliverFromDentity(core.inbox, tenant, one);
    await core.pool.query(
      `UPDATE signals SET body_sealed = 'broken' WHERE id = (SELECT max(id::text)::uuid FROM signals WHERE tenant_id = $1)`,
      [tenant.scope.tenantId],
    );
    await settle();
    expect((await keptOf(tenant)).map(({ state }) => state).sort()).toEqual([
      ...said.slice(1).map(() => 'applied'),
      'pending',
    ]);
  });

  it('are each a version of their own where they are about one verification', async () => {
    const tenant = await begin();
    const { reference } = tenant.verification.provider;
    for (const status of ['sent', 'failed', 'delivered']) {
      await deliverFromDentity(core.inbox, tenant, {
        type: 'sms_delivery_status',
        _id: reference,
        smsDeliveryEvents: { status },
      });
      clock.forward(1);
    }
    await core.pendingSignals.apply(50);
    expect((await keptOf(tenant)).filter(({ due_at }) => due_at !== null)).toEqual([]);
    const { delivery } = await core.verifications.get(tenant.scope, tenant.verification.id);
    expect(delivery).toMatchObject({ state: 'delivered' });
    const { rows } = await core.pool.query<{ version: number }>(
      `SELECT version FROM ledger_entries WHERE verification_id = $1 AND version IS NOT NULL ORDER BY id`,
      [tenant.verification.id],
    );
    // Begun, started, and what the vendor has said.
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('an orphan', () => {
  it('that overtook the answer it belongs to is adopted once that is stored, though it never comes again', async () => {
    const tenant = await begin();
    const { reference } = tenant.verification.provider;
    await update('provider_reference = NULL', tenant);
    await deliverFromDentity(core.inbox, tenant, {
      type: 'sms_delivery_status',
      _id: reference,
      smsDeliveryEvents: { status: 'failed' },
    });
    clock.forward(3);
    await settle();
    expect(await keptOf(tenant)).toMatchObject([{ state: 'orphan', state_reason: 'awaiting_owner' }]);

    await core.pool.query('UPDATE verifications SET provider_reference = $2 WHERE id = $1', [
      tenant.verification.id,
      reference,
    ]);
    clock.forward(30);
    await settle();
    expect(await keptOf(tenant)).toEqual([settled('applied', 'adopted')]);
    const found = await core.verifications.get(tenant.scope, tenant.verification.id);
    expect(found.delivery).toMatchObject({ channel: 'sms', state: 'failed' });
    const { rows } = await core.pool.query(
      `SELECT data -> 'adopted' AS adopted FROM ledger_entries WHERE verification_id = $1 AND data ->> 'signal' = 'webhook'`,
      [tenant.verification.id],
    );
    expect(rows).toEqual([{ adopted: true }]);
  });

  it('of nobody is looked at a few times, later each time, and then marked for good', async () => {
    const tenant = await core.tenant('dentity');
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718293',
      status: 'verified',
    });
    const pauses: number[] = [];
    for (;;) {
      const [kept] = await keptOf(tenant);
      if (kept?.due_at == null) break;
      const pause = Math.ceil((kept.due_at.getTime() - clock.now().getTime()) / 1000);
      pauses.push(pause);
      clock.forward(pause);
      await settle();
    }
    expect(await keptOf(tenant)).toEqual([settled('orphan', 'nobody_known')]);
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
    expect(pauses.length).toBeLessThan(10);
  });

  it('is not taken for news of a verification that began after it', async () => {
    const tenant = await core.tenant('dentity');
    const reference = '665f0a1b2c3d4e5f60718295';
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: reference,
      status: 'verified',
    });
    clock.forward(3);
    const later = await core.verifications.create(tenant.scope, newVerification(), null);
    await core.pool.query('UPDATE verifications SET provider_reference = $2 WHERE id = $1', [
      later.id,
      reference,
    ]);
    await settle();
    expect(await keptOf(tenant)).toMatchObject([{ state: 'orphan', state_reason: 'awaiting_owner' }]);
    expect((await core.verifications.get(tenant.scope, later.id)).status).toBe('requires_input');
  });
});

it('a webhook that was kept of nobody, and comes again of somebody erased meanwhile, is settled and kept no longer', async () => {
  const tenant = await begin();
  const told = { type: 'verification_status', _id: '665f0a1b2c3d4e5f60718209', status: 'verified' };
  await deliverFromDentity(core.inbox, tenant, told);
  expect(await keptOf(tenant)).toMatchObject([{ state: 'orphan' }]);
  await update(
    `provider_reference = '${told._id}', request_sealed = NULL, reference_hash = NULL, handle_sealed = NULL, action_sealed = NULL,
     identity_sealed = NULL, decision_sealed = NULL, due_at = NULL, erased_at = now()`,
    tenant,
  );
  await deliverFromDentity(core.inbox, tenant, told);
  expect(await keptOf(tenant)).toEqual([settled('set_aside', 'erased')]);
});

describe('a create at Dentity whose answer was lost', () => {
  /** The vendor has texted the person; we only know that we do not know. */
  async function lost(): Promise<Begun & { readonly reference: string }> {
    const tenant = await core.tenant('dentity');
    await tenant.account.control('POST', '/faults', { on: 'request', kind: 'lost-answer' });
    const input = newVerification();
    await expect(core.verifications.create(tenant.scope, input, null)).rejects.toMatchObject({
      name: 'VerificationStartFailed',
    });
    const { data } = await core.verifications.list(tenant.scope, {}, { limit: 1, cursor: null });
    const verification = present(data[0], 'record of the create');
    expect(verification).toMatchObject({ status: 'error', provider: { reference: null } });
    // As the twin's list of sent messages has it.
    const messages = (await tenant.account.control('GET', '/messages')) as {
      data: { verificationId: string }[];
    };
    const { verificationId } = present(messages.data[0], 'text message');
    await tenant.account.finish(input.subject.phone ?? '', 'approve');
    return { ...tenant, verification, person: input.subject.phone ?? '', reference: verificationId };
  }

  it('is adopted by the webhook whose metadata proves it ours, and then read', async () => {
    const tenant = await lost();
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: tenant.reference,
      status: 'verified',
      metadata: { verificationId: tenant.verification.id },
    });
    await settle();
    const adopted = await core.verifications.refresh(tenant.scope, tenant.verification.id);
    expect(adopted).toMatchObject({ status: 'verified', provider: { reference: tenant.reference } });
  });

  it('is adopted by nothing that does not prove it', async () => {
    const tenant = await lost();
    const other = await begin();
    for (const metadata of [{}, { verificationId: other.verification.id }, { verificationId: 'case-77' }]) {
      await deliverFromDentity(core.inbox, tenant, {
        type: 'verification_status',
        _id: tenant.reference,
        status: 'verified',
        metadata,
      });
    }
    for (const seconds of [2, 30, 600, 3 * 3600, 24 * 3600]) {
      clock.forward(seconds + 1);
      await settle();
    }
    expect(await keptOf(tenant)).toEqual(Array.from({ length: 3 }, () => settled('orphan', 'nobody_known')));
    const found = await core.verifications.get(tenant.scope, tenant.verification.id);
    expect(found).toMatchObject({ status: 'error', provider: { reference: null } });
  });
});

describe('a webhook that comes while the start waits for its answer', () => {
  it('is looked into although the answer says that nothing was begun', async () => {
    const gate = await openVendorGate(core.simulatorOrigin);
    try {
      const entrance = gate.entrance();
      const tenant = await core.tenant('dentity', entrance.origin);
      await tenant.account.control('POST', '/faults', { on: 'request', kind: 'status', status: 400 });
      const hold = entrance.hold('/');
      const creating = core.verifications.create(tenant.scope, newVerification(), null);
      const failing = expect(creating).rejects.toMatchObject({ name: 'VerificationStartFailed' });
      await eventually(() => {
        expect(hold.waiting()).toBe(1);
      });
      const { data } = await core.verifications.list(tenant.scope, {}, { limit: 1, cursor: null });
      const { id } = present(data[0], 'record of the create');
      await deliverFromDentity(core.inbox, tenant, {
        type: 'verification_status',
        _id: '665f0a1b2c3d4e5f60718297',
        status: 'verified',
        metadata: { verificationId: id },
      });
      await settle();
      hold.release();
      await failing;
      const { rows } = await core.pool.query(
        'SELECT status, due_at <= $2 AS is_due FROM verifications WHERE id = $1',
        [id, clock.now()],
      );
      expect(rows).toEqual([{ status: 'processing', is_due: true }]);
    } finally {
      await gate.close();
    }
  });
});

describe('a signal that changes nothing is kept, and marked with the reason', () => {
  const tell = async (tenant: Begun, body: Record<string, unknown>): Promise<void> => {
    const { reference } = tenant.verification.provider;
    await deliverFromDentity(core.inbox, tenant, { type: 'verification_status', _id: reference, ...body });
    clock.forward(1);
    await settle();
  };

  it('repeated: it says what was known, in other words', async () => {
    const tenant = await begin();
    const sms = { type: 'sms_delivery_status', smsDeliveryEvents: { status: 'delivered' } };
    await tell(tenant, sms);
    await tell(tenant, { ...sms, status: 'pending' });
    expect(await keptOf(tenant)).toEqual([settled('applied', null), settled('set_aside', 'repeated')]);
  });

  it('stale: it arrived after one that was sent later', async () => {
    const tenant = await begin();
    await tell(tenant, { status: 'verified' });
    const { reference } = tenant.verification.provider;
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: reference,
      status: 'failed',
    });
    await core.pool.query(
      `UPDATE signals SET received_at = received_at - interval '1 hour' WHERE tenant_id = $1 AND state = 'pending'`,
      [tenant.scope.tenantId],
    );
    await settle();
    expect(await keptOf(tenant)).toEqual([settled('set_aside', 'stale'), settled('applied', null)]);
  });

  it('contradicted: the authenticated read says otherwise, and counts', async () => {
    const tenant = await begin();
    await tell(tenant, { status: 'verified' });
    expect(await keptOf(tenant)).toEqual([settled('applied', null)]);
    clock.forward(1);
    const read = await core.verifications.refresh(tenant.scope, tenant.verification.id);
    expect(read.status).toBe('requires_input');
    expect(await keptOf(tenant)).toEqual([settled('set_aside', 'contradicted')]);
  });

  it('closed: its verification was called off', async () => {
    const tenant = await begin();
    await core.verifications.cancel(tenant.scope, tenant.verification.id);
    await tell(tenant, { status: 'verified' });
    expect(await keptOf(tenant)).toEqual([settled('set_aside', 'closed')]);
  });

  it('erased: its person was forgotten before it was applied', async () => {
    const tenant = await begin();
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: tenant.verification.provider.reference,
      status: 'verified',
    });
    await core.pool.query('UPDATE subjects SET key_wrapped = NULL WHERE tenant_id = $1', [
      tenant.scope.tenantId,
    ]);
    await settle();
    expect(await keptOf(tenant)).toEqual([settled('set_aside', 'erased')]);
  });

  it('failed: it could not be applied for hours, so the provider is asked instead', async () => {
    const tenant = await begin();
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: tenant.verification.provider.reference,
      status: 'verified',
    });
    await update("due_at = now() + interval '1 year'", tenant);
    await core.pool.query(`UPDATE signals SET body_sealed = 'broken' WHERE tenant_id = $1`, [
      tenant.scope.tenantId,
    ]);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await keptOf(tenant)).toMatchObject([{ state: 'pending' }]);
      await settle();
      clock.forward(2 * 3600);
    }
    expect(await keptOf(tenant)).toEqual([settled('set_aside', 'failed')]);
    const { rows } = await core.pool.query<{ due_at: Date }>(
      'SELECT due_at FROM verifications WHERE id = $1',
      [tenant.verification.id],
    );
    expect(rows[0]?.due_at.getTime()).toBeLessThan(clock.now().getTime());
  });

  it('never for want of the master key, however long that is away', async () => {
    const tenant = await begin();
    await deliverFromDentity(core.inbox, tenant, {
      type: 'sms_delivery_status',
      _id: tenant.verification.provider.reference,
      smsDeliveryEvents: { status: 'failed' },
    });
    await update("due_at = now() + interval '1 year'", tenant);
    // A process that has not unwrapped the tenant's keys, and cannot.
    const replica = await core.replica();
    const master = async (id: string): Promise<string> => {
      const { rows } = await core.pool.query<{ before: string }>(
        `UPDATE tenant_keys k SET master_key_id = $2 FROM tenant_keys before
          WHERE k.tenant_id = $1 AND before = k RETURNING before.master_key_id AS before`,
        [tenant.scope.tenantId, id],
      );
      return present(rows[0], 'key').before;
    };
    const ours = await master('vault:transit/elsewhere');
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await replica.workOff();
      expect(await keptOf(tenant)).toMatchObject([{ state: 'pending' }]);
      clock.forward(2 * 3600);
    }
    await master(ours);
    await replica.workOff();
    expect(await keptOf(tenant)).toEqual([settled('applied', null)]);
  });
});
