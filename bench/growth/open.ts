import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  connectDatabase,
  type EmbeddedPostgres,
  gatewayConfig,
  LocalMasterKey,
  Log,
  migrate,
} from '@gatehouse/platform';
import pg from 'pg';

import { createGateway } from '../../apps/gateway/src/gateway.js';
import { fillStage, type Stage, stageOf, type StageTenant } from './stage.js';
import { type StatementListener } from './statements.js';

const TENANTS = 100;

export interface OpenStage extends Stage {
  close(): Promise<void>;
}

/** What a database is of no use without; both are made for it, and open nothing else. */
interface Kept {
  readonly masterKey: string;
  readonly adminKey: string;
  readonly tenants: readonly StageTenant[];
}

/** A gateway, on a database of its own of the server, that holds so many verifications: those of last time where the folder was kept. */
export async function openStage(
  server: EmbeddedPostgres,
  verifications: number,
  listener: StatementListener,
  folder: string,
): Promise<OpenStage> {
  const log = new Log({ level: 'warn' });
  const name = `growth_${verifications}`;
  const file = join(folder, `${name}.json`);
  const kept = await readKept(file);
  const url = new URL(server.databaseUrl);
  url.pathname = `/${name}`;
  // In the place of one that was not filled to its end.
  if (kept === null)
    await asOwner(server.databaseUrl, `DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`);
  await migrate(url.href, log);
  const database = await connectDatabase(url.href, { poolSize: 4, log });
  const adminKey = kept?.adminKey ?? `gk_admin_${randomBytes(20).toString('hex')}`;
  const masterKey = kept?.masterKey ?? randomBytes(32).toString('hex');
  const gateway = await createGateway({
    config: {
      ...gatewayConfig({ PORT: '0' }),
      publicUrl: 'http://127.0.0.1:0',
      adminApiKey: adminKey,
      allowPrivateNetworks: true,
      role: 'api',
    },
    database,
    masterKeys: { current: new LocalMasterKey(Buffer.from(masterKey, 'hex')), previous: null },
    log,
    rateLimits: { requestsPerKey: 1e9, failuresPerAddress: 1e9, windowSeconds: 60 },
  });
  const empty = { origin: `http://127.0.0.1:${gateway.port}`, adminKey, databaseUrl: url.href };
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  // As PostgreSQL would do by itself meanwhile: what was searched for last time is in the ledger of no tenant.
  if (kept !== null) await asOwner(url.href, 'ANALYZE');
  const stage =
    kept === null
      ? await fillStage(empty, { verifications, tenants: TENANTS, listener, onProgress })
      : stageOf(empty, kept.tenants);
  if (kept === null)
    await writeFile(file, JSON.stringify({ masterKey, adminKey, tenants: stage.tenants } satisfies Kept));
  return {
    ...stage,
    close: async () => {
      await gateway.stop();
      await database.close();
    },
  };
}

async function readKept(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as Kept);
}

async function asOwner(databaseUrl: string, ...statements: readonly string[]): Promise<void> {
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  try {
    for (const statement of statements) await owner.query(statement);
  } finally {
    await owner.end();
  }
}
