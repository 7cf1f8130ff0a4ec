import {
  type Consent,
  type DeliveryReport,
  type DeliveryState,
  type Evidence,
  isListedMove,
  isSettled,
  type Observation,
  type ReasonCode,
  type RiskLevel,
  type Validity,
  type VerificationStatus,
} from '@gatehouse/contract';

import {
  canonical,
  type ClaimFact,
  compareClaims,
  compareDeliveries,
  compareReads,
  type DeliveryFact,
  earlier,
  type Facts,
  later,
  type ReadFact,
  substanceOf,
} from './facts.js';

/**
 * Everything that can happen to a verification. Only authenticated things become signals: a webhook that did not prove
 * itself is refused at the door. Times are ours unless said otherwise.
 */
export type Signal =
  | { readonly kind: 'started'; readonly at: string; readonly delivery: 'sms' | null }
  | { readonly kind: 'start_failed'; readonly at: string; readonly reason: ReasonCode }
  | { readonly kind: 'read'; readonly at: string; readonly observation: Observation }
  | { readonly kind: 'absent'; readonly at: string; readonly reasonCodes: readonly ReasonCode[] }
  /** A record that we had seen was absent at two reads in a row; `meaning` is the provider's `whenGone`. */
  | { readonly kind: 'gone'; readonly at: string; readonly meaning: 'revoked' | 'error' }
  /** What the provider has belongs to a newer verification of the same person. */
  | { readonly kind: 'superseded'; readonly at: string }
  /** The provider answered with somebody else. */
  | { readonly kind: 'foreign'; readonly at: string }
  | { readonly kind: 'webhook'; readonly at: string; readonly observation: Observation }
  | { readonly kind: 'return'; readonly at: string; readonly way: 'success' | 'review' }
  /** The person's identity elsewhere cannot be shared with us. */
  | { readonly kind: 'unshared'; readonly at: string }
  | { readonly kind: 'deadline'; readonly at: string }
  /** Called off; `isForced`: whatever it waits for, because the person is being erased. */
  | { readonly kind: 'cancel'; readonly at: string; readonly isForced?: true }
  /** What was read at `at`, as another mapping or other settings read it. */
  | { readonly kind: 'remap'; readonly at: string; readonly observation: Observation }
  /** A reviewer of ours decides what waits for a human. */
  | { readonly kind: 'decision'; readonly at: string; readonly verdict: 'verified' | 'rejected' };

/** What a caller sees of the facts. */
export interface View {
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
  readonly rawStatus: string | null;
  readonly delivery: {
    readonly channel: 'sms' | 'email';
    readonly state: DeliveryState;
    readonly at: string;
  } | null;
  readonly validity: Validity | null;
  readonly riskLevel: RiskLevel | null;
  readonly consent: Consent | null;
  readonly evidence: Evidence | null;
}

