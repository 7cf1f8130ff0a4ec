import {
  PROVIDER_FAULTS,
  PROVIDER_VERDICTS,
  type ProviderFault,
  type ProviderVerdict,
  REASON_CODES,
  type ReasonCode,
  VERIFICATION_STATUSES,
  type VerificationStatus,
} from '@gatehouse/contract';

import { type RoutingRecord } from '../routing/decide.js';
import { SET_ASIDE_REASONS, type SetAsideReason } from './transition.js';

/** What a link of a chain is about: a signal of some kind, or something that was done here. */
export const LINK_KINDS = [
  'created',
  'imported',
  'rerouted',
  'started',
  'start_failed',
  'link_renewed',
  'contact_corrected',
  'read',
  'remap',
  'read_failed',
  'absent',
  'gone',
  'superseded',
  'foreign',
  'webhook',
  'return',
  'unshared',
  'deadline',
  'cancel',
  'decision',
] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export const LINK_SOURCES = ['caller', 'read', 'webhook', 'redirect', 'admin', 'system'] as const;
export type LinkSource = (typeof LINK_SOURCES)[number];

/** What became of it: see `outcomeOf` and {@link chainOf}. */
export const OUTCOMES = ['applied', 'recorded', 'set_aside', 'contradicted', 'failed', 'pending'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ASIDE_REASONS = [...SET_ASIDE_REASONS, 'erased'] as const;
export type AsideReason = SetAsideReason | 'erased';

/** One link of the chain. Holds nobody's data: all of it is from the ledger and from clear columns. */
export interface Link {
  /** When it took effect; of what still waits, when it came in. */
  readonly at: Date;
  readonly what: LinkKind;
  readonly source: LinkSource;
  /** How it proved itself: a webhook's own way, `authenticated_read`, `return_token`; null for what was done here. */
  readonly authenticity: string | null;
  readonly actor: string;
  /** The provider's word for a webhook's event. */
  readonly event: string | null;
  readonly outcome: Outcome;
  /** Why it was set aside. */
  readonly reason: AsideReason | null;
  readonly statusBefore: VerificationStatus | null;
  readonly statusAfter: VerificationStatus | null;
  /** As they were from then on; null where it left them as they were. */
  readonly reasonCodes: readonly ReasonCode[] | null;
  readonly version: number | null;
  readonly rawStatus: string | null;
  /** The verdict that a webhook claimed. */
  readonly claim: ProviderVerdict | null;
  /** The claim that this answer of the provider does not bear out. */
  readonly contradicts: ProviderVerdict | null;
  readonly fault: ProviderFault | null;
  /** Of the mapping that read it, where it is a read; of what was read anew, also by which it had been read before. */
  readonly mappingVersion: number | null;
  readonly formerMappingVersion: number | null;
  /** Whether the present status began with it. */
  readonly isDecisive: boolean;
}

/** Which decisions and which signals led to where a verification is. */
export interface Explanation {
  readonly id: string;
  readonly status: VerificationStatus;
  readonly reasonCodes: readonly ReasonCode[];
  readonly version: number;
  readonly provider: string;
  readonly routing: {
    /** Null for what no policy decided: an import. */
    readonly policyVersion: number | null;
    readonly reason: string;
    /** Null from before decisions were kept. */
    readonly record: RoutingRecord | null;
  };
  /** Of the mapping that read the provider's last answer; null where it was never read. */
  readonly mappingVersion: number | null;
  /** Oldest first. */
  readonly chain: readonly Link[];
  /** False where older links were left out. */
  readonly isComplete: boolean;
}

/** An entry of the ledger, as far as the chain needs it. */
export interface ExplainedEntry {
  readonly id: string;
  readonly kind: string;
  readonly version: number | null;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** A stored signal of a provider. */
export interface ExplainedSignal {
  readonly id: string;
  readonly provider: string;
  readonly event: string;
  readonly authenticity: string;
  readonly state: string;
  readonly state_reason: string | null;
  readonly received_at: Date;
}

/** Ledger kinds that can move a verification or tell why it was not moved. Who looked at whom is not among them. */
export const EXPLAINED_KINDS: readonly string[] = [
  'verification.created',
  'verification.imported',
  'verification.rerouted',
  'verification.started',
  'verification.status_changed',
  'verification.delivery_updated',
  'verification.link_renewed',
  'verification.contact_corrected',
  'read.failed',
  'signal.received',
  'signal.set_aside',
];

/** The chain, oldest first. Pure. */
export function chainOf(
  entries: readonly ExplainedEntry[],
  signals: readonly ExplainedSignal[],
): readonly Link[] {
  const told = new Set(entries.map(({ data }) => data['signalId']));
  const waiting = signals.filter(({ id, state, state_reason: reason }) => {
    return !told.has(id) && (state === 'pending' || reason === 'erased');
  });
  const links = [...walk(inOrder(entries)), ...waiting.map(linkOfSignal)];
  return decisiveIn(withContradictions(links));
}

/** By id, which is by time; but a verification's versions in their order, whatever the clocks of two replicas said. */
function inOrder(entries: readonly ExplainedEntry[]): readonly ExplainedEntry[] {
  const places = new Map<string, string>();
  let latest = '';
  for (const { id } of entries.filter(isVersion).sort((a, b) => a.version - b.version)) {
    latest = id > latest ? id : latest;
    places.set(id, latest);
  }
  const placeOf = ({ id }: ExplainedEntry): string => places.get(id) ?? id;
  return entries.toSorted(
    (a, b) => compare(placeOf(a), placeOf(b)) || (a.version ?? 0) - (b.version ?? 0) || compare(a.id, b.id),
  );
}

function isVersion(entry: ExplainedEntry): entry is ExplainedEntry & { readonly version: number } {
  return entry.version !== null;
}

function walk(entries: readonly ExplainedEntry[]): readonly Link[] {
  let status: VerificationStatus | null = null;
  return entries.map((entry) => {
    const link = linkOfEntry(entry, status);
    status = link.statusAfter;
    return link;
  });
}

function linkOfEntry(entry: ExplainedEntry, known: VerificationStatus | null): Link {
  const { data } = entry;
  const what = whatOf(entry);
  const source = sourceOf(what, data);
  const isFirst = what === 'created' || what === 'imported';
  const before = isFirst ? null : (oneOf(VERIFICATION_STATUSES, data['from']) ?? known);
  return {
    at: entry.at,
    what,
    source,
    authenticity: authenticityOf(source, data),
    actor: entry.actor,
    event: textOf(data['event']),
    ...outcomeOf(entry),
    statusBefore: before,
    statusAfter: oneOf(VERIFICATION_STATUSES, data['to']) ?? before,
    reasonCodes: Array.isArray(data['reasonCodes'])
      ? data['reasonCodes'].flatMap((code: unknown) => oneOf(REASON_CODES, code) ?? [])
      : null,
    version: entry.version,
    rawStatus: textOf(data['rawStatus']),
    claim: oneOf(PROVIDER_VERDICTS, data['claim']),
    contradicts: oneOf(PROVIDER_VERDICTS, data['contradictedClaim']),
    fault: oneOf(PROVIDER_FAULTS, data['fault']),
    mappingVersion: numberOf(data['mappingVersion']),
    formerMappingVersion: numberOf(data['formerMappingVersion']),
    isDecisive: false,
  };
}

/** Stored and without an entry of its own: it waits to be applied, or the person was erased before it could be. */
function linkOfSignal(signal: ExplainedSignal): Link {
  const isErased = signal.state_reason === 'erased';
  return {
    at: signal.received_at,
    what: 'webhook',
    source: 'webhook',
    authenticity: signal.authenticity,
    actor: `provider:${signal.provider}`,
    event: signal.event,
    outcome: isErased ? 'set_aside' : 'pending',
    reason: isErased ? 'erased' : null,
    statusBefore: null,
    statusAfter: null,
    reasonCodes: null,
    version: null,
    rawStatus: null,
    claim: null,
    contradicts: null,
    fault: null,
    mappingVersion: null,
    formerMappingVersion: null,
    isDecisive: false,
  };
}

function whatOf({ kind, data }: ExplainedEntry): LinkKind {
  if (kind === 'verification.created') return 'created';
  if (kind === 'verification.imported') return 'imported';
  if (kind === 'verification.rerouted') return 'rerouted';
  if (kind === 'verification.link_renewed') return 'link_renewed';
  if (kind === 'verification.contact_corrected') return 'contact_corrected';
  if (kind === 'read.failed') return 'read_failed';
  return oneOf(LINK_KINDS, data['signal']) ?? 'started';
}

function sourceOf(what: LinkKind, data: ExplainedEntry['data']): LinkSource {
  if (what === 'created' || what === 'cancel') return 'caller';
  if (what === 'imported' || what === 'read_failed') return 'read';
  return oneOf(LINK_SOURCES, data['source']) ?? 'system';
}

function authenticityOf(source: LinkSource, data: ExplainedEntry['data']): string | null {
  switch (source) {
    case 'webhook':
      return textOf(data['authenticity']);
    case 'read':
      return 'authenticated_read';
    case 'redirect':
      return 'return_token';
    case 'caller':
    case 'admin':
    case 'system':
      return null;
  }
}

function outcomeOf({ kind, version, data }: ExplainedEntry): Pick<Link, 'outcome' | 'reason'> {
  if (kind === 'read.failed') return { outcome: 'failed', reason: null };
  if (version !== null) return { outcome: 'applied', reason: null };
  const reason = oneOf(ASIDE_REASONS, data['reason']);
  if (kind !== 'signal.set_aside' || reason === null) return { outcome: 'recorded', reason: null };
  return reason === 'contradicted' ? { outcome: 'contradicted', reason } : { outcome: 'set_aside', reason };
}

/** Marks the webhook whose claim a later answer did not bear out: the last one before it that claimed just that. */
function withContradictions(links: readonly Link[]): readonly Link[] {
  const refuted = new Set(
    links.flatMap(({ contradicts }, index) => {
      if (contradicts === null) return [];
      const claimed = links.findLastIndex(({ claim }, earlier) => earlier < index && claim === contradicts);
      return claimed === -1 ? [] : [claimed];
    }),
  );
  return links.map((link, index) => (refuted.has(index) ? { ...link, outcome: 'contradicted' } : link));
}

function decisiveIn(links: readonly Link[]): readonly Link[] {
  const last = links.findLastIndex(
    ({ version, statusBefore, statusAfter }) => version !== null && statusBefore !== statusAfter,
  );
  return links.map((link, index) => (index === last ? { ...link, isDecisive: true } : link));
}

/** A word of ours, if the ledger holds one there: entries outlive what was written into them. */
function oneOf<const T extends string>(words: readonly T[], value: unknown): T | null {
  return words.find((word) => word === value) ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
