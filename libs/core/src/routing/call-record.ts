import { FAULTS, ProviderError, type ProviderFault } from '@gatehouse/contract';
import { type Clock } from '@gatehouse/platform';

export interface CallSummary {
  /** The calls that the figures are of. */
  readonly calls: number;
  /** Null without calls. In milliseconds, failures included. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Failed calls by what went wrong; those of the person's own are in no rate. */
  readonly faults: Readonly<Partial<Record<ProviderFault, number>>>;
  /** From 0 to 1: failures that are not the person's; null without calls. */
  readonly errorRate: number | null;
}

interface Call {
  readonly ms: number;
  readonly fault: ProviderFault | null;
  readonly at: number;
}

const KEPT = 200;
const KEPT_MS = 15 * 60_000;

/** The last calls at one connection, of a quarter of an hour at most. */
export class CallRecord {
  readonly #calls: Call[] = [];

  async time<T>(clock: Clock, invoke: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const note = (fault: ProviderFault | null): void => {
      this.#calls.push({ ms: performance.now() - began, fault, at: clock.now().getTime() });
      if (this.#calls.length > KEPT) this.#calls.shift();
    };
    try {
      const answer = await invoke();
      note(null);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError) note(error.fault);
      throw error;
    }
  }

  static summary(records: readonly CallRecord[], now = Date.now()): CallSummary {
    const calls = records.flatMap((record) => record.#calls).filter(({ at }) => now - at < KEPT_MS);
    const sorted = calls.map(({ ms }) => ms).sort((one, other) => one - other);
    const at = (share: number): number | null => {
      const ms = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
      return ms === undefined ? null : Math.round(ms * 10) / 10;
    };
    const faults: Partial<Record<ProviderFault, number>> = {};
    for (const { fault } of calls) if (fault !== null) faults[fault] = (faults[fault] ?? 0) + 1;
    const failed = calls.filter(({ fault }) => fault !== null && FAULTS[fault].breaker !== 'none').length;
    return {
      calls: calls.length,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      faults,
      errorRate: calls.length === 0 ? null : failed / calls.length,
    };
  }
}
