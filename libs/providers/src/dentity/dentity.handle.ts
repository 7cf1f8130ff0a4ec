import { type Handle } from '@gatehouse/contract';
import { z } from 'zod';

/** What Dentity's adapter must remember: the `_id`, and what a read cannot tell because Dentity gives no time and no history. */
export const dentityHandle = z.object({
  verificationId: z.string().min(1),
  /** When a read first showed a decision, or the first success after a failure. */
  completedAt: z.iso.datetime().nullable().default(null),
  /** Whether a read has ever shown `verified`. */
  wasVerified: z.boolean().default(false),
});
export type DentityHandle = z.output<typeof dentityHandle>;

/** What to remember of a status that was read at `now`. */
export function afterStatus(handle: DentityHandle, status: string, now: Date): DentityHandle {
  const isFirstSuccess = status === 'verified' && !handle.wasVerified;
  const isFirstDecision = handle.completedAt === null && (status === 'verified' || status === 'failed');
  if (!isFirstSuccess && !isFirstDecision) return handle;
  // Whoever failed and then passed has completed it a second time.
  return { ...handle, completedAt: now.toISOString(), wasVerified: handle.wasVerified || isFirstSuccess };
}

/** What of it to merge over what is stored. Never that something has not been seen: another read may have seen it meanwhile. */
export function patchOf({ completedAt, wasVerified }: DentityHandle): Handle {
  return { ...(completedAt !== null && { completedAt }), ...(wasVerified && { wasVerified }) };
}
