import { type ReasonCode, type Validity } from '@gatehouse/contract';

const DAY_MS = 86_400_000;

/** Days before its end in which a document counts as expiring. No vendor documents one for reads; ours. */
export const EXPIRING_DAYS = 30;

/** A document's type and the day it ends, `YYYY-MM-DD`. */
export interface Expiry {
  readonly type: string;
  readonly expiresOn: string | null;
}

/** The earliest expiry among documents and what it means on the day of `now` (UTC). Null when no date is known. */
export function documentValidity(
  expiries: readonly Expiry[],
  now: Date,
  expiringDays: number = EXPIRING_DAYS,
): Validity | null {
  const dated = expiries.flatMap(({ type, expiresOn }) => (expiresOn === null ? [] : [{ type, expiresOn }]));
  const [documentExpiry] = dated.map(({ expiresOn }) => expiresOn).sort();
  if (documentExpiry === undefined) return null;
  const state = stateOf(documentExpiry, now, expiringDays);
  const concerned = dated.filter(({ expiresOn }) => stateOf(expiresOn, now, expiringDays) === state);
  return { documentExpiry, state, documents: state === 'valid' ? [] : concerned.map(({ type }) => type) };
}

function stateOf(expiresOn: string, now: Date, expiringDays: number): Validity['state'] {
  const today = now.toISOString().slice(0, 10);
  const daysLeft = (Date.parse(expiresOn) - Date.parse(today)) / DAY_MS;
  return daysLeft < 0 ? 'expired' : daysLeft <= expiringDays ? 'expiring' : 'valid';
}

/** The reason code that goes with a validity. */
export function validityReasons(validity: Validity | null): readonly ReasonCode[] {
  switch (validity?.state) {
    case 'expired':
      return ['document_expired'];
    case 'expiring':
      return ['document_expiring'];
    case 'valid':
    case undefined:
      return [];
  }
}
