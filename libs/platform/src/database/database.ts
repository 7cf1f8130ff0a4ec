import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LOWEST_ID } from '../ids.js';
import { type Log } from '../log/log.js';
import { type RandomSource, SystemRandom } from '../random.js';
import { StartError } from '../start-error.js';
import {
  CONNECTION_LOST,
  DatabaseError,
  isConnectionLost,
  OUTCOME_UNKNOWN,
  toDatabaseError,
} from './database-error.js';
import { type PrismaClient } from './generated/client.js';
import { queryNamed } from './named-query.js';
import { type SessionSharing } from './session-sharing.js';
import { parsers } from './types.js';

/** A statement of ours. Prepared once per connection of our own under its name, so a name (at most 63 bytes) has one text for ever. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * For lists. A prepared statement is planned once, for whoever is asked for on average, and the tenant that has half of all rows is not:
   * its rows would all be read and sorted for one page. Planning takes a fraction of a millisecond, which is as much as what is hot takes.
   */
  readonly isPlannedAnew?: true;
}

/** What runs statements: the pool (each on its own) or a transaction. */
export interface Queryable {
  /** The rows, typed as the caller knows its own SQL to return them. Throws DatabaseError. */
  query<T>(statement: Statement, values?: readonly unknown[]): Promise<T[]>;

  /**
   * Runs `task` once what was written before this call is committed; never, where it is rolled back. It must not throw, and a process
   * that dies in between does not run it: for waking somebody who would look by himself anyway.
   */
  afterCommit(task: () => void): void;
}

/** A transaction at hand; only valid inside the function that was given it. */
export type Tx = Queryable;

/** Whose rows a session sees: those of one tenant, and of these, where an environment is named, only that environment's. */
export interface Reach {
  readonly tenantId: string;
  readonly environment?: string | null;
}

/**
 * Runs statements, each on its own or together, on the rows of one reach. A statement on its own is run again, too, where PostgreSQL
 * rolled it back for reasons of concurrency; not where the connection was lost, because it may have been carried out.
 */
