import { z } from 'zod';

import { type SimulatedClock } from '../kit/clock.js';
import { ControlError } from '../kit/twin.js';
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
  if ('advanceSeconds' in change)
    moveTo(account.clock, account.clock.now().getTime() + change.advanceSeconds * 1000);
  else if ('now' in change) moveTo(account.clock, Date.parse(change.now));
  else if ('frozen' in change) account.clock.freeze(change.frozen);
  else account.clock.reset();
  twin.clockMoved(account.id);
}

/** Vendors write years with four digits, and have lifetimes that begin now. */
function moveTo(clock: SimulatedClock, time: number): void {
  if (!(time >= FIRST && time <= LAST))
    throw new ControlError(422, 'the clock can be moved between the years 1971 and 9000');
  clock.moveTo(new Date(time));
}

const FIRST = Date.UTC(1971, 0);
const LAST = Date.UTC(9000, 0);

export function clockView(clock: SimulatedClock): Record<string, unknown> {
  return { now: clock.now().toISOString(), offsetSeconds: clock.offsetMs / 1000, frozen: clock.isFrozen };
}
