import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  connectDatabase,
  type Database,
  Log,
  type Sessions,
  type Statement,
  SystemClock,
  SystemIds,
} from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { ledgerKeysOf } from '../../../../test/support/ledger-keys.js';
import { type LedgerKeys } from '../ledger/ledger-keys.js';
import { Ledger } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { Sequencer, WAITING } from '../ledger/sequencer.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { EventFeed, FEED } from './event-feed.js';
import { FeedWatch } from './feed-watch.js';

const WRITERS = 8;
const ENTRIES_EACH = 100;

let files: TestDatabase;
let database: Database;
let feed: EventFeed;
let watch: FeedWatch;
let sequencer: Sequencer;
let ledger: Ledger;
let keys: LedgerKeys;
const ids = new SystemIds();

beforeAll(async () => {
  files = await createTestDatabase();
  const log = new Log({ level: 'silent' });
  database = await connectDatabase(files.url, { poolSize: 16, log });
  watch = new FeedWatch(database, log);
  feed = new EventFeed(database, watch);
  keys = ledgerKeysOf(database);
  sequencer = new Sequencer(database, keys, new SystemClock());
  ledger = new Ledger(new SystemClock(), ids, () => undefined);
});
afterAll(async () => {
  watch.close();
  await database.close();
  await files.drop();
});

/** Numbers, so that an entry can be recognised in the feed: it is told as the policy's version. */
function write(tenantId: string, number: number, kind: LedgerKind, environment: Environment): Promise<void> {
  return database.across.transaction(async (tx) => {
    await ledger.append(tx, {
      kind,
      tenantId,
      environment,
      verificationId: null,
      version: null,
      actor: 'system:test',
      data: { policyVersion: number },
    });
    // Transactions of various lengths, so that they do not end in the order in which their entries were made.
    await tx.query({ name: 'test_work', text: 'SELECT pg_sleep($1)' }, [(number % 7) / 1000]);
    if (number % 10 === 9) throw new RolledBack();
  });
}

async function placeAll(): Promise<void> {
  while (await sequencer.placeWaiting());
}

/** The tenants of whose entries some have no position. */
async function waiting(): Promise<readonly string[]> {
  const rows = await database.across.query<{ tenant_id: string }>({
    name: 'test_waiting',
    text: 'SELECT DISTINCT tenant_id FROM ledger_queue ORDER BY tenant_id',
  });
  return rows.map(({ tenant_id }) => tenant_id);
}

class RolledBack extends Error {}

async function writeMany(tenantId: string, writer: number): Promise<void> {
  for (let n = 0; n < ENTRIES_EACH; n += 1) {
    await write(tenantId, writer * ENTRIES_EACH + n, 'routing.rolled_back', 'test').catch(
      (error: unknown) => {
        if (!(error instanceof RolledBack)) throw error;
      },
    );
  }
}

it('tells each event once, while several write, two give positions and one reads on', async () => {
  const tenantId = ids.next();
  const scope = tenantScope(tenantId, 'test', 'key:test');
  const written = { isDone: false };
  const sequence = async (): Promise<void> => {
    const own = new Sequencer(database, keys, new SystemClock());
    // Once more after the last was written.
    for (let isLast = false; !isLast;) {
      isLast = written.isDone;
      while (await own.placeWaiting());
    }
  };
  const placed = { isDone: false };
  const read = async (): Promise<number[]> => {
    const seen: number[] = [];
    let cursor: string | null = null;
    for (let isLast = false; !isLast;) {
      isLast = placed.isDone;
      for (let hasMore = true; hasMore;) {
        const page = await feed.page(scope, [], { cursor, limit: 7 });
        seen.push(...page.data.map((event) => Number(event.routing?.policyVersion)));
        ({ nextCursor: cursor, hasMore } = page);
      }
    }
    return seen;
  };
  const reading = read();
  const sequencing = Promise.all([sequence(), sequence()]);
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeMany(tenantId, writer)));
  written.isDone = true;
  await sequencing;
  placed.isDone = true;
  const seen = await reading;

  const committed = Array.from({ length: WRITERS * ENTRIES_EACH }, (_, n) => n).filter((n) => n % 10 !== 9);
  expect([...seen].sort((a, b) => a - b)).toEqual(committed);
  const [positions] = await database.across.query<{
    all: number;
    lowest: number;
    highest: number;
    size: number;
  }>(
    {
      name: 'test_positions',
      text: `SELECT count(DISTINCT position)::int AS all, min(position)::int AS lowest, max(position)::int AS highest,
                    (SELECT size::int FROM ledger_heads WHERE tenant_id = $1) AS size
               FROM ledger_leaves WHERE tenant_id = $1`,
    },
    [tenantId],
  );
  const { length } = committed;
  expect(positions).toEqual({ all: length, lowest: 1, highest: length, size: length });
});

