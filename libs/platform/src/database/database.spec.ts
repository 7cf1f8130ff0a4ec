import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createEmptyDatabase, type TestDatabase } from '../../../../test/support/database.js';
import {
  openTransactionPooler,
  type TransactionPooler,
} from '../../../../test/support/transaction-pooler.js';
import { commitOf, openPostgresProxy, script, statement } from '../../../../test/support/postgres-proxy.js';
import { Log } from '../log/log.js';
import { RandomSource } from '../random.js';
import { StartError } from '../start-error.js';
import { DatabaseError, isCheckViolation, isUniqueViolation } from './database-error.js';
import { connectDatabase, type Database, type Queryable, type Statement, type Tx } from './database.js';
import { type SessionSharing } from './session-sharing.js';

const log = new Log({ level: 'silent' });

/** No pauses between attempts. */
class Immediately extends RandomSource {
  override bytes(count: number): Buffer {
    return Buffer.alloc(count);
  }

  override fraction(): number {
    return 0;
  }
}

const INSERT: Statement = {
  name: 'spec_insert',
  text: 'INSERT INTO accounts (id, email, balance) VALUES ($1, $2, $3)',
};
const BALANCE: Statement = { name: 'spec_balance', text: 'SELECT balance FROM accounts WHERE id = $1' };
const LOCK: Statement = { name: 'spec_lock', text: 'SELECT id FROM accounts WHERE id = $1 FOR UPDATE' };
const TOTAL: Statement = { name: 'spec_total', text: 'SELECT sum(balance)::int8 AS total FROM accounts' };
const SET: Statement = { name: 'spec_set', text: 'UPDATE accounts SET balance = $2 WHERE id = $1' };
const BACKEND: Statement = { name: 'spec_backend', text: 'SELECT pg_backend_pid() AS pid' };

/** As it goes over the wire, of the portal without a name. */
const DESCRIBE_PORTAL = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0]);

/** Resolves for everyone once `count` have come. */
function meeting(count: number): () => Promise<void> {
  let waiting = count;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    waiting -= 1;
    if (waiting === 0) open();
    return opened;
  };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const lines = new PassThrough();
let test: TestDatabase;
let database: Database;
let pooler: TransactionPooler | null = null;

async function open(sessions: SessionSharing): Promise<void> {
  test = await createEmptyDatabase();
  await test.pool.query(
    `CREATE TABLE accounts (
       id int PRIMARY KEY, email text UNIQUE, balance int8 CONSTRAINT not_in_debt CHECK (balance >= 0));
     GRANT ALL ON accounts TO gatehouse_system, gatehouse_app`,
  );
  pooler = sessions === 'shared' ? await openTransactionPooler(test.url) : null;
  database = await connectDatabase(pooler?.url ?? test.url, {
    poolSize: 12,
    sessions,
    log: new Log({ level: 'warn', destination: lines }),
    random: new Immediately(),
  });
}

async function close(): Promise<void> {
  await database.close();
  await pooler?.[Symbol.asyncDispose]();
  await test.drop();
}

function terminate(pid: number | undefined): Promise<unknown> {
  return test.pool.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
}

