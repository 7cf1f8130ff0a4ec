import { randomUUID } from 'node:crypto';

import {
  ConnectionService,
  IdempotencyService,
  RoutingService,
  tenantScope,
  WebhookEndpointService,
} from '@gatehouse/core';
import {
  connectDatabase,
  type Database,
  DatabaseError,
  Log,
  type Reach,
  type Statement,
  type Tx,
} from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';

import { type CoreHarness, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity } from '../support/dentity-webhook.js';
import { eventually } from '../support/eventually.js';
import { catalogueFaults } from '../support/isolation/catalogue.js';
import { fillIn } from '../support/isolation/rows-of-everybody.js';
import { type Table, tablesOf } from '../support/isolation/tables.js';
import { type Neighbours, wallFaults } from '../support/isolation/walls.js';
import { vendorAccount } from '../support/vendor-accounts.js';

/*
 * RELIABILITY.md D.4, in SQL: over every table that there is, with rows of two tenants in both environments in each, whatever a
 * session of tenants may try. test/e2e/isolation.spec.ts is the same over every route.
 */

let core: CoreHarness;
let neighbours: Neighbours;
let tables: readonly Table[];

beforeAll(async () => {
  core = await startCore();
  neighbours = { ours: await inhabited(), theirs: await inhabited() };
  core.workers.start();
  await eventually(async () => {
    expect((await core.pool.query('SELECT FROM ledger_queue')).rowCount).toBe(0);
  });
  // From here on nobody but the tests writes.
  await core.workers.stop();
  const { ours, theirs } = neighbours;
  tables = await inTransaction(tablesOf);
  await inTransaction((session) =>
    fillIn(
      session,
      tables,
      [ours, theirs].flatMap((tenantId) =>
        ['test', 'live'].map((environment) => ({ tenantId, environment })),
      ),
    ),
  );
});
afterAll(() => core.close());

/** A tenant with whatever a tenant has through the core: somebody verified, keys, webhooks of both kinds, both environments. */
async function inhabited(): Promise<string> {
  const tenant = await core.tenant('dentity');
  const { tenantId } = tenant.scope;
  const input = newVerification();
  const { id, provider } = await core.verifications.create(tenant.scope, input, null);
  const body = { type: 'verification_status', _id: provider.reference, status: 'verified' };
  await deliverFromDentity(core.inbox, tenant, body);
  await tenant.account.finish(input.subject.phone ?? '', 'approve');
  await core.verifications.refresh(tenant.scope, id);
  await core.verifications.identity(tenant.scope, id);
  const endpoints = core.app.get(WebhookEndpointService);
  const endpoint = { url: 'http://127.0.0.1:9/hooks', description: null, eventTypes: [], disabled: false };
  await endpoints.test(tenant.scope, (await endpoints.create(tenant.scope, endpoint)).endpoint.id);
  await core.app
    .get(IdempotencyService)
    .begin(tenant.scope, 'POST /v1/verifications', 'order-1001', Buffer.alloc(32));

  const live = tenantScope(tenantId, 'live', tenant.scope.actor);
  const { connection } = await vendorAccount(core.simulatorOrigin, 'dentity');
  await core.app.get(ConnectionService).put('test', tenantId, 'live', 'dentity', connection, null);
  const policy = {
    rules: [],
    fallback: [],
    callerMayChoose: false,
    effectiveAt: null,
    guardrail: null,
    note: null,
  };
  await core.app
    .get(RoutingService)
    .put('test', live, { policy: { provider: 'dentity', ...policy }, ifVersion: null });
  await core.verifications.create(live, newVerification(), null);
  return tenantId;
}

async function inTransaction<T>(
  work: (session: pg.ClientBase) => Promise<T>,
  end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
): Promise<T> {
  const session = await core.pool.connect();
  try {
    await session.query('BEGIN');
    const result = await work(session);
    await session.query(end);
    return result;
  } catch (error) {
    await session.query('ROLLBACK');
    throw error;
  } finally {
    session.release();
  }
}

async function allWallFaults(session: pg.ClientBase): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const table of await tablesOf(session)) faults.push(...(await wallFaults(session, table, neighbours)));
  return faults;
}

