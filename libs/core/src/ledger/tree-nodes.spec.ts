import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectDatabase, type Database, Log, sha256, SystemIds } from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { type Explained, rowsLookedAt } from '../../../../test/support/rows-looked-at.js';
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

  const [answer] = await own.query<Explained>(
    { name: 'plan_nodes', text: `EXPLAIN (ANALYZE, FORMAT JSON) ${NODES.text}` },
    [tenantId, places.map(({ level }) => level), places.map(({ index }) => index)],
  );
  expect(rowsLookedAt(answer)).toBeLessThan(10 * places.length);
});