describe.each(['own', 'shared'] as const)('a database whose sessions are %s', (sessions) => {
  beforeAll(() => open(sessions));
  afterAll(close);

  it('reads every type as it is meant, as often as it is asked on one session', async () => {
    const types: Statement = {
      name: 'spec_types',
      text: `SELECT '2026-01-02T03:04:05.678+02'::timestamptz AS at, '2026-01-02 03:04:05'::timestamp AS plain, 42::int8 AS small,
               9007199254740993::int8 AS large, '\\x0102'::bytea AS bytes, '1990-05-17'::date AS day, NULL::int8 AS none,
               '{"a":[1]}'::jsonb AS json, ARRAY['a','b'] AS list`,
    };
    const read = await database.across.transaction(async (tx) => [
      await tx.query(types),
      await tx.query(types),
      // Both are sent before the first is answered.
      ...(await Promise.all([tx.query(types), tx.query(types)])),
    ]);
    const row = {
      at: new Date('2026-01-02T01:04:05.678Z'),
      plain: new Date('2026-01-02T03:04:05Z'),
      small: 42,
      large: 9007199254740993n,
      bytes: Buffer.of(1, 2),
      day: '1990-05-17',
      none: null,
      json: { a: [1] },
      list: ['a', 'b'],
    };
    expect(read).toEqual([[row], [row], [row], [row]]);
  });

  it('tells a violated constraint and no value', async () => {
    await database.across.query(INSERT, [1, 'ada@example.com', 10]);
    const twice = await rejection(database.across.query(INSERT, [2, 'ada@example.com', 10]));
    expect(isUniqueViolation(twice)).toBe(true);
    expect(isUniqueViolation(twice, 'accounts_email_key')).toBe(true);
    expect(isUniqueViolation(twice, 'accounts_pkey')).toBe(false);
    const debt = await rejection(database.across.query(INSERT, [3, 'bob@example.com', -1]));
    expect(isCheckViolation(debt, 'not_in_debt')).toBe(true);
    const type = await rejection(database.across.query(INSERT, ['ada@example.com', null, null]));
    expect(type).toMatchObject({ name: 'DatabaseError', code: '22P02', statement: 'spec_insert' });
    for (const error of [twice, debt, type]) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('example.com');
    }
  });

  it('takes a statement with too few values for one that is wrong, not for a connection that is lost', async () => {
    const wrong = await rejection(database.across.query(INSERT, [1]));
    expect(wrong).toMatchObject({ code: '08P01', endsSession: false });
  });

  it('commits what a transaction did, and nothing of one that threw', async () => {
    await database.across.transaction((tx) => tx.query(INSERT, [10, null, 1]));
    const failure = new Error('changed my mind');
    await expect(
      database.across.transaction(async (tx) => {
        await tx.query(SET, [10, 2]);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await database.across.query(BALANCE, [10])).toEqual([{ balance: 1 }]);
  });

  it('never takes a rolled back transaction for a committed one', async () => {
    const swallow = database.across.transaction(async (tx) => {
      await tx.query(SET, [10, 5]);
      await rejection(tx.query(SET, [10, -1]));
    });
    expect(isCheckViolation(await rejection(swallow), 'not_in_debt')).toBe(true);
    expect(await database.across.query(BALANCE, [10])).toEqual([{ balance: 1 }]);
  });

  it('runs a transaction again after a serialization failure', async () => {
    await database.across.query(INSERT, [20, null, 0]);
    await database.across.query(INSERT, [21, null, 0]);
    const bothHaveRead = meeting(2);
    const attempts = { a: 0, b: 0 };
    const write = (who: 'a' | 'b', id: number) =>
      database.across.transaction(
        async (tx: Tx) => {
          attempts[who] += 1;
          const [row] = await tx.query<{ total: number }>(TOTAL);
          // Both read before either writes, so that only one of them can be right. Only the first time.
          if (attempts[who] === 1) await bothHaveRead();
          await tx.query(SET, [id, (row?.total ?? 0) + 1]);
        },
        { isolation: 'serializable' },
      );
    const [before] = await database.across.query<{ total: number }>(TOTAL);
    await Promise.all([write('a', 20), write('b', 21)]);
    expect([attempts.a, attempts.b].sort()).toEqual([1, 2]);
    const balances = [...(await database.across.query<{ balance: number }>(BALANCE, [20]))];
    balances.push(...(await database.across.query<{ balance: number }>(BALANCE, [21])));
    const total = before?.total ?? 0;
    // As if one after the other: the second saw what the first had written.
    expect(balances.map((row) => row.balance).sort((x, y) => x - y)).toEqual([total + 1, 2 * total + 2]);
  });

  it('runs a transaction again after a deadlock', async () => {
    await database.across.query(INSERT, [30, null, 0]);
    await database.across.query(INSERT, [31, null, 0]);
    const bothHoldOne = meeting(2);
    const oneIsThrough = meeting(2);
    let attempts = 0;
    const lockBoth = async (first: number, second: number) => {
      let again = false;
      await database.across.transaction(async (tx) => {
        attempts += 1;
        // Whoever comes again may take the row before the other one wakes up, and both would be where they were.
        if (again) await oneIsThrough();
        await tx.query(LOCK, [first]);
        if (!again) await bothHoldOne();
        again = true;
        await tx.query(LOCK, [second]);
      });
      void oneIsThrough();
    };
    await Promise.all([lockBoth(30, 31), lockBoth(31, 30)]);
    expect(attempts).toBe(3);
  });

  it.each([false, true])(
    'runs a transaction again on another connection when its own is terminated (pipelined: %s)',
    async (isPipelined) => {
      let attempts = 0;
      const pids: number[] = [];
      await database.across.transaction(
        async (tx) => {
          attempts += 1;
          const [row] = await tx.query<{ pid: number }>(BACKEND);
          pids.push(row?.pid ?? 0);
          if (attempts === 1) await terminate(row?.pid);
          await tx.query(SET, [10, 7]);
        },
        { isPipelined },
      );
      expect(attempts).toBe(2);
      expect(new Set(pids).size).toBe(2);
      expect(await database.across.query(BALANCE, [10])).toEqual([{ balance: 7 }]);
    },
  );

  it('does all or nothing of what is sent at once, together with BEGIN', async () => {
    await database.across.query(SET, [10, 3]);
    const failing = database.across.transaction(
      (tx) => Promise.all([tx.query(SET, [10, 4]), tx.query(SET, [10, -1]), tx.query(SET, [10, 5])]),
      { isPipelined: true },
    );
    expect(isCheckViolation(await rejection(failing), 'not_in_debt')).toBe(true);
    expect(await database.across.query(BALANCE, [10])).toEqual([{ balance: 3 }]);
    await database.across.transaction((tx) => Promise.all([tx.query(SET, [10, 8]), tx.query(TOTAL)]), {
      isPipelined: true,
    });
    expect(await database.across.query(BALANCE, [10])).toEqual([{ balance: 8 }]);
  });

  it('gives up after six attempts', async () => {
    let attempts = 0;
    const failing = database.across.transaction(() => {
      attempts += 1;
      throw new DatabaseError('40001', 'spec', 'could not serialize');
    });
    await expect(failing).rejects.toMatchObject({ code: '40001' });
    expect(attempts).toBe(6);
  });

  it('does not run again what failed for another reason', async () => {
    let attempts = 0;
    const failing = database.across.transaction(async (tx) => {
      attempts += 1;
      await tx.query(INSERT, [10, null, 0]);
    });
    expect(isUniqueViolation(await rejection(failing))).toBe(true);
    expect(attempts).toBe(1);
  });

  it('says that the outcome is unknown when the connection is lost while committing', async () => {
    await test.pool.query(
      `CREATE TABLE ends_session (id int);
       GRANT ALL ON ends_session TO gatehouse_system;
       CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
       CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON ends_session DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION end_session()`,
    );
    const attempt = database.across.transaction((tx) =>
      tx.query({ name: 'spec_ends', text: 'INSERT INTO ends_session VALUES (1)' }),
    );
    await expect(attempt).rejects.toMatchObject({ name: 'DatabaseError', code: '08007' });
    expect(await database.across.query({ name: 'spec_ended', text: 'SELECT id FROM ends_session' })).toEqual(
      [],
    );
  });
});

describe('sessions of our own', () => {
  beforeAll(() => open('own'));
  afterAll(close);

  it('reads no row by an old description of its columns', async () => {
    await test.pool.query(
      'CREATE TABLE widened (id int, note text); INSERT INTO widened VALUES (1, $$a$$); GRANT ALL ON widened TO gatehouse_system',
    );
    const all: Statement = { name: 'spec_widened', text: 'SELECT * FROM widened' };
    const reading = database.across.transaction(async (tx) => {
      expect(await tx.query(all)).toEqual([{ id: 1, note: 'a' }]);
      return tx.query<{ pid: number }>(BACKEND);
    });
    const [session] = await reading;
    await test.pool.query('ALTER TABLE widened ADD COLUMN first int, ALTER COLUMN id TYPE text');
    const again = database.across.transaction(async (tx) => {
      // The pool hands out the session that came back last.
      expect(await tx.query(BACKEND)).toEqual([session]);
      return tx.query(all);
    });
    await expect(again).rejects.toMatchObject({ code: '0A000' });
  });

  it('lends the same connections to Prisma, and times mean the same there', async () => {
    // The pool hands out the session that came back last.
    const ours = await database.across.query<{ pid: number }>(BACKEND);
    const prisma = await database.prisma();
    expect(await prisma.$queryRaw`SELECT pg_backend_pid() AS pid`).toEqual(ours);
    const rows = await prisma.$queryRaw`SELECT '2026-01-02T03:04:05+02'::timestamptz AS at`;
    expect(rows).toEqual([{ at: new Date('2026-01-02T01:04:05Z') }]);
    expect(await database.across.query(BACKEND)).toEqual(ours);
  });

  it('prepares a statement once per connection', async () => {
    await database.across.query(TOTAL);
    const prepared = await database.across.query<{ name: string }>({
      name: 'spec_prepared',
      text: `SELECT name FROM pg_prepared_statements WHERE name = 'spec_total'`,
    });
    expect(prepared).toEqual([{ name: 'spec_total' }]);
  });

  it('asks for the description of a statement once per connection', async () => {
    await using proxy = await openPostgresProxy(test.url);
    const throughIt = await connectDatabase(proxy.url, { poolSize: 1, log });
    const isDescribed = async (): Promise<boolean> => {
      const hold = proxy.hold(statement(TOTAL.name), 'before');
      const total = throughIt.across.query(TOTAL);
      const { round } = await hold.held;
      hold.release();
      await total;
      return round.bytes.includes(DESCRIBE_PORTAL);
    };
    expect(await isDescribed()).toBe(true);
    expect(await isDescribed()).toBe(false);
    await throughIt.close();
  });

  it('survives the loss of its idle connections', async () => {
    const [row] = await database.across.query<{ pid: number }>(BACKEND);
    const lost = once(lines, 'data');
    await terminate(row?.pid);
    await lost;
    await expect(database.ping()).resolves.toBeUndefined();
  });
});

describe('shared sessions', () => {
  const one = { tenantId: randomUUID(), environment: 'test' };
  const other = { tenantId: randomUUID(), environment: 'live' };
  const WHO: Statement = {
    name: 'spec_who',
    text: `SELECT current_user AS role, current_setting('gatehouse.tenant') AS tenant,
                  current_setting('gatehouse.environment') AS environment, current_setting('statement_timeout') AS patience`,
  };
  const tenant = (reach: typeof one) => ({
    role: 'gatehouse_app',
    tenant: reach.tenantId,
    environment: reach.environment,
    patience: '30s',
  });
  const system = { role: 'gatehouse_system', tenant: '', environment: '', patience: '30s' };

  beforeAll(() => open('shared'));
  afterAll(close);

  it('are set to whoever asks, in every transaction, whoever was there before', async () => {
    const before = pooler?.moves() ?? 0;
    const asked = Array.from({ length: 20 }, async () => {
      expect(await database.within(one).query(WHO)).toEqual([tenant(one)]);
      expect(await database.across.query(WHO)).toEqual([system]);
      expect(await database.within(other).query(WHO)).toEqual([tenant(other)]);
      await database.within(one).transaction(async (tx) => {
        expect(await tx.query(WHO)).toEqual([tenant(one)]);
        expect(await tx.query(WHO)).toEqual([tenant(one)]);
      });
    });
    await Promise.all(asked);
    // Otherwise this has shown nothing.
    expect((pooler?.moves() ?? 0) - before).toBeGreaterThan(20);
  });

  it('keep nothing of whom they were set to', async () => {
    await database.within(one).query(WHO);
    await rejection(database.within(one).query(INSERT, [1, null, -1]));
    const pool = new pg.Pool({ connectionString: pooler?.url, max: 1 });
    try {
      for (let look = 0; look < 15; look += 1) {
        const { rows } = await pool.query(
          `SELECT current_user = session_user AS is_login, coalesce(current_setting('gatehouse.tenant', true), '') AS tenant,
                current_setting('statement_timeout') AS patience, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared`,
        );
        expect(rows).toEqual([{ is_login: true, tenant: '', patience: '0', prepared: 0 }]);
      }
    } finally {
      await pool.end();
    }
  });

  it.each([
    ['transaction', '08007'],
    // Of its own transaction it knows nothing: it may have been carried out, as with a session of ours that is lost.
    ['statement', '08006'],
  ])(
    'leave open whether a %s was done where the pooler has lost the server in the middle of its commit',
    async (what, code) => {
      await using proxy = await openPostgresProxy(test.url);
      await using before = await openTransactionPooler(proxy.url);
      const throughBoth = await connectDatabase(before.url, { poolSize: 2, sessions: 'shared', log });
      const { across } = throughBoth;
      const id = what === 'transaction' ? 2 : 3;
      await across.query(INSERT, [id, null, 1]);
      const hold = proxy.hold(commitOf(SET.name), 'after');
      const set = (on: Queryable): Promise<unknown> => on.query(SET, [id, 5]);
      const setting = rejection(what === 'transaction' ? across.transaction(set) : set(across));
      await hold.held;
      proxy.network.reset();
      hold.release();
      expect(await setting).toMatchObject({ code });
      // It was.
      expect(await across.query(BALANCE, [id])).toEqual([{ balance: 5 }]);
      await throughBoth.close();
    },
  );

  it('are asked nothing before they are set, pipelined or not', async () => {
    await using proxy = await openPostgresProxy(test.url);
    const throughIt = await connectDatabase(proxy.url, { poolSize: 2, sessions: 'shared', log });
    const hold = proxy.hold(script('SET LOCAL ROLE'), 'before');
    let isAsked = false;
    const asking = throughIt.across.transaction(
      (tx) => {
        isAsked = true;
        return tx.query(WHO);
      },
      { isPipelined: true },
    );
    await hold.held;
    expect(isAsked).toBe(false);
    hold.release();
    expect(await asking).toEqual([system]);
    await throughIt.close();
  });

  it('are not lent to Prisma, which sets no role', async () => {
    await expect(database.prisma()).rejects.toThrow('sessions of its own');
  });

  it('are not taken for sessions of our own', async () => {
    const failure = await rejection(connectDatabase(pooler?.url ?? '', { poolSize: 4, log }));
    expect(failure).toMatchObject({ lines: [expect.stringContaining('DATABASE_SESSIONS=shared')] });
  });

  it('are refused at the start to a user who may not act in the roles', async () => {
    const name = `stranger_${randomUUID().slice(0, 8)}`;
    await test.pool.query(`CREATE ROLE ${name} LOGIN PASSWORD 'spec'`);
    const url = new URL(test.url);
    url.username = name;
    url.password = 'spec';
    const failure = await rejection(connectDatabase(url.href, { poolSize: 2, sessions: 'shared', log }));
    await test.pool.query(`DROP ROLE ${name}`);
    expect(failure).toMatchObject({ lines: [expect.stringContaining('must be a member of')] });
  });
});

describe('connectDatabase', () => {
  it('says in one line that the database cannot be reached, and not where it is or with what password', async () => {
    const url = 'postgresql://someone:hunter2@127.0.0.1:1/nowhere';
    const failure = await rejection(connectDatabase(url, { poolSize: 1, log }));
    expect(failure).toBeInstanceOf(StartError);
    expect(failure).toMatchObject({ lines: ['DATABASE_URL: the database cannot be reached (ECONNREFUSED)'] });
  });

  it('gives up on one that takes the connection and never answers', async () => {
    const silent = createServer((socket) => socket.resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const url = `postgresql://someone@127.0.0.1:${port}/nowhere`;
    const failure = await rejection(connectDatabase(url, { poolSize: 1, connectTimeoutMs: 50, log }));
    expect(failure).toMatchObject({ lines: ['DATABASE_URL: the database cannot be reached (08006)'] });
    silent.close();
    await once(silent, 'close');
  });
});
