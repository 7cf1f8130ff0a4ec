import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { connectDatabase, Log } from '@gatehouse/platform';

import { codeOf, unusedPort } from '../../support/gateway-process.js';
import { check, type Check } from '../invariants/check.js';
import { recovered, RECOVERED_MS, untilAllGood } from '../recovery.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { type Scenario } from './scenario.js';
import { openServer, type Server } from './server.js';

/** Whom PgBouncer, which does not run as root, runs as there. */
const NOBODY = 65_534;
const BEFORE = 16;
const DOWN_MS = 1_000;
const POLL_MS = 25;
const STARTS = 5;
/** Word for word: a start that fails for any other reason shows nothing. */
const REFUSAL =
  'DATABASE_URL: its sessions are shared with others, as by a pooler in transaction mode; use one in session mode, or none';

export const pooler: Scenario = {
  name: 'pgbouncer',
  what: 'a gateway refuses PgBouncer in transaction mode, and works through one in session mode that is killed and comes back',
  async missing() {
    try {
      await promisify(execFile)('pgbouncer', ['--version']);
      return null;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return 'no pgbouncer here';
      throw error;
    }
  },
  async run(say) {
    await using stack = new AsyncDisposableStack();
    const server = stack.adopt(await openServer(), (opened) => opened.close());
    const refusal = await refusesTransactions(server);
    const pooling = stack.adopt(await openPooler(server, 'session'), (opened) => opened.close());
    const found = await underPressure({
      databaseUrl: pooling.url,
      expected: [STORE_WAS_AWAY],
      say,
      async trouble({ probes }, soFar) {
        await after(BEFORE, soFar);
        const killed = performance.now();
        await pooling.kill();
        say('PgBouncer is dead');
        await delay(DOWN_MS);
        await pooling.start();
        const ms = await untilAllGood(probes, killed);
        return [recovered([{ what: 'the death of PgBouncer', ms }], RECOVERED_MS)];
      },
    });
    return [refusal, ...found];
  },
};

/** Its sessions would see each other's tenants: none of the starts may succeed. */
async function refusesTransactions(server: Server): Promise<Check> {
  const pooling = await openPooler(server, 'transaction');
  try {
    const unlike: string[] = [];
    for (let start = 1; start <= STARTS; start += 1) {
      try {
        const database = await connectDatabase(pooling.url, {
          poolSize: 10,
          log: new Log({ level: 'warn' }),
        });
        await database.close();
        unlike.push(`start ${start}: sessions that are shared were taken`);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        if (said !== REFUSAL) unlike.push(`start ${start}: refused with other words: ${said}`);
      }
    }
    return check('a pooler in transaction mode is refused at the start, in so many words', STARTS, unlike);
  } finally {
    await pooling.close();
  }
}

interface Pooler {
  readonly url: string;
  /** With -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

async function openPooler(server: Server, mode: 'transaction' | 'session'): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-chaos-'));
  const port = await unusedPort();
  const url = new URL(server.url);
  const users = join(folder, 'users');
  const settings = join(folder, 'settings');
  await writeFile(users, `"${url.username}" "${url.password}"\n`);
  await writeFile(
    settings,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = plain',
      `auth_file = ${users}`,
      `pool_mode = ${mode}`,
      'default_pool_size = 60',
      'max_client_conn = 200',
      // What pg says when it connects.
      'ignore_startup_parameters = extra_float_digits',
      '',
    ].join('\n'),
  );
  for (const [path, permissions] of [
    [folder, 0o755],
    [users, 0o644],
    [settings, 0o644],
  ] as const)
    await chmod(path, permissions);
  url.port = String(port);
  let end: (() => Promise<void>) | null = null;
  const start = async (): Promise<void> => {
    const child = spawn('pgbouncer', ['-q', settings], {
      stdio: 'ignore',
      ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
    });
    const ended = once(child, 'close');
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);
    end = async () => {
      kill();
      await ended;
      process.off('exit', kill);
    };
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
      await delay(POLL_MS);
    }
  };
  const kill = async (): Promise<void> => {
    await end?.();
    end = null;
  };
  await start();
  return {
    url: url.href,
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
