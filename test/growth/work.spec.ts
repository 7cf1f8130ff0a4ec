import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Environment } from '@gatehouse/core';
import { fromTypeId, type Statement } from '@gatehouse/platform';

import { faultsOf } from '../../bench/growth/plan.js';
import { fillStage, type Stage } from '../../bench/growth/stage.js';
import { isReading, StatementListener } from '../../bench/growth/statements.js';
import {
  CLAIM_PENDING,
  LOCK_PENDING,
  SETTLE_MANY,
  type SignalRow,
} from '../../libs/core/src/inbox/signal.rows.js';
import { CLAIM_DUE_BEHIND, CORRELATE } from '../../libs/core/src/verifications/verification.rows.js';
import { CLAIM, GIVE_BACK, SETTLE } from '../../libs/core/src/webhooks/delivery-queue.js';
import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';
import { type Explained, rowsLookedAt } from '../support/rows-looked-at.js';

/*
 * What is done for every webhook, in and out, on a history of some thousand verifications: it must not read more of it the longer it is. Seen
 * with `npm run bench -- --only webhooks`: each claim of deliveries read all of them, and so did what wrote down what came of them.
 */
const VERIFICATIONS = 6_000;
const AT_ONCE = 16;

let harness: GatewayHarness;
let stage: Stage;
let listener: StatementListener;
let tenantId: string;

beforeAll(async () => {
  listener = new StatementListener();
  harness = await startGateway({ role: 'api' });
  stage = await fillStage(harness, {
    verifications: VERIFICATIONS,
    tenants: 20,
    listener,
    onProgress: () => undefined,
  });
  tenantId = fromTypeId('tnt', stage.giant.id) ?? '';
});

afterAll(async () => {
  await harness.close();
});

/** PostgreSQL believes that the table is small and knows nothing of its columns, as in a new deployment that grows. */
async function forgetStatisticsOf(table: string): Promise<void> {
  await harness.pool.query(
    `SELECT pg_clear_attribute_stats('public', $1, attname, false) FROM pg_stats WHERE schemaname = 'public' AND tablename = $1`,
    [table],
  );
  await harness.pool.query(
    `SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', $1::text, 'relpages', 1::int, 'reltuples', 1::real)`,
    [table],
  );
}

/** What is wrong with the plan that the gateway's session has for it; how many rows it gave. */
async function explained(
  statement: Statement,
  values: readonly unknown[],
  environment: Environment | null,
): Promise<{ readonly faults: readonly string[]; readonly rows: number }> {
  const { database } = harness;
  const sessions = environment === null ? database.across : database.within({ tenantId, environment });
  const { result, statements } = await listener.during(() => sessions.query(statement, values));
  const faults: string[] = [];
  for (const sent of statements) {
    const plan = await listener.plan(sent);
    faults.push(...faultsOf(statement.name, plan, AT_ONCE).map(({ detail }) => detail));
  }
  return { faults, rows: result.length };
}

/** Rows that PostgreSQL looks at to answer an operator. */
async function lookedAt(path: string): Promise<number> {
  const { result, statements } = await listener.during(() => stage.call(stage.adminKey, 'GET', path));
  expect(result.status).toBe(200);
  let rows = 0;
  for (const sent of statements.filter(isReading)) {
    rows += rowsLookedAt({ 'QUERY PLAN': await listener.plan(sent) } as Explained);
  }
  return rows;
}

it('claims the deliveries of an endpoint by their keys', async () => {
  const { endpoint_id } = await stage.row(
    `UPDATE webhook_deliveries SET turn = 0, state = 'pending', due_at = now() - interval '1 hour', endpoint_id = (
        SELECT endpoint_id FROM webhook_deliveries WHERE tenant_id = $1 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)
      WHERE tenant_id = $1 RETURNING endpoint_id`,
    [tenantId],
  );
  // As where one tenant is all there is: a great part of the table is due at one endpoint, so that as much might be allotted.
  await harness.pool.query('DELETE FROM webhook_deliveries WHERE tenant_id <> $1', [tenantId]);
  await harness.pool.query('ANALYZE webhook_deliveries');
  const now = new Date();
  const lease = new Date(now.getTime() + 45_000);
  const values = [[tenantId], [endpoint_id], [AT_ONCE], 0, now, lease];
  expect(await explained(CLAIM, values, null)).toEqual({ faults: [], rows: AT_ONCE });
});

