import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connectDatabase,
  type Database,
  LocalMasterKey,
  Log,
  type MasterKey,
  StartError,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';

import { atVault } from '../../../../test/support/at-vault.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import {
  refuseWith,
  startTransitServer,
  type TransitServer,
} from '../../../../test/support/transit-server.js';
import { requireMasterKey } from './master-key-check.js';
import { TenantVault } from './tenant-vault.js';

const clock = new SystemClock();
const log = new Log({ level: 'silent' });

let files: TestDatabase;
let database: Database;
let transit: TransitServer;

beforeEach(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 4, log });
  transit = await startTransitServer();
});
afterEach(async () => {
  await transit.close();
  await database.close();
  await files.drop();
});

function local(): MasterKey {
  return new LocalMasterKey(randomBytes(32));
}

async function writeWith(key: MasterKey): Promise<void> {
  const tenantId = new SystemIds().next();
  const vault = new TenantVault(database, { current: key, previous: null }, clock, new SystemRandom());
  await vault.insertTenantKeys(database.within({ tenantId }), await vault.newTenantKeys(tenantId));
}

/** What the operator would read. */
async function linesOf(current: MasterKey, previous: MasterKey | null = null): Promise<readonly string[]> {
  try {
    await requireMasterKey(database, { current, previous });
    return [];
  } catch (error) {
    if (error instanceof StartError) return error.lines;
    throw error;
  }
}

describe('a start', () => {
  it('takes a database with nothing in it, and one written with the current or with both keys', async () => {
    const [a, b] = [local(), atVault(transit, 'b', clock)];
    expect(await linesOf(a)).toEqual([]);
    await writeWith(a);
    expect(await linesOf(a)).toEqual([]);
    expect(await linesOf(b, a)).toEqual([]);
    await writeWith(b);
    expect(await linesOf(b, a)).toEqual([]);
    expect(await linesOf(a, b)).toEqual([]);
  });

  it('refuses a database that neither key has written, or of which one is missing', async () => {
    const [a, b, c] = [local(), local(), local()];
    await writeWith(a);
    expect(await linesOf(b)).toEqual(['MASTER_KEY: is not the key that this database was written with']);
    expect(await linesOf(b, c)).toEqual([
      'MASTER_KEY: neither it nor MASTER_KEY_PREVIOUS is the key that this database was written with',
    ]);
    await writeWith(b);
    const missing = [
      'MASTER_KEY_PREVIOUS: must be the other key that this database was written with; not all is re-wrapped yet',
    ];
    expect(await linesOf(b)).toEqual(missing);
    expect(await linesOf(b, c)).toEqual(missing);
  });

  it('refuses a key at Vault that has the right name and is another', async () => {
    const key = atVault(transit, 'gatehouse', clock);
    await writeWith(key);
    expect(await linesOf(key)).toEqual([]);
    transit.removeKey('gatehouse');
    const other = atVault(transit, 'gatehouse', clock);
    const line = 'has the name of the key that this database was written with, and does not open it';
    expect(await linesOf(other)).toEqual([`MASTER_KEY: ${line}`]);
    expect(await linesOf(local(), other)).toEqual([`MASTER_KEY_PREVIOUS: ${line}`]);
  });

  it('refuses a Vault that does not bind a key to its tenant', async () => {
    transit.ignoreAssociatedData();
    expect(await linesOf(atVault(transit, 'gatehouse', clock))).toEqual([
      'MASTER_KEY: does not keep what it wraps to its place; Vault must be version 1.13 or newer',
    ]);
  });

  it('says which keeper is away, and asks none that is not needed', async () => {
    const [a, b] = [local(), atVault(transit, 'b', clock)];
    await writeWith(a);
    transit.answer(refuseWith(503, 'Vault is sealed'));
    expect(await linesOf(b, a)).toEqual(['MASTER_KEY: its keeper cannot be used now (sealed)']);
    expect(await linesOf(a, b)).toEqual([]);
    transit.answer(null);
    await writeWith(b);
    transit.answer(refuseWith(403, 'permission denied'));
    expect(await linesOf(a, b)).toEqual(['MASTER_KEY_PREVIOUS: its keeper cannot be used now (forbidden)']);
  });
});
