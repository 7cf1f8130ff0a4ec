import { isSettled } from '@gatehouse/contract';

import { type Facts, later } from './facts.js';
import { type View } from './transition.js';

/** Seconds between reads after a hint (a return, a webhook): at once, then these, then the last one on and on. */
const DELAYS = [2, 5, 15, 60, 120, 300, 600, 1800, 3600] as const;

/** Where a start, which is no hint, enters {@link DELAYS}: nobody finishes in seconds. */
export const READS_AT_START = 3;

/** An undecided verification is read this long past its deadline (a human at the provider may take weeks). */
const PATIENCE_MS = 30 * 24 * 3_600_000;

export interface ScheduleInput {
  readonly view: View;
  readonly facts: Facts;
  /** Reads since the last hint. */
  readonly readCount: number;
  readonly now: Date;
  readonly expiresAt: Date;
  /** In [0, 1): spreads reads of many verifications by up to a fifth. */
  readonly jitter: number;
}

/** When this verification needs work next; null when nothing is left to wait for. Pure. */
export function nextDue(input: ScheduleInput): Date | null {
  const { view, facts, readCount, now, expiresAt } = input;
  if (!wantsReads(view, facts)) return null;
  const seconds = DELAYS[Math.min(readCount, DELAYS.length - 1)] ?? 3600;
  const read = new Date(now.getTime() + seconds * 1000 * (1 + input.jitter / 5));
  if (now >= expiresAt) return read.getTime() - expiresAt.getTime() > PATIENCE_MS ? null : read;
  // The deadline is work of its own: a last read, then `expired`.
  return read > expiresAt ? expiresAt : read;
}

function wantsReads(view: View, facts: Facts): boolean {
  if (view.status === 'canceled' || view.status === 'revoked') return false;
  if (view.status === 'error' && facts.startedAt === null) return false;
  if (!isSettled(view.status)) return true;
  // Settled, but something newer than the last answer asks for another look.
  const answeredAt = later(facts.presentAt, facts.absentAt ?? '');
  const isClaimUnanswered = facts.claim !== null && facts.claim.receivedAt > answeredAt;
  const isAbsenceUnconfirmed =
    facts.absentAt !== null && facts.presentAt !== null && facts.absentAt > facts.presentAt;
  return isClaimUnanswered || (isAbsenceUnconfirmed && (facts.goneAt ?? '') < facts.absentAt);
}
