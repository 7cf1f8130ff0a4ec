import { z } from 'zod';

/** What Sardine's adapter must remember. */
export const sardineHandle = z.object({
  customerId: z.string().min(1),
  /** What was asked for, as `writeScopes` puts it; all observable parts must be there before anything is decided. */
  scopes: z.string(),
  /** Sardine's own time of the first widget URL, to the second; null if it did not say. */
  startedAt: z.string().nullable(),
  reuse: z.enum(['never', 'allow']),
});
export type SardineHandle = z.output<typeof sardineHandle>;
