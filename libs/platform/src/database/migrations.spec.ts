import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../../../../test/support/database.js';
import { openTransactionPooler } from '../../../../test/support/transaction-pooler.js';
import { Log } from '../log/log.js';
import { StartError } from '../start-error.js';
import { connectDatabase, type Database } from './database.js';
import { migrate, pendingMigrations } from './migrations.js';

const log = new Log({ level: 'silent' });

const TABLE = 'CREATE TABLE things (id int PRIMARY KEY, name text);';
const FUNCTION = `
  CREATE FUNCTION twice(x int) RETURNS int LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1; -- a semicolon; and another
    RETURN x * 2;
  END $$;
  INSERT INTO things VALUES (twice(21), 'a;b');`;

describe('migrate', () => {
  let folder = '';
  let test: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
    test = await createEmptyDatabase();
    database = await connectDatabase(test.url, { poolSize: 2, log });
  });

  afterEach(async () => {
    await database.close();
    await test.drop();
    await rm(folder, { recursive: true });
  });

  async function write(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'migration.sql'), sql);
  }

  const run = (): ReturnType<typeof migrate> => migrate(test.url, log, { folder });

  it('leaves no lock in a session that is somebody else’s afterwards', async () => {
    await write('20260101_table', TABLE);
    await run();
    await using pooler = await openTransactionPooler(test.url);
    for (let start = 0; start < 3; start += 1)
      expect(await migrate(pooler.url, log, { folder })).toEqual({ applied: [] });
    const { rows } = await test.pool.query(
      `SELECT count(*)::int AS count FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('applies what is missing, in order, and then finds nothing to do', async () => {
    await write('20260102_function', FUNCTION);
    await write('20260101_table', TABLE);
    expect(await run()).toEqual({ applied: ['20260101_table', '20260102_function'] });
    expect(await run()).toEqual({ applied: [] });
    await write('20260103_column', 'ALTER TABLE things ADD COLUMN note text;');
    expect(await run()).toEqual({ applied: ['20260103_column'] });
    const { rows } = await test.pool.query('SELECT * FROM things');
    expect(rows).toEqual([{ id: 42, name: 'a;b', note: null }]);
  });

  it('applies each migration once when ten processes start at once', async () => {
    await write('20260101_table', TABLE);
    await write('20260102_function', FUNCTION);
    const results = await Promise.all(Array.from({ length: 10 }, run));
    expect(results.flatMap((result) => result.applied)).toEqual(['20260101_table', '20260102_function']);
    const { rows } = await test.pool.query(
      'SELECT migration_name, applied_steps_count FROM _prisma_migrations ORDER BY 1',
    );
    expect(rows).toEqual([
      { migration_name: '20260101_table', applied_steps_count: 1 },
      { migration_name: '20260102_function', applied_steps_count: 1 },
    ]);
  });

  it('names a migration that fails, leaves nothing of it, and goes on once it is corrected', async () => {
    await write('20260101_table', TABLE);
    await write('20260102_broken', 'CREATE TABLE half (id int); CREATE TABEL other (id int);');
    await expect(run()).rejects.toThrow(StartError);
    await expect(run()).rejects.toThrow(
      'migration 20260102_broken: syntax error at or near "TABEL"; it was rolled back',
    );
    const { rows } = await test.pool.query(`SELECT to_regclass('half') AS half`);
    expect(rows).toEqual([{ half: null }]);
    await write('20260102_broken', 'CREATE TABLE whole (id int);');
    expect(await run()).toEqual({ applied: ['20260102_broken'] });
  });

  it('begins anew what a process that died had begun, and nothing that it had finished', async () => {
    await write('20260101_table', TABLE);
    await write('20260102_other', 'CREATE TABLE other (id int);');
    await run();
    // As it is while a script runs: its transaction is the one that would record its end.
    await test.pool.query('DROP TABLE other');
    await test.pool.query(
      `UPDATE _prisma_migrations SET finished_at = NULL, logs = 'recorded as finished together with its script'
        WHERE migration_name = '20260102_other'`,
    );
    expect(await run()).toEqual({ applied: ['20260102_other'] });
    expect(await run()).toEqual({ applied: [] });
  });

  it('refuses to go on after a migration that somebody began and did not finish', async () => {
    await write('20260101_table', TABLE);
    await run();
    await test.pool.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(run()).rejects.toThrow(/^migration 20260101_table: was begun by a process/);
  });

  it('refuses a migration without a script', async () => {
    await mkdir(join(folder, '20260101_empty'));
    await expect(run()).rejects.toThrow('migration 20260101_empty: has no migration.sql');
  });

  it('says in one line that the database cannot be reached', async () => {
    await expect(migrate('postgresql://a:hunter2@127.0.0.1:1/x', log, { folder })).rejects.toThrow(
      'DATABASE_URL: the database cannot be reached (ECONNREFUSED)',
    );
  });
});

describe('pendingMigrations', () => {
  it('are all before and none after they were applied', async () => {
    const tests = await Promise.all([createEmptyDatabase(), createTestDatabase()]);
    const [empty, migrated] = await Promise.all(
      tests.map((test) => connectDatabase(test.url, { poolSize: 1, log })),
    );
    if (empty === undefined || migrated === undefined) throw new Error('unreachable');
    expect(await pendingMigrations(empty.across)).toEqual((await migrate(tests[0].url, log)).applied);
    expect(await pendingMigrations(empty.across)).toEqual([]);
    expect(await pendingMigrations(migrated.across)).toEqual([]);
    await Promise.all([empty.close(), migrated.close()]);
    await Promise.all(tests.map((test) => test.drop()));
  });
});
