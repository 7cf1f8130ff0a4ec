/** Why a signal has no verification. */
export type OrphanReason =
  /** It is looked at again: its verification may be about to be stored. */
  | 'awaiting_owner'
  /** Nobody here was meant, as far as we have come to know. */
  | 'nobody_known'
  /** It could not be looked at. */
  | 'failed';

/**
 * Seconds between looks at an orphan. The first are for a webhook that overtook the answer it belongs to, the later ones for a
 * contact that is corrected and for a replica that was away.
 */
const PAUSES_S = [2, 30, 600, 3 * 3600, 24 * 3600] as const;

/** When an orphan that was looked at so often is looked at next; null: it stays one. Pure. */
export function nextLook(looks: number, now: Date): Date | null {
  const pause = PAUSES_S[looks];
  return pause === undefined ? null : new Date(now.getTime() + pause * 1000);
}