it('tells what is published, in the environment asked for, and of the types asked for', async () => {
  const tenantId = ids.next();
  await write(tenantId, 1, 'routing.rolled_back', 'live');
  await write(tenantId, 2, 'identity.viewed', 'test');
  await write(tenantId, 3, 'verification.imported', 'test');
  await write(tenantId, 4, 'routing.rolled_back', 'test');
  await placeAll();
  const scope = tenantScope(tenantId, 'test', 'key:test');
  const all = await feed.page(scope, [], { cursor: null, limit: 50 });
  expect(all.data.map(({ type }) => type)).toEqual(['verification.created', 'routing.rolled_back']);
  expect(all.hasMore).toBe(false);
  const some = await feed.page(scope, ['routing.rolled_back'], { cursor: null, limit: 50 });
  expect(some.data).toMatchObject([{ type: 'routing.rolled_back', routing: { policyVersion: 4 } }]);
  // At the end there is still where to read on.
  const end = await feed.page(scope, [], { cursor: all.nextCursor, limit: 50 });
  expect(end).toEqual({ data: [], nextCursor: all.nextCursor, hasMore: false });
});

it('gives a verification’s entries positions in the order of its versions, whatever the clocks of the replicas said', async () => {
  const tenantId = ids.next();
  const verificationId = ids.next();
  const [second, first, between] = [ids.next(), ids.next(), ids.next()];
  for (const [id, version] of [
    [first, 1],
    [between, null],
    [second, 2],
  ] as const) {
    await database.across.query(
      {
        name: 'test_ledger',
        text: `WITH entry AS (
                 INSERT INTO ledger_entries (tenant_id, id, environment, verification_id, kind, version, actor, data, at)
                 VALUES ($1, $2, 'test', $3, 'verification.status_changed', $4, 'system', '{}', now()) RETURNING tenant_id, id)
               INSERT INTO ledger_queue SELECT * FROM entry`,
      },
      [tenantId, id, version === null ? null : verificationId, version],
    );
  }
  await placeAll();
  const { data } = await feed.page(tenantScope(tenantId, 'test', 'key:test'), [], { cursor: null, limit: 9 });
  expect(data.map(({ id }) => id)).toEqual([first, second, between]);
});

it('comes to every tenant, however many there are', async () => {
  const tenants = Array.from({ length: 120 }, () => ids.next());
  await Promise.all(tenants.map((tenantId) => write(tenantId, 1, 'routing.rolled_back', 'test')));
  expect(await waiting()).toHaveLength(tenants.length);
  // The first of them always have something new, which must not keep the others waiting.
  const busy = [...tenants].sort().slice(0, 50);
  for (let round = 0; round < 3; round += 1) {
    await sequencer.placeWaiting();
    await Promise.all(busy.map((tenantId) => write(tenantId, 1, 'routing.rolled_back', 'test')));
  }
  expect(await waiting()).toEqual(busy);
  await placeAll();
  expect(await waiting()).toEqual([]);
});

it('finds what is rare in a long history at once', async () => {
  const tenantId = ids.next();
  const scope = tenantScope(tenantId, 'test', 'key:test');
  // What PostgreSQL knows was true before: it must not plan as if little waited.
  await files.pool.query('ANALYZE ledger_entries, ledger_queue');
  await database.across.query(
    {
      name: 'test_long_history',
      text: `WITH entry AS (
               INSERT INTO ledger_entries (tenant_id, id, environment, kind, actor, data, at)
               SELECT $1, gen_random_uuid(), 'test', 'identity.viewed', 'system', '{}', now() FROM generate_series(1, 12000)
               RETURNING tenant_id, id)
             INSERT INTO ledger_queue SELECT * FROM entry`,
    },
    [tenantId],
  );
  await placeAll();
  await write(tenantId, 7, 'routing.rolled_back', 'test');
  await placeAll();
  const page = await feed.page(scope, [], { cursor: null, limit: 5 });
  expect(page).toMatchObject({ data: [{ routing: { policyVersion: 7 } }], hasMore: false });
  const patience = { waitMs: 60_000, signal: new AbortController().signal };
  expect(await feed.page(scope, [], { cursor: null, limit: 5 }, patience)).toEqual(page);
});

it('finds its rows by index', async () => {
  const plan = async (on: Sessions, { name, text }: Statement, values: readonly unknown[]): Promise<string> =>
    JSON.stringify(await on.query({ name: `plan_${name}`, text: `EXPLAIN (FORMAT JSON) ${text}` }, values));
  // Of a table that happens to be empty, and was vacuumed, PostgreSQL reads all.
  await files.pool.query(
    'INSERT INTO ledger_queue (tenant_id, entry_id) SELECT gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 2000)',
  );
  await files.pool.query('ANALYZE ledger_entries, ledger_leaves, ledger_queue');
  const nobody = ids.next();
  const feedPlan = await plan(database.within({ tenantId: nobody, environment: 'test' }), FEED, [
    nobody,
    'test',
    3,
    900,
    ['verification.created'],
    51,
  ]);
  expect(feedPlan).toContain('ledger_leaves_feed');
  expect(feedPlan).not.toContain('Seq Scan');
  const waitingPlan = await plan(database.across, WAITING, [nobody, nobody, 50]);
  expect(waitingPlan).toContain('ledger_queue_pkey');
  expect(waitingPlan).not.toContain('Seq Scan');
});
