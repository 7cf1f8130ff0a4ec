import { connectDatabase, type Database, Log, SystemClock, SystemIds } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Sequencer } from '../../libs/core/src/ledger/sequencer.js';
import { type Auditor, createAuditor } from '../support/auditor.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ledgerKeysOf } from '../support/ledger-keys.js';
import { tamper } from '../support/ledger-tampering.js';

/** Leaves of the tree before it is tampered with, in batches of three: many heads, and subtrees of every size. */
const SIZE = 22;

const ids = new SystemIds();

let test: TestDatabase;
let database: Database;
let sequencer: Sequencer;
let auditor: Auditor;

beforeAll(async () => {
  test = await createTestDatabase();
  database = await connectDatabase(test.url, { poolSize: 3, log: new Log({ level: 'silent' }) });
  sequencer = new Sequencer(database, ledgerKeysOf(database), new SystemClock());
  auditor = await createAuditor(test, 'all');
});
afterAll(async () => {
  await auditor.close();
  await database.close();
  await test.drop();
});

async function append(tenant: string, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1)
    await test.pool.query(
      `WITH entry AS (INSERT INTO ledger_entries (tenant_id, id, environment, kind, actor, data, at)
                      VALUES ($1, $2, 'test', 'identity.viewed', 'system', '{}', now()) RETURNING tenant_id, id)
       INSERT INTO ledger_queue SELECT * FROM entry`,
      [tenant, ids.next()],
    );
  while (await sequencer.placeWaiting());
}

async function ledger(): Promise<string> {
  const tenant = ids.next();
  await test.pool.query(
    `INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, 'Northwind Bank', now(), now())`,
    [tenant],
  );
  for (let size = 0; size < SIZE; size += 3) await append(tenant, Math.min(3, SIZE - size));
  return tenant;
}

async function verified(tenant: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await auditor.query(
    `SELECT ok, checked::int, waiting::int, first_bad_position::int AS position, reason FROM audit.verify($1)`,
    [tenant],
  );
  return row;
}

const ENTRY_AT = (position: number): string =>
  `(SELECT entry_id FROM ledger_leaves WHERE tenant_id = $1 AND position = ${position})`;

