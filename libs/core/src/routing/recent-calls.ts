import { CircuitState, type IBreaker } from 'cockatiel';

/** What the breaker's rules look at. Times in milliseconds. */
export interface RecentCallsRules {
  readonly windowMs: number;
  /** So many calls at least, or nothing is concluded. */
  readonly minimumCalls: number;
  /** From 0 to 1: above this share of failures the breaker opens. */
  readonly failureShare: number;
}

const KEPT = 1000;

/**
 * Opens when too many of the calls of exactly the last while have failed. The library's own sampling forgets a step with each call
 * rather than with time, so that a quiet connection would be judged by failures of an hour ago.
 */
export class RecentCalls implements IBreaker {
  /** For the library's snapshots, which are not used here. */
  state: unknown = null;
  readonly #calls: { readonly at: number; readonly failed: boolean }[] = [];

  constructor(private readonly rules: RecentCallsRules) {}

  success(state: CircuitState): void {
    // It works again: what was before says nothing any more.
    if (state === CircuitState.HalfOpen) this.#calls.length = 0;
    this.#note(false);
  }

  failure(): boolean {
    this.#note(true);
    const failed = this.#calls.filter((call) => call.failed).length;
    const { minimumCalls, failureShare } = this.rules;
    return this.#calls.length >= minimumCalls && failed / this.#calls.length > failureShare;
  }

  #note(failed: boolean): void {
    const now = Date.now();
    this.#calls.push({ at: now, failed });
    const isOld = ({ at }: { readonly at: number }): boolean => now - at > this.rules.windowMs;
    const old = this.#calls.findIndex((call) => !isOld(call));
    this.#calls.splice(0, Math.max(old, this.#calls.length - KEPT));
  }
}
