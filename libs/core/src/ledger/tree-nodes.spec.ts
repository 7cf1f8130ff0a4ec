import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectDatabase, type Database, Log, sha256, SystemIds } from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { NODES, storedNodes } from './tree-nodes.js';

const LEAVES = 16_384;

let files: TestDatabase;
let database: Database;
beforeAll(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 2, log: new Log({ level: 'silent' }) });
});
afterAll(async () => {
  await database.close();
  await files.drop();
});

/** A tree whose hashes say where they are, of which PostgreSQL believes that there is nothing. */
async function grow(tenantId: string): Promise<void> {
  await files.pool.query('ANALYZE ledger_leaves, ledger_nodes');
  await files.pool.query(
    `INSERT INTO ledger_leaves (tenant_id, position, entry_id, hash, kind)
     SELECT $1, n + 1, gen_random_uuid(), sha256(convert_to('0/' || n, 'utf8')), 'identity.viewed' FROM generate_series(0, $2::int - 1) n`,
    [tenantId, LEAVES],
  );
  await files.pool.query(
    `INSERT INTO ledger_nodes (tenant_id, level, index, hash)
     SELECT $1, level, n, sha256(convert_to(level || '/' || n, 'utf8'))
       FROM generate_series(1, 14) level, generate_series(0, ($2::int >> level) - 1) n`,
    [tenantId, LEAVES],
  );
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that a plan has looked at, in all its loops. */
function lookedAt(node: PlanNode): number {
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return each * node['Actual Loops'] + (node.Plans ?? []).reduce((sum, child) => sum + lookedAt(child), 0);
}

it('reads the nodes that it is asked for, by their keys, whatever the statistics say', async () => {
  const tenantId = new SystemIds().next();
  await grow(tenantId);
  const own = database.within({ tenantId });
  // As for a proof: one of each level, and a run of leaves.
  const places = [
    ...Array.from({ length: 14 }, (_, level) => ({ level, index: (LEAVES >> level) - 1 })),
    ...Array.from({ length: 50 }, (_, index) => ({ level: 0, index: 7 * index })),
  ];
  const node = await storedNodes(own, tenantId, places);
  for (const { level, index } of places) expect(node(level, index)).toEqual(sha256(`${level}/${index}`));
  expect(() => node(3, 5)).toThrow('no node 3/5');

  const [row] = await own.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    { name: 'plan_nodes', text: `EXPLAIN (ANALYZE, FORMAT JSON) ${NODES.text}` },
    [tenantId, places.map(({ level }) => level), places.map(({ index }) => index)],
  );
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  expect(plan).toBeDefined();
  if (plan !== undefined) expect(lookedAt(plan)).toBeLessThan(10 * places.length);
});
