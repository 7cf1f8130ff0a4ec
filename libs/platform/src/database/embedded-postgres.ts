import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { asDataDirError, StartError } from '../start-error.js';
import { hasCode } from '../system-error.js';
import { type Account, chooseAccount } from './embedded-account.js';
import { type Binaries, embeddedBinaries } from './embedded-binaries.js';
import { initialise, type Place, placeIn, readPassword, readText, SUPERUSER } from './embedded-cluster.js';
import { choosePort } from './embedded-port.js';

/*
 * A real PostgreSQL as a child process, for when no DATABASE_URL is given.
 *
 * The server outlives us if we are killed, and is then adopted by the next start. Who supervises it holds an advisory lock on a
 * session of its own: the lock goes with the process, however that ends, and a second Gatehouse on the same folder is refused.
 */

export interface EmbeddedPostgresOptions {
  /** Created when absent. */
  readonly dataDir: string;
  /** 0 or absent: the port of last time if it is free, else any free one. A server that is adopted keeps its own. */
  readonly port?: number;
  /** False gives up surviving a crash of the machine, for tests. */
  readonly durable?: boolean;
  /** Further settings (`max_connections`). */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** With its password. The role owns the database and may create roles and databases; it is no superuser, as in production. */
  readonly databaseUrl: string;
  readonly port: number;
  readonly pid: number;
  /** The server was already running, left behind by a process that was killed. */
  readonly adopted: boolean;
  /** Ends all sessions, waits until the server has gone. May be called more than once. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 3_000;
const POLL_MS = 25;
/** How long a server that ends at once is tried again. */
const LAUNCH_TIMEOUT_MS = 5_000;
const LAUNCH_PAUSE_MS = 100;

const ROLE = 'gatehouse';
const SUPERVISOR_LOCK = 0x6761_7465;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  jit: 'off',
  // Statements and errors may carry personal data: the server's file holds only what concerns the server (LOG, FATAL, PANIC).
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
};

const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Starts the server of this folder, or adopts it. Throws StartError with one line. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await embeddedBinaries();
  const place = placeIn(options.dataDir);
  const account = await chooseAccount(place.data, binaries.postgres);
  const password = await initialise(place, account, binaries, options.durable ?? true).catch(
    (error: unknown) => {
      throw asDataDirError(error);
    },
  );

  const server =
    (await adopt(place, password)) ?? (await launch(place, account, binaries, password, options));
  await takeLock(server.session);
  const supervised = new Supervised(server, place, password);
  try {
    await createRoleAndDatabase(server.session, password);
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  return supervised;
}

/** Stops a server that was left behind in this folder. False when there was none. */
export async function stopEmbeddedPostgres(dataDir: string): Promise<boolean> {
  const place = placeIn(dataDir);
  const password = await readPassword(place);
  const server = password === null ? null : await adopt(place, password);
  if (server === null || password === null) return false;
  await takeLock(server.session);
  await new Supervised(server, place, password).stop();
  return true;
}

interface Server {
  readonly pid: number;
  readonly port: number;
  /** Superuser's; holds the supervisor's lock for as long as it lives. */
  readonly session: pg.Client;
  /** Null when adopted. */
  readonly child: ChildProcess | null;
}

class Supervised implements EmbeddedPostgres {
  readonly databaseUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly adopted: boolean;
  readonly #server: Server;
  readonly #place: Place;
  #stopping: Promise<void> | null = null;

  constructor(server: Server, place: Place, password: string) {
    this.#server = server;
    this.#place = place;
    this.port = server.port;
    this.pid = server.pid;
    this.adopted = server.child === null;
    this.databaseUrl = `postgresql://${ROLE}:${password}@127.0.0.1:${server.port}/${ROLE}`;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { pid, session } = this.#server;
    // Fast shutdown: ends sessions, ours included, and rolls back what they were doing.
    signal(pid, 'SIGINT');
    if (!(await this.#gone(STOP_TIMEOUT_MS))) {
      // Immediate shutdown; the next start recovers from the log.
      signal(pid, 'SIGQUIT');
      if (!(await this.#gone(STOP_TIMEOUT_MS))) {
        throw new Error(`embedded PostgreSQL (process ${pid}) does not stop`);
      }
    }
    // The server has closed it from its side.
    await session.end().catch(() => undefined);
  }

  async #gone(timeoutMs: number): Promise<boolean> {
    const { child, pid } = this.#server;
    if (child !== null) {
      if (child.exitCode !== null || child.signalCode !== null) return true;
      child.ref();
      const timeout = AbortSignal.timeout(timeoutMs);
      return once(child, 'exit', { signal: timeout }).then(
        () => true,
        () => false,
      );
    }
    // Not our child, so nobody tells us, and where nothing reaps orphans its number stays; but its file goes last of all.
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid) || (await readPostmaster(this.#place))?.pid !== pid) return true;
      await delay(POLL_MS);
    }
    return false;
  }
}

/** The running server of this folder, if there is one: waits while it starts, or until it has stopped. */
async function adopt(place: Place, password: string): Promise<Server | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const found = await readPostmaster(place);
    if (found === null || !isAlive(found.pid)) return null;
    const answer = await connect(found.port, password);
    if (answer instanceof pg.Client) {
      // After a restart of the machine the file may name another process's number and another server's port.
      if (await serves(answer, place)) return { ...found, session: answer, child: null };
      await answer.end();
      return null;
    }
    if (answer !== 'not yet' && found.state !== 'starting') return null;
    await delay(POLL_MS);
  }
  return null;
}

