import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '@gatehouse/platform';

import { figuresStatement } from '../../libs/core/src/overview/overview-queries.js';
import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
} from '../support/gateway-harness.js';
import { type Past, remember } from '../support/past-verifications.js';
import { begin } from '../support/verified.js';

/*
 * Against a history that is written straight into the table: what began when, where, and how it ended.
 */

let harness: GatewayHarness;
let tenant: GatewayTenant;
let other: GatewayTenant;
beforeAll(async () => {
  harness = await startGateway();
  tenant = await harness.tenant();
  other = await harness.tenant();
  for (const each of [tenant, other]) {
    await each.connect('sentinel');
    await each.route('sentinel');
    await begin(each);
  }
  // Whatever runs by itself leaves the history alone.
  await harness.pool.query('UPDATE verifications SET due_at = NULL');
  await remember(harness.pool, tenant.id, HISTORY);
  await remember(harness.pool, other.id, [
    { provider: 'sentinel', status: 'verified', createdAt: '2026-03-02T10:00:00Z', took: 500 },
  ]);
});
afterAll(() => harness.close());

const RANGE = 'since=2026-03-01T00:00:00Z&until=2026-03-04T00:00:00Z';

/** In March 2026, in which nothing else happens. */
const HISTORY: readonly Past[] = [
  // The last moment of a day in UTC, and the first of the next.
  { provider: 'sentinel', status: 'verified', createdAt: '2026-03-01T23:59:59.999Z', took: 10 },
  { provider: 'sentinel', status: 'verified', createdAt: '2026-03-02T00:00:00Z', took: 20 },
  { provider: 'sentinel', status: 'verified', createdAt: '2026-03-02T12:00:00Z', took: 30 },
  { provider: 'sentinel', status: 'rejected', createdAt: '2026-03-02T13:00:00Z', took: 40 },
  { provider: 'sentinel', status: 'needs_review', createdAt: '2026-03-02T14:00:00Z' },
  { provider: 'sentinel', status: 'requires_input', createdAt: '2026-03-02T15:00:00Z' },
  { provider: 'sentinel', status: 'processing', createdAt: '2026-03-02T16:00:00Z' },
  { provider: 'dentity', status: 'expired', createdAt: '2026-03-02T10:00:00Z', took: 99 },
  { provider: 'dentity', status: 'canceled', createdAt: '2026-03-03T10:00:00Z', took: 99 },
  { provider: 'dentity', status: 'revoked', createdAt: '2026-03-03T11:00:00Z', took: 99 },
  { provider: 'dentity', status: 'error', createdAt: '2026-03-03T12:00:00Z' },
  {
    provider: 'dentity',
    status: 'verified',
    createdAt: '2026-03-03T12:00:00Z',
    took: 7,
    environment: 'live',
  },
  // Neither of these: one was over before it came to us, the others are out of the range by a moment.
  { provider: 'sentinel', status: 'verified', createdAt: '2026-03-02T12:00:00Z', took: 1, imported: true },
  { provider: 'sentinel', status: 'verified', createdAt: '2026-02-28T23:59:59.999Z', took: 1 },
  { provider: 'sentinel', status: 'verified', createdAt: '2026-03-04T00:00:00Z', took: 1 },
];

async function overview(query: string): Promise<Record<string, unknown>> {
  return required(await harness.admin('GET', `/overview?${query}`), 200);
}

const NONE = {
  created: 0,
  verified: 0,
  rejected: 0,
  needsReview: 0,
  open: 0,
  expired: 0,
  canceled: 0,
  revoked: 0,
  error: 0,
};

