import { z } from 'zod';

import { type SimulatedClock } from '../kit/clock.js';
import { type Addressed } from './addressed.js';

const clockBody = z.union([
  z.strictObject({ advanceSeconds: z.number() }),
  z.strictObject({ now: z.iso.datetime({ offset: true }) }),
  z.strictObject({ frozen: z.boolean() }),
  z.strictObject({ reset: z.literal(true) }),
]);

/** Moves an account's clock; what the vendor does on schedule happens before this returns. */
export function moveClock({ twin, account }: Addressed, body: unknown): void {
  const change = clockBody.parse(body);
  if ('advanceSeconds' in change) account.clock.advance(change.advanceSeconds * 1000);
  else if ('now' in change) account.clock.moveTo(new Date(change.now));
  else if ('frozen' in change) account.clock.freeze(change.frozen);
  else account.clock.reset();
  twin.clockMoved(account.id);
}

export function clockView(clock: SimulatedClock): Record<string, unknown> {
  return { now: clock.now().toISOString(), offsetSeconds: clock.offsetMs / 1000, frozen: clock.isFrozen };
}
