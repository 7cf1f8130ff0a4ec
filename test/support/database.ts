import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Sessions of its owner, who is in both runtime roles: for what a test makes, tampers with or looks at by itself. */
  readonly pool: pg.Pool;
  /** Ends the sessions that are left and removes the database. */
  drop(): Promise<void>;
}

/** A database of its own for a spec file, with all migrations applied: a copy of the template that `global-setup.js` made. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create('TEMPLATE gatehouse_template');
}

/** A database with nothing in it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('TEMPLATE template0');
}

async function create(options: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  // Copying is a cheap file copy while nobody is connected to the template, which nobody is.
  await administer(`CREATE DATABASE ${name} ${options} STRATEGY FILE_COPY`);
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  // A test may end its sessions; the next query opens another.
  pool.on('error', () => undefined);
  return {
    url: url.href,
    pool,
    drop: async () => {
      await pool.end();
      await drop(name);
    },
  };
}

/**
 * Ends the clients' sessions ourselves: `WITH (FORCE)` is refused to whoever is not a superuser when an autovacuum worker happens to be in
 * the database, while a plain `DROP` sends that worker away and waits for it.
 */
async function drop(name: string): Promise<void> {
  await administer(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend'`,
  );
  await administer(`DROP DATABASE IF EXISTS ${name}`);
}

async function administer(statement: string): Promise<void> {
  const session = new pg.Client({ connectionString: adminUrl() });
  await session.connect();
  try {
    await session.query(statement);
  } finally {
    await session.end();
  }
}

function adminUrl(): string {
  const url = process.env['TEST_DATABASE_ADMIN_URL'];
  if (url === undefined)
    throw new Error('TEST_DATABASE_ADMIN_URL is not set: run through Jest, whose global setup sets it');
  return url;
}
