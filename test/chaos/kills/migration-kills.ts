import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { findProjectRoot, Log, migrate } from '@gatehouse/platform';
import pg from 'pg';

import { openPostgresProxy, script, type Side } from '../../support/postgres-proxy.js';
import { type Server, type Victim } from './kill-world.js';
import { type Breach } from './promises.js';
import { type Outcome } from './run-kills.js';

/** Where a migration is stopped: its script is recorded as begun and not carried out, or carried out and not recorded. */
export const MIGRATION_STOPS: readonly { readonly where: string; readonly side: Side }[] = [
  { where: 'begun, not applied', side: 'before' },
  { where: 'applied, not noted', side: 'after' },
];

/** Has half the migrations before it and half behind it. */
const STOPPED_AT = 0.5;

/** K10: `npm run migrate` is stopped in the middle of an empty database's way, killed, and started again. */
export async function strikeMigration(
  server: Server,
  victim: Victim,
  { where, side }: (typeof MIGRATION_STOPS)[number],
): Promise<Outcome> {
  const began = performance.now();
  await using database = await emptyDatabase(server.databaseUrl);
  await using proxy = await openPostgresProxy(database.url);
  const hold = proxy.hold(script(await middleScript()), side);
  const first = startMigrate(proxy.url);
  const ended = once(first, 'close');
  const { backend } = await Promise.race([
    hold.held,
    ended.then(() => Promise.reject(new Error('the migrations ended before they came to the middle'))),
  ]);
  switch (victim) {
    case 'gateway':
      first.kill('SIGKILL');
      break;
    case 'session':
      await database.query('SELECT pg_terminate_backend($1, 5000)', [backend]);
      break;
    case 'postmaster':
      await server.crash?.();
      break;
  }
  hold.release();
  await ended;
  const breaches: Breach[] = [];
  try {
    await migrate(database.url, new Log({ level: 'error' }));
  } catch (error) {
    breaches.push({ invariant: 'I8', what: error instanceof Error ? error.message : String(error) });
  }
  const [made, wanted] = [await database.schema(), await schemaOf(server.databaseUrl)];
  if (!isDeepStrictEqual(made, wanted)) breaches.push({ invariant: 'I8', what: 'the schema is not as ever' });
  const restMs = Math.round(performance.now() - began);
  return {
    point: 'K10',
    operation: 'migration',
    where,
    victim,
    breaches,
    checked: ['I8'],
    recoveryMs: null,
    restMs,
  };
}

async function middleScript(): Promise<string> {
  const folder = join(findProjectRoot(), 'prisma', 'migrations');
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const name = names[Math.floor(names.length * STOPPED_AT)] ?? '';
  return readFile(join(folder, name, 'migration.sql'), 'utf8');
}

function startMigrate(databaseUrl: string): ChildProcess {
  const program = join(findProjectRoot(), 'dist', 'libs', 'platform', 'src', 'database', 'migrate.main.js');
  return spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: databaseUrl },
    stdio: 'ignore',
  });
}

interface EmptyDatabase extends AsyncDisposable {
  readonly url: string;
  query(text: string, values: readonly unknown[]): Promise<unknown>;
  schema(): Promise<readonly unknown[]>;
}

async function emptyDatabase(serverUrl: string): Promise<EmptyDatabase> {
  const name = `kills_${randomBytes(6).toString('hex')}`;
  await inSession(serverUrl, (session) => session.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => inSession(serverUrl, (session) => session.query(text, [...values])),
    schema: () => schemaOf(url.href),
    async [Symbol.asyncDispose]() {
      await inSession(serverUrl, async (session) => {
        await session.query(
          `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
          [name],
        );
        await session.query(`DROP DATABASE ${name}`);
      });
    },
  };
}

/** All that migrations make, in words. */
function schemaOf(url: string): Promise<readonly unknown[]> {
  return inSession(url, async (session) => {
    const { rows } = await session.query<{ what: string }>(
      `SELECT format('%s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable, column_default) AS what
         FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
       UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
       UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid <> 0
       UNION ALL SELECT format('%s.%s %s %s %s', schemaname, tablename, policyname, qual, with_check) FROM pg_policies
       UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                  WHERE n.nspname IN ('public', 'audit') AND p.prokind IN ('f', 'p')
       UNION ALL SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL
       ORDER BY 1`,
    );
    return rows;
  });
}

/** With a session of its own. */
async function inSession<T>(url: string, work: (session: pg.Client) => Promise<T>): Promise<T> {
  const session = new pg.Client({ connectionString: url, application_name: 'kills' });
  session.on('error', () => undefined);
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
