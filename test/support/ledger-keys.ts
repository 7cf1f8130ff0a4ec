import { randomBytes } from 'node:crypto';

import { type Database, LocalMasterKey, SystemClock, SystemIds, SystemRandom } from '@gatehouse/platform';

import { LedgerKeys } from '../../libs/core/src/ledger/ledger-keys.js';
import { TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';

/** Keys that sign what is sealed in a database of a test's own. */
export function ledgerKeysOf(database: Database): LedgerKeys {
  const clock = new SystemClock();
  const masterKeys = { current: new LocalMasterKey(randomBytes(32)), previous: null };
  const vault = new TenantVault(database, masterKeys, clock, new SystemRandom());
  return new LedgerKeys(database, vault, clock, new SystemIds());
}