describe('audit.verify', () => {
  it('finds a ledger whole after each batch, whatever its size', async () => {
    const tenant = await ledger();
    for (let size = SIZE; size < SIZE + 12; size += 1) {
      expect(await verified(tenant)).toEqual({
        ok: true,
        checked: size,
        waiting: 0,
        position: null,
        reason: null,
      });
      await append(tenant, 1);
    }
  });

  it('counts what waits for the tree, which is nothing bad', async () => {
    const tenant = await ledger();
    await tamper(
      test.pool,
      [tenant],
      `WITH entry AS (INSERT INTO ledger_entries (tenant_id, id, kind, actor, data, at)
                      VALUES ($1, gen_random_uuid(), 'identity.viewed', 'system', '{}', now()) RETURNING tenant_id, id)
       INSERT INTO ledger_queue SELECT * FROM entry`,
    );
    expect(await verified(tenant)).toMatchObject({ ok: true, checked: SIZE, waiting: 1 });
  });

  it.each<[string, number | null, RegExp, readonly string[]]>([
    [
      'an entry that was changed',
      9,
      /^the entry .* was changed$/u,
      [`UPDATE ledger_entries SET data = '{"a":1}' WHERE tenant_id = $1 AND id = ${ENTRY_AT(9)}`],
    ],
    [
      'an entry whose actor was changed, and another one behind it',
      3,
      /^the entry .* was changed$/u,
      [
        `UPDATE ledger_entries SET actor = 'browser' WHERE tenant_id = $1 AND id IN (${ENTRY_AT(17)}, ${ENTRY_AT(3)})`,
      ],
    ],
    [
      'an entry that was removed',
      9,
      /^the entry .* was removed$/u,
      [`DELETE FROM ledger_entries WHERE tenant_id = $1 AND id = ${ENTRY_AT(9)}`],
    ],
    [
      'an entry that was removed with its leaf',
      9,
      /^no entry has this position$/u,
      [
        `DELETE FROM ledger_entries WHERE tenant_id = $1 AND id = ${ENTRY_AT(9)}`,
        'DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position = 9',
      ],
    ],
    [
      'an entry that was changed together with its leaf',
      9,
      /^the node over positions 9 to 10 is not what is below it$/u,
      [
        `UPDATE ledger_entries SET data = '{"a":1}' WHERE tenant_id = $1 AND id = ${ENTRY_AT(9)}`,
        `UPDATE ledger_leaves l SET hash = ledger_leaf_hash(ledger_text(e)) FROM ledger_entries e
          WHERE l.tenant_id = $1 AND l.position = 9 AND e.tenant_id = $1 AND e.id = l.entry_id`,
      ],
    ],
    [
      'two entries in each other’s place',
      9,
      /^the node over positions 9 to 10 /u,
      [
        'UPDATE ledger_leaves SET position = -position + 1000 WHERE tenant_id = $1 AND position IN (9, 13)',
        'UPDATE ledger_leaves SET position = 1000 + 9 + 13 - 1000 - (1000 - position) WHERE tenant_id = $1 AND position > 900',
      ],
    ],
    [
      'an entry that was put in, and nothing else',
      null,
      /^the entry .* has no position and does not wait for one$/u,
      [
        `INSERT INTO ledger_entries (tenant_id, id, kind, actor, data, at)
         VALUES ($1, gen_random_uuid(), 'identity.viewed', 'system', '{}', now())`,
      ],
    ],
    [
      'a leaf that was put in at the end',
      SIZE + 1,
      /^23 entries have a position, and the newest signed head is of 22$/u,
      [
        `WITH entry AS (INSERT INTO ledger_entries (tenant_id, id, environment, kind, actor, data, at)
                        VALUES ($1, gen_random_uuid(), 'test', 'identity.viewed', 'system', '{}', now()) RETURNING *)
         INSERT INTO ledger_leaves (tenant_id, position, entry_id, hash, environment, kind)
         SELECT tenant_id, ${SIZE + 1}, id, ledger_leaf_hash(ledger_text(entry::text::ledger_entries)), environment, kind FROM entry`,
      ],
    ],
    [
      'a node that was changed',
      17,
      /^the node over positions 17 to 20 /u,
      [`UPDATE ledger_nodes SET hash = sha256('x') WHERE tenant_id = $1 AND level = 2 AND index = 4`],
    ],
    [
      'a node that was removed',
      17,
      /^the node over positions 17 to 20 /u,
      ['DELETE FROM ledger_nodes WHERE tenant_id = $1 AND level = 2 AND index = 4'],
    ],
    [
      'a tail that was cut',
      SIZE,
      /^the newest signed head is of 22 entries, and 21 are left: the tail was cut$/u,
      [
        `DELETE FROM ledger_entries WHERE tenant_id = $1 AND id = ${ENTRY_AT(SIZE)}`,
        `DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position = ${SIZE}`,
        'DELETE FROM ledger_nodes WHERE tenant_id = $1 AND level = 1 AND index = 10',
        'UPDATE ledger_heads SET size = 21 WHERE tenant_id = $1',
      ],
    ],
    [
      'a tail that was cut with its head, but for its entry',
      null,
      /has no position and does not wait for one$/u,
      [
        `DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position = ${SIZE}`,
        'DELETE FROM ledger_nodes WHERE tenant_id = $1 AND level = 1 AND index = 10',
        'DELETE FROM ledger_checkpoints WHERE tenant_id = $1 AND size = 22',
        'UPDATE ledger_heads SET size = 21 WHERE tenant_id = $1',
      ],
    ],
    [
      'a head that counts otherwise',
      SIZE,
      /^the head counts 21 entries, and 22 have a position$/u,
      ['UPDATE ledger_heads SET size = 21 WHERE tenant_id = $1'],
    ],
    [
      'everything rewritten but the heads',
      7,
      /^the tree of the first 9 entries has another root than its head that was signed$/u,
      [
        `UPDATE ledger_entries SET data = '{"a":1}' WHERE tenant_id = $1 AND id = ${ENTRY_AT(9)}`,
        `UPDATE ledger_leaves l SET hash = ledger_leaf_hash(ledger_text(e)) FROM ledger_entries e
          WHERE l.tenant_id = $1 AND l.position = 9 AND e.tenant_id = $1 AND e.id = l.entry_id`,
        `UPDATE ledger_nodes n SET hash = ledger_node_hash(l.hash, r.hash) FROM ledger_leaves l, ledger_leaves r
          WHERE n.tenant_id = $1 AND n.level = 1 AND n.index = 4 AND l.tenant_id = $1 AND l.position = 9
            AND r.tenant_id = $1 AND r.position = 10`,
        ...[2, 3, 4].map(
          (
            level,
          ) => `UPDATE ledger_nodes n SET hash = ledger_node_hash(l.hash, r.hash) FROM ledger_nodes l, ledger_nodes r
              WHERE n.tenant_id = $1 AND n.level = ${level} AND n.index = ${8 >> level} AND l.tenant_id = $1 AND r.tenant_id = $1
                AND l.level = ${level - 1} AND r.level = ${level - 1}
                AND l.index = 2 * ${8 >> level} AND r.index = 2 * ${8 >> level} + 1`,
        ),
      ],
    ],
    [
      'a head whose root was changed in its row',
      7,
      /^the tree of the first 9 entries has another root/u,
      [`UPDATE ledger_checkpoints SET root = sha256('x') WHERE tenant_id = $1 AND size = 9`],
    ],
    [
      'a head that says something else than its row',
      7,
      /^the signed head of 9 entries says something else than its row$/u,
      [
        `UPDATE ledger_checkpoints SET note = replace(note, E'\\n9\\n', E'\\n8\\n') WHERE tenant_id = $1 AND size = 9`,
      ],
    ],
    [
      'a leaf that names another kind',
      9,
      /^the leaf names another kind or environment/u,
      [`UPDATE ledger_leaves SET kind = 'ledger.sealed' WHERE tenant_id = $1 AND position = 9`],
    ],
    [
      'an entry that was removed while it waited',
      null,
      /was removed before it had a position$/u,
      ['INSERT INTO ledger_queue VALUES ($1, gen_random_uuid())'],
    ],
  ])('names %s', async (_what, position, reason, statements) => {
    const tenant = await ledger();
    await tamper(test.pool, [tenant], ...statements);
    expect(await verified(tenant)).toMatchObject({
      ok: false,
      position,
      reason: expect.stringMatching(reason),
    });
    // What is bad in one tenant's is not in another's.
    const others = await auditor.query('SELECT ok FROM audit.verify() WHERE tenant_id = $1', [
      await ledger(),
    ]);
    expect(others).toEqual([{ ok: true }]);
    await test.pool.query('DELETE FROM ledger_queue WHERE tenant_id = $1', [tenant]);
  });
});
