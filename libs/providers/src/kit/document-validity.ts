import { type ReasonCode, type Validity } from '@gatehouse/contract';

const DAY_MS = 86_400_000;

/** Days before its end in which a document counts as expiring. No vendor documents one for reads; ours. */
export const EXPIRING_DAYS = 30;

/** The earliest expiry among documents and what it means on the day of `now` (UTC). Null when no date is known. */
export function documentValidity(
  expiries: readonly (string | null)[],
  now: Date,
  expiringDays: number = EXPIRING_DAYS,
): Validity | null {
  const [documentExpiry] = expiries.filter((expiry) => expiry !== null).sort();
  if (documentExpiry === undefined) return null;
  const today = now.toISOString().slice(0, 10);
  const daysLeft = (Date.parse(documentExpiry) - Date.parse(today)) / DAY_MS;
  return {
    documentExpiry,
    state: daysLeft < 0 ? 'expired' : daysLeft <= expiringDays ? 'expiring' : 'valid',
  };
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
