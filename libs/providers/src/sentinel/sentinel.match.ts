import { toE164 } from '../kit/phones.js';
import { type SentinelHandle } from './sentinel.handle.js';
import { type SentinelCustomer } from './sentinel.wire.js';

export interface Contact {
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
}

/** The contact as last seen at Sentinel, or as given. */
export function latestContact(handle: SentinelHandle): Contact {
  return { email: handle.latestEmail ?? handle.email, phone: handle.latestPhone ?? handle.phone };
}

/** The contacts to ask by, latest first; the original only where it differs. */
export function contactsOf(handle: SentinelHandle): readonly Contact[] {
  const latest = latestContact(handle);
  const same = latest.email === handle.email && latest.phone === handle.phone;
  return same ? [latest] : [latest, { email: handle.email, phone: handle.phone }];
}

/**
 * Whose record a lookup returned. With both contacts sent, an unknown e-mail silently falls through to whoever has the
 * phone (providers/sentinel.md trap 4), so the answer must be held against the person asked for:
 *
 * - `ours`: the customer id we know, or the e-mail, or the phone where there is no e-mail to compare;
 * - `doubtful`: only the phone is ours and the e-mail is somebody's else; never good enough for a verdict;
 * - `foreign`: another customer id, or neither contact.
 */
export function belonging(
  handle: SentinelHandle,
  customer: Pick<SentinelCustomer, 'uuid' | 'email' | 'phoneNumber'>,
): 'ours' | 'doubtful' | 'foreign' {
  if (handle.uuid !== null) return handle.uuid === customer.uuid ? 'ours' : 'foreign';
  const emails = [handle.email, handle.latestEmail].filter((email) => email !== null).map(emailKey);
  const phones = [handle.phone, handle.latestPhone].filter((phone) => phone !== null).map(phoneKey);
  if (typeof customer.email === 'string' && emails.includes(emailKey(customer.email))) return 'ours';
  if (typeof customer.phoneNumber !== 'string' || !phones.includes(phoneKey(customer.phoneNumber)))
    return 'foreign';
  return emails.length === 0 ? 'ours' : 'doubtful';
}

function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

function phoneKey(phone: string): string {
  return toE164(phone) ?? phone.trim();
}
