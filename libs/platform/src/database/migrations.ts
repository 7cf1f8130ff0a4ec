import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Log } from '../log/log.js';
import { findProjectRoot } from '../project-root.js';
import { StartError } from '../start-error.js';
import { hasCode, isError } from '../system-error.js';
import { toDatabaseError } from './database-error.js';
import { type Queryable } from './database.js';
import { END_STRAGGLERS, GIVE_UP_UNFINISHED } from './migration-record.js';
import { type SchemaEngine } from './schema-engine.js';

/*
 * Migrations are Prisma's, in Prisma's folder and bookkeeping, so that `prisma migrate deploy` sees the same state as we do.
 */

export interface MigrateOptions {
  /** The folder of migrations; that of this installation unless given. */
  readonly folder?: string;
}

export interface MigrateResult {
  /** Names of the migrations that this call applied, in their order. */
  readonly applied: readonly string[];
}

/** One migration on disk. */
export interface Migration {
  /** The folder's name, which sorts by time. */
  readonly name: string;
  readonly sql: string;
}

/** `prisma/migrations` of this installation. */
export function migrationsFolder(): string {
  return join(findProjectRoot(), 'prisma', 'migrations');
}

/** All migrations, oldest first; none when the folder is absent. Throws StartError. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readScript(join(folder, name), name) })),
  );
}

async function readScript(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, 'migration.sql'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new StartError([`migration ${name}: has no migration.sql`]);
    throw error;
  }
}

/** The content of `migration_lock.toml`, by which Prisma knows the dialect. */
export const LOCKFILE = 'provider = "postgresql"\n';

/** The engine's form of `readMigrations`. */
export function migrationList(folder: string, migrations: readonly Migration[]): MigrationList {
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: LOCKFILE },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

type MigrationList = Parameters<SchemaEngine['applyMigrations']>[0]['migrationsList'];

interface Recorded {
  readonly name: string;
  readonly finished: boolean;
}

const RECORDED = {
  name: 'migrations_recorded',
  text: `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
           FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
};

/** Names of this installation's migrations that the database does not have yet. Throws DatabaseError. */
export async function pendingMigrations(database: Queryable): Promise<string[]> {
  const exists = await database.query<{ exists: boolean }>({
    name: 'migrations_exist',
    text: `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  });
  const recorded = exists[0]?.exists === true ? await database.query<Recorded>(RECORDED) : [];
  return pending(await readMigrations(migrationsFolder()), recorded).map((migration) => migration.name);
}

function pending(migrations: readonly Migration[], recorded: readonly Recorded[]): Migration[] {
  const finished = new Set(recorded.filter((row) => row.finished).map((row) => row.name));
  return migrations.filter((migration) => !finished.has(migration.name));
}

/** Any number, as long as nothing else in the database takes the same advisory lock. */
const LOCK = 0x6761_7465;
/**
 * Until the end of the transaction, which is rolled back when its client has gone. A lock of the session's would stay behind a pooler in
 * transaction mode, in whose session it is, and keep everybody from starting.
 */
