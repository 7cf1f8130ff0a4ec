/** The time of one vendor account: the machine's time plus an offset that tests move, or standing still. */
export class SimulatedClock {
  #offsetMs = 0;
  #frozenAt: number | null = null;
  readonly #wall: () => number;

  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  now(): Date {
    return new Date((this.#frozenAt ?? this.#wall()) + this.#offsetMs);
  }

  get offsetMs(): number {
    // Of a clock that goes it is what was set: between two looks at the machine's time a millisecond can pass.
    return this.#offsetMs + (this.#frozenAt === null ? 0 : this.#frozenAt - this.#wall());
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== null;
  }

  advance(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }

  moveTo(instant: Date): void {
    this.#offsetMs = instant.getTime() - (this.#frozenAt ?? this.#wall());
  }

  /** Stands still, or goes on from where it stood; it can be moved all the same. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.#frozenAt = frozen ? this.#wall() : null;
    this.moveTo(now);
  }

  reset(): void {
    this.#offsetMs = 0;
    this.#frozenAt = null;
  }
}
