import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { startEmbeddedPostgres } from '@gatehouse/platform';
import pg from 'pg';

import { type Server } from './server.js';

/** A server that follows another one and is asked before each of its commits is answered. */
export interface Standby {
  readonly port: number;
  /** It takes writes from when this resolves. */
  promote(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 50;

/** Stops the primary for a copy of its data, and starts it again with the copy as its one synchronous standby. */
export async function openStandby(primary: Server): Promise<Standby> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-chaos-'));
  const data = join(folder, 'postgres', 'data');
  await primary.stop();
  await mkdir(join(folder, 'postgres'), { mode: 0o711 });
  // With their owners: as root, the server runs as somebody else.
  for (const name of ['data', 'password'])
    await promisify(execFile)('cp', [
      '-a',
      join(primary.dataDir, 'postgres', name),
      join(folder, 'postgres'),
    ]);
  await writeFile(join(data, 'standby.signal'), '');
  const password = (await readFile(join(folder, 'postgres', 'password'), 'utf8')).trim();
  await primary.start({ synchronous_standby_names: '*', synchronous_commit: 'on' });
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    durable: false,
    settings: {
      synchronous_commit: 'on',
      full_page_writes: 'on',
      max_connections: '200',
      hot_standby: 'on',
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${password} application_name=standby`,
    },
  });
  const ask = async <T extends object>(port: number, text: string): Promise<readonly T[]> => {
    const session = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password,
      database: 'postgres',
    });
    await session.connect();
    try {
      return (await session.query<T>(text)).rows;
    } finally {
      await session.end();
    }
  };
  while ((await ask(primary.port, SYNCHRONOUS)).length === 0) await delay(POLL_MS);
  return {
    port: server.port,
    async promote() {
      const [answer] = await ask<{ isPromoted: boolean }>(
        server.port,
        'SELECT pg_promote(true, 60) AS "isPromoted"',
      );
      if (answer?.isPromoted !== true) throw new Error('the standby was not promoted');
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const SYNCHRONOUS = `SELECT application_name FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'`;
