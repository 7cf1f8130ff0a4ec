import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connectDatabase,
  type Database,
  type DatabaseError,
  Log,
  type Statement,
  SystemIds,
} from '@gatehouse/platform';

import { readSources } from '../support/architecture/sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { actDistributed, type DistributedMode } from '../support/distributed/distributed-mode.js';
import { EXCEPTIONS } from '../support/distributed/exceptions.js';

const ROOT = join(import.meta.dirname, '..', '..');
const ids = new SystemIds();
const TENANT = '01890a5d-ac96-774b-bcce-b302099a8057';

const ADD: Statement = {
  name: 'mode_add',
  text: `INSERT INTO connection_breakers (tenant_id, connection_id, fault, open_until, updated_at) VALUES ($1, $2, 'timeout', now(), now())`,
};
const COUNT: Statement = {
  name: 'mode_count',
  text: 'SELECT count(*)::int AS count FROM connection_breakers WHERE tenant_id = $1',
};

let files: TestDatabase;
let database: Database;
beforeAll(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 6, log: new Log({ level: 'silent' }) });
});
afterAll(async () => {
  await database.close();
  await files.drop();
});

let mode: DistributedMode;
afterEach(() => {
  mode.end();
});

let asked = 0;
/** A name has one text for ever. */
function nextName(): string {
  asked += 1;
  return `mode_asked_${asked}`;
}

/** The code that a statement fails with; null where it is run. Values are of no matter: what is refused is refused before. */
async function codeOf(text: string, name = nextName()): Promise<string | null> {
  return database.across.query({ name, text }).then(
    () => null,
    (error: unknown) => (error as DatabaseError).code,
  );
}

const TWICE = `WITH one AS (UPDATE signals SET attempts = 1 WHERE tenant_id = '${TENANT}')
               UPDATE signals SET attempts = 2 WHERE tenant_id = '${TENANT}'`;

