import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CallQuotas, ReadLagQueries, type Verification, type Workers } from '@gatehouse/core';

import { CLAIM_DUE, CLAIM_DUE_BEHIND } from '../../libs/core/src/verifications/verification.rows.js';
import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { MovableClock } from '../support/movable-clock.js';
import { type Explained, rowsLookedAt } from '../support/rows-looked-at.js';
import { PROVIDER_NAMES, type ProviderName } from '../support/vendor-accounts.js';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

const clock = new MovableClock();
let core: CoreHarness;
// No worker runs by itself: time passes in steps, at the vendors and here, and after each step what has come due is done.
beforeAll(async () => {
  core = await startCore({ clock });
});
afterAll(() => core.close());

async function pass(
  seconds: number,
  tenants: readonly HarnessTenant[],
  workers: readonly Workers[] = [core.workers],
): Promise<void> {
  for (const { account } of tenants) await account.control('POST', '/clock', { advanceSeconds: seconds });
  clock.forward(seconds);
  await Promise.all(workers.map((each) => each.workOff()));
}

interface Begun {
  readonly tenant: HarnessTenant;
  readonly verification: Verification;
  readonly person: string;
}

async function begin(tenant: HarnessTenant): Promise<Begun> {
  const input = newVerification();
  const verification = await core.verifications.create(tenant.scope, input, null);
  const isByEmail = tenant.account.provider === 'sentinel';
  return { tenant, verification, person: (isByEmail ? input.subject.email : input.subject.phone) ?? '' };
}

const current = ({ tenant, verification }: Begun): Promise<Verification> =>
  core.verifications.get(tenant.scope, verification.id);

interface JournalEntry {
  readonly at: string;
  readonly method: string;
  readonly path: string;
}

/** Requests that reached the vendor since, oldest first, by the vendor's clock. */
async function requestsOf({ account }: HarnessTenant, path: string): Promise<readonly JournalEntry[]> {
  // As the simulator's journal has it.
  const { data } = (await account.control('GET', '/requests')) as { data: JournalEntry[] };
  return data.filter((entry) => entry.path.includes(path));
}

const readsAtSardine = async (tenant: HarnessTenant): Promise<readonly JournalEntry[]> =>
  (await requestsOf(tenant, '/identity/entities/')).filter(({ method }) => method === 'GET');

async function setQuota(tenant: HarnessTenant, callsPerMinute: number): Promise<void> {
  const { scope, account } = tenant;
  const settings = { ...account.connection.settings, callsPerMinute };
  await core.connections.put(
    'test',
    scope.tenantId,
    'test',
    account.provider,
    { credentials: undefined, settings },
    null,
  );
}

async function dueAt(provider: ProviderName, tenant: HarnessTenant): Promise<number> {
  const lag = (await core.app.get(ReadLagQueries).byProvider()).get(provider);
  const its = lag?.connections.find(({ tenantId }) => tenantId === tenant.scope.tenantId);
  return its?.due ?? 0;
}

