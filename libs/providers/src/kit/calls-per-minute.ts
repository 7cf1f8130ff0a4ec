import { z } from 'zod';

/** A setting of every vendor: none documents what it takes. */
export const callsPerMinute = z.int().min(10).max(1_000_000).default(600).meta({
  title: 'Calls per minute',
  description:
    'What the vendor takes from this account. Reads in the background wait for their turn; what a caller asks for never does.',
});
