import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type EmbeddedPostgres, Log, migrate, startEmbeddedPostgres } from '@gatehouse/platform';

import { codeOf, isAlive } from '../../support/gateway-process.js';

/** A PostgreSQL that may be crashed and started again on its data, at the same port. */
export interface Server {
  readonly url: string;
  readonly port: number;
  /** Under which the cluster is, in `postgres/data`. */
  readonly dataDir: string;
  /** An immediate stop: no checkpoint, nobody is waited for; the next start recovers from the log. */
  crash(): Promise<void>;
  /** `kill -9` of it and of all its processes. */
  kill(): Promise<void>;
  /** A clean stop. */
  stop(): Promise<void>;
  /** Unless it runs. With these settings besides, from now on. */
  start(more?: Settings): Promise<void>;
  close(): Promise<void>;
}

export type Settings = Readonly<Record<string, string>>;

/** What survives the crash of a process; of the machine nothing has to, so that nobody waits for the disk. */
const SETTINGS = {
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  max_wal_size: '512MB',
};
const POLL_MS = 20;

/** Migrated. With `dataDir`, which must be empty, there; else in a folder of its own. */
export async function openServer({
  settings = {},
  dataDir,
}: {
  readonly settings?: Settings;
  readonly dataDir?: string;
} = {}): Promise<Server> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'gatehouse-chaos-')));
  let all: Settings = { ...SETTINGS, ...settings };
  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir: folder, durable: false, settings: all });
  let running: EmbeddedPostgres | null = await start();
  const { databaseUrl: url, port } = running;
  await migrate(url, new Log({ level: 'warn' }));
  const end = async (how: (pid: number) => void): Promise<void> => {
    const ending = running;
    running = null;
    if (ending === null) return;
    how(ending.pid);
    while (isAlive(ending.pid)) await delay(POLL_MS);
  };
  return {
    url,
    port,
    dataDir: folder,
    crash: () =>
      end((pid) => {
        process.kill(pid, 'SIGQUIT');
      }),
    kill: () =>
      end((pid) => {
        // Its processes are in groups of their own, and would go by themselves only when they see that it has gone.
        for (const child of childrenOf(pid)) kill(child);
        kill(pid);
      }),
    async stop() {
      await running?.stop();
      running = null;
    },
    async start(more = {}) {
      all = { ...all, ...more };
      if (running !== null && !isAlive(running.pid)) running = null;
      running ??= await start();
      if (running.port !== port) throw new Error(`PostgreSQL came back at ${running.port}, not at ${port}`);
    },
    async close() {
      await running?.stop();
      running = null;
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** None where `/proc` does not tell. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It went meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
