import { z } from 'zod';

/** Switches that every vendor's account has. */
export const sharedSwitches = {
  /** Where people open hosted pages, when it is not the host the API was called on. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /** How long a magic person takes; null: as the simulator was started. Milliseconds of real time. */
  autoDelayMs: z.int().min(0).max(600_000).nullable().default(null),
};
