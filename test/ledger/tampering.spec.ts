import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AuditLog,
  type FirstBad,
  Ledger,
  type LedgerFault,
  type LedgerKeys,
  type LedgerProgress,
  LedgerVerifier,
} from '@gatehouse/core';
import { connectDatabase, type Database, Log, SystemClock, SystemIds } from '@gatehouse/platform';

import { Sequencer } from '../../libs/core/src/ledger/sequencer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ledgerKeysOf } from '../support/ledger-keys.js';
import { APPEND_ONLY, tamper } from '../support/ledger-tampering.js';

const ids = new SystemIds();
const clock = new SystemClock();

let files: TestDatabase;
let database: Database;
let keys: LedgerKeys;
let ledger: Ledger;
let sequencer: Sequencer;
let verifier: LedgerVerifier;
let auditLog: AuditLog;

beforeEach(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 10, log: new Log({ level: 'silent' }) });
  keys = ledgerKeysOf(database);
  ledger = new Ledger(clock, ids, () => undefined);
  sequencer = new Sequencer(database, keys, clock);
  verifier = new LedgerVerifier(database, keys);
  auditLog = new AuditLog(database, ledger);
});
afterEach(async () => {
  await database.close();
  await files.drop();
});

/** Thirteen entries, sealed in batches of five, five and three; the last checkpoint is of all of them. */
async function sealed(): Promise<string> {
  const tenantId = ids.next();
  for (const entries of [5, 5, 3]) {
    for (let n = 0; n < entries; n += 1) await write(tenantId, n);
    while (await sequencer.placeWaiting());
  }
  return tenantId;
}

async function write(tenantId: string, number: number): Promise<void> {
  await ledger.append(database.within({ tenantId }), {
    kind: 'identity.viewed',
    tenantId,
    environment: 'test',
    verificationId: null,
    version: null,
    actor: 'key:test',
    data: { number },
  });
}

async function newestCheckpoint(tenantId: string): Promise<string> {
  const { data } = await auditLog.checkpoints(tenantId, { limit: 1, cursor: null });
  return data[0]?.note ?? '';
}

const ENTRY_AT = '(SELECT entry_id FROM ledger_leaves WHERE tenant_id = $1 AND position = $2)';
/** Makes the leaf fit the entry again, as whoever knows how it is made would. */
const HASH_ANEW = `UPDATE ledger_leaves l SET hash = ledger_leaf_hash(ledger_text(e)) FROM ledger_entries e
                    WHERE l.tenant_id = $1 AND l.position = $2 AND e.tenant_id = l.tenant_id AND e.id = l.entry_id`;

