interface Held<T> {
  readonly value: Promise<T>;
  /** By the monotonic clock, from before it was read. */
  readonly since: number;
}

/** Of this many keys the value is kept; those that were read longest ago go first. */
const KEPT = 10_000;

/**
 * What is read over and over, in memory for a moment: once in `freshMs`, however many ask, and never used when it is older. What was
 * changed elsewhere is seen after that time and one read; what this process changes it has to {@link forget}, after the commit.
 */
export class BrieflyHeld<T> {
  readonly #held = new Map<string, Held<T>>();

  constructor(
    private readonly freshMs: number,
    private readonly kept: number = KEPT,
  ) {}

  /** How many values are in memory. */
  get size(): number {
    return this.#held.size;
  }

  /** A failure is not remembered. */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const held = this.#held.get(key);
    if (held !== undefined && now - held.since < this.freshMs) return held.value;
    const value = read();
    // The last in the map is the one that was read last.
    this.#held.delete(key);
    this.#held.set(key, { value, since: now });
    value.catch(() => {
      if (this.#held.get(key)?.value === value) this.#held.delete(key);
    });
    this.#letGo(now);
    return value;
  }

  /** What nobody may use any more, and what is too much. */
  #letGo(now: number): void {
    for (const [key, { since }] of this.#held) {
      if (now - since < this.freshMs && this.#held.size <= this.kept) return;
      this.#held.delete(key);
    }
  }

  forget(key: string): void {
    this.#held.delete(key);
  }

  forgetAll(): void {
    this.#held.clear();
  }
}
