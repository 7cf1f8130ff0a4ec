import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connectDatabase,
  type Database,
  LocalMasterKey,
  Log,
  type MasterKey,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';

import { atVault } from '../../../../test/support/at-vault.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { lockRow } from '../../../../test/support/row-lock.js';
import { MovableClock } from '../../../../test/support/movable-clock.js';
import { refuseWith, startTransitServer } from '../../../../test/support/transit-server.js';
import { Ledger } from '../ledger/ledger.js';
import { KeyProgress } from './key-progress.js';
import { KeyRewrapper } from './key-rewrapper.js';
import { SYSTEM_TENANT_ID, TenantVault } from './tenant-vault.js';

const ids = new SystemIds();
const log = new Log({ level: 'silent' });
const PLACE = { table: 'test', row: 'row', column: 'column' };
const NOT_LEFT = { left: 0 };

let files: TestDatabase;
let database: Database;
let clock: MovableClock;
let before: MasterKey;
let after: MasterKey;

beforeEach(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 10, log });
  clock = new MovableClock();
  before = new LocalMasterKey(randomBytes(32));
  after = new LocalMasterKey(randomBytes(32));
});
afterEach(async () => {
  await database.close();
  await files.drop();
});

/** As a process sees it that was started with these keys. */
function vaultOf(current: MasterKey, previous: MasterKey | null = null): TenantVault {
  return new TenantVault(database, { current, previous }, clock, new SystemRandom());
}

function rewrapperOf(current: MasterKey, previous: MasterKey | null): KeyRewrapper {
  const ledger = new Ledger(clock, ids, () => undefined);
  return new KeyRewrapper(database, { current, previous }, ledger, clock, log);
}

function progress(): Promise<unknown> {
  return new KeyProgress(database, { current: after, previous: before }).masterKey();
}

/** A secret of each of so many tenants, sealed in a process with the master key `by`. */
async function seal(tenants: number, by: MasterKey): Promise<ReadonlyMap<string, Buffer>> {
  const vault = vaultOf(by);
  const sealed = new Map<string, Buffer>();
  for (const tenantId of Array.from({ length: tenants }, () => ids.next())) {
    const keys = await vault.newTenantKeys(tenantId);
    await vault.insertTenantKeys(database.within({ tenantId }), keys);
    sealed.set(tenantId, await vault.sealForTenant(tenantId, { of: tenantId }, PLACE));
  }
  return sealed;
}

async function sealSystem(by: MasterKey): Promise<void> {
  const vault = vaultOf(by);
  const keys = await vault.newTenantKeys(SYSTEM_TENANT_ID);
  await vault.insertTenantKeys(database.within({ tenantId: SYSTEM_TENANT_ID }), keys);
}

/** By a process that has unwrapped no key yet. */
async function expectReadable(sealed: ReadonlyMap<string, Buffer>, vault: TenantVault): Promise<void> {
  for (const [tenantId, secret] of sealed)
    expect(await vault.openForTenant(tenantId, secret, PLACE)).toEqual({ of: tenantId });
}

async function workOff(rewrapper: KeyRewrapper): Promise<void> {
  while (await rewrapper.rewrapSome()) continue;
}

async function rotations(): Promise<readonly unknown[]> {
  const rows = await database.across.query<{ data: unknown }>({
    name: 'test_rotations',
    text: `SELECT tenant_id, actor, data FROM ledger_entries WHERE kind = 'keys.master_rotated' ORDER BY id`,
  });
  return rows;
}

function rotated(rewrapped: number): unknown {
  return { tenant_id: SYSTEM_TENANT_ID, actor: 'system', data: { rewrapped, masterKeyId: after.id } };
}