describe('the overview', () => {
  it('counts what began in the range, by day in UTC, by provider, and by where it is now', async () => {
    const shown = await overview(`${RANGE}&tenantId=${tenant.id}`);
    expect(shown).toMatchObject({
      since: '2026-03-01T00:00:00.000Z',
      until: '2026-03-04T00:00:00.000Z',
      total: {
        created: 12,
        verified: 4,
        rejected: 1,
        needsReview: 1,
        open: 2,
        expired: 1,
        canceled: 1,
        revoked: 1,
        error: 1,
      },
      passRate: 0.8,
      timeToVerdict: { p50Seconds: 20, p95Seconds: 40 },
      openReviews: 1,
    });
    expect(shown['days']).toEqual([
      { ...NONE, day: '2026-03-01', provider: 'sentinel', created: 1, verified: 1 },
      { ...NONE, day: '2026-03-02', provider: 'dentity', created: 1, expired: 1 },
      {
        ...NONE,
        day: '2026-03-02',
        provider: 'sentinel',
        created: 6,
        verified: 2,
        rejected: 1,
        needsReview: 1,
        open: 2,
      },
      {
        ...NONE,
        day: '2026-03-03',
        provider: 'dentity',
        created: 4,
        verified: 1,
        canceled: 1,
        revoked: 1,
        error: 1,
      },
    ]);
    expect(shown['daily']).toEqual([
      { day: '2026-03-01', passRate: 1, timeToVerdict: { p50Seconds: 10, p95Seconds: 10 } },
      { day: '2026-03-02', passRate: 2 / 3, timeToVerdict: { p50Seconds: 30, p95Seconds: 40 } },
      { day: '2026-03-03', passRate: 1, timeToVerdict: { p50Seconds: 7, p95Seconds: 7 } },
    ]);
    const { providers } = shown as { providers: { provider: string }[] };
    expect(providers.map(({ provider }) => provider).sort()).toEqual(['dentity', 'sardine', 'sentinel']);
    expect(providers).toContainEqual(
      expect.objectContaining({
        provider: 'sentinel',
        created: 7,
        passRate: 0.75,
        timeToVerdict: { p50Seconds: 20, p95Seconds: 40 },
        openConnections: 0,
      }),
    );
    expect(providers).toContainEqual(
      expect.objectContaining({ provider: 'sardine', created: 0, passRate: null, timeToVerdict: null }),
    );
  });

  it('is of one environment, where one is named', async () => {
    const live = await overview(`${RANGE}&tenantId=${tenant.id}&environment=live`);
    expect(live).toMatchObject({ total: { created: 1, verified: 1 }, passRate: 1, openReviews: 0 });
    const test = await overview(`${RANGE}&environment=test`);
    expect(test).toMatchObject({ total: { created: 12 }, openReviews: 1 });
  });

  it('is of all tenants, where none is named', async () => {
    expect(await overview(RANGE)).toMatchObject({
      total: { created: 13, verified: 5 },
      timeToVerdict: { p50Seconds: 20, p95Seconds: 500 },
    });
    expect(await overview(`${RANGE}&tenantId=${other.id}`)).toMatchObject({
      total: { created: 1 },
      openReviews: 0,
    });
  });

  it('has no pass rate and no time where nobody was verified or rejected', async () => {
    const undecided = 'since=2026-03-03T10:00:00Z&until=2026-03-03T11:30:00Z';
    expect(await overview(undecided)).toMatchObject({
      total: { created: 2 },
      passRate: null,
      timeToVerdict: null,
      daily: [{ day: '2026-03-03', passRate: null, timeToVerdict: null }],
    });
    expect(await overview('since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z')).toMatchObject({
      total: NONE,
      days: [],
      daily: [],
    });
  });

  it('is of the last 30 days unless told otherwise, and of 92 at most', async () => {
    const before = Date.now();
    const shown = await overview('');
    const [since, until] = [shown['since'], shown['until']].map((at) => Date.parse(String(at)));
    expect((until ?? 0) - (since ?? 0)).toBe(30 * 86_400_000);
    expect(until).toBeGreaterThanOrEqual(before);
    // The two that began just now.
    expect(shown).toMatchObject({ total: { created: 2, open: 2 } });
    await overview('since=2026-01-01T00:00:00Z&until=2026-04-03T00:00:00Z');
    for (const [query, pointer] of [
      ['since=2026-01-01T00:00:00Z&until=2026-04-03T00:00:00.001Z', 'since'],
      ['since=2020-01-01T00:00:00Z', 'since'],
      ['since=2026-03-01T00:00:00Z&until=2026-03-01T00:00:00Z', 'since'],
      ['until=soon', 'until'],
      ['environment=both', 'environment'],
      ['tenantId=tnt_1', 'tenantId'],
    ] as const) {
      expect((await harness.admin('GET', `/overview?${query}`)).json).toMatchObject({
        status: 422,
        errors: [{ pointer }],
      });
    }
  });

  it('reads figures of every tenant from one index alone', async () => {
    const session = await harness.pool.connect();
    try {
      await session.query('VACUUM verifications');
      // A table with few rows is read whole, unless that is made dear.
      await session.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
      const { text } = figuresStatement({ name: '', condition: ` AND environment = ANY('{test,live}')` });
      const plan = await session.query(
        `EXPLAIN (FORMAT JSON) ${text.replace('$1', "'-infinity'").replace('$2', "'infinity'")}`,
      );
      expect(JSON.stringify(plan.rows)).toMatch(/"Index Only Scan".*"verifications_of_all"/);
    } finally {
      session.release(true);
    }
  });
});

