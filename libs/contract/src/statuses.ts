/** The one value a caller acts on. Meaning: providers/mapping.md 2.1. */
export const VERIFICATION_STATUSES = [
  'requires_input',
  'processing',
  'needs_review',
  'verified',
  'rejected',
  'expired',
  'canceled',
  'revoked',
  'error',
] as const;
export type VerificationStatus = (typeof VERIFICATION_STATUSES)[number];

/**
 * What a provider's own answer can say. The rest of the statuses are ours: `expired` comes from our deadline,
 * `canceled` from the caller, `error` from a broken contract, `revoked` from consent facts or a vanished record.
 */
export const PROVIDER_VERDICTS = [
  'requires_input',
  'processing',
  'needs_review',
  'verified',
  'rejected',
] as const satisfies readonly VerificationStatus[];
export type ProviderVerdict = (typeof PROVIDER_VERDICTS)[number];

/** The moves of providers/mapping.md 2.3. What a caller may see next to each other: {@link isLegalMove}. */
const MOVES: Readonly<Record<VerificationStatus, readonly VerificationStatus[]>> = {
  requires_input: ['processing', 'needs_review', 'verified', 'rejected', 'expired', 'canceled', 'error'],
  processing: ['verified', 'rejected', 'needs_review', 'requires_input', 'error', 'expired'],
  needs_review: ['verified', 'rejected', 'requires_input', 'error', 'canceled'],
  verified: ['requires_input', 'needs_review', 'rejected', 'revoked'],
  rejected: ['requires_input', 'verified', 'needs_review'],
  expired: ['verified', 'rejected', 'processing', 'needs_review', 'requires_input'],
  error: ['requires_input', 'processing', 'needs_review', 'verified', 'rejected', 'expired', 'canceled'],
  canceled: [],
  revoked: [],
};

/** Whether `to` may follow `from` with nothing in between. */
export function isListedMove(from: VerificationStatus, to: VerificationStatus): boolean {
  return from === to || MOVES[from].includes(to);
}

/**
 * Whether a caller may see `from` followed directly by `to`: a listed move, or two of them with a step in between that
 * we did not see. A provider passes through `requires_input` between two of our reads (Sentinel: Accepted → Draft →
 * Pending), and a consent that is read as revoked was in force before.
 */
export function isLegalMove(from: VerificationStatus, to: VerificationStatus): boolean {
  if (isListedMove(from, to)) return true;
  const unseen = to === 'revoked' ? 'verified' : 'requires_input';
  return MOVES[from].includes(unseen) && MOVES[unseen].includes(to);
}

/** Statuses in which nobody is waited for any more; `completedAt` is set on entering one. */
export function isSettled(status: VerificationStatus): boolean {
  switch (status) {
    case 'verified':
    case 'rejected':
    case 'expired':
    case 'canceled':
    case 'revoked':
      return true;
    case 'requires_input':
    case 'processing':
    case 'needs_review':
    case 'error':
      return false;
  }
}
