import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Log, migrate, startEmbeddedPostgres } from '@gatehouse/platform';
import pg from 'pg';

import { type TestDatabase } from './database.js';

/** A database on a server that nobody else uses, for who reads what a server leaves behind. */
export interface OwnPostgres extends TestDatabase {
  readonly folder: string;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  // Named and signed as the run's own, so that the next run removes what a killed one leaves.
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  await writeFile(join(dataDir, 'owner'), String(process.pid));
  // A checkpoint would let go of the beginning of the write-ahead log.
  const settings = { checkpoint_timeout: '1h' };
  const server = await startEmbeddedPostgres({ dataDir, durable: false, settings });
  await migrate(server.databaseUrl, new Log({ level: 'warn' }));
  const pool = new pg.Pool({ connectionString: server.databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  return {
    url: server.databaseUrl,
    pool,
    folder: join(dataDir, 'postgres'),
    drop: async () => {
      await pool.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