it('gives deliveries back by their keys, as far as it still holds them', async () => {
  const { rows } = await harness.pool.query<{ id: string; due_at: Date }>(
    'SELECT id, due_at FROM webhook_deliveries WHERE tenant_id = $1 AND due_at IS NOT NULL ORDER BY id LIMIT $2',
    [tenantId, AT_ONCE],
  );
  expect(rows).toHaveLength(AT_ONCE);
  const since = new Date(Date.now() - 60_000);
  const given = (lease: (row: { readonly due_at: Date }) => Date): readonly unknown[] => [
    rows.map(() => tenantId),
    rows.map(({ id }) => id),
    rows.map(lease),
    rows.map(() => since),
  ];
  const due = async (): Promise<number> => {
    const { rowCount } = await harness.pool.query(
      'SELECT FROM webhook_deliveries WHERE tenant_id = $1 AND due_at = $2',
      [tenantId, since],
    );
    return rowCount ?? 0;
  };
  await harness.database.across.query(
    GIVE_BACK,
    given(({ due_at }) => new Date(due_at.getTime() + 1)),
  );
  expect(await due()).toBe(0);
  const held = given(({ due_at }) => due_at);
  expect((await explained(GIVE_BACK, held, null)).faults).toEqual([]);
  expect(await due()).toBe(AT_ONCE);
});

it('writes down what came of deliveries by their keys, also where it was planned while they were few', async () => {
  await harness.pool.query('CREATE TABLE all_deliveries AS SELECT * FROM webhook_deliveries');
  await harness.pool.query('TRUNCATE webhook_deliveries');
  await harness.pool.query(
    'INSERT INTO webhook_deliveries SELECT * FROM all_deliveries ORDER BY id LIMIT 300',
  );
  await harness.pool.query('ANALYZE webhook_deliveries');
  const now = new Date();
  const outcomes = async (): Promise<readonly unknown[]> => {
    const { rows } = await harness.pool.query<{ id: string; attempts: number }>(
      'SELECT id, attempts FROM webhook_deliveries WHERE tenant_id = $1 ORDER BY id LIMIT $2',
      [tenantId, AT_ONCE],
    );
    const column = <T>(of: (row: { readonly id: string; readonly attempts: number }) => T): readonly T[] =>
      rows.map(of);
    const made = [204, 20, null, 'delivered', null, null].map((value) => column(() => value));
    return [
      column(() => tenantId),
      column(({ id }) => id),
      column(({ attempts }) => attempts),
      column(() => now),
      ...made,
    ];
  };
  await harness.database.across.query(SETTLE, await outcomes());
  await harness.pool.query(
    'INSERT INTO webhook_deliveries SELECT * FROM all_deliveries ON CONFLICT DO NOTHING',
  );
  expect((await explained(SETTLE, await outcomes(), null)).faults).toEqual([]);
  const written = await harness.pool.query(
    'SELECT count(*)::int FROM webhook_attempts WHERE tenant_id = $1 AND at = $2',
    [tenantId, now],
  );
  expect(written.rows).toEqual([{ count: 2 * AT_ONCE }]);
});

it('claims what is due at a connection without looking through the backlog of another', async () => {
  await stage.row(
    `INSERT INTO connections (tenant_id, id, environment, provider, secrets_sealed, settings, created_at, updated_at)
     VALUES ($1, gen_random_uuid(), 'test', 'sardine', '', '{}', now(), now()) RETURNING *`,
    [tenantId],
  );
  await harness.pool.query(
    `UPDATE verifications SET due_at = created_at - interval '10 years' WHERE tenant_id = $1`,
    [tenantId],
  );
  const now = new Date();
  const lease = new Date(now.getTime() + 60_000);
  const claimed = (): Promise<unknown> => explained(CLAIM_DUE_BEHIND, [now, lease, 4, [], []], null);

  await harness.pool.query('ANALYZE verifications');
  // As where two connections are all there are: each is taken to have half of what is due, and rows lie as they become due.
  for (const column of ['tenant_id', 'connection_id'])
    await harness.pool.query(`SELECT pg_clear_attribute_stats('public', 'verifications', $1::text, false)`, [
      column,
    ]);
  for (const [column, distinct, correlation] of [
    ['tenant_id', 1, 0],
    ['connection_id', 2, 0],
    ['due_at', -1, 1],
  ])
    await harness.pool.query(
      `SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', 'verifications', 'attname', $1::text, 'inherited', false,
         'null_frac', 0::real, 'avg_width', 16, 'n_distinct', $2::real, 'correlation', $3::real)`,
      [column, distinct, correlation],
    );
  expect(await claimed()).toEqual({ faults: [], rows: 0 });

  await forgetStatisticsOf('verifications');
  expect(await claimed()).toEqual({ faults: [], rows: 0 });
  await harness.pool.query('ANALYZE verifications');
});