describe('the catalogue', () => {
  it('has row-level security, grants, keys and triggers as the walls need them, in every table', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(26);
    expect(await inTransaction(catalogueFaults, 'ROLLBACK')).toEqual([]);
  });

  it.each([
    [
      'a table that nobody protected',
      'CREATE TABLE notes (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))',
      'notes: has no row-level security',
    ],
    ['a table of no tenant', 'CREATE TABLE notes (id uuid PRIMARY KEY)', 'notes: has no tenant_id'],
    [
      'row-level security that is off',
      'ALTER TABLE signals DISABLE ROW LEVEL SECURITY',
      'signals: has no row-level security',
    ],
    [
      'an owner who is not held',
      'ALTER TABLE signals NO FORCE ROW LEVEL SECURITY',
      'signals: its owner is not held',
    ],
    [
      'a policy for everybody',
      'CREATE POLICY open ON signals USING (true)',
      'signals: its policy open is for everybody',
    ],
    ['no policy', 'DROP POLICY of_all ON admin_keys', 'admin_keys: has no policy'],
    [
      'a past that can be changed',
      'GRANT UPDATE ON ledger_entries TO gatehouse_system',
      'ledger_entries: gatehouse_system may UPDATE',
    ],
    [
      'a column of the past that can be changed',
      'GRANT UPDATE (data) ON ledger_entries TO gatehouse_app',
      'ledger_entries: gatehouse_app may UPDATE',
    ],
    [
      'a table that can be emptied',
      'GRANT TRUNCATE ON subjects TO gatehouse_app',
      'subjects: gatehouse_app may TRUNCATE',
    ],
    [
      'operators’ keys for tenants',
      'GRANT SELECT (hash) ON admin_keys TO gatehouse_app',
      'admin_keys: gatehouse_app may SELECT',
    ],
    ['a grant to everybody', 'GRANT SELECT ON tenants TO PUBLIC', 'tenants: everybody may SELECT'],
    [
      'a key over all tenants',
      'CREATE UNIQUE INDEX one_each ON subjects (email_hash)',
      'subjects: its key one_each leads with email_hash',
    ],
    [
      'a sequence',
      'ALTER TABLE signals ADD number bigint GENERATED ALWAYS AS IDENTITY',
      'signals: its column number is numbered',
    ],
    [
      'a deferrable constraint',
      'ALTER TABLE signals ADD UNIQUE (tenant_id, received_at, id) DEFERRABLE',
      'is deferrable',
    ],
    [
      'a foreign key out of the tenant',
      'ALTER TABLE api_keys ADD FOREIGN KEY (tenant_id) REFERENCES tenants',
      'does not stay within the tenant',
    ],
    [
      'another trigger',
      'CREATE TRIGGER more BEFORE UPDATE ON signals FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'signals: its trigger more calls',
    ],
    [
      'a trigger that was turned off',
      'ALTER TABLE ledger_nodes DISABLE TRIGGER append_only',
      'ledger_nodes: its trigger append_only is not always there',
    ],
    [
      'a view around the policies',
      'CREATE VIEW all_of_them AS SELECT * FROM subjects',
      'all_of_them: is a view',
    ],
    [
      'a function around the policies',
      'CREATE FUNCTION peek() RETURNS int SECURITY DEFINER RETURN 1',
      'peek(): runs with its owner',
    ],
    [
      'a role that owns something',
      'GRANT CREATE ON SCHEMA public TO gatehouse_app; ALTER TABLE signals OWNER TO gatehouse_app',
      'gatehouse_app: owns table signals',
    ],
  ])('is found out about %s', async (_what, change, fault) => {
    const faults = await inTransaction(async (session) => {
      await session.query(change);
      return catalogueFaults(session);
    }, 'ROLLBACK');
    expect(faults.join('\n')).toContain(fault);
  });
});

