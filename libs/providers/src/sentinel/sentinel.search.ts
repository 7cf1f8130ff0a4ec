import { type Contact, type LookupHit } from '@gatehouse/contract';

import { type SentinelCalls, type SentinelConnection } from './sentinel.calls.js';
import { type SentinelHandle } from './sentinel.handle.js';
import { belonging, contactsOf, hasEmail, hasPhone } from './sentinel.match.js';
import { type SentinelCustomer } from './sentinel.wire.js';

/** The record that a verification's contacts lead to. */
export interface FoundCustomer {
  readonly customer: SentinelCustomer;
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
    const customer = await calls.customer(connection, contact);
    if (customer === null) continue;
    const whose = belonging(handle, customer);
    if (whose !== 'foreign') return { customer, whose, contact };
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
    const customer = await calls.customer(connection, { email, phone: null });
    if (customer !== null && hasEmail(customer, email)) return { matchedBy: 'email', customer };
  }
  if (phone !== null) {
    const customer = await calls.customer(connection, { email: null, phone });
    if (customer !== null && hasPhone(customer, phone)) return { matchedBy: 'phone', customer };
  }
  return null;
}
