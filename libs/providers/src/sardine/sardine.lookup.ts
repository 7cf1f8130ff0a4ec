import { type HeldRecord } from '@gatehouse/contract';

import { type SardineSettings } from './sardine.config.js';
import { consentOf, isNamed } from './sardine.consent.js';
import { type SardineHandle } from './sardine.handle.js';
import { identityOf } from './sardine.identity.js';
import { observeEntity, partsOf, unresolved } from './sardine.map.js';
import { writeScopes } from './sardine.scopes.js';
import { type SardineEntity } from './sardine.wire.js';

/**
 * What Sardine holds on a customer now, whoever it was verified for: judged as a read is, but by the parts that are there
 * instead of those that were asked for, and whatever the age of the consent. Null where there is nobody in it, nobody that is
 * known to be this customer, or somebody with another phone than was asked for.
 */
export function heldRecord(
  entity: SardineEntity,
  asked: { readonly customerId: string; readonly phone: string },
  settings: SardineSettings,
  now: Date,
): HeldRecord | null {
  const { customerId, phone } = asked;
  const parts = partsOf(entity);
  if (parts.length === 0 || !isNamed(entity, customerId)) return null;
  const handle: SardineHandle = {
    customerId,
    phone,
    scopes: writeScopes(parts),
    // So that this very consent counts at later reads, and none before it.
    startedAt: consentOf(entity)?.grantedAt ?? null,
  };
  const found = observeEntity(entity, handle, settings, now);
  if (found.kind === 'foreign') return null;
  if (found.kind === 'decided') {
    const identity = identityOf(entity);
    const contact = { email: identity.person.email, phone: identity.person.phone ?? phone };
    return { reference: customerId, contact, observation: found.observation, identity, handle };
  }
  // Without a consent in force nothing of the person is passed on.
  const observation =
    found.kind === 'revoked' ? found.observation : unresolved(entity, found.rawStatus, found.reasonCodes);
  return { reference: customerId, contact: { email: null, phone }, observation, identity: null, handle };
}
