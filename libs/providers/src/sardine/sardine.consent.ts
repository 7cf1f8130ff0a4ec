import { type Consent } from '@gatehouse/contract';

import { isBeforeSecond, toInstant } from '../kit/dates.js';
import { toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { type SardineSettings } from './sardine.config.js';
import { type SardineHandle } from './sardine.handle.js';
import { type SardineEntity, type SardineProfile } from './sardine.wire.js';

/**
 * What an entity is to one verification:
 *
 * - `foreign`: somebody else's;
 * - `earlier`: consented to before the verification began, where that does not count;
 * - `revoked`: consented to no more;
 * - `without_consent`: with no consent in it that has a time;
 * - `undated`: consented to, with no beginning to date that by;
 * - `current`: consented to for this verification.
 */
export type Standing = 'foreign' | 'earlier' | 'revoked' | 'without_consent' | 'undated' | 'current';

export function standingOf(
  profile: SardineProfile | null,
  handle: SardineHandle,
  { existingIdentity }: Pick<SardineSettings, 'existingIdentity'>,
): Standing {
  if (profile === null) return 'without_consent';
  if (profile.userId !== null && !isSameId(profile.userId, handle.customerId)) return 'foreign';
  // The customer itself may be another's: it came from a search, which gives an id and nothing to check it by.
  const phone = toE164(profile.phoneNumber);
  if (phone !== null && handle.phone !== null && phone !== handle.phone) return 'foreign';
  const grantedAt = toInstant(profile.consentedAt);
  const { startedAt } = handle;
  const isDateless = existingIdentity === 'accept';
  if (!isDateless && grantedAt !== null && startedAt !== null && isBeforeSecond(grantedAt, startedAt))
    return 'earlier';
  // Any value at all counts, readable as a time or not.
  if (profile.revokedAt !== null) return 'revoked';
  if (grantedAt === null) return 'without_consent';
  return isDateless || startedAt !== null ? 'current' : 'undated';
}

/** Whether the images of an entity may be shown: they need a consent in force, and a person who is known to be the right one. */
export function mayShow(
  entity: SardineEntity,
  handle: SardineHandle,
  settings: Pick<SardineSettings, 'existingIdentity'>,
): boolean {
  const standing = standingOf(entity.profile, handle, settings);
  return (standing === 'current' || standing === 'undated') && isNamed(entity, handle.customerId);
}

/**
 * Whether the entity is known to be the person's whom the verification is about: an answer that does not say whose it is
 * is contradicted by nothing, but it is not enough to verify, to show faces or to answer a question about a person.
 */
export function isNamed({ profile }: SardineEntity, customerId: string): boolean {
  return profile?.userId != null && isSameId(profile.userId, customerId);
}

/** The consent of a profile. A null id means that the identity is our client's own, not that there is none (trap 5). */
export function consentOf({ profile }: SardineEntity): Consent | null {
  if (profile === null) return null;
  const id = toText(profile.consentId);
  return {
    id,
    grantedAt: toInstant(profile.consentedAt),
    revokedAt: toInstant(profile.revokedAt),
    sharedFrom: id === null ? null : toText(profile.clientName),
  };
}

/** `profile.userId` is the customer's id (trap 3), a UUID and so the same in either case. */
function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