describe('the overview of webhooks', () => {
  it('counts what waits now, and what became of the deliveries of the range', async () => {
    const tenantId = fromTypeId('tnt', tenant.id);
    const write = (state: string, at: string, isDue: boolean): Promise<unknown> =>
      harness.pool.query(
        `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
         VALUES ($1, gen_random_uuid(), 'test', gen_random_uuid(), gen_random_uuid(), 'endpoint.test', $2, 1, $4, $3)`,
        [tenantId, state, at, isDue ? '2999-01-01T00:00:00Z' : null],
      );
    await write('delivered', '2026-03-01T10:00:00Z', false);
    await write('delivered', '2026-03-02T10:00:00Z', false);
    await write('failed', '2026-03-02T10:00:00Z', false);
    await write('failed', '2026-02-02T10:00:00Z', false);
    await write('pending', '2026-02-02T10:00:00Z', true);
    const heard = (state: string, reason: string | null, dueAt: string | null): Promise<unknown> =>
      harness.pool.query(
        `INSERT INTO signals (tenant_id, id, connection_id, environment, provider, source, event, authenticity, dedup_hash, body_sealed,
                              state, state_reason, bucket, due_at, received_at)
         VALUES ($1, gen_random_uuid(), gen_random_uuid(), 'test', 'sentinel', 'webhook', 'x', 'none', $2, '', $3, $4, 0, $5, $6)`,
        [tenantId, Buffer.from(state), state, reason, dueAt, '2026-02-02T10:00:00Z'],
      );
    await heard('orphan', 'nobody_known', null);
    await heard('pending', null, '2999-01-01T00:00:00Z');
    const webhooks = async (query: string): Promise<unknown> => (await overview(query))['webhooks'];
    await eventually(async () => {
      expect(await webhooks(`${RANGE}&tenantId=${tenant.id}`)).toEqual({
        in: { pending: 1, oldestPendingSeconds: expect.any(Number), orphans: 1 },
        out: { pending: 1, oldestPendingSeconds: expect.any(Number), delivered: 2, failed: 1 },
      });
    });
    const { out } = (await webhooks(`${RANGE}&environment=test`)) as {
      out: { oldestPendingSeconds: number };
    };
    const since = (Date.now() - Date.parse('2026-02-02T10:00:00Z')) / 1000;
    expect(Math.abs(out.oldestPendingSeconds - since)).toBeLessThan(60);
    expect(await webhooks(`${RANGE}&tenantId=${other.id}`)).toEqual({
      in: { pending: 0, oldestPendingSeconds: null, orphans: 0 },
      out: { pending: 0, oldestPendingSeconds: null, delivered: 0, failed: 0 },
    });
    expect(await webhooks(`${RANGE}&environment=live`)).toMatchObject({ out: { delivered: 0, failed: 0 } });
  });
});