describe('what a distributed engine does not do', () => {
  beforeEach(() => {
    mode = actDistributed({ seed: 'none', share: 0 });
  });

  it.each([
    ['listens or notifies', 'LISTEN news'],
    ['listens or notifies', `NOTIFY news, 'x'`],
    ['listens or notifies', `SELECT pg_notify('news', 'x')`],
    ['takes an advisory lock', 'SELECT pg_advisory_lock(1)'],
    ['takes an advisory lock', 'SELECT pg_try_advisory_xact_lock(1)'],
    ['locks a table', 'LOCK TABLE signals'],
    ['makes a temporary table', 'CREATE TEMP TABLE seen (id int)'],
    ['changes the session', `SET statement_timeout = '1s'`],
    ['changes the session', `SELECT set_config('gatehouse.tenant', '', false)`],
    ['changes the session', 'DISCARD ALL'],
    ['changes the schema', 'CREATE TABLE more (id int)'],
    ['changes the schema', 'TRUNCATE signals'],
    ['uses a sequence', `SELECT nextval('numbers')`],
    [
      'writes what it cannot repeat',
      `UPDATE signals SET id = gen_random_uuid() WHERE tenant_id = '${TENANT}'`,
    ],
    ['writes one table twice', TWICE],
    ['writes without a tenant', `UPDATE signals SET attempts = 1 WHERE id = '${TENANT}'`],
    ['writes without a tenant', 'DELETE FROM webhook_deliveries -- of this tenant_id = 1'],
    [
      'writes without a tenant',
      `DELETE FROM readings WHERE id IN (SELECT id FROM signals WHERE tenant_id = '${TENANT}')`,
    ],
    [
      'writes without a tenant',
      'DELETE FROM readings r USING signals s WHERE (r.tenant_id, r.verification_id) = (s.tenant_id, s.verification_id)',
    ],
    ['writes without a tenant', `INSERT INTO ledger_heads (size) VALUES (0)`],
    [
      'locks without a tenant',
      'SELECT tenant_id, id FROM signals WHERE due_at <= now() FOR UPDATE SKIP LOCKED',
    ],
    ['locks without a tenant', 'SELECT name FROM tenants FOR SHARE'],
  ])('is refused where a statement %s: %s', async (rule, text) => {
    expect(await codeOf(text)).toBe('0A000');
    expect(mode.refused).toEqual(expect.arrayContaining([expect.stringContaining(` ${rule}: `)]));
  });

  it.each([
    ['a read of all tenants', 'SELECT count(*) FROM signals'],
    ['a setting of the transaction', 'SET LOCAL enable_seqscan = off'],
    ['a write within a tenant', `UPDATE signals s SET attempts = 1 WHERE s.tenant_id = '${TENANT}'`],
    [
      'a write within a tenant that joins',
      `DELETE FROM readings r USING signals s WHERE r.tenant_id = '${TENANT}' AND (s.tenant_id, s.verification_id) = (r.tenant_id, r.verification_id)`,
    ],
    ['a lock within a tenant', `SELECT id FROM signals WHERE tenant_id = '${TENANT}' FOR UPDATE SKIP LOCKED`],
    ['a lock of the tenant itself', `SELECT name FROM tenants WHERE id = '${TENANT}' FOR UPDATE`],
    ['a write of what is of no tenant', `UPDATE admin_keys SET name = 'LISTEN; nextval('`],
    ['words in a text', `SELECT 'for update', $$ NOTIFY $$, "tenant_id" FROM signals`],
    ['what is no function', 'SELECT random FROM (SELECT 1 AS random) numbers'],
  ])('is not %s', async (_what, text) => {
    expect(await codeOf(text)).toBeNull();
    expect(mode.refused).toEqual([]);
  });

  it('is let pass where it is an exception by name, for its rule alone', async () => {
    const [name = ''] =
      Object.entries(EXCEPTIONS).find(([, { rules }]) => rules.includes('locks without a tenant')) ?? [];
    expect(name).not.toBe('');
    expect(await codeOf('SELECT id FROM signals FOR UPDATE', name)).toBeNull();
    expect(await codeOf('LOCK TABLE signals', name)).toBe('0A000');
  });

  it('has no exception for a statement that is not there', () => {
    const sources = readSources(ROOT).map((source) => source.text);
    const missing = Object.keys(EXCEPTIONS).filter(
      (name) => !sources.some((text) => text.includes(`'${name}'`)),
    );
    expect(missing).toEqual([]);
  });

  it('leaves the transaction failed in which it was refused', async () => {
    const work = database.across.transaction(async (tx) => {
      await tx.query({ name: 'mode_listen', text: 'LISTEN news' }).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: '0A000', statement: 'mode_listen' });
  });
});

describe('a transaction that is told to try again', () => {
  it('is, at its statements and at its commit, and is written once', async () => {
    mode = actDistributed({ seed: 'often', share: 0.3 });
    const work = database.within({ tenantId: TENANT });
    const attempts = { transactions: 0, count: 100 };
    for (let n = 0; n < attempts.count; n += 1) {
      await work.transaction(async (tx) => {
        attempts.transactions += 1;
        await tx.query(ADD, [TENANT, ids.next()]);
        await tx.query(COUNT, [TENANT]);
      });
    }
    expect(await work.query(COUNT, [TENANT])).toEqual([{ count: attempts.count }]);
    const { within, commit } = mode.raised;
    expect(within).toBeGreaterThan(5);
    expect(commit).toBeGreaterThan(5);
    // The function is not even entered where the session could not be told whose it is; that happens before.
    expect(attempts.transactions).toBe(attempts.count + within + commit);
  });

  it('may also be a single statement', async () => {
    mode = actDistributed({ seed: 'often', share: 0.3 });
    const tenantId = ids.next();
    const work = database.within({ tenantId });
    for (let n = 0; n < 50; n += 1) await work.query(ADD, [tenantId, ids.next()]);
    expect(await work.query(COUNT, [tenantId])).toEqual([{ count: 50 }]);
    expect(mode.raised.alone).toBeGreaterThan(5);
  });

  it('fails when it is told so every time', async () => {
    mode = actDistributed({ seed: 'always', share: 1 });
    const work = database.within({ tenantId: TENANT });
    await expect(work.transaction((tx) => tx.query(COUNT, [TENANT]))).rejects.toMatchObject({
      code: '40001',
    });
    await expect(work.query(COUNT, [TENANT])).rejects.toMatchObject({ code: '40001' });
  });
});
