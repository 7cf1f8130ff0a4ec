import { type ProviderVerdict } from '@gatehouse/contract';

import { type LedgerEvent } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type KeptReading } from '../readings/reading-archive.js';
import { type Facts } from './facts.js';
import { type Signal, type Transition } from './transition.js';
import { type VerificationRow } from './verification.rows.js';
import { type FactSource } from './verification.js';

/** What a signal brings along that the ledger tells of. */
export interface EntryEffects {
  /** What this read was made of, and by which mapping it was read. */
  readonly reading?: KeptReading;
  /** What callers see change although no fact did: the person has a new link, or is known by another contact. */
  readonly change?: 'link_renewed' | 'contact_corrected';
  /** What led to it, for the ledger: ids, event names, authenticity. No personal data. */
  readonly cause?: Readonly<Record<string, unknown>>;
}

/** By what they are to: {@link commitmentTo}. */
export interface Commitments {
  readonly identity: string;
}

/** What the ledger is told of a signal that was applied or set aside; null where it says nothing new. Pure. */
export function entryOf(
  before: VerificationRow,
  after: VerificationRow,
  signal: Signal,
  step: Transition,
  effects: EntryEffects & { readonly commitments: Commitments | null },
): Pick<LedgerEvent, 'kind' | 'version' | 'data'> | null {
  const contradicted = contradictedClaim(before.facts, signal);
  const isMove = before.status !== after.status || before.reason_codes.join() !== after.reason_codes.join();
  const kind = kindOf(signal, step, {
    isMove,
    isNotice: before.status === after.status && isOnlyNotice(before.reason_codes, after.reason_codes),
    isContradiction: contradicted !== null,
    change: effects.change ?? null,
    isOtherIdentity: effects.commitments !== null,
  });
  if (kind === null) return null;
  const isNewVersion = after.version !== before.version;
  return {
    kind,
    version: isNewVersion ? after.version : null,
    data: {
      signal: signal.kind,
      source: sourceOf(signal),
      ...(signal.kind === 'webhook' &&
        signal.observation.verdict !== null && { claim: signal.observation.verdict }),
      ...(effects.reading !== undefined && { mappingVersion: effects.reading.mappingVersion }),
      ...(isNewVersion
        ? {
            from: before.status,
            to: after.status,
            reasonCodes: after.reason_codes,
            attempt: after.attempt,
            rawStatus: after.raw_status,
            delivery:
              after.delivery === null
                ? null
                : { channel: after.delivery.channel, state: after.delivery.state },
          }
        : { reason: step.setAside ?? (contradicted === null ? null : 'contradicted') }),
      ...(contradicted !== null && { contradictedClaim: contradicted }),
      ...(effects.commitments !== null && { commitments: effects.commitments }),
      ...effects.cause,
    },
  };
}

/** What the ledger calls it; null for a read or an absence that says nothing new. */
function kindOf(
  signal: Signal,
  step: Transition,
  is: {
    readonly isMove: boolean;
    /** A document is about to expire, and nothing else changed. */
    readonly isNotice: boolean;
    readonly isContradiction: boolean;
    readonly change: EntryEffects['change'] | null;
    /** What is kept of the person is not what the ledger is committed to so far. */
    readonly isOtherIdentity: boolean;
  },
): LedgerKind | null {
  const isDelivery = signal.kind === 'webhook' && signal.observation.delivery.length > 0;
  if (step.changed) {
    if (is.isNotice) return 'verification.document_expiring';
    return isDelivery && !is.isMove ? 'verification.delivery_updated' : 'verification.status_changed';
  }
  if (is.change != null) return `verification.${is.change}`;
  if (signal.kind === 'started') return 'verification.started';
  const isTold = signal.kind === 'webhook' || signal.kind === 'return';
  if (is.isContradiction || (step.setAside !== null && (isTold || step.setAside !== 'repeated'))) {
    return 'signal.set_aside';
  }
  if (isTold) return 'signal.received';
  return is.isOtherIdentity ? 'identity.changed' : null;
}

function isOnlyNotice(before: readonly string[], after: readonly string[]): boolean {
  const added = after.filter((reason) => !before.includes(reason));
  return added.join() === 'document_expiring' && before.every((reason) => after.includes(reason));
}

/** Where it came from, as the verification and the ledger tell it. */
export function sourceOf(signal: Signal): FactSource {
  switch (signal.kind) {
    case 'read':
    case 'remap':
    case 'absent':
    case 'gone':
    case 'superseded':
    case 'foreign':
      return 'read';
    case 'webhook':
      return 'webhook';
    case 'return':
      return 'redirect';
    case 'decision':
      return 'admin';
    case 'started':
    case 'start_failed':
    case 'unshared':
    case 'deadline':
    case 'cancel':
      return 'system';
  }
}

/** The verdict that a webhook claimed and this read does not bear out; null when they agree or nothing was claimed. */
export function contradictedClaim(before: Facts, signal: Signal): string | null {
  const { claim } = before;
  if (claim === null) return null;
  const isUnanswered =
    claim.receivedAt > (before.presentAt ?? '') && claim.receivedAt > (before.absentAt ?? '');
  if (!isUnanswered || claim.receivedAt > signal.at) return null;
  const read = signal.kind === 'read' ? signal.observation.verdict : undefined;
  if (read !== undefined && !mayFollow(claim.verdict, read)) return claim.verdict;
  return signal.kind === 'absent' && claim.verdict !== 'requires_input' ? claim.verdict : null;
}

/** A read that is further along than a claim of being under way bears it out: the person went on in between. */
function mayFollow(claimed: ProviderVerdict, read: ProviderVerdict | null): boolean {
  switch (claimed) {
    case 'requires_input':
      return true;
    case 'processing':
      return read !== 'requires_input';
    case 'needs_review':
    case 'verified':
    case 'rejected':
      return read === claimed;
  }
}
