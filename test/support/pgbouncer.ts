import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { codeOf, unusedPort } from './gateway-process.js';

/** Whom PgBouncer, which does not run as root, runs as there. */
const NOBODY = 65_534;
const POLL_MS = 25;

/** Whether there is one on the PATH. */
export async function hasPgBouncer(): Promise<boolean> {
  try {
    await promisify(execFile)('pgbouncer', ['--version']);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export interface PgBouncer {
  /** Of the same database, through it. */
  readonly url: string;
  /** With -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A PgBouncer of its own before the PostgreSQL of a URL. */
export async function openPgBouncer(
  databaseUrl: string,
  mode: 'transaction' | 'session',
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const port = await unusedPort();
  const url = new URL(databaseUrl);
  const users = join(folder, 'users');
  const settings = join(folder, 'settings');
  await writeFile(users, `"${decodeURIComponent(url.username)}" "${decodeURIComponent(url.password)}"\n`);
  await writeFile(
    settings,
    [
      '[databases]',
      `* = host=${url.hostname} port=${url.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = plain',
      `auth_file = ${users}`,
      `pool_mode = ${mode}`,
      'default_pool_size = 60',
      'max_client_conn = 200',
      '',
    ].join('\n'),
  );
  for (const [path, permissions] of [
    [folder, 0o755],
    [users, 0o644],
    [settings, 0o644],
  ] as const)
    await chmod(path, permissions);
  url.hostname = '127.0.0.1';
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
  const close = async (): Promise<void> => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url: url.href, kill, start, close };
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