async function serves(session: pg.Client, place: Place): Promise<boolean> {
  const { rows } = await session.query<{ data_directory: string }>('SHOW data_directory');
  return rows[0]?.data_directory === (await realpath(place.data));
}

async function launch(
  place: Place,
  account: Account,
  binaries: Binaries,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<Server> {
  const deadline = Date.now() + LAUNCH_TIMEOUT_MS;
  do {
    const port = await choosePort(options.port ?? 0, await lastPort(place));
    const server = await launchOn(port, place, account, binaries, password, options);
    if (server !== null) {
      await writeFile(place.port, String(port));
      return server;
    }
    // It ended at once. Another start may have been quicker; or somebody took the port in between; or what a killed server has left,
    // processes that still hold its memory, is about to go.
    const running = await adopt(place, password);
    if (running !== null) return running;
    await delay(LAUNCH_PAUSE_MS);
  } while (Date.now() < deadline);
  throw new StartError(['embedded PostgreSQL: ends while starting; DATA_DIR/postgres/server.log says why']);
}

/** Null when the server ended instead of accepting connections. */
async function launchOn(
  port: number,
  place: Place,
  account: Account,
  binaries: Binaries,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<Server | null> {
  const settings = {
    ...SETTINGS,
    ...(options.durable === false ? NOT_DURABLE : {}),
    ...options.settings,
    port: String(port),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = account.command(binaries.postgres, ['-D', place.data, ...flags]);
  const log = await open(place.log, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command.file, command.args, {
      ...account.spawn,
      // A group of its own: Ctrl-C in a terminal reaches us, we drain, then we stop it.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  child.unref();
  const { pid } = child;
  if (pid === undefined) return null;

  let deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await connect(port, password);
    if (answer instanceof pg.Client) {
      if (await serves(answer, place)) return { pid, port, session: answer, child };
      // Another PostgreSQL with our password on that port can only be a copy of ours.
      await answer.end();
    }
    // It says so while it recovers from a crash, for as long as that takes.
    if (answer === 'not yet') deadline = Date.now() + START_TIMEOUT_MS;
    if (Date.now() > deadline) {
      signal(pid, 'SIGQUIT');
      throw new StartError([
        'embedded PostgreSQL: accepts no connection after 60 s; DATA_DIR/postgres/server.log says why',
      ]);
    }
    await delay(POLL_MS);
  }
  return null;
}

/** A session of the superuser; `not yet` while the server starts or stops; null when nobody or somebody else is there. */
async function connect(port: number, password: string): Promise<pg.Client | 'not yet' | null> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    application_name: 'gatehouse supervisor',
    connectionTimeoutMillis: 5_000,
  });
  // The session ends with the server; whoever uses the database notices by itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    return hasCode(error, '57P03') ? 'not yet' : null;
  }
}

/** Ends the session when the lock is somebody else's. Throws StartError. */
async function takeLock(session: pg.Client): Promise<void> {
  // The server frees the lock of a process that was killed when it sees its connection closed, which may take a moment.
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      SUPERVISOR_LOCK,
    ]);
    if (rows[0]?.taken === true) return;
    if (Date.now() > deadline) {
      await session.end();
      throw new StartError(['DATA_DIR: is in use by another Gatehouse that runs now']);
    }
    await delay(POLL_MS);
  }
}

async function createRoleAndDatabase(session: pg.Client, password: string): Promise<void> {
  const { rows } = await session.query<{ role: boolean; database: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
            EXISTS (SELECT FROM pg_database WHERE datname = $1) AS database`,
    [ROLE],
  );
  // The password is hexadecimal, and these statements take no parameters.
  if (rows[0]?.role !== true) {
    await session.query(`CREATE ROLE ${ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`);
  }
  if (rows[0]?.database !== true) await session.query(`CREATE DATABASE ${ROLE} OWNER ${ROLE}`);
}

interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`, or empty while the file is being written. */
  readonly state: string;
}

/** What PostgreSQL says of itself in postmaster.pid; null when the file is not there or not yet whole. */
async function readPostmaster(place: Place): Promise<Postmaster | null> {
  const lines = (await readText(join(place.data, 'postmaster.pid')))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!(pid > 0) || !(port > 0)) return null;
  return { pid, port, state: (lines[7] ?? '').trim() };
}

async function lastPort(place: Place): Promise<number | null> {
  const last = Number(await readText(place.port));
  return last > 0 && last < 65_536 ? last : null;
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // Already gone, which is what the signal is for.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
