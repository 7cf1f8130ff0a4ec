import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectDatabase, type Database, Log, SystemClock, SystemIds } from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { Ledger, type LedgerKind } from '../ledger/ledger.js';
import { Sequencer } from '../ledger/sequencer.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { EventFeed } from './event-feed.js';

const WRITERS = 8;
const ENTRIES_EACH = 100;

let files: TestDatabase;
let database: Database;
let feed: EventFeed;
let ledger: Ledger;
const ids = new SystemIds();

beforeAll(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 16, log: new Log({ level: 'silent' }) });
  feed = new EventFeed(database);
  ledger = new Ledger(new SystemClock(), ids);
});
afterAll(async () => {
  await database.close();
  await files.drop();
});

/** Numbers, so that an entry can be recognised in the feed: it is told as the policy's version. */
function write(tenantId: string, number: number, kind: LedgerKind, environment: Environment): Promise<void> {
  return database.transaction(async (tx) => {
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
    const sequencer = new Sequencer(database);
    // Once more after the last was written.
    for (let isLast = false; !isLast;) {
      isLast = written.isDone;
      while (await sequencer.placeWaiting());
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
  const [positions] = await database.query<{ all: number; lowest: number; highest: number; size: number }>(
    {
      name: 'test_positions',
      text: `SELECT count(DISTINCT position)::int AS all, min(position)::int AS lowest, max(position)::int AS highest,
                    (SELECT size::int FROM ledger_heads WHERE tenant_id = $1) AS size
               FROM ledger_entries WHERE tenant_id = $1`,
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
  await new Sequencer(database).placeWaiting();
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
