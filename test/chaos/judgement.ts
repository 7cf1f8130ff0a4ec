import { type Person } from './cast.js';
import { type Row } from './records.js';
import { type Held, type Holdings, statusesFor } from './twins.js';

/** How a record stands beside what its vendor holds. */
export type Judgement =
  | { readonly kind: 'same' }
  /** Not the same, and rightly so: ours fails closed. */
  | { readonly kind: 'allowed'; readonly why: Allowance }
  | { readonly kind: 'other'; readonly what: string };

export const ALLOWANCES = {
  'begun in vain':
    'the provider’s call failed, so nobody got a link; the provider has no result, and ours is `error`',
  'finished at a link that nobody gave out':
    'the provider’s call failed for us and not for the provider, or a gateway died over it, and the twin played the person all the same: kept from `verified`',
  'the search lied':
    'Sardine’s search answered with another customer, whose link the person got; Sardine knows nobody by their phone, or one customer stands behind two verifications: kept from `verified`',
  'told of a withdrawal':
    'Sardine answered an authenticated read with a withdrawn consent, which is final (mapping.md 2.3)',
} as const;
export type Allowance = keyof typeof ALLOWANCES;

export interface Circumstances {
  readonly holdings: Holdings;
  /** Sardine's customers who stand behind more than one verification. */
  readonly shared: ReadonlySet<string>;
  /** Sardine's customers of whom a read was answered that they have withdrawn. */
  readonly toldWithdrawn: ReadonlySet<string>;
}

export function judge(
  row: Row,
  person: Pick<Person, 'email' | 'phone'>,
  circumstances: Circumstances,
): Judgement {
  const held = circumstances.holdings.at(row.provider, person);
  const expected = statusesFor(row.provider, held);
  const hasBegun = row.startState === 'started';
  if (!hasBegun && row.status === 'error' && expected.every((status) => status === 'requires_input')) {
    const mayHaveReached = row.provider === 'dentity' && held !== null;
    if (!mayHaveReached) return { kind: 'allowed', why: 'begun in vain' };
  }
  if (expected.includes(row.status) && !(held === null && row.provider === 'sardine' && hasBegun))
    return { kind: 'same' };
  const allowance = row.status === 'verified' ? null : allowanceFor(row, held, circumstances);
  if (allowance !== null) return { kind: 'allowed', why: allowance };
  const theirs = held === null ? 'nobody' : held.state;
  return {
    kind: 'other',
    what: `${row.status}, read as ${row.rawStatus ?? 'nothing'} (${row.reasonCodes.join(', ')}) while ${row.provider} holds ${theirs}; start ${row.startState}`,
  };
}

function allowanceFor(
  row: Row,
  held: Held | null,
  { shared, toldWithdrawn }: Circumstances,
): Allowance | null {
  const reference = row.providerReference ?? '';
  if (row.provider === 'sardine') {
    if (held === null || shared.has(reference)) return 'the search lied';
    if (row.status === 'revoked' && toldWithdrawn.has(reference)) return 'told of a withdrawal';
    const isOfFirstLink =
      row.resumedAt !== null && held.consentedAt !== null && held.consentedAt < row.resumedAt;
    const isAskedAgain = isOfFirstLink && row.status === 'requires_input';
    if (isAskedAgain || (row.hasFailedStart && row.status === 'error'))
      return 'finished at a link that nobody gave out';
  }
  const isHeldBack = row.status === 'needs_review' && row.reasonCodes.includes('manual_review_required');
  if (row.provider === 'sentinel' && row.hasFailedStart && isHeldBack)
    return 'finished at a link that nobody gave out';
  return null;
}

/** References of Sardine that several verifications have: each person has a phone of their own, so the search must have lied. */
export function sharedReferences(rows: readonly Row[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { provider, providerReference } of rows) {
    if (provider !== 'sardine' || providerReference === null) continue;
    if (seen.has(providerReference)) shared.add(providerReference);
    seen.add(providerReference);
  }
  return shared;
}