export const SET_ASIDE_REASONS = [
  /** Older than what is already known. */
  'stale',
  /** Says nothing that was not known. */
  'repeated',
  /** A webhook or return that a newer authenticated read contradicts. */
  'contradicted',
  /** Nothing at the provider although we have seen the record there; counts towards `gone`. */
  'absent_after_present',
  /** The result is a newer verification's. */
  'superseded',
  /** The provider answered with a different person. */
  'foreign',
  /** The verification is over (canceled, revoked). */
  'closed',
  /** A command that the present status does not allow. */
  'not_allowed',
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

export interface Transition {
  readonly facts: Facts;
  readonly view: View;
  /** Whether anything that a caller sees changed. */
  readonly changed: boolean;
  /** Why the signal changed nothing; null when it did, or when it is a hint that a read has to confirm. */
  readonly setAside: SetAsideReason | null;
}

/**
 * What a signal does to a verification. Pure. For signals that come from the provider or the clock, any order and any
 * repetition of the same signals ends in the same facts and so in the same view; `cancel`, `decision` and `remap` are our own
 * commands, and the row lock puts them into an order.
 *
 * `verified` comes from an authenticated read, be it read anew, or from a reviewer who decides what waits for a human, and from nothing else.
 */
export function transition(facts: Facts, signal: Signal): Transition {
  const before = viewOf(facts);
  if (signal.kind === 'foreign') return { facts, view: before, changed: false, setAside: 'foreign' };
  const refusal = refusalOf(facts, before, signal);
  if (refusal !== null) return { facts, view: before, changed: false, setAside: refusal };
  const merged = merge(facts, signal);
  const view = viewOf(merged);
  // A read may have missed a step in between; what was read once has none.
  if (signal.kind === 'remap' && !isListedMove(before.status, view.status))
    return { facts, view: before, changed: false, setAside: 'not_allowed' };
  const changed = canonical(news(view)) !== canonical(news(before));
  return {
    facts: merged,
    view,
    changed,
    setAside: changed ? null : asideReason(facts, merged, before, signal),
  };
}

/** Why a command is not even tried. */
function refusalOf(facts: Facts, before: View, signal: Signal): SetAsideReason | null {
  switch (signal.kind) {
    case 'cancel':
      return before.status === 'canceled' || isCancelable(before.status) || isForcedEnd(signal, before.status)
        ? null
        : 'not_allowed';
    case 'decision':
      return before.status === 'needs_review' ? null : 'not_allowed';
    case 'remap':
      if (before.status === 'canceled' || before.status === 'revoked') return 'closed';
      return isStanding(facts, signal.at) ? null : 'stale';
    default:
      return null;
  }
}

/** Whether what was read at `at` is still the provider's last word. */
function isStanding({ read, absentAt, goneAt, supersededAt }: Facts, at: string): boolean {
  const since = [absentAt, goneAt, supersededAt].filter((time) => time !== null && time > at);
  return read?.readAt === at && since.length === 0;
}

/** What of a view is worth a version: that two reads at once see the end of a report milliseconds apart is not. */
function news(view: View): unknown {
  const { evidence } = view;
  return { ...view, evidence: evidence === null ? null : { ...evidence, reportUntil: null } };
}

function isForcedEnd({ isForced }: Extract<Signal, { kind: 'cancel' }>, status: VerificationStatus): boolean {
  return isForced === true && !isSettled(status);
}

/** Whether the caller may still call it off (providers/mapping.md 2.3). */
function isCancelable(status: VerificationStatus): boolean {
  return status === 'requires_input' || status === 'needs_review' || status === 'error';
}

/** The facts as a caller may see them. Total: every combination of facts has exactly one reading. */
export function viewOf(facts: Facts): View {
  const { status, reasonCodes } = decide(facts);
  const read = facts.read;
  return {
    status,
    reasonCodes: [...new Set([...reasonCodes, ...sideReasons(facts, status)])],
    rawStatus: read?.rawStatus ?? null,
    delivery: currentDelivery(facts),
    validity: currentValidity(facts),
    riskLevel: read?.riskLevel ?? null,
    consent: read?.consent ?? null,
    evidence: currentEvidence(facts),
  };
}

interface Decision {
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
}

/** What the facts come to, and over it what a reviewer made of it. */
function decide(facts: Facts): Decision {
  const found = decideByProvider(facts);
  const { decision } = facts;
  // Withdrawn, called off, vanished, to be done again: that is no question for a reviewer, before or after.
  const isOpenToReview = found.status === 'needs_review' || found.status === 'verified';
  if (decision === null || !isOpenToReview) return found;
  if (decision.about === substanceOf(facts.read)) {
    return { status: decision.verdict, reasonCodes: found.reasonCodes };
  }
  // The provider has come to accept somebody whom our own reviewer turned down: one of the two is wrong.
  if (found.status === 'verified' && decision.verdict === 'rejected') {
    return { status: 'needs_review', reasonCodes: [...found.reasonCodes, 'manual_review_required'] };
  }
  return found;
}

function decideByProvider(facts: Facts): Decision {
  if (facts.canceledAt !== null) return { status: 'canceled', reasonCodes: [] };
  if (isRevoked(facts)) return { status: 'revoked', reasonCodes: ['consent_revoked'] };

  // What the provider last said was on its way to somebody else's result.
  const isSuperseded = facts.supersededAt !== null && facts.supersededAt > (facts.presentAt ?? '');
  const read = isSuperseded ? null : facts.read;
  // A vanished record un-verifies nobody (mapping.md 4.1): the person may merely have changed their contact there.
  if (facts.goneAt !== null && facts.goneAt > (facts.presentAt ?? '') && read?.verdict !== 'verified') {
    return { status: 'error', reasonCodes: ['provider_contract_broken'] };
  }
  if (read !== null && read.verdict !== 'requires_input') {
    return { status: read.verdict, reasonCodes: read.reasonCodes };
  }
  // From here on the person has something to do, as far as the provider's own answers go.
  if (isClaimOpen(facts)) return { status: 'processing', reasonCodes: [] };
  if (read === null && facts.manualReturnAt !== null) {
    return { status: 'needs_review', reasonCodes: ['manual_review_required'] };
  }
  if (facts.deadlineAt !== null && !(read?.providerTime != null && read.providerTime > facts.deadlineAt)) {
    return { status: 'expired', reasonCodes: ['abandoned_or_timeout'] };
  }
  if (read !== null) return { status: 'requires_input', reasonCodes: read.reasonCodes };
  if (facts.startedAt === null && facts.startFailure !== null) {
    return { status: 'error', reasonCodes: [facts.startFailure] };
  }
  const unshared = facts.unsharedAt === null ? [] : (['identity_not_shareable'] as const);
  return { status: 'requires_input', reasonCodes: ['awaiting_user', ...facts.absentReasons, ...unshared] };
}

/** Withdrawn after it was in force. Both sides only ever grow towards it, so it is final. */
function isRevoked(facts: Facts): boolean {
  return facts.verifiedAt !== null && facts.revokedAt !== null && facts.verifiedAt < facts.revokedAt;
}

/** A webhook said that the person is done, and no read has answered since. */
function isClaimOpen(facts: Facts): boolean {
  const { claim } = facts;
  if (claim === null || claim.verdict === 'requires_input') return false;
  const answeredAt = later(facts.presentAt, facts.absentAt ?? '');
  return claim.receivedAt > answeredAt;
}

function sideReasons(facts: Facts, status: VerificationStatus): readonly ReasonCode[] {
  const reasons: ReasonCode[] = [];
  if (currentNotice(facts) !== null && status !== 'canceled') reasons.push('document_expiring');
  const { sms, email } = facts.delivery;
  const unreachable = sms?.state === 'failed' || email?.state === 'bounced' || email?.state === 'dropped';
  if (unreachable && status === 'requires_input') reasons.push('contact_unreachable');
  return reasons;
}

/** A notice holds until a read speaks of a later state of the record. */
function currentNotice(facts: Facts): Facts['notice'] {
  const { notice, read } = facts;
  if (notice === null) return null;
  return read?.providerTime != null && read.providerTime > notice.at ? null : notice;
}

/** A notice names no date, and does not make what has expired merely expiring. */
function currentValidity(facts: Facts): Validity | null {
  const known = facts.read?.validity ?? null;
  const notice = currentNotice(facts);
  if (notice === null || known?.state === 'expired') return known;
  return {
    ...notice.validity,
    documentExpiry: notice.validity.documentExpiry ?? known?.documentExpiry ?? null,
  };
}

/** Images that came with a webhook count where a read tells of none. */
function currentEvidence({ read, reportUntil, imageNotice }: Facts): Evidence | null {
  const told = read?.evidence ?? null;
  const known =
    told === null ? null : { ...told, reportUntil: reportUntil[rawStatusKey(read?.rawStatus)] ?? null };
  if (imageNotice === null || (known !== null && known.images > 0)) return known;
  const report = { report: known?.report ?? false, reportUntil: known?.reportUntil ?? null };
  return { images: imageNotice.images, imagesUntil: imageNotice.until, ...report };
}

/** The channel that carries the link comes first. */
function currentDelivery(facts: Facts): View['delivery'] {
  const { sms, email } = facts.delivery;
  if (sms !== null) return { channel: 'sms', ...sms };
  return email === null ? null : { channel: 'email', ...email };
}

function merge(facts: Facts, signal: Exclude<Signal, { kind: 'foreign' }>): Facts {
  switch (signal.kind) {
    case 'started': {
      const queued: DeliveryReport[] =
        signal.delivery === null ? [] : [{ channel: signal.delivery, state: 'queued', at: signal.at }];
      return {
        ...facts,
        startedAt: earlier(facts.startedAt, signal.at),
        delivery: mergeDelivery(facts.delivery, queued, signal.at),
      };
    }
    case 'start_failed':
      return { ...facts, startFailure: signal.reason };
    case 'read':
      return mergeRead(facts, signal.at, signal.observation);
    case 'remap':
      // In the place of what it was read as before, whichever of the two would be the greater.
      return mergeRead({ ...facts, read: null }, signal.at, signal.observation);
    case 'superseded':
      return {
        ...merge(facts, { kind: 'absent', at: signal.at, reasonCodes: [] }),
        supersededAt: later(facts.supersededAt, signal.at),
      };
    case 'absent': {
      const reasons = distinct(signal.reasonCodes);
      const newest =
        facts.absentAt === null ||
        signal.at > facts.absentAt ||
        (signal.at === facts.absentAt && reasons.join() > facts.absentReasons.join());
      return {
        ...facts,
        startedAt: earlier(facts.startedAt, signal.at),
        absentAt: later(facts.absentAt, signal.at),
        absentReasons: newest ? reasons : facts.absentReasons,
      };
    }
    case 'gone':
      return signal.meaning === 'revoked'
        ? { ...facts, revokedAt: later(facts.revokedAt, signal.at) }
        : { ...facts, goneAt: later(facts.goneAt, signal.at) };
    case 'webhook':
      return mergeWebhook(facts, signal.at, signal.observation);
    case 'return':
      return signal.way === 'review'
        ? { ...facts, manualReturnAt: earlier(facts.manualReturnAt, signal.at) }
        : facts;
    case 'deadline':
      return { ...facts, deadlineAt: later(facts.deadlineAt, signal.at) };
    case 'unshared':
      return { ...facts, unsharedAt: earlier(facts.unsharedAt, signal.at) };
    case 'cancel':
      return { ...facts, canceledAt: earlier(facts.canceledAt, signal.at) };
    case 'decision':
      return {
        ...facts,
        decision: { verdict: signal.verdict, at: signal.at, about: substanceOf(facts.read) },
        // Who was approved can have a consent withdrawn like anybody else who is verified.
        verifiedAt: signal.verdict === 'verified' ? earlier(facts.verifiedAt, signal.at) : facts.verifiedAt,
      };
  }
}

function mergeRead(facts: Facts, at: string, observation: Observation): Facts {
  const isRevocation = observation.consent?.revokedAt != null;
  const verdict = observation.verdict;
  // A sound adapter gives every read a verdict, and never `verified` beside a withdrawn consent. Whatever it does, a
  // contradiction ends with a human.
  const isContradiction = verdict === null || (verdict === 'verified' && isRevocation);
  const candidate: ReadFact = {
    verdict: isContradiction ? 'needs_review' : verdict,
    rawStatus: observation.rawStatus,
    reasonCodes: distinct(
      isContradiction ? [...observation.reasonCodes, 'provider_status_unmapped'] : observation.reasonCodes,
    ),
    providerTime: observation.providerTime,
    readAt: at,
    validity: observation.validity,
    riskLevel: observation.riskLevel,
    consent: observation.consent,
    // Kept in a register of its own, so that reading again is no news.
    evidence: observation.evidence === null ? null : { ...observation.evidence, reportUntil: null },
  };
  return {
    ...facts,
    reportUntil: earliestReport(facts.reportUntil, observation),
    startedAt: earlier(facts.startedAt, at),
    read: facts.read === null || compareReads(candidate, facts.read) > 0 ? candidate : facts.read,
    presentAt: later(facts.presentAt, at),
    verifiedAt: candidate.verdict === 'verified' ? earlier(facts.verifiedAt, at) : facts.verifiedAt,
    revokedAt: isRevocation ? later(facts.revokedAt, at) : facts.revokedAt,
    delivery: mergeDelivery(facts.delivery, observation.delivery, at),
  };
}

function earliestReport(
  known: Facts['reportUntil'],
  { rawStatus, evidence }: Observation,
): Facts['reportUntil'] {
  if (evidence?.reportUntil == null) return known;
  const key = rawStatusKey(rawStatus);
  return { ...known, [key]: earlier(known[key] ?? null, evidence.reportUntil) };
}

function rawStatusKey(rawStatus: string | null | undefined): string {
  // Never the name of a member that every object has.
  return `status ${rawStatus ?? ''}`;
}

function mergeWebhook(facts: Facts, at: string, observation: Observation): Facts {
  const claim: ClaimFact | null =
    observation.verdict === null
      ? null
      : {
          verdict: observation.verdict,
          rawStatus: observation.rawStatus,
          providerTime: observation.providerTime,
          receivedAt: at,
        };
  const notice =
    observation.verdict === null && observation.validity !== null
      ? { validity: observation.validity, at: observation.providerTime ?? at }
      : null;
  return {
    ...facts,
    startedAt: earlier(facts.startedAt, at),
    claim:
      claim !== null && (facts.claim === null || compareClaims(claim, facts.claim) > 0) ? claim : facts.claim,
    notice:
      notice !== null && (facts.notice === null || isLaterNotice(notice, facts.notice))
        ? notice
        : facts.notice,
    imageNotice: laterImages(facts.imageNotice, at, observation.evidence),
    delivery: mergeDelivery(facts.delivery, observation.delivery, at),
  };
}

function laterImages(
  known: Facts['imageNotice'],
  at: string,
  evidence: Evidence | null,
): Facts['imageNotice'] {
  if (evidence === null || evidence.images === 0) return known;
  const candidate = { images: evidence.images, until: evidence.imagesUntil, at };
  const isLater =
    known === null || at > known.at || (at === known.at && canonical(candidate) > canonical(known));
  return isLater ? candidate : known;
}

function isLaterNotice(a: NonNullable<Facts['notice']>, b: NonNullable<Facts['notice']>): boolean {
  return a.at !== b.at ? a.at > b.at : canonical(a.validity) > canonical(b.validity);
}

function mergeDelivery(
  known: Facts['delivery'],
  reports: readonly DeliveryReport[],
  receivedAt: string,
): Facts['delivery'] {
  return reports.reduce<Facts['delivery']>((delivery, report) => {
    const candidate: DeliveryFact = { state: report.state, at: report.at ?? receivedAt };
    const current = delivery[report.channel];
    const wins = current === null || compareDeliveries(report.channel, candidate, current) > 0;
    return wins ? { ...delivery, [report.channel]: candidate } : delivery;
  }, known);
}

function asideReason(before: Facts, after: Facts, view: View, signal: Signal): SetAsideReason | null {
  if (view.status === 'canceled' || view.status === 'revoked') return 'closed';
  switch (signal.kind) {
    case 'read':
      return after.read === before.read ? 'stale' : 'repeated';
    case 'superseded':
      return 'superseded';
    case 'absent':
      if (before.presentAt === null) return 'repeated';
      return signal.at > before.presentAt ? 'absent_after_present' : 'stale';
    case 'webhook':
      if (signal.observation.verdict !== null && after.claim === before.claim) return 'stale';
      if (signal.observation.verdict !== null && signal.observation.verdict !== view.status) return null;
      // News that the caller does not see yet: a step of an e-mail beside a text message, say.
      return canonical(after) === canonical(before) ? 'repeated' : null;
    case 'return':
      return signal.way === 'success' ? null : 'contradicted';
    case 'remap':
    case 'gone':
    case 'started':
    case 'start_failed':
    case 'unshared':
    case 'deadline':
    case 'cancel':
    case 'decision':
    case 'foreign':
      return 'repeated';
  }
}

function distinct(codes: readonly ReasonCode[]): readonly ReasonCode[] {
  return [...new Set(codes)];
}