export interface Sessions extends Queryable {
  /**
   * Runs `fn` in a transaction and commits. Where PostgreSQL rolled it back for reasons of concurrency or because the connection
   * was lost before the commit, it is run again, at most five times with growing, jittered pauses: `fn` must have no effect
   * outside SQL. Throws what `fn` throws, and DatabaseError; with code 08007 whether the commit happened is not known.
   */
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface TransactionOptions {
  readonly isolation?: Isolation;
  /**
   * Saves a round trip: the first statement goes out together with BEGIN. Should BEGIN alone fail, which only somebody who cancels at that
   * very moment brings about, the first statement has run by itself. For a transaction whose first statement only locks, or may stand alone.
   * With `shared` sessions it waits for BEGIN all the same.
   */
  readonly isPipelined?: boolean;
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

export interface DatabaseOptions {
  /** Connections at most. */
  readonly poolSize: number;
  /** Absent: `own`. */
  readonly sessions?: SessionSharing;
  /** How long a session may take to be there, and a request to get one. Absent: five seconds. */
  readonly connectTimeoutMs?: number;
  readonly log: Log;
  /** For the jitter between attempts. */
  readonly random?: RandomSource;
}

/**
 * A process that stalls in the middle of a transaction must not hold others up for ever: its session is ended, and whoever waits for
 * its locks gives up before.
 */
const LIMITS = { lock_timeout: '10s', statement_timeout: '30s', idle_in_transaction_session_timeout: '30s' };
const PLAN_ONCE = `SET plan_cache_mode = 'force_generic_plan'`;
const PLAN_ANEW = `SET plan_cache_mode = 'force_custom_plan'`;

const CONNECT_TIMEOUT_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;

/** Serialization failure, deadlock. */
const ROLLED_BACK = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 10;

/** Roles that the migrations make. What they may see and change is in the policies and grants of the migrations. */
export const TENANT_ROLE = 'gatehouse_app';
export const SYSTEM_ROLE = 'gatehouse_system';

/** Sets both every time, so that nothing of the session's last reach is left. Until the session is set again. */
const ENTER: Statement = {
  name: 'enter_reach',
  text: `SELECT set_config('gatehouse.tenant', $1, false), set_config('gatehouse.environment', $2, false)`,
};

/** How the statements of one reach get to a session that is set to it. */
interface Way {
  /** With `own` sessions one that is set to the reach already. */
  readonly open: () => Promise<pg.PoolClient>;
  /** With `shared` ones: what goes out with BEGIN in one message, and sets the session until the end of the transaction. */
  readonly entry: string | null;
}

/**
 * The connections of this process. Row-level security keeps each statement to its reach: `within` a tenant, or `across` all of them,
 * which only looking for work, administration and the checking of keys need.
 */
export class Database {
  /** The rows of all tenants. */
  readonly across: Sessions;
  readonly #tenants: pg.Pool;
  readonly #system: pg.Pool;
  readonly #log: Log;
  readonly #random: RandomSource;
  readonly #isShared: boolean;
  #prisma: Promise<PrismaClient> | null = null;
  /** What the sessions of the tenants' pool are set to. */
  readonly #reaches = new WeakMap<pg.PoolClient, string>();

  constructor(
    pools: { readonly tenants: pg.Pool; readonly system: pg.Pool },
    options: Omit<DatabaseOptions, 'poolSize'>,
  ) {
    this.#tenants = pools.tenants;
    this.#system = pools.system;
    this.#log = options.log;
    this.#random = options.random ?? new SystemRandom();
    this.#isShared = options.sessions === 'shared';
    for (const pool of [pools.tenants, pools.system]) {
      // An idle connection that breaks (a restart of the server) is replaced by the pool; unheard, the event would end the process.
      pool.on('error', (error) => {
        // The pool counts as ended before its connections have closed; a server that stops right then may be quicker.
        if (pool.ending) return;
        this.#log.warn('an idle database connection was lost', { error });
      });
    }
    this.across = this.#sessions({
      open: () => connect(pools.system),
      entry: this.#isShared ? entryAs(SYSTEM_ROLE, null) : null,
    });
  }

  /** The rows of one tenant, or of one of its environments. A row of anybody else is not there, and cannot be written. */
  within(reach: Reach): Sessions {
    if (this.#isShared)
      return this.#sessions({ open: () => connect(this.#tenants), entry: entryAs(TENANT_ROLE, reach) });
    return this.#sessions({ open: () => this.#entered(reach), entry: null });
  }

  /**
   * For what is not hot; sees what `across` sees. Loaded when it is first asked for: it makes every start slower, and every process larger.
   * Rejects with `shared` sessions: it sets no role.
   */
  prisma(): Promise<PrismaClient> {
    if (this.#isShared) return Promise.reject(new Error('Prisma needs sessions of its own'));
    this.#prisma ??= loadPrisma(this.#system).catch((error: unknown) => {
      this.#prisma = null;
      throw error;
    });
    return this.#prisma;
  }

