import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type EmbeddedPostgres, Log, migrate, startEmbeddedPostgres } from '@gatehouse/platform';

import { type Server } from './kill-world.js';

/** A PostgreSQL of its own that can be crashed. */
export interface KillServer extends Server, AsyncDisposable {
  readonly crash: () => Promise<void>;
}

export async function startKillServer(): Promise<KillServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-kills-'));
  const start = (port: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDir,
      port,
      durable: false,
      // The server dies, not the machine: what was handed to the operating system stays, so a commit has to be.
      settings: { synchronous_commit: 'on', max_connections: '100' },
    });
  let server = await start(0);
  await migrate(server.databaseUrl, new Log({ level: 'warn' }));
  return {
    databaseUrl: server.databaseUrl,
    async crash() {
      const { port, pid } = server;
      // Immediate: it writes nothing down and says goodbye to nobody.
      process.kill(pid, 'SIGQUIT');
      await server.stop();
      server = await start(port);
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
