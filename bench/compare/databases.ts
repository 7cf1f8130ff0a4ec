import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { SUPERUSER } from '../../libs/platform/src/database/embedded-cluster.js';
import { openGround } from '../ground.js';
import { type Layout, move } from './process/layout.js';
import { treeOf } from './process/process-tree.js';

/** One durable PostgreSQL with a database for each contestant, all of them copies of one that the gateway has set up. */
export interface Databases {
  readonly postgresPid: number;
  /** That all others are copied from; nobody may be connected to it then. */
  readonly templateUrl: string;
  /** `isOpen`: without row-level security, for who connects as the owner of the tables. */
  copy(name: string, options: { readonly isOpen: boolean }): Promise<string>;
  /** Waits until nothing is vacuumed, and has written what is to be written: both would fall on whoever comes next. */
  rest(): Promise<void>;
  /** What the gateway has run on the copies, the longest first, where it is kept. */
  statements(): Promise<readonly RunStatement[]>;
  close(): Promise<void>;
}

/** A statement with its constants left out, and what all its runs took. */
export interface RunStatement {
  readonly text: string;
  readonly calls: number;
  readonly ms: number;
  readonly rows: number;
}

/** `areStatementsKept`: PostgreSQL notes what each takes, and is slower for it. */
export async function openDatabases(
  layout: Layout,
  { areStatementsKept }: { readonly areStatementsKept: boolean },
): Promise<Databases> {
  const ground = await openGround(
    areStatementsKept ? { shared_preload_libraries: 'pg_stat_statements' } : {},
  );
  try {
    move(layout, 'rest', treeOf(ground.postgresPid));
  } catch (error) {
    // Of a system without /proc.
    await ground.close();
    throw error;
  }
  return {
    postgresPid: ground.postgresPid,
    templateUrl: ground.databaseUrl,
    async copy(name, { isOpen }) {
      const template = new URL(ground.databaseUrl);
      const source = template.pathname.slice(1);
      await asOwner(at(template, 'postgres'), (owner) =>
        owner.query(`CREATE DATABASE bench_${name} TEMPLATE ${source}`),
      );
      const url = at(template, `bench_${name}`);
      if (isOpen) await asOwner(url, (owner) => owner.query(OPEN));
      return url;
    },
    rest: () => asOwner(asSuperuser(ground.databaseUrl), rest),
    statements: () => asOwner(asSuperuser(ground.databaseUrl), statementsRun),
    close: () => ground.close(),
  };
}

async function statementsRun(superuser: pg.Client): Promise<readonly RunStatement[]> {
  await superuser.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const { rows } = await superuser.query<RunStatement>(
    `SELECT s.query AS text, sum(s.calls)::int AS calls, sum(s.total_exec_time) AS ms, sum(s.rows)::int AS rows
       FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid
      WHERE d.datname LIKE 'bench\\_%' AND r.rolname IN ('gatehouse_app', 'gatehouse_system')
      GROUP BY 1 ORDER BY ms DESC`,
  );
  return rows;
}

const LOOK_MS = 200;
const PATIENCE_MS = 120_000;
const VACUUMING = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker') AS is_vacuuming`;

/** One that begins later is nobody's to foresee: PostgreSQL looks for work in its own time. */
async function rest(superuser: pg.Client): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const isVacuuming = async (): Promise<boolean> =>
    (await superuser.query<{ is_vacuuming: boolean }>(VACUUMING)).rows[0]?.is_vacuuming === true;
  while (await isVacuuming()) {
    if (performance.now() > deadline) throw new Error('PostgreSQL does not come to an end of its vacuuming');
    await delay(LOOK_MS);
  }
  await superuser.query('CHECKPOINT');
}

/** Only who is sees what PostgreSQL does by itself; the password of our own server is the same. */
function asSuperuser(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = SUPERUSER;
  return at(url, 'postgres');
}

/** The gateway forces the policies on the owner of the tables as well. */
const OPEN = `
  DO $$ DECLARE target REGCLASS; BEGIN
    FOR target IN SELECT oid FROM pg_class WHERE relforcerowsecurity LOOP
      EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', target);
    END LOOP;
  END $$`;

/** What a contestant has written so far. */
export interface Written {
  readonly verifications: number;
  readonly subjects: number;
  /** Of which there are to be two for each verification. */
  readonly entries: number;
  /** Answers that are kept for who repeats a request. */
  readonly answers: number;
}

const COUNTS = `
  SELECT (SELECT count(*)::int FROM verifications WHERE start_state = 'started' AND action_sealed IS NOT NULL) AS verifications,
         (SELECT count(*)::int FROM subjects) AS subjects,
         (SELECT count(*)::int FROM ledger_entries WHERE kind IN ('verification.created', 'verification.started')) AS entries,
         (SELECT count(*)::int FROM idempotency_keys WHERE state = 'done' AND response_sealed IS NOT NULL
             AND route NOT LIKE 'admin%') AS answers`;

export async function writtenIn(databaseUrl: string): Promise<Written> {
  return asOwner(databaseUrl, async (owner) => {
    const { rows } = await owner.query<Written>(COUNTS);
    const [counts] = rows;
    if (counts === undefined) throw new Error('a SELECT of counts gives one row');
    return counts;
  });
}

/** What a database takes on disk, and how far the write-ahead log of its server has come; both in bytes. */
export interface Size {
  readonly database: number;
  readonly log: number;
}

export async function sizeOf(databaseUrl: string): Promise<Size> {
  return asOwner(databaseUrl, async (owner) => {
    const { rows } = await owner.query<Size>(
      `SELECT pg_database_size(current_database())::float8 AS database, (pg_current_wal_lsn() - '0/0')::float8 AS log`,
    );
    const [size] = rows;
    if (size === undefined) throw new Error('a SELECT of sizes gives one row');
    return size;
  });
}

/** Webhooks that are stored. */
export async function signalsIn(databaseUrl: string): Promise<number> {
  return asOwner(databaseUrl, async (owner) => {
    const { rows } = await owner.query<{ count: number }>('SELECT count(*)::int FROM signals');
    return rows[0]?.count ?? 0;
  });
}

/** A database that has just been filled has no statistics yet, which would come at a moment of PostgreSQL's choice. */
export async function analyze(databaseUrl: string): Promise<void> {
  await asOwner(databaseUrl, (owner) => owner.query('VACUUM ANALYZE'));
}

async function asOwner<T>(connectionString: string, use: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString });
  await owner.connect();
  try {
    return await use(owner);
  } finally {
    await owner.end();
  }
}

function at(url: URL, name: string): string {
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  return copy.href;
}
