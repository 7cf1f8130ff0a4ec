import { randomBytes } from 'node:crypto';

import { type Clock, Ids } from '@gatehouse/platform';

/** Ids of the time that a test has moved to, so that what is made earlier comes first. */
export class ClockIds extends Ids {
  #lastMs = 0;
  #within = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  override next(): string {
    const now = this.clock.now().getTime();
    this.#within = now > this.#lastMs ? 0 : this.#within + 1;
    this.#lastMs = Math.max(this.#lastMs, now);
    const time = this.#lastMs.toString(16).padStart(12, '0');
    const order = this.#within.toString(16).padStart(3, '0');
    const chance = randomBytes(8);
    chance[0] = ((chance[0] ?? 0) & 0x3f) | 0x80;
    const tail = chance.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }
}
