import { z } from 'zod';

import { toE164 } from '../kit/phones.js';
import { type SentinelCustomer } from './sentinel.wire.js';

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
  /** Sentinel's own time of the first link, to the second; null if it did not say. For an adopted record, of that. */
  startedAt: text,
  /** Sentinel has warned that a document is about to expire (up to 90 days ahead; providers/sentinel.md 7). */
  warned: z.boolean().default(false),
  /** How many images the record has, once they were counted, and the record's own time when they were. */
  images: z.int().min(0).nullable().default(null),
  imagesOf: text,
});
export type SentinelHandle = z.output<typeof sentinelHandle>;

/** What a record of the person tells to remember. Never of a doubtful one: the next read would trust its id. */
export function knownFrom(customer: Pick<SentinelCustomer, 'uuid' | 'email' | 'phoneNumber'>): {
  readonly uuid: string;
  readonly latestEmail?: string;
  readonly latestPhone?: string;
} {
  const { uuid, email } = customer;
  const phone = toE164(customer.phoneNumber) ?? customer.phoneNumber;
  return {
    uuid,
    ...(email === null ? {} : { latestEmail: email }),
    ...(phone === null ? {} : { latestPhone: phone }),
  };
}
