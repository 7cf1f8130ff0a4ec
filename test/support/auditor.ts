import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { type TestDatabase } from './database.js';

type Row = Record<string, unknown>;

/** An auditor's login in a test's database, and a session of it. */
export interface Auditor {
  readonly login: string;
  /** In a transaction of its own, unless the text begins one. */
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Removes the login: it belongs to the server, which other databases share. */
  close(): Promise<void>;
}

/** `tenants`: whom it may see; `all` for everybody; none for a login that was granted nothing. */
export async function createAuditor(
  { pool, url }: Pick<TestDatabase, 'pool' | 'url'>,
  tenants: readonly string[] | 'all',
): Promise<Auditor> {
  const login = `auditor_${randomBytes(6).toString('hex')}`;
  await pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'invented' IN ROLE gatehouse_auditor`);
  if (tenants === 'all') await pool.query('SELECT audit.grant_all_tenants($1)', [login]);
  else for (const tenant of tenants) await pool.query('SELECT audit.grant_tenant($1, $2)', [login, tenant]);
  return openAuditor({ pool, url }, login, 'invented');
}

/** Logs in as an auditor that was made otherwise. */
export async function openAuditor(
  { pool, url }: Pick<TestDatabase, 'pool' | 'url'>,
  login: string,
  password: string,
): Promise<Auditor> {
  const address = new URL(url);
  address.username = login;
  address.password = password;
  const session = new pg.Client({ connectionString: address.href });
  await session.connect();
  return {
    login,
    query: async (text, values = []) => (await session.query<Row>(text, [...values])).rows,
    async close() {
      await session.end();
      await pool.query('SELECT audit.revoke_everything($1)', [login]);
      await pool.query(`DROP ROLE ${login}`);
    },
  };
}