const TAKE_LOCK = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(${LOCK})`;

/**
 * Applies what is missing. Any number of processes may call it at once: one applies, the others wait for it and find nothing to
 * do. Needs sessions of its own, so no pooler in transaction mode. Throws StartError that names the migration.
 */
export async function migrate(url: string, log: Log, options: MigrateOptions = {}): Promise<MigrateResult> {
  const folder = options.folder ?? migrationsFolder();
  const migrations = await readMigrations(folder);
  const lock = migrationSession(url);
  const session = migrationSession(url);
  try {
    await connectSession(lock);
    await lock.query(TAKE_LOCK);
    const seen = await recordedMigrations(lock);
    // As hardly any start has something to do, hardly any needs the other session.
    if (seen.every(({ finished }) => finished) && pending(migrations, seen).length === 0)
      return { applied: [] };
    await connectSession(session);
    const missing = pending(migrations, await recordedForSure(session, log));
    if (missing.length === 0) return { applied: [] };
    const applied = await apply(url, session, folder, migrations);
    for (const migration of applied) log.info('migration applied', { migration });
    return { applied };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError([`migrations: ${toDatabaseError(error, 'migrate').message}`]);
  } finally {
    // A connection that is already gone has nothing left to close. The lock is freed last.
    await session.end().catch(() => undefined);
    await lock.end().catch(() => undefined);
  }
}

function migrationSession(url: string): pg.Client {
  const session = new pg.Client({ connectionString: url, application_name: 'gatehouse migrations' });
  // A lost connection also fails the query that waits on it, which is where it is dealt with.
  session.on('error', () => undefined);
  return session;
}

/** Mostly the first thing that a start asks of the database. */
async function connectSession(session: pg.Client): Promise<void> {
  try {
    await session.connect();
  } catch (error) {
    throw new StartError([
      `DATABASE_URL: the database cannot be reached (${toDatabaseError(error, 'connect').code})`,
    ]);
  }
}

async function recordedMigrations(session: pg.Client): Promise<Recorded[]> {
  const exists = await session.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  );
  return exists.rows[0]?.exists === true ? (await session.query<Recorded>(RECORDED.text)).rows : [];
}

async function recordedForSure(session: pg.Client, log: Log): Promise<Recorded[]> {
  const recorded = await recordedMigrations(session);
  return recorded.every(({ finished }) => finished) ? recorded : recordedAfterDeath(session, log);
}

/** Throws StartError when nobody knows whether what was begun took effect. */
async function recordedAfterDeath(session: pg.Client, log: Log): Promise<Recorded[]> {
  const stragglers = await session.query<{ has_ended: boolean }>(END_STRAGGLERS);
  if (stragglers.rows.some(({ has_ended }) => !has_ended)) {
    throw new StartError([
      'migrations: a session that was cut off has not ended yet; start again in a moment',
    ]);
  }
  const { rows } = await session.query<Pick<Recorded, 'name'>>(GIVE_UP_UNFINISHED);
  for (const { name } of rows) log.warn('a migration that was cut off is begun anew', { migration: name });
  const recorded = (await session.query<Recorded>(RECORDED.text)).rows;
  const unfinished = recorded.find((row) => !row.finished);
  if (unfinished === undefined) return recorded;
  // By Prisma's own program; or by a process of ours that died before it came to the script.
  throw new StartError([
    `migration ${unfinished.name}: was begun by a process that did not come back; look whether it took effect, then run ` +
      `prisma migrate resolve --applied or --rolled-back ${unfinished.name}`,
  ]);
}

async function apply(
  url: string,
  session: pg.Client,
  folder: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  // Only where there is something to do: it is megabytes of WebAssembly, and hardly a start has.
  const { withSchemaEngine } = await import('./schema-engine.js');
  return withSchemaEngine(url, {}, async (engine) => {
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migrationList(folder, migrations),
        filters: { externalTables: [], externalEnums: [] },
      });
      return appliedMigrationNames;
    } catch (error) {
      const failed = (await session.query<Recorded>(RECORDED.text)).rows.find((row) => !row.finished);
      if (failed === undefined) throw new StartError([`migrations: ${reasonOf(error)}`]);
      // A script is one transaction, so nothing of it is left: once it is corrected, the next start may try it again.
      await engine.markMigrationRolledBack({ migrationName: failed.name });
      throw new StartError([`migration ${failed.name}: ${reasonOf(error)}; it was rolled back`]);
    }
  });
}

/** PostgreSQL's message, which is about a script of ours, out of the engine's: that one goes on with where in the engine it was. */
function reasonOf(error: unknown): string {
  const message = isError(error) ? error.message : '';
  return /ERROR: (.+)/.exec(message)?.[1] ?? message.split('\n')[0] ?? 'failed';
}
