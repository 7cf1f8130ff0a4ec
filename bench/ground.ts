import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Provider, ProviderRegistry } from '@gatehouse/contract';
import { type Core, createCore } from '@gatehouse/core';
import {
  connectDatabase,
  type Database,
  LocalMasterKey,
  Log,
  type MasterKeys,
  migrate,
  startEmbeddedPostgres,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';

export const CLOCK = new SystemClock();
export const IDS = new SystemIds();
export const RANDOM = new SystemRandom();

class NoProviders extends ProviderRegistry {
  override get(): Provider | undefined {
    return undefined;
  }
  override all(): readonly Provider[] {
    return [];
  }
}

/** What a bench stands on: a durable PostgreSQL of its own, migrated, and as many processes' cores on it as it needs. */
export interface Ground {
  /** As the owner of the tables. */
  readonly databaseUrl: string;
  /** Of the server's first process. */
  readonly postgresPid: number;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  connect(poolSize: number): Promise<Database>;
  core(database: Database, providers?: ProviderRegistry): Core;
  /** Closes the databases and removes everything. */
  close(): Promise<void>;
}

/** `settings`: of PostgreSQL, besides those that it comes with. */
export async function openGround(settings: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const server = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '100', ...settings } });
  const log = new Log({ level: 'warn' });
  await migrate(server.databaseUrl, log);
  const masterKeys = { current: new LocalMasterKey(randomBytes(32)), previous: null };
  const databases: Database[] = [];
  return {
    databaseUrl: server.databaseUrl,
    postgresPid: server.pid,
    masterKeys,
    log,
    async connect(poolSize) {
      const database = await connectDatabase(server.databaseUrl, { poolSize, log });
      databases.push(database);
      return database;
    },
    core: (database, providers = new NoProviders()) =>
      createCore(
        {
          database,
          config: { publicUrl: 'http://127.0.0.1:9', allowPrivateNetworks: true, adminApiKey: null },
          masterKeys,
          log,
          clock: CLOCK,
          ids: IDS,
          random: RANDOM,
        },
        providers,
      ),
    async close() {
      await Promise.all(databases.map((database) => database.close()));
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The value that this share of them is below: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** To hundredths, for who reads it. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
