import { isSettled } from '@gatehouse/contract';

import { type Facts, later } from './facts.js';
import { type View } from './transition.js';

/** Seconds between reads after a hint (a return, a webhook): at once, then these, then the last one on and on. */
const DELAYS = [2, 5, 15, 60, 120, 300, 600, 1800, 3600] as const;

/** Where a start, which is no hint, enters {@link DELAYS}: nobody finishes in seconds. */
export const READS_AT_START = 3;

/** A verification is read this long past its deadline: a human at the provider may take weeks, and a webhook may be lost. */
export const PATIENCE_MS = 30 * 24 * 3_600_000;

/** Between reads of one that is decided: a verdict that the provider changes later is found without its webhook. */
const SETTLED_DELAY_MS = 24 * 3_600_000;

/** A record that we have seen counts as gone when it is absent twice, this far apart: no brief fault revokes anybody. */
export const GONE_AFTER_MS = 10 * 60_000;

export interface ScheduleInput {
  readonly view: View;
  readonly facts: Facts;
  /** Reads since the last hint. */
  readonly readCount: number;
  /** Seconds between reads of somebody verified, without an end; null: {@link SETTLED_DELAY_MS}, until we lose patience. */
  readonly recheckSeconds: number | null;
  readonly now: Date;
  readonly expiresAt: Date;
  /** In [0, 1): spreads reads of many verifications by up to a fifth. */
  readonly jitter: number;
}

/** When this verification needs work next; null when nothing is left to wait for. Pure. */
export function nextDue(input: ScheduleInput): Date | null {
  const { view, facts, now, expiresAt } = input;
  if (view.status === 'canceled' || view.status === 'revoked') return null;
  // A start that failed has nothing to be read; one of unknown outcome can still be found, until it expires.
  if (view.status === 'error' && facts.startedAt === null) return now < expiresAt ? expiresAt : null;
  const read = new Date(now.getTime() + delayMs(input) * (1 + input.jitter / 5));
  if (view.status === 'verified' && input.recheckSeconds !== null) return read;
  if (now >= expiresAt || isSettled(view.status)) {
    return read.getTime() - expiresAt.getTime() > PATIENCE_MS ? null : read;
  }
  // The deadline is work of its own: a last read, then `expired`.
  return read > expiresAt ? expiresAt : read;
}

function delayMs({ view, facts, readCount, recheckSeconds }: ScheduleInput): number {
  const isAbsenceUnconfirmed =
    facts.absentAt !== null && facts.presentAt !== null && facts.absentAt > facts.presentAt;
  if (isAbsenceUnconfirmed && (facts.goneAt ?? '') < facts.absentAt) return GONE_AFTER_MS;
  // A decided one is looked at often only while something newer than its last answer is unanswered.
  const answeredAt = later(facts.presentAt, facts.absentAt ?? '');
  const isClaimUnanswered = facts.claim !== null && facts.claim.receivedAt > answeredAt;
  if (isSettled(view.status) && !isClaimUnanswered) {
    return view.status === 'verified' && recheckSeconds !== null ? recheckSeconds * 1000 : SETTLED_DELAY_MS;
  }
  return (DELAYS[Math.min(readCount, DELAYS.length - 1)] ?? 3600) * 1000;
}
