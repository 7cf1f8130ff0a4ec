/** The time of one vendor account: the machine's time plus an offset that tests move. */
export class SimulatedClock {
  #offsetMs = 0;
  readonly #wall: () => number;

  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  now(): Date {
    return new Date(this.#wall() + this.#offsetMs);
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  advance(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }

  moveTo(instant: Date): void {
    this.#offsetMs = instant.getTime() - this.#wall();
  }

  reset(): void {
    this.#offsetMs = 0;
  }
}