describe('a week of lost webhooks', () => {
  interface Story {
    /** When it happens, in seconds from the start; all deadlines are an hour after it. */
    readonly at: number;
    readonly happens: (begun: Begun) => Promise<unknown>;
    readonly ends: Readonly<Record<ProviderName, Verification['status']>>;
  }
  const finish =
    (outcome: 'approve' | 'reject' | 'review') =>
    ({ tenant, person }: Begun): Promise<void> =>
      tenant.account.finish(person, outcome);
  const all = (status: Verification['status']): Story['ends'] => ({
    sentinel: status,
    sardine: status,
    dentity: status,
  });
  const STORIES: readonly Story[] = [
    { at: 30, happens: finish('approve'), ends: all('verified') },
    // Sardine knows no negative: whoever declines looks like one who never came.
    { at: 1800, happens: finish('reject'), ends: { ...all('rejected'), sardine: 'expired' } },
    { at: 2 * DAY_S, happens: finish('approve'), ends: all('verified') },
    { at: 3 * DAY_S, happens: finish('reject'), ends: { ...all('rejected'), sardine: 'expired' } },
    // Who walks away from a vendor, or waits there for a human, is told by no answer of Sardine and Dentity.
    { at: 60, happens: finish('review'), ends: { ...all('expired'), sentinel: 'needs_review' } },
    { at: Infinity, happens: () => Promise.resolve(), ends: all('expired') },
  ];

  it('changes no final status, only its time', async () => {
    const tenants = await Promise.all(PROVIDER_NAMES.map((provider) => core.tenant(provider)));
    for (const { account, webhookUrl } of tenants) {
      if (account.provider === 'sardine') continue;
      if (account.provider === 'sentinel') await account.setWebhook(webhookUrl ?? '');
      await account.control('POST', '/faults', { on: 'webhook', kind: 'lost', times: null });
    }
    const begun = await Promise.all(
      tenants.flatMap((tenant) =>
        STORIES.map(async (story) => ({ story, tenant, began: await begin(tenant) })),
      ),
    );
    const withdrawn = begun.find(
      ({ story, tenant }) => story === STORIES[0] && tenant.account.provider === 'sardine',
    );

    let now = 0;
    const days = [1, 2, 3, 4, 5, 6, 7].map((day) => day * DAY_S + 1);
    for (const until of [31, 90, 600, 1801, 4000, ...days]) {
      await pass(until - now, tenants);
      const happening = begun.filter(({ story }) => story.at > now && story.at <= until);
      for (const { story, began } of happening) await story.happens(began);
      now = until;
      if (until === 4 * DAY_S + 1 && withdrawn !== undefined) {
        expect((await current(withdrawn.began)).status).toBe('verified');
        const path = `/people/${encodeURIComponent(withdrawn.began.person)}/revoke-consent`;
        await withdrawn.tenant.account.control('POST', path, {});
      }
    }

    const found = await Promise.all(begun.map(({ began }) => current(began)));
    expect(found.map(({ status }) => status)).toEqual(
      begun.map(({ story, tenant, began }) =>
        began === withdrawn?.began ? 'revoked' : story.ends[tenant.account.provider],
      ),
    );
    // The vendors, asked now, have nothing to add.
    const asked = await Promise.all(
      begun.map(({ tenant, began }) => core.verifications.refresh(tenant.scope, began.verification.id)),
    );
    expect(asked.map(({ version }) => version)).toEqual(found.map(({ version }) => version));
    // And it was not because a webhook came through after all.
    const { rows } = await core.pool.query('SELECT FROM signals WHERE tenant_id = ANY($1)', [
      tenants.map(({ scope }) => scope.tenantId),
    ]);
    expect(rows).toEqual([]);
    for (const { account } of tenants.filter(({ account }) => account.provider !== 'sardine')) {
      const { data } = (await account.control('GET', '/webhooks')) as { data: { state: string }[] };
      expect(data.length).toBeGreaterThan(0);
      expect(data.every(({ state }) => state === 'lost')).toBe(true);
    }
  });
});

