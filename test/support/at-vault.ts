import {
  type Clock,
  type MasterKey,
  parseVaultTransit,
  VaultToken,
  VaultTransitMasterKey,
} from '@gatehouse/platform';

import { present } from './eventually.js';
import { type TransitServer } from './transit-server.js';

/** A master key that this Vault keeps: a new one, or the next version of the one of that name. */
export function atVault(transit: TransitServer, name: string, clock: Clock): MasterKey {
  return masterKeyAt(transit, transit.addKey(name), clock);
}

/** The master key that `url` names at this Vault, as another process has it. */
export function masterKeyAt(transit: TransitServer, url: string, clock: Clock): MasterKey {
  const address = present(parseVaultTransit(url), 'address');
  const token = present(VaultToken.read(transit.token), 'token');
  return new VaultTransitMasterKey(address, token, clock);
}
