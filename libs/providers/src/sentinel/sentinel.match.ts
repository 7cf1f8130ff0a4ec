import { type Contact } from '@gatehouse/contract';

import { toE164 } from '../kit/phones.js';
import { type SentinelHandle } from './sentinel.handle.js';
import { type SentinelCustomer } from './sentinel.wire.js';

/** The contact as last seen at Sentinel, or as given. */
export function latestContact(handle: SentinelHandle): Contact {
  return { email: handle.latestEmail ?? handle.email, phone: handle.latestPhone ?? handle.phone };
}

/** The contacts to ask by, latest first; the original only where it differs. */
export function contactsOf(handle: SentinelHandle): readonly Contact[] {
  const latest = latestContact(handle);
  const original = { email: handle.email, phone: handle.phone };
  const isSame = latest.email === original.email && latest.phone === original.phone;
  return (isSame ? [latest] : [latest, original]).filter(({ email, phone }) => (email ?? phone) !== null);
}

/**
 * Whose record a lookup returned. With both contacts sent, an unknown e-mail silently falls through to whoever has the
 * phone (providers/sentinel.md trap 4), so the answer must be held against the person asked for:
 *
 * - `ours`: the customer id we know, or the e-mail, or the phone where there is no e-mail to compare;
 * - `doubtful`: only the phone is ours and the e-mail is somebody else's; never good enough for a verdict;
 * - `foreign`: another customer id, or neither contact.
 */
export function belonging(
  handle: SentinelHandle,
  customer: Pick<SentinelCustomer, 'uuid' | 'email' | 'phoneNumber'>,
): 'ours' | 'doubtful' | 'foreign' {
  if (handle.uuid !== null) return handle.uuid === customer.uuid ? 'ours' : 'foreign';
  const emails = [handle.email, handle.latestEmail].filter((email) => email !== null);
  const phones = [handle.phone, handle.latestPhone].filter((phone) => phone !== null);
  if (emails.some((email) => hasEmail(customer, email))) return 'ours';
  if (!phones.some((phone) => hasPhone(customer, phone))) return 'foreign';
  return emails.length === 0 ? 'ours' : 'doubtful';
}

/** Whether the customer has this very e-mail address, in whatever case. */
export function hasEmail({ email }: Pick<SentinelCustomer, 'email'>, asked: string): boolean {
  return email !== null && emailKey(email) === emailKey(asked);
}

/** Whether the customer has this very number, however it is written. */
export function hasPhone({ phoneNumber }: Pick<SentinelCustomer, 'phoneNumber'>, asked: string): boolean {
  return phoneNumber !== null && phoneKey(phoneNumber) === phoneKey(asked);
}

function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

function phoneKey(phone: string): string {
  return toE164(phone) ?? phone.trim();
}