describe('what a vendor takes in a minute', () => {
  /** Verifications whose first scheduled read has just come due, at a connection that takes `callsPerMinute`. */
  async function backlog(
    provider: ProviderName,
    count: number,
    callsPerMinute: number,
  ): Promise<{ readonly tenant: HarnessTenant; readonly begun: readonly Begun[] }> {
    const tenant = await core.tenant(provider);
    const begun = await Promise.all(Array.from({ length: count }, () => begin(tenant)));
    // Or they would be counted after the minute in which they were made.
    await core.app.get(CallQuotas).tell();
    await setQuota(tenant, callsPerMinute);
    await pass(90, [tenant], []);
    return { tenant, begun };
  }

  /** More like the tenant's last one to come due, due right after it. */
  async function copyDue({ scope }: HarnessTenant, count: number): Promise<void> {
    await core.pool.query(
      `INSERT INTO verifications
       SELECT copy.* FROM verifications m CROSS JOIN generate_series(1, $2) AS n
         CROSS JOIN LATERAL jsonb_populate_record(m, jsonb_build_object(
           'id', gen_random_uuid(), 'due_at', m.due_at + n * interval '1 ms')) AS copy
        WHERE m.id = (SELECT id FROM verifications WHERE tenant_id = $1 ORDER BY due_at DESC LIMIT 1)`,
      [scope.tenantId, count],
    );
  }

  /** Rows that PostgreSQL looks at for a claim, which is taken back. */
  async function lookedAtBy(claim: string, values: readonly unknown[]): Promise<number> {
    const session = await core.pool.connect();
    try {
      await session.query('BEGIN');
      const { rows } = await session.query<Explained>(`EXPLAIN (ANALYZE, FORMAT JSON) ${claim}`, [...values]);
      await session.query('ROLLBACK');
      return rowsLookedAt(rows[0]);
    } finally {
      session.release();
    }
  }

  it('is never more than it said, from two processes, and the backlog is worked off', async () => {
    const quota = 15;
    const { tenant, begun } = await backlog('sardine', 22, quota);
    await Promise.all(begun.map(({ person }) => tenant.account.finish(person, 'approve')));
    const processes = [core.workers, await core.replica()];
    expect(await dueAt('sardine', tenant)).toBe(22);

    const lags: number[] = [];
    for (let step = 0; step < 60 && lags.at(-1) !== 0; step += 1) {
      await pass(5, [tenant], processes);
      lags.push(await dueAt('sardine', tenant));
    }

    expect(lags).toEqual([...lags].sort((one, other) => other - one));
    expect(lags.at(-1)).toBe(0);
    const reads = (await readsAtSardine(tenant)).map(({ at }) => Date.parse(at));
    expect(reads).toHaveLength(22);
    for (const first of reads) {
      const inMinute = reads.filter((at) => at >= first && at < first + 60_000);
      expect(inMinute.length).toBeLessThanOrEqual(quota);
    }
    // Most of it is used: careful is not idle.
    expect((reads.at(-1) ?? 0) - (reads[0] ?? 0)).toBeLessThan(130_000);
    expect(await Promise.all(begun.map(async (each) => (await current(each)).status))).toEqual(
      begun.map(() => 'verified'),
    );
  });

  it('is for callers first: they are never refused, and what they use the background leaves', async () => {
    const { tenant, begun } = await backlog('sardine', 20, 30);
    await core.workers.workOff();
    const before = await dueAt('sardine', tenant);
    expect(before).toBeGreaterThan(0);

    for (const { verification } of begun.slice(0, 10))
      await core.verifications.refresh(tenant.scope, verification.id);
    expect((await begin(tenant)).verification.status).toBe('requires_input');

    const readsBefore = (await readsAtSardine(tenant)).length;
    await pass(15, [tenant]);
    expect((await readsAtSardine(tenant)).length).toBe(readsBefore);
    // A minute's worth is the most that can be owed; what was called before the clock was moved may be counted after it.
    await pass(90, [tenant]);
    await pass(90, [tenant]);
    expect((await readsAtSardine(tenant)).length).toBeGreaterThan(readsBefore);
  });

  it('does not make others wait that have calls left', async () => {
    const slow = await backlog('sardine', 8, 10);
    const quick = await backlog('sardine', 2, 60_000);
    await core.workers.workOff();
    expect(await dueAt('sardine', quick.tenant)).toBe(0);
    expect(await dueAt('sardine', slow.tenant)).toBeGreaterThan(0);
  });

  it('does not make others wait behind any number of reads for which there are no calls', async () => {
    const slow = await backlog('sardine', 10, 10);
    await copyDue(slow.tenant, 12_000);
    const quick = await backlog('sardine', 2, 60_000);
    await core.workers.workOff();
    expect(await dueAt('sardine', quick.tenant)).toBe(0);
    expect(await dueAt('sardine', slow.tenant)).toBeGreaterThanOrEqual(12_000);

    // Nor is there more to look through for it. Whoever claims is told of a connection that has no calls left.
    await core.pool.query('ANALYZE verifications');
    const leftOut = await core.pool.query<{ id: string }>('SELECT id FROM connections WHERE tenant_id = $1', [
      slow.tenant.scope.tenantId,
    ]);
    const values = [clock.now(), clock.now(), 4, [], leftOut.rows.map(({ id }) => id)];
    expect(await lookedAtBy(CLAIM_DUE.text, values)).toBeLessThan(1_500);
    expect(await lookedAtBy(CLAIM_DUE_BEHIND.text, values)).toBeLessThan(1_500);
    await core.pool.query('UPDATE verifications SET due_at = NULL WHERE tenant_id = $1', [
      slow.tenant.scope.tenantId,
    ]);
  });

  it('is left alone for as long as the vendor asks, by every process, once it was too much', async () => {
    const { tenant } = await backlog('sardine', 3, 60_000);
    await tenant.account.control('POST', '/faults', {
      on: 'request',
      kind: 'rate-limit',
      retryAfterSeconds: 600,
      times: null,
    });
    await core.workers.workOff();
    await tenant.account.control('DELETE', '/faults');
    const refused = (await readsAtSardine(tenant)).length;
    expect(refused).toBeGreaterThan(0);

    await Promise.all(Array.from({ length: 5 }, () => begin(tenant)));
    const other = await core.replica();
    await pass(590, [tenant], [other]);
    // Those that were refused wait for a time of their own; any that came after them was not asked for at all, and is due as it was.
    expect(await dueAt('sardine', tenant)).toBe(8 - refused);
    expect((await readsAtSardine(tenant)).length).toBe(refused);

    await pass(200, [tenant], [other]);
    expect((await readsAtSardine(tenant)).length).toBe(refused + 8);
    expect(await dueAt('sardine', tenant)).toBe(0);
  });
});

