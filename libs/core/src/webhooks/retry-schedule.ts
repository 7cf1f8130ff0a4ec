/** Milliseconds after each failed attempt until the next (API.md 4): ten attempts over about 75 hours. */
const PAUSES_MS = [
  5_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  14 * 3_600_000,
  20 * 3_600_000,
  24 * 3_600_000,
] as const;

/** Attempts at one delivery, unless somebody asks for it again. */
export const MAX_TRIES = PAUSES_MS.length + 1;

/** An endpoint whose attempts have failed for this long, every one of them, is disabled. */
export const FAILING_FOR_MS = 5 * 24 * 3_600_000;

/** The longest that a receiver can ask us to wait. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * When to try again after `tries` failed attempts; null when that was the last. Pure.
 *
 * @param askedMs What the receiver asked for (`Retry-After`), or null; it only ever makes the pause longer.
 * @param jitter In [0, 1): spreads what failed together by up to a tenth.
 */
export function nextTry(tries: number, now: Date, askedMs: number | null, jitter: number): Date | null {
  const pause = PAUSES_MS[tries - 1];
  if (pause === undefined) return null;
  const longest = Math.max(pause * (1 + jitter / 10), Math.min(askedMs ?? 0, LONGEST_WAIT_MS));
  return new Date(now.getTime() + longest);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A `Retry-After` in milliseconds: seconds or an HTTP date. Null for none, and for anything else. */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse makes a date of nearly anything.
  const at = HTTP_DATE.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
