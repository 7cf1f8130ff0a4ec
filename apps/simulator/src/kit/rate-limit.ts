const SECOND_MS = 1000;

/** Counts the requests of the last second. */
export class RateLimit {
  #recent: number[] = [];

  /** False when `perSecond` requests were let through in the second before `now`. */
  admits(perSecond: number | null, now: Date): boolean {
    if (perSecond === null) return true;
    const time = now.getTime();
    this.#recent = this.#recent.filter((earlier) => earlier > time - SECOND_MS && earlier <= time);
    if (this.#recent.length >= perSecond) return false;
    this.#recent.push(time);
    return true;
  }

  clear(): void {
    this.#recent = [];
  }
}