  /** Throws DatabaseError when the database does not answer in time: within two seconds, unless told otherwise. */
  async ping(timeoutMs = PING_TIMEOUT_MS): Promise<void> {
    const ping = { text: 'SELECT 1', query_timeout: timeoutMs };
    try {
      await Promise.all([this.#tenants.query(ping), this.#system.query(ping)]);
    } catch (error) {
      throw toDatabaseError(error, 'ping');
    }
  }

  /** Waits for the statements that run, then closes all connections. Once. */
  async close(): Promise<void> {
    await (await this.#prisma)?.$disconnect();
    await Promise.all([this.#tenants.end(), this.#system.end()]);
  }

  async #entered(reach: Reach): Promise<pg.PoolClient> {
    const client = await connect(this.#tenants);
    try {
      await this.#enter(client, reach);
      return client;
    } catch (error) {
      // A session that may be set to somebody else is not used again.
      release(client, true);
      throw error;
    }
  }

  async #enter(client: pg.PoolClient, { tenantId, environment }: Reach): Promise<void> {
    const reach = `${tenantId}/${environment ?? ''}`;
    if (this.#reaches.get(client) === reach) return;
    this.#reaches.delete(client);
    await run(prepared, client, ENTER, [tenantId, environment ?? '']);
    this.#reaches.set(client, reach);
  }

  #sessions(way: Way): Sessions {
    return {
      query: <T>(statement: Statement, values: readonly unknown[] = []) =>
        this.#again(isRolledBack, () =>
          way.entry === null
            ? alone<T>(way.open, statement, values)
            : this.#wrapped<T>(way, statement, values),
        ),
      // Outside a transaction each statement commits itself.
      afterCommit: (task) => {
        task();
      },
      transaction: (fn, { isolation, isPipelined = false } = {}) => {
        const begin = isolation === undefined ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`;
        return this.#again(isRepeatable, () => this.#attempt(way, begin, isPipelined, fn));
      },
    };
  }

  /** A statement on its own, in the transaction that sets its session: to who asked, a commit that was lost is a statement that was. */
  async #wrapped<T>(way: Way, statement: Statement, values: readonly unknown[]): Promise<T[]> {
    try {
      return await this.#attempt(way, 'BEGIN', false, (tx) => tx.query<T>(statement, values));
    } catch (error) {
      if (error instanceof DatabaseError && error.code === OUTCOME_UNKNOWN)
        throw new DatabaseError(CONNECTION_LOST, statement.name, 'the connection failed');
      throw error;
    }
  }

  async #again<T>(isRetryable: (error: DatabaseError) => boolean, run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof DatabaseError) || !isRetryable(error) || attempt === MAX_ATTEMPTS) {
          throw error;
        }
        this.#log.debug('a transaction is run again', { code: error.code, attempt });
        await delay(this.#random.fraction() * FIRST_DELAY_MS * 2 ** (attempt - 1));
      }
    }
  }

  async #attempt<T>(
    { open, entry }: Way,
    begin: string,
    isPipelined: boolean,
    fn: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const client = await open();
    const transaction = new Transaction(client, entry === null ? prepared : unprepared);
    try {
      const begun = transaction.command('begin', entry === null ? begin : `${begin}; ${entry}`);
      // Of a session that is set to nobody a statement that ran before all that is set would see what its user may.
      if (isPipelined && entry === null) begun.catch(ignore);
      else await begun;
      // Its failure is the reason of all others; and nobody uses the connection any more when it is given back.
      const result = await fn(transaction).finally(() => begun);
      await transaction.commit();
      transaction.committed();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    } finally {
      release(client, transaction.broken);
    }
  }
}

async function loadPrisma(pool: pg.Pool): Promise<PrismaClient> {
  const [{ PrismaPg }, { PrismaClient }] = await Promise.all([
    import('@prisma/adapter-pg'),
    import('./generated/client.js'),
  ]);
  return new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal', log: [] });
}

function isRolledBack({ code }: DatabaseError): boolean {
  return ROLLED_BACK.has(code);
}

/** Of a transaction: one that is lost before its COMMIT is rolled back. */
function isRepeatable(error: DatabaseError): boolean {
  return isRolledBack(error) || isConnectionLost(error);
}

/** For what is heard of elsewhere. pg also emits what it rejects the running query with; unheard, that would end the process. */
function ignore(): void {
  return undefined;
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    const client = await pool.connect();
    client.on('error', ignore);
    return client;
  } catch (error) {
    throw toDatabaseError(error, 'connect');
  }
}

function release(client: pg.PoolClient, isBroken: boolean): void {
  client.off('error', ignore);
  client.release(isBroken);
}

async function alone<T>(
  open: () => Promise<pg.PoolClient>,
  statement: Statement,
  values: readonly unknown[],
): Promise<T[]> {
  const client = await open();
  try {
    return await run<T>(prepared, client, statement, values);
  } finally {
    // The pool itself drops a connection that broke.
    release(client, false);
  }
}

class Transaction implements Queryable {
  /** The connection must not be used again. */
  broken = false;
  readonly #afterCommit: (() => void)[] = [];
  #failure: DatabaseError | null = null;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly ask: Ask,
  ) {}

  async query<T>(statement: Statement, values: readonly unknown[] = []): Promise<T[]> {
    try {
      return await run<T>(this.ask, this.client, statement, values);
    } catch (error) {
      this.#failure ??= toDatabaseError(error, statement.name);
      throw error;
    }
  }

  afterCommit(task: () => void): void {
    this.#afterCommit.push(task);
  }

  committed(): void {
    for (const task of this.#afterCommit) task();
  }

  /** The tag of what was done; of several at once, as behind `begin`, there is none. */
  async command(name: string, text = name.toUpperCase()): Promise<string> {
    try {
      return (await this.client.query(text)).command;
    } catch (error) {
      throw toDatabaseError(error, name);
    }
  }

  async commit(): Promise<void> {
    let command: string;
    try {
      command = await this.command('commit');
    } catch (error) {
      const failure = toDatabaseError(error, 'commit');
      if (!leavesOutcomeOpen(failure)) throw failure;
      this.broken = true;
      throw new DatabaseError(OUTCOME_UNKNOWN, 'commit', 'the connection was lost while committing');
    }
    // A transaction in which a statement failed answers COMMIT with ROLLBACK and no error.
    if (command !== 'COMMIT') {
      throw this.#failure ?? new DatabaseError('25P02', 'commit', 'the transaction was rolled back');
    }
  }

  async rollback(): Promise<void> {
    if (this.broken) return;
    try {
      await this.command('rollback');
    } catch {
      // Not heard from again: a discarded connection rolls back on the server, and the caller gets the first error.
      this.broken = true;
    }
  }
}

/**
 * Of a failed COMMIT. A socket's code, or none: the server did not answer. One that ends the session may do so after it has committed,
 * while it waits for a standby, or has written what it commits and will find it when it starts again. Any other SQLSTATE says that it
 * did not commit.
 */
function leavesOutcomeOpen(error: DatabaseError): boolean {
  return isSessionOver(error) || !/^[0-9A-Z]{5}$/.test(error.code);
}

/** The severity that says so is in the server's language; the codes of a server that ends are not. */
function isSessionOver(error: DatabaseError): boolean {
  return error.code === CONNECTION_LOST || error.endsSession || error.code.startsWith('57P');
}

/** One way to have a statement carried out. */
type Ask = (runner: pg.PoolClient, statement: Statement, values: readonly unknown[]) => Promise<unknown[]>;

async function run<T>(
  ask: Ask,
  runner: pg.PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<T[]> {
  try {
    // The driver cannot know the row; the statement's author does.
    return (await ask(runner, statement, values)) as T[];
  } catch (error) {
    throw toDatabaseError(error, statement.name);
  }
}

/** Prepared, unless it is to be planned for its values. */
function prepared(
  runner: pg.PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<unknown[]> {
  return (statement.isPlannedAnew === true ? planned : queryNamed)(runner, statement, values);
}

/** Planned for its values each time: it has no name of the driver's, which would prepare it. */
async function unprepared(
  runner: pg.PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<unknown[]> {
  const { rows } = await runner.query<Record<string, unknown>>({
    text: `/* ${name} */ ${text}`,
    values: [...values],
  });
  return rows;
}

/** All three go out together. Where the statement fails, the third still runs, or is rolled back with the first. */
async function planned(
  runner: pg.PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<unknown[]> {
  const [, rows] = await Promise.all([
    runner.query(PLAN_ANEW),
    unprepared(runner, statement, values),
    runner.query(PLAN_ONCE),
  ]);
  return rows;
}

/** What a session is set to for as long as it is ours. */
function sessionAs(role: string): string {
  return [`SET TIME ZONE 'UTC'`, ...limits('SET'), PLAN_ONCE, `SET ROLE ${role}`].join('; ');
}

/** The same for the rest of a transaction; both parts of the reach every time, whatever somebody has left in the session. */
function entryAs(role: string, reach: Reach | null): string {
  return [
    `SET LOCAL ROLE ${role}`,
    `SET LOCAL TIME ZONE 'UTC'`,
    ...limits('SET LOCAL'),
    `SET LOCAL gatehouse.tenant = ${pg.escapeLiteral(reach?.tenantId ?? '')}`,
    `SET LOCAL gatehouse.environment = ${pg.escapeLiteral(reach?.environment ?? '')}`,
  ].join('; ');
}

function limits(set: 'SET' | 'SET LOCAL'): readonly string[] {
  return Object.entries(LIMITS).map(([name, value]) => `${set} ${name} = '${value}'`);
}

/** Of ten connections, three look across tenants. Each pool has one at least. */
const SYSTEM_SHARE = 0.3;

/**
 * Connects once, to fail early. The migrations, which make the roles, must have run. Throws StartError with one line when the database
 * cannot be reached, or when its user may not act in the roles.
 */
export async function connectDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const system = Math.max(1, Math.round(options.poolSize * SYSTEM_SHARE));
  const isShared = options.sessions === 'shared';
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const poolOf = (role: string, max: number): pg.Pool =>
    openPool(url, { max, connectTimeoutMs, session: isShared ? null : sessionAs(role) });
  const pools = {
    tenants: poolOf(TENANT_ROLE, Math.max(1, options.poolSize - system)),
    system: poolOf(SYSTEM_ROLE, system),
  };
  const database = new Database(pools, options);
  try {
    await database.ping(connectTimeoutMs);
    // Sessions of our own are set to their roles when they begin.
    await (isShared ? tryRoles(database) : refuseSharedSessions(pools));
  } catch (error) {
    await database.close();
    throw error instanceof StartError ? error : new StartError([startLine(toDatabaseError(error, 'ping'))]);
  }
  return database;
}

async function tryRoles(database: Database): Promise<void> {
  const nobody = { tenantId: LOWEST_ID };
  await Promise.all([database.across, database.within(nobody)].map((sessions) => sessions.query(NOTHING)));
}

const NOTHING: Statement = { name: 'nothing', text: 'SELECT' };

/**
 * Behind a pooler in transaction mode one session of the server serves whoever comes next, with the role and the tenant of whoever came
 * before: two sessions that are set to two roles then answer with the same one.
 */
async function refuseSharedSessions(pools: {
  readonly tenants: pg.Pool;
  readonly system: pg.Pool;
}): Promise<void> {
  const tenants = await pools.tenants.connect();
  try {
    const system = await pools.system.connect();
    try {
      // One after the other: a pooler hands out again what was given back last.
      const isShared = (await roleOf(tenants)) !== TENANT_ROLE || (await roleOf(system)) !== SYSTEM_ROLE;
      if (isShared) throw new StartError([SHARED]);
    } finally {
      system.release();
    }
  } finally {
    tenants.release();
  }
}

const SHARED =
  'DATABASE_URL: its sessions are shared with others, as by a pooler in transaction mode; set DATABASE_SESSIONS=shared, or use one in session mode, or none';

async function roleOf(client: pg.PoolClient): Promise<string | undefined> {
  const { rows } = await client.query<{ role: string }>('SELECT current_user AS role');
  return rows[0]?.role;
}

function startLine({ code }: DatabaseError): string {
  if (code === ROLE_REFUSED || code === ROLE_UNKNOWN) {
    return `DATABASE_URL: its user must be a member of ${TENANT_ROLE} and ${SYSTEM_ROLE}, which the migrations make (${code})`;
  }
  return `DATABASE_URL: the database cannot be reached (${code})`;
}

const ROLE_REFUSED = '42501';
const ROLE_UNKNOWN = '22023';

interface PoolOptions {
  readonly max: number;
  readonly connectTimeoutMs: number;
  /** What each session begins with, where it is ours. */
  readonly session: string | null;
}

function openPool(connectionString: string, { max, connectTimeoutMs, session }: PoolOptions): pg.Pool {
  return new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    // What is asked for at once is sent at once.
    pipeline: true,
    application_name: 'gatehouse',
    types: parsers,
    // Prisma's adapter takes every timestamp for UTC, whatever zone the server writes it in. The pool waits for the promise, which
    // its types do not say.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    ...(session !== null && { onConnect: (client) => client.query(session) }),
  });
}
