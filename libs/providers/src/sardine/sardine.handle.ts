import { type Checked } from '@gatehouse/contract';
import { z } from 'zod';

import { checked } from '../kit/checked.js';

/** What Sardine's adapter must remember. */
export const sardineHandle = z.object({
  customerId: z.string().min(1),
  /** Whom the customer was searched for by; null in older handles. A search can find somebody else, and says no phone itself. */
  phone: z.string().nullable(),
  /** What was asked for, as `writeScopes` puts it; all observable parts must be there before anything is decided. */
  scopes: z.string(),
  /**
   * Sardine's own time of the first widget URL, to the second; null if it did not say. For a record that a lookup found, the
   * time of the consent that it was found with.
   */
  startedAt: z.string().nullable(),
});
export type SardineHandle = z.output<typeof sardineHandle>;

const stored = checked(
  sardineHandle.extend({
    phone: sardineHandle.shape.phone.optional(),
    /** In older handles. Whether to share is asked anew for each link. */
    reuse: z.enum(['never', 'allow']).optional(),
  }),
);

export const storedHandle: Checked<SardineHandle> = {
  parse(value) {
    const { customerId, phone, scopes, startedAt } = stored.parse(value);
    return { customerId, phone: phone ?? null, scopes, startedAt };
  },
  jsonSchema: stored.jsonSchema,
};
