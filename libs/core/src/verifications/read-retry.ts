import { FAULTS, type ProviderFault } from '@gatehouse/contract';

/** Seconds until a failed read is tried again: from the first, doubling with each failure in a row. */
const FIRST_RETRY_S = 2;
/** A vendor that has had too much is not asked again after moments, whatever it forgot to say. */
const FIRST_RETRY_AFTER_TOO_MUCH_S = 30;
const LAST_RETRY_S = 900;
/** Where only somebody's hand can mend it: credentials, a connection that is gone. */
const OUR_FAULT_RETRY_S = 3600;

export interface FailedRead {
  /** Null: no fault of the provider's, but something here that keeps us from asking. */
  readonly fault: ProviderFault | null;
  /** Failures in a row before this one. */
  readonly failures: number;
  /** As the provider said. */
  readonly retryAfterSeconds: number | null;
  /** In [0, 1): spreads what failed together by up to a fifth, and to later only. */
  readonly jitter: number;
}

/** How long a read that failed waits for the next one, in milliseconds. Pure. */
export function retryDelayMs({ fault, failures, retryAfterSeconds, jitter }: FailedRead): number {
  const seconds =
    fault !== null && FAULTS[fault].retryable
      ? Math.min(LAST_RETRY_S, firstRetry(fault) * 2 ** Math.min(failures, 10))
      : OUR_FAULT_RETRY_S;
  return Math.ceil(Math.max(seconds, retryAfterSeconds ?? 0) * 1000 * (1 + jitter / 5));
}

/** How long a connection is left in peace that has had too much. */
export function restAfterTooMuchMs(retryAfterSeconds: number | null): number {
  return (retryAfterSeconds ?? FIRST_RETRY_AFTER_TOO_MUCH_S) * 1000;
}

function firstRetry(fault: ProviderFault): number {
  return fault === 'rate_limited' ? FIRST_RETRY_AFTER_TOO_MUCH_S : FIRST_RETRY_S;
}
