import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';

import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity } from '../support/dentity-webhook.js';
import { eventually } from '../support/eventually.js';
import { MovableClock } from '../support/movable-clock.js';

// What is stored by a process whose workers run is claimed as it is stored, and handed over to them.

const clock = new MovableClock();
let core: CoreHarness;
beforeAll(async () => {
  core = await startCore({ clock });
});
afterEach(() => {
  core.pendingSignals.handover.close();
});
afterAll(() => core.close());

interface Told {
  readonly tenant: HarnessTenant;
  readonly ids: readonly string[];
  /** What the vendor says of the text to one of them. */
  tell(index: number, status?: 'failed' | 'delivered'): Promise<void>;
}

async function begin(count: number): Promise<Told> {
  const tenant = await core.tenant('dentity');
  const begun = await Promise.all(
    Array.from({ length: count }, () => core.verifications.create(tenant.scope, newVerification(), null)),
  );
  return {
    tenant,
    ids: begun.map(({ id }) => id),
    tell: (index, status = 'failed') =>
      deliverFromDentity(core.inbox, tenant, {
        type: 'sms_delivery_status',
        _id: begun[index]?.provider.reference ?? null,
        smsDeliveryEvents: { status },
      }),
  };
}

/** In the order in which they came: what became of them, how often they were looked for, and whether anybody may have them. */
async function kept({ tenant }: Told): Promise<readonly (readonly [string, number, string])[]> {
  const { rows } = await core.pool.query<{ state: string; attempts: number; due_at: Date | null }>(
    'SELECT state, attempts, due_at FROM signals WHERE tenant_id = $1 ORDER BY received_at',
    [tenant.scope.tenantId],
  );
  return rows.map(({ state, attempts, due_at }) => [
    state,
    attempts,
    due_at === null ? 'settled' : due_at <= clock.now() ? 'due' : 'leased',
  ]);
}

/** Versions of its record because of what a vendor has said. */
async function changes({ ids }: Told, index: number): Promise<number> {
  const { rows } = await core.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM ledger_entries WHERE verification_id = $1 AND data ->> 'signal' = 'webhook' AND version IS NOT NULL`,
    [ids[index]],
  );
  return rows[0]?.count ?? 0;
}

it('is applied without having been looked for', async () => {
  const told = await begin(2);
  core.workers.start();
  await told.tell(0);
  await told.tell(1);
  await eventually(async () => {
    expect(await kept(told)).toEqual([
      ['applied', 0, 'settled'],
      ['applied', 0, 'settled'],
    ]);
  });
  await core.workers.stop();
  expect([await changes(told, 0), await changes(told, 1)]).toEqual([1, 1]);
});

it('is whoever’s looks first where nobody takes it here', async () => {
  const told = await begin(1);
  await told.tell(0);
  expect(await kept(told)).toEqual([['pending', 0, 'due']]);
  await core.pendingSignals.apply(50);
  expect(await kept(told)).toEqual([['applied', 1, 'settled']]);
});

it('is applied before what came after it and found no room', async () => {
  const told = await begin(1);
  const { handover } = core.pendingSignals;
  handover.open();
  await told.tell(0);
  handover.isBehind = true;
  clock.forward(1);
  await told.tell(0, 'delivered');
  await core.pendingSignals.apply(50);
  expect(await kept(told)).toEqual([
    ['applied', 0, 'settled'],
    ['pending', 0, 'due'],
  ]);
  await core.pendingSignals.apply(50);
  expect(await kept(told)).toEqual([
    ['applied', 0, 'settled'],
    ['applied', 1, 'settled'],
  ]);
  expect(handover.isBehind).toBe(false);
});

it('is another process’s once the lease of one that died has run out, and is applied once though that one comes back to it', async () => {
  const told = await begin(1);
  const other = await core.replica();
  core.pendingSignals.handover.open();
  await told.tell(0);
  await other.workOff();
  expect(await kept(told)).toEqual([['pending', 0, 'leased']]);
  clock.forward(5);
  await other.workOff();
  expect(await kept(told)).toEqual([['applied', 1, 'settled']]);
  await core.pendingSignals.finish();
  expect(await kept(told)).toEqual([['applied', 1, 'settled']]);
  expect(await changes(told, 0)).toBe(1);
});

it('is what was kept of nobody before, where it comes again of somebody who is known by now', async () => {
  const { tenant, ids } = await begin(1);
  const said = { type: 'verification_status', _id: '665f0a1b2c3d4e5f60718311', status: 'verified' };
  await deliverFromDentity(core.inbox, tenant, said);
  await core.pool.query('UPDATE verifications SET provider_reference = $2 WHERE id = $1', [ids[0], said._id]);
  clock.forward(1);
  core.pendingSignals.handover.open();
  await deliverFromDentity(core.inbox, tenant, said);
  await core.pendingSignals.finish();
  const { rows } = await core.pool.query<Readonly<Record<string, unknown>>>(
    `SELECT s.state, s.state_reason, v.facts -> 'claim' ->> 'receivedAt' AS claimed,
            to_char(s.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received,
            (SELECT data -> 'adopted' FROM ledger_entries WHERE verification_id = v.id AND data ->> 'signal' = 'webhook') AS adopted
       FROM signals s JOIN verifications v ON v.id = s.verification_id WHERE s.tenant_id = $1`,
    [tenant.scope.tenantId],
  );
  expect(rows).toMatchObject([{ state: 'applied', state_reason: 'adopted', adopted: true }]);
  // When it came first, by which a read that does not bear it out finds it.
  expect(rows[0]?.['claimed']).toBe(rows[0]?.['received']);
});

it('is applied before the workers have stopped', async () => {
  const told = await begin(3);
  core.pendingSignals.handover.open();
  for (const index of [0, 1, 2]) await told.tell(index);
  await core.workers.stop();
  expect(await kept(told)).toEqual([0, 1, 2].map(() => ['applied', 0, 'settled']));
});

it('leaves room for what others have left, and what comes waits behind it while there is more of that', async () => {
  const told = await begin(7);
  // Left by somebody.
  for (const index of [0, 1, 2]) await told.tell(index);
  clock.forward(1);
  core.pendingSignals.handover.open();
  for (const index of [3, 4]) {
    await told.tell(index);
    clock.forward(0.001);
  }
  // Two of four are handed over, the other two of those that were there before; there is one more of them.
  await core.pendingSignals.apply(4);
  expect((await kept(told)).map(([state]) => state)).toEqual([
    'applied',
    'applied',
    'pending',
    'applied',
    'applied',
  ]);
  await told.tell(5);
  expect((await kept(told)).at(-1)).toEqual(['pending', 0, 'due']);
  await core.pendingSignals.apply(4);
  await told.tell(6);
  expect((await kept(told)).at(-1)).toEqual(['pending', 0, 'leased']);
});
