/** For how long and how often a call is tried. */
export interface Patience {
  /** How often more after the first attempt. */
  readonly retries: number;
  /** For one attempt, the answer's body included. */
  readonly timeoutMs: number;
  /** For the call with all its attempts and the pauses between them. */
  readonly deadlineMs: number;
}

/** What one attempt came to, where it was no success. `status` is null where there was no answer. */
export interface Failure {
  readonly status: number | null;
  readonly code: string | null;
  readonly retryAfter: number | null;
  /** The gateway keeps this outcome under the idempotency key, so that it would be answered again. */
  readonly isKept: boolean;
}

const BASE_MS = 250;
const CEILING_MS = 8_000;
const PASSING = new Set([429, 502, 503, 504]);
/** Somebody has to change something before another try can end otherwise. */
const LASTING = new Set(['provider_auth_failed', 'provider_contract_broken', 'webhook_not_configured']);

/**
 * Whether repeating a request leaves the world as sending it once does: reading does, and what carries an idempotency key.
 * PUT and DELETE are not repeated: with `If-Match` the second answer would say that somebody else was faster.
 */
export function isRepeatable(method: string, headers: Headers): boolean {
  return method === 'GET' || ((method === 'POST' || method === 'PATCH') && headers.has('idempotency-key'));
}

/**
 * The pause before the next attempt, in ms; null where this failure is the call's outcome. Grows twofold, is spread by
 * `random` (0 to 1) so that clients that failed together do not come back together, and is never shorter than the gateway asked for.
 */
export function pauseBefore(
  failure: Failure,
  attemptsSoFar: number,
  leftMs: number,
  { retries }: Pick<Patience, 'retries'>,
  random: number,
): number | null {
  if (attemptsSoFar > retries || failure.isKept || !isPassing(failure)) return null;
  const full = Math.min(CEILING_MS, BASE_MS * 2 ** (attemptsSoFar - 1));
  const spread = (full / 2) * (1 + random);
  const pause = Math.max(spread, (failure.retryAfter ?? 0) * 1000 + (spread - full / 2));
  return pause < leftMs ? pause : null;
}

function isPassing({ status, code }: Failure): boolean {
  if (status === null || code === 'idempotency_in_progress') return true;
  return PASSING.has(status) && !(code !== null && LASTING.has(code));
}