describe('what was done to a ledger', () => {
  it('is nothing, where nothing was done', async () => {
    const tenantId = await sealed();
    expect(await verifier.verify(tenantId, [await newestCheckpoint(tenantId)])).toEqual({
      checked: 13,
      firstBad: null,
    });
  });

  it('is looked for in sight: from nothing to all of it', async () => {
    const [one, other] = [await sealed(), await sealed()];
    const told: LedgerProgress[] = [];
    await verifier.verify(one, [], { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([
      { checked: 0, total: 13 },
      { checked: 13, total: 13 },
    ]);
    told.length = 0;
    await verifier.verify(null, [], { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([0, 13, 26].map((checked) => ({ checked, total: 26 })));
    expect(other).not.toBe(one);
  });

  it('is not looked for any longer than somebody waits', async () => {
    await sealed();
    await sealed();
    const leaving = new AbortController();
    const told: LedgerProgress[] = [];
    const onProgress = (progress: LedgerProgress): void => {
      told.push(progress);
      if (progress.checked > 0) leaving.abort(new Error('left'));
    };
    await expect(verifier.verify(null, [], { onProgress, signal: leaving.signal })).rejects.toThrow('left');
    expect(told.map(({ checked }) => checked)).toEqual([0, 13]);
  });

  const cases: readonly (readonly [string, LedgerFault, number, readonly string[]])[] = [
    [
      'a changed entry',
      'entry_changed',
      7,
      [`UPDATE ledger_entries SET data = '{"number": 99}' WHERE tenant_id = $1 AND id = ${ENTRY_AT}`],
    ],
    [
      'a changed time',
      'entry_changed',
      7,
      [`UPDATE ledger_entries SET at = at - interval '1 ms' WHERE tenant_id = $1 AND id = ${ENTRY_AT}`],
    ],
    [
      'a changed entry whose leaf was made to fit',
      'tree_changed',
      7,
      [`UPDATE ledger_entries SET actor = 'key:other' WHERE tenant_id = $1 AND id = ${ENTRY_AT}`, HASH_ANEW],
    ],
    [
      'a deleted entry',
      'entry_missing',
      7,
      [`DELETE FROM ledger_entries WHERE tenant_id = $1 AND id = ${ENTRY_AT}`],
    ],
    [
      'an entry deleted with its leaf',
      'position_missing',
      7,
      [
        `DELETE FROM ledger_entries WHERE tenant_id = $1 AND id = ${ENTRY_AT}`,
        'DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position = $2',
      ],
    ],
    [
      'a leaf deleted without its entry',
      'position_missing',
      7,
      ['DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position = $2'],
    ],
    [
      'a leaf that says another kind, so that the feed passes over its entry',
      'leaf_changed',
      7,
      [`UPDATE ledger_leaves SET kind = 'signal.received' WHERE tenant_id = $1 AND position = $2`],
    ],
    [
      'a leaf of another environment',
      'leaf_changed',
      7,
      [`UPDATE ledger_leaves SET environment = 'live' WHERE tenant_id = $1 AND position = $2`],
    ],
    [
      'the newest checkpoint, deleted',
      'checkpoint_missing',
      13,
      ['DELETE FROM ledger_checkpoints WHERE tenant_id = $1 AND size > $2::bigint + 3'],
    ],
    [
      'the row that says how long the ledger is, deleted',
      'head_differs',
      13,
      ['DELETE FROM ledger_heads WHERE tenant_id = $1 AND size > $2::bigint'],
    ],
    [
      'two entries that changed places',
      'tree_changed',
      7,
      [
        `UPDATE ledger_leaves l SET entry_id = other.entry_id, hash = other.hash
           FROM (SELECT CASE position WHEN $2 THEN $2::bigint + 1 ELSE $2::bigint END AS position, entry_id, hash
                   FROM ledger_leaves WHERE tenant_id = $1 AND position IN ($2, $2::bigint + 1)) other
          WHERE l.tenant_id = $1 AND l.position = other.position`,
      ],
    ],
    [
      'a node of the tree',
      'tree_changed',
      5,
      [`UPDATE ledger_nodes SET hash = sha256('other') WHERE tenant_id = $1 AND level = 2 AND index = 1`],
    ],
    [
      'a node where none can be yet',
      'tree_changed',
      14,
      [`INSERT INTO ledger_nodes SELECT $1, 1, $2::bigint - 1, sha256('other')`],
    ],
    [
      'a checkpoint',
      'checkpoint_forged',
      10,
      [`UPDATE ledger_checkpoints SET root = sha256('other') WHERE tenant_id = $1 AND size = 10`],
    ],
    [
      'the last entries and their leaves, cut off',
      'tail_missing',
      12,
      [
        'DELETE FROM ledger_entries WHERE tenant_id = $1 AND id IN (SELECT entry_id FROM ledger_leaves WHERE tenant_id = $1 AND position >= $2::bigint + 5)',
        'DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position >= $2::bigint + 5',
      ],
    ],
  ];
  it.each(cases)('is found: %s', async (_, fault, position, statements) => {
    const tenantId = await sealed();
    // The unique index would be in the way of an exchange.
    await files.pool.query('DROP INDEX IF EXISTS ledger_leaves_by_entry');
    await tamper(files.pool, [tenantId, 7], ...statements);
    const { firstBad } = await verifier.verify(tenantId);
    expect(firstBad).toEqual({ tenantId, position, fault } satisfies FirstBad);
  });

  it('is found: an entry that was put in past the gateway', async () => {
    const tenantId = await sealed();
    await files.pool.query(
      `INSERT INTO ledger_entries (tenant_id, id, kind, actor, data, at) VALUES ($1, gen_random_uuid(), 'identity.viewed', 'x', '{}', now())`,
      [tenantId],
    );
    const { firstBad } = await verifier.verify(tenantId);
    expect(firstBad).toEqual({ tenantId, position: 14, fault: 'entry_not_sealed' });
  });

  it('is found: an entry that was taken away before it was sealed', async () => {
    const tenantId = await sealed();
    await write(tenantId, 14);
    await tamper(
      files.pool,
      [tenantId],
      'DELETE FROM ledger_entries e USING ledger_queue q WHERE q.tenant_id = $1 AND e.tenant_id = q.tenant_id AND e.id = q.entry_id',
    );
    expect((await verifier.verify(tenantId)).firstBad).toEqual({
      tenantId,
      position: 14,
      fault: 'entry_missing',
    });
  });

  it('is found among all: a ledger of which nothing is left but its entries', async () => {
    const tenantId = await sealed();
    const tables = ['ledger_leaves', 'ledger_nodes', 'ledger_checkpoints', 'ledger_heads'];
    await tamper(
      files.pool,
      [tenantId],
      ...tables.map((table) => `DELETE FROM ${table} WHERE tenant_id = $1`),
    );
    expect((await verifier.verify(null)).firstBad).toEqual({
      tenantId,
      position: 1,
      fault: 'entry_not_sealed',
    });
  });

  it('names the tenant, among all of them', async () => {
    const [one, other] = [await sealed(), await sealed()];
    await tamper(
      files.pool,
      [other, 2],
      `UPDATE ledger_entries SET kind = 'x' WHERE tenant_id = $1 AND id = ${ENTRY_AT}`,
    );
    expect((await verifier.verify(null)).firstBad).toEqual({
      tenantId: other,
      position: 2,
      fault: 'entry_changed',
    });
    expect(await verifier.verify(one)).toEqual({ checked: 13, firstBad: null });
  });

  it('is found with an exported checkpoint only: a tail that was cut off with everything that told of it', async () => {
    const tenantId = await sealed();
    const exported = await newestCheckpoint(tenantId);
    await cutTail(tenantId, 10);
    expect(await verifier.verify(tenantId)).toEqual({ checked: 10, firstBad: null });
    expect((await verifier.verify(tenantId, [exported])).firstBad).toEqual({
      tenantId,
      position: 11,
      fault: 'tail_missing',
    });
  });

  it('is found with an exported checkpoint only: a past that was written and signed anew', async () => {
    const tenantId = await sealed();
    const exported = await newestCheckpoint(tenantId);
    await cutTail(tenantId, 5);
    for (let n = 0; n < 8; n += 1) await write(tenantId, 100 + n);
    while (await sequencer.placeWaiting());
    expect(await verifier.verify(tenantId)).toEqual({ checked: 13, firstBad: null });
    expect((await verifier.verify(tenantId, [exported])).firstBad).toEqual({
      tenantId,
      position: 1,
      fault: 'exported_checkpoint_differs',
    });
  });

  it('is found with an exported checkpoint: a ledger that is gone', async () => {
    const tenantId = await sealed();
    const exported = await newestCheckpoint(tenantId);
    await cutTail(tenantId, 0);
    await tamper(files.pool, [tenantId], 'DELETE FROM ledger_heads WHERE tenant_id = $1');
    expect((await verifier.verify(null, [exported])).firstBad).toMatchObject({ tenantId });
  });

  it('refuses what is no checkpoint, or of another tenant', async () => {
    const tenantId = await sealed();
    await expect(verifier.verify(tenantId, ['nonsense'])).rejects.toMatchObject({
      code: 'validation_failed',
    });
    const other = await newestCheckpoint(await sealed());
    await expect(verifier.verify(tenantId, [other])).rejects.toMatchObject({ code: 'validation_failed' });
  });
});

async function cutTail(tenantId: string, size: number): Promise<void> {
  await tamper(
    files.pool,
    [tenantId, size],
    'DELETE FROM ledger_entries WHERE tenant_id = $1 AND id IN (SELECT entry_id FROM ledger_leaves WHERE tenant_id = $1 AND position > $2)',
    'DELETE FROM ledger_leaves WHERE tenant_id = $1 AND position > $2',
    'DELETE FROM ledger_nodes WHERE tenant_id = $1 AND (index + 1) << level > $2::bigint',
    'DELETE FROM ledger_checkpoints WHERE tenant_id = $1 AND size > $2',
    'UPDATE ledger_heads SET size = $2 WHERE tenant_id = $1',
  );
}

describe('the ledger', () => {
  it.each(APPEND_ONLY)(
    'cannot be changed in %s: not by our roles, and not by the owner by mistake',
    async (table) => {
      const tenantId = await sealed();
      const changes = [`UPDATE ${table} SET tenant_id = tenant_id`, `DELETE FROM ${table}`];
      for (const text of changes) {
        for (const on of [database.within({ tenantId }), database.across]) {
          await expect(on.query({ name: `test_${table}_${text.slice(0, 6)}`, text })).rejects.toMatchObject({
            code: '42501',
          });
        }
        await expect(files.pool.query(text)).rejects.toThrow('append-only');
      }
      await expect(files.pool.query(`TRUNCATE ${table}`)).rejects.toThrow('append-only');
    },
  );
});
