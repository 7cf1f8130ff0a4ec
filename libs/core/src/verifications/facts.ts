import {
  type Consent,
  type DeliveryState,
  type Evidence,
  type ProviderVerdict,
  type ReasonCode,
  type RiskLevel,
  type Validity,
} from '@gatehouse/contract';

/**
 * What is known of a verification, as registers that each keep the greatest of what they were shown. Merging signals
 * into them commutes and repeats without effect, so whatever order signals arrive in, the same set of them ends in the
 * same facts; the status is then a pure reading of the facts. No personal data: stored in clear.
 *
 * All times are RFC 3339 UTC with milliseconds, so that they compare as strings.
 */
export interface Facts {
  /** The start succeeded (or its effect was found later). */
  readonly startedAt: string | null;
  /** Why the start failed or what is unknown about it; void once started. */
  readonly startFailure: ReasonCode | null;
  /** The greatest authenticated read in which the provider had something, by {@link compareReads}. */
  readonly read: ReadFact | null;
  /** When we last saw something at the provider, last saw nothing there, and last found it gone for good. */
  readonly presentAt: string | null;
  readonly absentAt: string | null;
  readonly absentReasons: readonly ReasonCode[];
  readonly goneAt: string | null;
  /** When we last found that what is there belongs to a newer verification of the person. */
  readonly supersededAt: string | null;
  /** First read that verified and last read that found the consent withdrawn: together they mean `revoked`. */
  readonly verifiedAt: string | null;
  readonly revokedAt: string | null;
  /** The newest authenticated webhook that spoke of a verdict. A claim: it never decides. */
  readonly claim: ClaimFact | null;
  /** The browser came back by the provider's "needs manual review" way. A hint. */
  readonly manualReturnAt: string | null;
  /** There was nothing to share, as the provider or the browser told us: the person has to be asked for everything. */
  readonly unsharedAt: string | null;
  /** What a reviewer of ours decided, and about what. */
  readonly decision: DecisionFact | null;
  /** Until when the report can be had, as the first read with each raw status told it: later ones count from later on. */
  readonly reportUntil: Readonly<Record<string, string>>;
  /** The newest webhook that brought images along. */
  readonly imageNotice: ImageNoticeFact | null;
  /** The provider's last notice on document expiry that came outside a read. */
  readonly notice: NoticeFact | null;
  readonly delivery: {
    readonly sms: DeliveryFact | null;
    readonly email: DeliveryFact | null;
  };
  readonly canceledAt: string | null;
  readonly deadlineAt: string | null;
}

export interface ReadFact {
  readonly verdict: ProviderVerdict;
  readonly rawStatus: string | null;
  readonly reasonCodes: readonly ReasonCode[];
  /** The provider's own time of the fact; null where it has none. */
  readonly providerTime: string | null;
  /** When we asked. */
  readonly readAt: string;
  readonly validity: Validity | null;
  readonly riskLevel: RiskLevel | null;
  readonly consent: Consent | null;
  readonly evidence: Evidence | null;
}

export interface DecisionFact {
  readonly verdict: 'verified' | 'rejected';
  readonly at: string;
  /** The {@link substanceOf} what lay before the reviewer; the decision holds for as long as the provider says the same. */
  readonly about: string;
}

export interface ImageNoticeFact {
  readonly images: number;
  readonly until: string | null;
  readonly at: string;
}

export interface ClaimFact {
  readonly verdict: ProviderVerdict;
  readonly rawStatus: string | null;
  readonly providerTime: string | null;
  readonly receivedAt: string;
}

export interface NoticeFact {
  readonly validity: Validity;
  readonly at: string;
}

export interface DeliveryFact {
  readonly state: DeliveryState;
  readonly at: string;
}

export const NO_FACTS: Facts = {
  startedAt: null,
  startFailure: null,
  read: null,
  presentAt: null,
  absentAt: null,
  absentReasons: [],
  goneAt: null,
  supersededAt: null,
  verifiedAt: null,
  revokedAt: null,
  claim: null,
  manualReturnAt: null,
  unsharedAt: null,
  decision: null,
  reportUntil: {},
  imageNotice: null,
  notice: null,
  delivery: { sms: null, email: null },
  canceledAt: null,
  deadlineAt: null,
};

/**
 * Orders reads: the provider's own time first, then when we asked, then the content (so that the order is total and
 * two different answers can never tie). A fact without the provider's time is older than any with one.
 */
export function compareReads(a: ReadFact, b: ReadFact): number {
  return (
    compare(a.providerTime ?? '', b.providerTime ?? '') ||
    compare(a.readAt, b.readAt) ||
    compare(canonical(a), canonical(b))
  );
}

/** What the provider's last answer comes to: two answers of the same substance leave a reviewer nothing new to decide. */
export function substanceOf(read: ReadFact | null): string {
  if (read === null) return 'nothing';
  const { verdict, rawStatus, reasonCodes, providerTime } = read;
  return canonical({ verdict, rawStatus, reasonCodes, providerTime });
}

export function compareClaims(a: ClaimFact, b: ClaimFact): number {
  return (
    compare(a.providerTime ?? '', b.providerTime ?? '') ||
    compare(a.receivedAt, b.receivedAt) ||
    compare(canonical(a), canonical(b))
  );
}

/** Text messages only move forward; `delivered` beats `failed`, since a message that arrived did arrive. */
const DELIVERY_RANK: Readonly<Record<DeliveryState, number>> = {
  queued: 0,
  sent: 1,
  deferred: 2,
  blocked: 3,
  dropped: 4,
  bounced: 5,
  failed: 6,
  delivered: 7,
};

/** SMS events have no time of their own, so rank decides; e-mail events do, so their time decides. */
export function compareDeliveries(channel: 'sms' | 'email', a: DeliveryFact, b: DeliveryFact): number {
  const byRank = DELIVERY_RANK[a.state] - DELIVERY_RANK[b.state];
  const byTime = compare(a.at, b.at);
  return channel === 'sms' ? byRank || -byTime : byTime || byRank;
}

export function later(a: string | null, b: string): string {
  return a !== null && a >= b ? a : b;
}

export function earlier(a: string | null, b: string): string {
  return a !== null && a <= b ? a : b;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One text for one content, whatever the order of members: a jsonb column gives them back in an order of its own. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => compare(a, b)))
      : member,
  );
}
