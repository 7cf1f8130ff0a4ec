import { z } from 'zod';

const text = z.string().nullable().default(null);

/**
 * What Sentinel's adapter must remember. There is no session id at Sentinel (providers/sentinel.md 1), so a person is
 * found by contact, as given and as last seen, because they may edit it in the journey (trap 3).
 */
export const sentinelHandle = z.object({
  email: text,
  /** E.164. */
  phone: text,
  latestEmail: text,
  latestPhone: text,
  /** The customer's id, once a webhook or a read has told it. */
  uuid: text,
  /** Sentinel's own time of the first link, to the second; null if it did not say. */
  startedAt: text,
  /** Sentinel has warned that a document is about to expire (up to 90 days ahead; providers/sentinel.md 7). */
  warned: z.boolean().default(false),
});
export type SentinelHandle = z.output<typeof sentinelHandle>;
