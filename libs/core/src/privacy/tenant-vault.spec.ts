import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  connectDatabase,
  type Database,
  Log,
  SealError,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';

import { masterKeyAt } from '../../../../test/support/at-vault.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import {
  refuseWith,
  startTransitServer,
  type TransitServer,
} from '../../../../test/support/transit-server.js';
import { SYSTEM_TENANT_ID, TenantVault } from './tenant-vault.js';

const clock = new SystemClock();
const PLACE = { table: 'test', row: 'row', column: 'column' };

let files: TestDatabase;
let database: Database;
let transit: TransitServer;
let keyUrl: string;

beforeAll(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 4, log: new Log({ level: 'silent' }) });
  transit = await startTransitServer();
  keyUrl = transit.addKey('gatehouse');
});
afterAll(async () => {
  await transit.close();
  await database.close();
  await files.drop();
});

/** Of a process that has unwrapped no key yet. */
function newVault(): TenantVault {
  const current = masterKeyAt(transit, keyUrl, clock);
  return new TenantVault(database, { current, previous: null }, clock, new SystemRandom());
}

/** Vault answers everybody again afterwards, also the tests that follow one that failed. */
async function whileSealed(work: () => Promise<void>): Promise<void> {
  transit.answer(refuseWith(503, 'Vault is sealed'));
  try {
    await work();
  } finally {
    transit.answer(null);
  }
}

it('has each key unwrapped once in a process, in whichever way it is asked for', async () => {
  const tenantId = new SystemIds().next();
  const vault = newVault();
  await vault.insertTenantKeys(database.within({ tenantId }), await vault.newTenantKeys(tenantId));
  const before = transit.calls.length;
  const sealed = await vault.sealForTenant(tenantId, 'secret', PLACE);
  expect(await vault.openForTenant(tenantId, sealed, PLACE)).toBe('secret');
  await Promise.all(['a', 'b'].map((value) => vault.lookupHash(tenantId, 'email', value)));
  await vault.createSubjectKey(tenantId, new SystemIds().next());
  expect(transit.calls.slice(before).map(({ operation }) => operation)).toEqual(['decrypt', 'decrypt']);
});

it('does not remember that a key could not be had', async () => {
  const tenantId = new SystemIds().next();
  const vault = newVault();
  await vault.insertTenantKeys(database.within({ tenantId }), await vault.newTenantKeys(tenantId));
  await whileSealed(async () => {
    await expect(vault.sealForTenant(tenantId, 'secret', PLACE)).rejects.toMatchObject({ code: 'sealed' });
  });
  const sealed = await vault.sealForTenant(tenantId, 'secret', PLACE);
  expect(await vault.openForTenant(tenantId, sealed, PLACE)).toBe('secret');
});

it('makes both of our own keys or none, so that a start that dies between them does not forbid the next', async () => {
  await files.pool.query(`ALTER TABLE tenant_keys ADD CONSTRAINT dies CHECK (purpose <> 'lookup') NOT VALID`);
  await expect(newVault().ensureSystemKeys()).rejects.toMatchObject({ code: '23514' });
  await files.pool.query('ALTER TABLE tenant_keys DROP CONSTRAINT dies');
  const vault = newVault();
  await vault.ensureSystemKeys();
  expect((await vault.tokenMacs(SYSTEM_TENANT_ID))('a')).toHaveLength(32);
});

it('opens what it sealed in its own place and in no other', async () => {
  const [tenantId, otherId] = [new SystemIds().next(), new SystemIds().next()];
  const vault = newVault();
  for (const id of [tenantId, otherId])
    await vault.insertTenantKeys(database.within({ tenantId: id }), await vault.newTenantKeys(id));
  const sealed = await vault.sealForTenant(tenantId, 'secret', PLACE);
  const elsewhere = Object.keys(PLACE).map((part) => ({ ...PLACE, [part]: 'another' }));
  for (const place of elsewhere)
    await expect(vault.openForTenant(tenantId, sealed, place)).rejects.toThrow(SealError);
  await expect(vault.openForTenant(otherId, sealed, PLACE)).rejects.toThrow(SealError);
  await expect(vault.openForTenant(tenantId, Buffer.alloc(0), PLACE)).rejects.toThrow(SealError);

  const [subjectId, strangerId] = [new SystemIds().next(), new SystemIds().next()];
  const { wrapped } = await vault.createSubjectKey(tenantId, subjectId);
  const spare = await vault.offerSubjectKey(tenantId, wrapped);
  for (const moved of [
    { ...wrapped, subjectId: strangerId },
    { ...wrapped, wrapped: spare },
    { ...wrapped, spare: wrapped.wrapped },
  ])
    await expect(vault.openSubjectKey(tenantId, moved)).rejects.toThrow(SealError);
  await expect(vault.openSubjectKey(otherId, wrapped)).rejects.toThrow(SealError);
});

it('has our own keys at hand from the start, whatever becomes of the keeper after it', async () => {
  const first = newVault();
  await first.ensureSystemKeys();
  const sealed = await first.sealForTenant(SYSTEM_TENANT_ID, 'ours', PLACE);
  const second = newVault();
  await second.ensureSystemKeys();
  await whileSealed(async () => {
    expect(await second.openForTenant(SYSTEM_TENANT_ID, sealed, PLACE)).toBe('ours');
    const [macOfSecond, macOfFirst] = [
      await second.tokenMacs(SYSTEM_TENANT_ID),
      await first.tokenMacs(SYSTEM_TENANT_ID),
    ];
    expect(macOfSecond('a')).toEqual(macOfFirst('a'));
  });
});

it('makes no first key of our own again once that one was rotated away', async () => {
  const vault = newVault();
  await vault.ensureSystemKeys();
  const ours = database.within({ tenantId: SYSTEM_TENANT_ID });
  await vault.insertDataKey(ours, await vault.newDataKey(SYSTEM_TENANT_ID, 1));
  await files.pool.query(
    `DELETE FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'data' AND version = 1`,
    [SYSTEM_TENANT_ID],
  );
  await newVault().ensureSystemKeys();
  const { rows } = await files.pool.query(
    `SELECT version FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'data'`,
    [SYSTEM_TENANT_ID],
  );
  expect(rows).toEqual([{ version: 2 }]);
});