describe('a master key that is replaced', () => {
  it('takes over every tenant key, each readable all the while, and the ledger tells once when', async () => {
    await sealSystem(before);
    const sealed = await seal(10, before);
    expect(await progress()).toEqual({ masterKeyId: after.id, wrapped: 0, left: 22 });
    await expectReadable(sealed, vaultOf(after, before));

    const rewrapper = rewrapperOf(after, before);
    expect(await rewrapper.rewrapSome()).toBe(true);
    expect(await progress()).toEqual({ masterKeyId: after.id, wrapped: 8, left: 14 });
    expect(await rotations()).toEqual([]);
    await expectReadable(sealed, vaultOf(after, before));

    await workOff(rewrapper);
    expect(await progress()).toMatchObject(NOT_LEFT);
    expect(await rotations()).toEqual([rotated(22)]);
    await expectReadable(sealed, vaultOf(after));
    const [first] = sealed.keys();
    await expect(vaultOf(before).lookupHash(first ?? '', 'email', 'a')).rejects.toMatchObject({
      code: 'unknown_key',
    });
  });

  it('goes on where a process died, and tells the whole number', async () => {
    await sealSystem(before);
    const sealed = await seal(10, before);
    expect(await rewrapperOf(after, before).rewrapSome()).toBe(true);
    // A process that has done nothing of it.
    await workOff(rewrapperOf(after, before));
    expect(await rotations()).toEqual([rotated(22)]);
    await expectReadable(sealed, vaultOf(after));
  });

  it('does so once, however many replicas are at it', async () => {
    await sealSystem(before);
    const sealed = await seal(30, before);
    await Promise.all(Array.from({ length: 4 }, () => workOff(rewrapperOf(after, before))));
    expect(await progress()).toMatchObject(NOT_LEFT);
    expect(await rotations()).toEqual([rotated(62)]);
    await expectReadable(sealed, vaultOf(after));
  });

  it('writes one step at a time, and repeats one whose session was ended', async () => {
    await sealSystem(before);
    const sealed = await seal(4, before);
    const rewrapper = rewrapperOf(after, before);
    await rewrapper.rewrapSome();
    const lock = await lockRow(
      files.pool,
      `SELECT 1 FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'lookup'`,
      [SYSTEM_TENANT_ID],
    );
    const step = rewrapper.rewrapSome();
    await lock.isWaitedFor();
    expect(await progress()).toMatchObject({ left: 2 });
    await lock.endWithWaiter();
    await step;
    expect(await rotations()).toEqual([rotated(10)]);
    await expectReadable(sealed, vaultOf(after));
  });

  it('counts only what it took over', async () => {
    await sealSystem(before);
    await seal(1, before);
    await seal(3, after);
    await workOff(rewrapperOf(after, before));
    expect(await rotations()).toEqual([rotated(4)]);
  });

  it('passes over a damaged key, which goes on to be counted as left', async () => {
    await sealSystem(before);
    const sealed = new Map(await seal(10, before));
    const [damaged] = sealed.keys();
    await database.across.query(
      { name: 'test_damage', text: `UPDATE tenant_keys SET wrapped = '\\x01' WHERE tenant_id = $1` },
      [damaged],
    );
    await workOff(rewrapperOf(after, before));
    expect(await progress()).toEqual({ masterKeyId: after.id, wrapped: 20, left: 2 });
    expect(await rotations()).toEqual([]);
    sealed.delete(damaged ?? '');
    await expectReadable(sealed, vaultOf(after));
  });

  it('looks again for what a process without the new key still adds', async () => {
    await sealSystem(before);
    const rewrapper = rewrapperOf(after, before);
    await workOff(rewrapper);
    const sealed = await seal(1, before);
    expect(await rewrapper.rewrapSome()).toBe(false);
    expect(await progress()).toMatchObject({ left: 2 });
    clock.forward(61);
    await workOff(rewrapper);
    expect(await rotations()).toEqual([rotated(2), rotated(4)]);
    await expectReadable(sealed, vaultOf(after));
  });

  it('leaves alone what a key to come has wrapped, in processes that only know it beforehand', async () => {
    await sealSystem(before);
    const early = rewrapperOf(before, after);
    expect(await early.rewrapSome()).toBe(false);
    const sealed = await seal(2, after);
    clock.forward(3600);
    expect(await early.rewrapSome()).toBe(false);
    expect(await progress()).toMatchObject({ wrapped: 4 });
    await expectReadable(sealed, vaultOf(before, after));
  });

  it('has nothing to do without a previous one', async () => {
    await sealSystem(before);
    expect(await rewrapperOf(after, null).rewrapSome()).toBe(false);
    expect(await progress()).toMatchObject({ left: 2 });
  });

  it.each(['another key', 'nothing'])(
    'keeps every key as it is while the new keeper wraps them so that they open to %s',
    async (what) => {
      await sealSystem(before);
      const sealed = await seal(2, before);
      const real = after;
      let isOutOfOrder = true;
      after = {
        id: real.id,
        wrap: (key, context) => {
          if (!isOutOfOrder) return real.wrap(key, context);
          return what === 'nothing'
            ? real.wrap(key, `${context}/moved`)
            : real.wrap(randomBytes(32), context);
        },
        unwrap: (wrapped, context) => real.unwrap(wrapped, context),
      };
      const rewrapper = rewrapperOf(after, before);
      expect(await rewrapper.rewrapSome()).toBe(false);
      expect(await progress()).toMatchObject({ wrapped: 0, left: 6 });
      await expectReadable(sealed, vaultOf(after, before));
      await expect(vaultOf(after, before).newDataKey(SYSTEM_TENANT_ID, 1)).rejects.toMatchObject({
        code: 'unreadable_answer',
      });
      isOutOfOrder = false;
      clock.forward(11);
      await workOff(rewrapper);
      await expectReadable(sealed, vaultOf(real));
    },
  );

  it('waits for a keeper that is away, and loses nothing by it', async () => {
    const transit = await startTransitServer();
    try {
      after = atVault(transit, 'gatehouse', clock);
      await sealSystem(before);
      const sealed = await seal(4, before);
      const rewrapper = rewrapperOf(after, before);
      transit.answer(refuseWith(503, 'Vault is sealed'));
      expect(await rewrapper.rewrapSome()).toBe(false);
      transit.answer(null);
      expect(await rewrapper.rewrapSome()).toBe(false);
      expect(await progress()).toMatchObject({ left: 10 });
      clock.forward(11);
      await workOff(rewrapper);
      expect(await rotations()).toEqual([rotated(10)]);
      await expectReadable(sealed, vaultOf(after));
    } finally {
      await transit.close();
    }
  });
});