it('finds the newest version of a routing policy without the others', async () => {
  await harness.pool.query(
    `INSERT INTO routing_policies (tenant_id, environment, version, policy, author, created_at)
     SELECT $1, 'live', n, '{"provider":"sentinel","rules":[],"fallback":[],"callerMayChoose":false,"guardrail":null}', 'system', now()
       FROM generate_series(10000, 13000) n`,
    [tenantId],
  );
  await harness.pool.query('ANALYZE routing_policies');
  const path = `/admin/v1/tenants/${stage.giant.id}/routing/versions?environment=live&limit=1`;
  expect(await lookedAt(path)).toBeLessThan(100);
});

it('locks and settles webhooks by their keys, however many are pending', async () => {
  await harness.pool.query(
    `UPDATE signals SET state = 'pending', due_at = now() WHERE tenant_id = $1 AND state = 'applied'`,
    [tenantId],
  );
  await forgetStatisticsOf('signals');
  const { rows } = await harness.pool.query<{ id: string }>(
    `SELECT id FROM signals WHERE tenant_id = $1 AND environment = 'live' AND state = 'pending' ORDER BY id LIMIT $2`,
    [tenantId, AT_ONCE],
  );
  const ids = rows.map(({ id }) => id);
  expect(await explained(LOCK_PENDING, [tenantId, ids], 'live')).toEqual({ faults: [], rows: AT_ONCE });
  const settled = JSON.stringify(ids.map((id) => ({ id, state: 'applied', reason: null })));
  expect((await explained(SETTLE_MANY, [tenantId, settled, new Date()], 'live')).faults).toEqual([]);
  expect(await explained(LOCK_PENDING, [tenantId, ids], 'live')).toEqual({ faults: [], rows: 0 });
});

it('claims stored webhooks with the keys of those whom they are about, each found by its own', async () => {
  await harness.pool.query(
    `UPDATE signals SET state = 'pending', due_at = now() - interval '1 hour', attempts = 0
      WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM signals WHERE tenant_id = $1 AND verification_id IS NOT NULL ORDER BY id LIMIT $2)`,
    [tenantId, 3 * AT_ONCE],
  );
  await forgetStatisticsOf('verifications');
  await forgetStatisticsOf('subjects');
  const now = new Date();
  expect(await explained(CLAIM_PENDING, [now, now, AT_ONCE], null)).toEqual({ faults: [], rows: AT_ONCE });
  const rest = await harness.database.across.query<SignalRow>(CLAIM_PENDING, [now, now, AT_ONCE]);
  expect(rest).toHaveLength(AT_ONCE);
  const { rows } = await harness.pool.query<{ subject_id: string; key_wrapped: Buffer }>(
    `SELECT s.id AS subject_id, s.key_wrapped FROM unnest($2::uuid[]) WITH ORDINALITY said(id, n)
       JOIN verifications v ON v.tenant_id = $1 AND v.id = said.id
       JOIN subjects s ON s.tenant_id = $1 AND s.id = v.subject_id ORDER BY said.n`,
    [tenantId, rest.map(({ verification_id }) => verification_id)],
  );
  expect(rest.map(({ subject_id, key_wrapped }) => ({ subject_id, key_wrapped }))).toEqual(rows);
});

it('finds whom vendors speak of by what they are called', async () => {
  await forgetStatisticsOf('verifications');
  await forgetStatisticsOf('subjects');
  const { rows } = await harness.pool.query<{
    connection_id: string;
    id: string;
    reference: string | null;
    email: Buffer | null;
    phone: Buffer | null;
  }>(
    `SELECT v.connection_id, v.id, v.provider_reference AS reference, s.email_hash AS email, s.phone_hash AS phone
       FROM verifications v JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id
      WHERE v.tenant_id = $1 AND v.environment = 'live' ORDER BY v.created_at LIMIT $2`,
    [tenantId, AT_ONCE],
  );
  const said = rows.map(({ connection_id, id, reference, email, phone }, n) => ({
    n,
    connection_id,
    own: id,
    reference: reference ?? `nobody-${n}`,
    emails: email === null ? [] : [email.toString('base64')],
    phones: phone === null ? [] : [phone.toString('base64')],
  }));
  const found = await explained(CORRELATE, [tenantId, 'live', JSON.stringify(said)], 'live');
  expect(found.faults).toEqual([]);
  expect(found.rows).toBeGreaterThanOrEqual(AT_ONCE);
});