describe('a provider that answers in bulk', () => {
  const bulk = (tenant: HarnessTenant): Promise<readonly JournalEntry[]> => requestsOf(tenant, '/bulk');
  const single = async (tenant: HarnessTenant): Promise<readonly JournalEntry[]> =>
    // Without the one by which the connection was checked, of nobody.
    (await requestsOf(tenant, '/status')).filter(({ path }) => !path.includes('0'.repeat(24)));

  async function read(count: number): Promise<{ tenant: HarnessTenant; begun: readonly Begun[] }> {
    const tenant = await core.tenant('dentity');
    const begun = await Promise.all(Array.from({ length: count }, () => begin(tenant)));
    await pass(90, [tenant]);
    expect(await single(tenant)).toHaveLength(count);
    expect(await bulk(tenant)).toEqual([]);
    return { tenant, begun };
  }

  it('is asked once for many, and singly only for those that have changed', async () => {
    const { tenant, begun } = await read(12);
    await pass(150, [tenant]);
    expect(await bulk(tenant)).toHaveLength(1);
    expect(await single(tenant)).toHaveLength(12);

    const [first, second] = begun;
    for (const each of [first, second]) await tenant.account.finish(each?.person ?? '', 'approve');
    await pass(400, [tenant]);
    expect(await bulk(tenant)).toHaveLength(2);
    expect(await single(tenant)).toHaveLength(14);
    const statuses = await Promise.all(begun.map(async (each) => (await current(each)).status));
    expect(statuses).toEqual(
      begun.map((each) => (each === first || each === second ? 'verified' : 'requires_input')),
    );
  });

  it('is asked singly at the deadline, and all of them expire', async () => {
    const { tenant, begun } = await read(5);
    await pass(2 * HOUR_S, [tenant]);
    expect(await single(tenant)).toHaveLength(10);
    const statuses = await Promise.all(begun.map(async (each) => (await current(each)).status));
    expect(statuses).toEqual(begun.map(() => 'expired'));
  });

  it('is tried again later for all of them when the bulk answer fails, and not asked one by one instead', async () => {
    const { tenant, begun } = await read(6);
    await tenant.account.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 400,
      path: '/bulk',
    });
    await pass(150, [tenant]);
    expect(await single(tenant)).toHaveLength(6);
    expect(await dueAt('dentity', tenant)).toBe(0);
    await tenant.account.finish(begun[0]?.person ?? '', 'approve');
    await pass(1.3 * HOUR_S, [tenant]);
    expect((await Promise.all(begun.map(current)))[0]?.status).toBe('verified');
  });
});
