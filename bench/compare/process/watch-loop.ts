import { monitorEventLoopDelay } from 'node:perf_hooks';

import { HELD_UP, type HeldUp } from './held-up.js';

/* Loaded before the program of whoever is measured. Sees nothing of it but how late its timers are, and keeps it from nothing. */

/** What is recorded is the time between two looks: this, where nothing is in the way. */
const RESOLUTION_MS = 5;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on('message', (message) => {
  if ((message as Partial<typeof HELD_UP>).asks !== HELD_UP.asks) return;
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.send?.({ p99: late(delays.percentile(99)), max: late(delays.max) } satisfies HeldUp);
  delays.reset();
});
// The program ends when it wants to.
process.channel?.unref();
