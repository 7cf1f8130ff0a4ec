import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectDatabase, type Database, Log, SystemIds } from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { MovableClock } from '../../../../test/support/movable-clock.js';
import { Ledger } from '../ledger/ledger.js';
import { SYSTEM_TENANT_ID } from '../privacy/tenant-vault.js';
import { KeyUse } from './key-use.js';

const ids = new SystemIds();
const clock = new MovableClock();

let files: TestDatabase;
let database: Database;
let use: KeyUse;

beforeAll(async () => {
  files = await createTestDatabase();
  const log = new Log({ level: 'silent' });
  database = await connectDatabase(files.url, { poolSize: 4, log });
  use = new KeyUse(database, new Ledger(clock, ids, () => undefined), clock, log);
});
afterAll(async () => {
  await use.tell();
  await database.close();
  await files.drop();
});

async function tenant(): Promise<string> {
  const id = ids.next();
  await files.pool.query(
    'INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())',
    [id, 'Northwind Bank'],
  );
  return id;
}

async function entries(tenantId: string): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await files.pool.query<Record<string, unknown>>(
    'SELECT kind, environment, actor, data FROM ledger_entries WHERE tenant_id = $1 ORDER BY id',
    [tenantId],
  );
  return rows;
}

it('tells each key by its first and last time, and each way to fail, once for many requests', async () => {
  const tenantId = await tenant();
  const keyId = ids.next();
  const principal = { kind: 'tenant', keyId, tenantId, environment: 'test', scopes: [] } as const;
  const firstAt = clock.now();
  for (let n = 0; n < 5; n += 1) use.used(principal);
  use.refused('not_in_force', { tenantId, environment: 'live' });
  clock.forward(20);
  use.used(principal);
  use.refused('not_in_force', { tenantId, environment: 'live' });
  await use.tell();
  const [used, failed, ...others] = await entries(tenantId);
  expect(others).toEqual([]);
  expect(used).toMatchObject({ kind: 'api_key.used', environment: 'test', actor: `key:${keyId}` });
  const data = used?.['data'] as { firstAt: string; lastAt: string };
  expect(data).toMatchObject({ keyId, requests: 6 });
  expect(Date.parse(data.firstAt)).toBeGreaterThanOrEqual(firstAt.getTime());
  expect(Date.parse(data.lastAt) - Date.parse(data.firstAt)).toBeGreaterThanOrEqual(20_000);
  expect(failed).toMatchObject({
    kind: 'authentication.failed',
    environment: 'live',
    actor: 'unknown',
    data: { reason: 'not_in_force', requests: 2 },
  });
});

it('writes nothing into the ledger of a tenant that somebody made up', async () => {
  const nobody = ids.next();
  use.refused('not_in_force', { tenantId: nobody, environment: 'test' });
  use.refused('malformed', null);
  await use.tell();
  expect(await entries(nobody)).toEqual([]);
  const ours = await entries(SYSTEM_TENANT_ID);
  expect(ours.map(({ data }) => data)).toEqual([
    expect.objectContaining({ reason: 'not_in_force', requests: 1 }),
    expect.objectContaining({ reason: 'malformed', requests: 1 }),
  ]);
});

it('keeps what could not be written for the next time', async () => {
  const tenantId = await tenant();
  const principal = { kind: 'tenant', keyId: ids.next(), tenantId, environment: 'test', scopes: [] } as const;
  use.used(principal);
  await files.pool.query('REVOKE INSERT ON ledger_entries FROM gatehouse_app');
  try {
    await use.tell();
  } finally {
    await files.pool.query('GRANT INSERT ON ledger_entries TO gatehouse_app');
  }
  expect(await entries(tenantId)).toEqual([]);
  use.used(principal);
  await use.tell();
  expect((await entries(tenantId)).map(({ data }) => data)).toEqual([
    expect.objectContaining({ requests: 2 }),
  ]);
});
