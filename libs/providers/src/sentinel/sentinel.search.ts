import { type Contact, type LookupHit } from '@gatehouse/contract';

import { type SentinelCalls, type SentinelConnection } from './sentinel.calls.js';
import { type SentinelHandle } from './sentinel.handle.js';
import { belonging, contactsOf, hasEmail, hasPhone } from './sentinel.match.js';
import { type SentinelCustomer } from './sentinel.wire.js';

/** The record that a verification's contacts lead to. */
export interface FoundCustomer {
  readonly customer: SentinelCustomer;
  /** What of the body may be kept. */
  readonly kept: unknown;
  readonly whose: 'ours' | 'doubtful';
  /** By which it was found. */
  readonly contact: Contact;
}

/** Asks by the latest contact, then by the original one. `foreign`: there were only other people. */
export async function findCustomer(
  calls: SentinelCalls,
  connection: SentinelConnection,
  handle: SentinelHandle,
): Promise<FoundCustomer | 'foreign' | null> {
  let sawForeign = false;
  for (const contact of contactsOf(handle)) {
    const answer = await calls.customer(connection, contact);
    if (answer === null) continue;
    const whose = belonging(handle, answer.customer);
    if (whose !== 'foreign') return { ...answer, whose, contact };
    sawForeign = true;
  }
  return sawForeign ? 'foreign' : null;
}

/**
 * Asks by one identifier at a time: with both, an unknown e-mail address would silently become a match by phone
 * (providers/sentinel.md trap 4). An answer that does not have what was asked for is nobody.
 */
export async function findByContact(
  calls: SentinelCalls,
  connection: SentinelConnection,
  { email, phone }: Contact,
): Promise<{ readonly matchedBy: LookupHit['matchedBy']; readonly customer: SentinelCustomer } | null> {
  if (email !== null) {
    const answer = await calls.customer(connection, { email, phone: null });
    if (answer !== null && hasEmail(answer.customer, email))
      return { matchedBy: 'email', customer: answer.customer };
  }
  if (phone !== null) {
    const answer = await calls.customer(connection, { email: null, phone });
    if (answer !== null && hasPhone(answer.customer, phone))
      return { matchedBy: 'phone', customer: answer.customer };
  }
  return null;
}
