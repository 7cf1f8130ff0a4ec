import { z } from 'zod';

import { baseUrl } from '../kit/base-url.js';
import { callsPerMinute } from '../kit/calls-per-minute.js';
import { secret } from '../kit/checked.js';

/** providers/sentinel.md 3 and 5.8: lengths are the vendor's. Without a passphrase no webhook is accepted. */
export const sentinelCredentials = z.object({
  clientUuid: z.guid().meta({ title: 'Client UUID' }),
  clientSecret: secret(z.string().min(15).max(1024), 'Client secret'),
  callbackPassphrase: secret(z.string().min(6).max(1024), 'Callback passphrase').optional(),
});
export type SentinelCredentials = z.output<typeof sentinelCredentials>;

/** Sentinel's statuses by name (providers/sentinel.md 6.1). */
export const SENTINEL_STATUSES = [
  'pending',
  'draft',
  'conflict',
  'duplicate',
  'rejected',
  'accepted',
] as const;
export type SentinelStatus = (typeof SENTINEL_STATUSES)[number];

const codes = z.union([z.int(), z.array(z.int()).min(1).max(50)]);

/**
 * Which numbers mean what. Only Draft = 2 is documented (providers/sentinel.md 6.1), so only it is set by itself: what an
 * admin has not confirmed with the vendor needs a human, Accepted included.
 */
const statusCodes = z
  .strictObject({
    pending: codes.optional(),
    draft: codes.default(2),
    conflict: codes.optional(),
    duplicate: codes.optional(),
    rejected: codes.optional(),
    accepted: codes.optional(),
  })
  .superRefine((table, context) => {
    const taken = new Map<number, SentinelStatus>();
    for (const status of SENTINEL_STATUSES)
      for (const code of codesOf(table[status])) {
        const other = taken.get(code);
        if (other === undefined) taken.set(code, status);
        else
          context.addIssue({
            code: 'custom',
            path: [status],
            message: other === status ? 'lists a code twice' : `shares a code with ${other}`,
          });
      }
  })
  .meta({
    title: 'Status codes',
    description: 'Ask Sentinel for these numbers. A code that is not listed needs a human review.',
  });

export const sentinelSettings = z.object({
  baseUrl: baseUrl('https://api.sentinel.example.com'),
  callsPerMinute,
  statusCodes: statusCodes.prefault({}),
  existingResult: z
    .enum(['wait', 'accept'])
    .default('wait')
    .meta({
      title: 'Results from earlier verifications',
      description:
        'Sentinel keeps one record per person. "wait" counts only what happened after this verification began; ' +
        '"accept" takes an older result at once, for whoever knows the e-mail address.',
    }),
});
export type SentinelSettings = z.output<typeof sentinelSettings>;

/** The name of a status code, or null if nobody has said what it means. */
export function statusName(code: number, settings: SentinelSettings): SentinelStatus | null {
  const { statusCodes: table } = settings;
  return SENTINEL_STATUSES.find((status) => codesOf(table[status]).includes(code)) ?? null;
}

function codesOf(value: number | readonly number[] | undefined): readonly number[] {
  if (value === undefined) return [];
  return typeof value === 'number' ? [value] : value;
}
