import { type FaultTarget } from '../kit/faults.js';
import { rowNotFound } from './sentinel.requests.js';
import { type Customer, type CustomerRecord, type SentinelAccount } from './sentinel.state.js';

/** A status code that no page of Sentinel lists. */
export const UNKNOWN_STATUS = 99;

/** Who a status request is answered with: the person asked for, unless a fault or a switch says otherwise. Throws the 404. */
export function lookedUp(
  account: SentinelAccount,
  contact: { email: string | null; phone: string | null },
  target: FaultTarget,
): CustomerRecord {
  const { faults, switches } = account;
  const found = account.lookUp(contact.email, contact.phone);
  if (faults.takeForAnswer('wrong-person', target) !== undefined) {
    return otherThan(account, found) ?? account.stranger();
  }
  const asked = switches.lookupAnswersWrongPerson ? (otherThan(account, found) ?? found) : found;
  if (asked === undefined) throw rowNotFound();
  const stale = faults.takeForAnswer('stale', target) !== undefined;
  const record = stale ? asked.previous : asked;
  if (record === null) throw rowNotFound();
  const unknown = faults.takeForAnswer('unknown-value', target);
  return unknown === undefined ? record : { ...record, status: Number(unknown.value ?? UNKNOWN_STATUS) };
}

function otherThan(account: SentinelAccount, found: Customer | undefined): Customer | undefined {
  return account.customers.find((customer) => customer !== found);
}