describe('a session of tenants', () => {
  it('keeps to its tenant and its environment in every table, whatever it tries', async () => {
    expect(await inTransaction(allWallFaults, 'ROLLBACK')).toEqual([]);
  });

  it.each([
    [
      'the tenant’s policy is missing',
      'DROP POLICY of_the_tenant ON readings',
      'readings: does not hold: reads its own rows',
    ],
    [
      'the environment’s policy is missing',
      'DROP POLICY of_the_environment ON readings',
      'readings: does not hold: in test, reads the rows of it only',
    ],
    [
      'a policy lets everything through',
      'CREATE POLICY open ON readings TO gatehouse_app USING (true)',
      'readings: does not hold: reads no row of another',
    ],
    [
      'a policy lets everything be written',
      'CREATE POLICY open ON readings FOR INSERT TO gatehouse_app WITH CHECK (true)',
      'readings: writes a row of another',
    ],
    [
      'what a policy lets be written is more than what it lets be read',
      'ALTER POLICY of_the_tenant ON readings WITH CHECK (true)',
      'readings: writes a row of another',
    ],
    [
      'row-level security is off',
      'ALTER TABLE readings DISABLE ROW LEVEL SECURITY',
      'readings: changes another’s rows',
    ],
    [
      'it may read the operators’ keys',
      'GRANT SELECT ON admin_keys TO gatehouse_app',
      'admin_keys: reads it',
    ],
  ])('is found out where %s', async (_what, change, fault) => {
    const faults = await inTransaction(async (session) => {
      await session.query(change);
      return allWallFaults(session);
    }, 'ROLLBACK');
    expect(faults.join('\n')).toContain(fault);
    // And nowhere else.
    expect(new Set(faults.map((line) => line.slice(0, line.indexOf(':')))).size).toBe(1);
  });

  it('sees nothing any more when the transaction that it acted in has ended', async () => {
    const session = await core.pool.connect();
    const counted = async ({ name }: Table): Promise<number> => {
      const { rows } = await session.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${name}`);
      return rows[0]?.count ?? -1;
    };
    try {
      await session.query('SET ROLE gatehouse_app');
      for (const table of tables.filter(({ tenantColumn }) => tenantColumn !== null)) {
        for (const end of ['COMMIT', 'ROLLBACK']) {
          await session.query(`BEGIN; SET LOCAL gatehouse.tenant = '${neighbours.ours}'`);
          expect({ table: table.name, sees: (await counted(table)) > 0 }).toEqual({
            table: table.name,
            sees: true,
          });
          await session.query(end);
          expect({ table: table.name, count: await counted(table) }).toEqual({ table: table.name, count: 0 });
        }
      }
    } finally {
      session.release(true);
    }
  });
});

const SEEN: Statement = {
  name: 'isolation_seen',
  text: `SELECT tenant_id || '/' || environment AS place, count(*)::int AS count FROM verifications GROUP BY 1 ORDER BY 1`,
};
const BREAKS: Statement = {
  name: 'isolation_breaks',
  text: 'SELECT 1 / (count(*) - count(*)) FROM verifications',
};
const BACKEND: Statement = { name: 'isolation_backend', text: 'SELECT pg_backend_pid() AS pid' };
const WRITE: Statement = {
  name: 'isolation_write',
  text: `INSERT INTO connection_breakers (tenant_id, connection_id, fault, open_until, updated_at) VALUES ($1, $2, 'timeout', now(), now())`,
};

interface Row {
  readonly place: string;
  readonly count: number;
}

/** The session was ended: before the statement, in the middle of it, or while it was being committed. */
const LOST: readonly string[] = ['57P01', '08006', '08007'];

function isLost(error: unknown): boolean {
  return error instanceof DatabaseError && LOST.includes(error.code);
}

/** What one caller does, and how it goes wrong for him. */
const STEPS = [
  'query',
  'transaction',
  'breaks',
  'throws',
  'writes for another',
  'is killed',
  'is killed between',
] as const;
type Step = (typeof STEPS)[number];

describe('the connections of a process', () => {
  let database: Database;
  let reaches: readonly Reach[];

  beforeAll(async () => {
    const log = new Log({ level: 'silent' });
    // Two for tenants: nearly every statement takes over a session from somebody else.
    database = await connectDatabase(core.environment.DATABASE_URL, { poolSize: 3, log });
    reaches = [neighbours.ours, neighbours.theirs].flatMap((tenantId) => [
      { tenantId },
      { tenantId, environment: null },
      { tenantId, environment: 'test' },
      { tenantId, environment: 'live' },
    ]);
    reaches = [...reaches, { tenantId: randomUUID() }];
  });
  afterAll(() => database.close());

  /** Until it is gone. PostgreSQL's own way to wait looks every 100 ms only. */
  async function kill(pid: number): Promise<void> {
    await core.pool.query('SELECT pg_terminate_backend($1)', [pid]);
    const isThere = async (): Promise<boolean> =>
      (await core.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 1;
    while (await isThere()) continue;
  }

  const look = (tx: Pick<Tx, 'query'>): Promise<Row[]> => tx.query<Row>(SEEN);

  /** What was seen by somebody with this reach while this happened to him. Throws where his session was killed for somebody else. */
  async function seenIn(reach: Reach, step: Step): Promise<readonly (readonly Row[])[]> {
    const sessions = database.within(reach);
    const failing = async (work: Promise<unknown>): Promise<void> => {
      await expect(work).rejects.toThrow();
    };
    switch (step) {
      case 'query':
        return [await look(sessions)];
      case 'transaction':
        return sessions.transaction(async (tx) => [await look(tx), await look(tx)]);
      case 'breaks':
        await failing(sessions.query(BREAKS));
        return [await look(sessions)];
      case 'throws': {
        const seen: Row[][] = [];
        await failing(
          sessions.transaction(async (tx) => {
            seen.push(await look(tx));
            throw new Error('changed my mind');
          }),
        );
        return [...seen, await look(sessions)];
      }
      case 'writes for another': {
        const other = reach.tenantId === neighbours.ours ? neighbours.theirs : neighbours.ours;
        const outcome = await sessions.query(WRITE, [other, randomUUID()]).then(
          () => 'written',
          (error: unknown) => error,
        );
        if (isLost(outcome)) throw outcome;
        expect(outcome).toMatchObject({ code: '42501' });
        return [await look(sessions)];
      }
      case 'is killed': {
        let isKilled = false;
        return sessions.transaction(async (tx) => {
          const before = await look(tx);
          const [backend] = await tx.query<{ pid: number }>(BACKEND);
          if (!isKilled) {
            isKilled = true;
            await kill(backend?.pid ?? 0);
          }
          return [before, await look(tx)];
        });
      }
      case 'is killed between': {
        const [backend] = await sessions.query<{ pid: number }>(BACKEND);
        await kill(backend?.pid ?? 0);
        // The session may have been another caller's by then, whose statement fails instead.
        return [await eventually(() => look(sessions))];
      }
    }
  }

  it('never show one caller what another may see, however many, and whatever goes wrong in between', async () => {
    const { rows: everything } = await core.pool.query<Row>(SEEN.text);
    expect(everything).toHaveLength(4);
    const allowed = ({ tenantId, environment }: Reach): readonly Row[] =>
      everything.filter(
        ({ place }) =>
          place.startsWith(`${tenantId}/`) && (environment == null || place.endsWith(`/${environment}`)),
      );
    const callers = fc.array(fc.tuple(fc.nat({ max: reaches.length - 1 }), fc.constantFrom(...STEPS)), {
      minLength: 8,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(callers, async (chosen) => {
        await Promise.all(
          chosen.map(async ([index, step]) => {
            const reach = reaches[index] ?? { tenantId: randomUUID() };
            const seen = await seenIn(reach, step).catch((error: unknown) => {
              if (!isLost(error)) throw error;
              // Whoever had the session that was killed for somebody else. He looks again, as a caller would.
              return eventually(async () => [await look(database.within(reach))]);
            });
            expect(seen).not.toEqual([]);
            for (const rows of seen)
              expect({ reach, step, rows }).toEqual({ reach, step, rows: allowed(reach) });
          }),
        );
      }),
      // What goes wrong between callers does not come again with fewer of them: the first failure is told as it is.
      { numRuns: 40, endOnFailure: true },
    );
  });
});
