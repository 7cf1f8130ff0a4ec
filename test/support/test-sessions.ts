import { connectDatabase, type Database, type DatabaseOptions } from '@gatehouse/platform';

import { openPgBouncer } from './pgbouncer.js';

/** A machine that is busy with other tests is no database that is away. */
const PATIENT = { connectTimeoutMs: 60_000 };

/**
 * The sessions that a core under test has: its own, or, in `npm run test:pooled`, those of a PgBouncer in transaction mode, which ends
 * with them.
 */
export async function connectTestDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  if (process.env['TEST_SESSIONS'] !== 'pooled') return connectDatabase(url, { ...PATIENT, ...options });
  const pooler = await openPgBouncer(url, 'transaction');
  const database = await connectDatabase(pooler.url, { ...PATIENT, ...options, sessions: 'shared' }).catch(
    async (error: unknown) => {
      await pooler.close();
      throw error;
    },
  );
  const close = database.close.bind(database);
  return Object.assign(database, {
    close: async () => {
      await close();
      await pooler.close();
    },
  });
}
