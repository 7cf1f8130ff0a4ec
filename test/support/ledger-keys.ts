import { randomBytes } from 'node:crypto';

import { type Database, LocalMasterKey, SystemClock, SystemIds, SystemRandom } from '@gatehouse/platform';

import { LedgerKeys } from '../../libs/core/src/ledger/ledger-keys.js';
import { SYSTEM_TENANT_ID, TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';

/** Keys that sign what is sealed in a database of a test's own. */
export async function ledgerKeysOf(database: Database): Promise<LedgerKeys> {
  const clock = new SystemClock();
  const masterKeys = { current: new LocalMasterKey(randomBytes(32)), previous: null };
  const vault = new TenantVault(database, masterKeys, clock, new SystemRandom());
  const keys = await vault.newTenantKeys(SYSTEM_TENANT_ID);
  await vault.insertTenantKeys(database.within({ tenantId: SYSTEM_TENANT_ID }), keys);
  return new LedgerKeys(database, vault, clock, new SystemIds());
}
