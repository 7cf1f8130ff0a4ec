import { connectDatabase, type Database, type DatabaseOptions } from '@gatehouse/platform';

import { openPgBouncer } from './pgbouncer.js';

/**
 * The sessions that a core under test has: its own, or, in `npm run test:pooled`, those of a PgBouncer in transaction mode, which ends
 * with them.
 */
export async function connectTestDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  if (process.env['TEST_SESSIONS'] !== 'pooled') return connectDatabase(url, options);
  const pooler = await openPgBouncer(url, 'transaction');
  const database = await connectDatabase(pooler.url, { ...options, sessions: 'shared' }).catch(
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
