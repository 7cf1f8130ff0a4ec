import { build } from 'hdr-histogram-js';

import { type Accepted, type Outcome, type Spread } from './load.js';

/** What comes of a load while it runs. */
export class Record {
  readonly #latencies = new Latencies();
  readonly #lags = new Latencies();
  readonly #bad = new Map<string, number>();
  readonly #began = performance.now();
  #ended = this.#began;
  readonly #accepted: Accepted[] = [];
  #late = 0;
  #good = 0;

  /** `since` and `now`: times of `performance.now()`. */
  good(since: number, now: number): void {
    this.#good += 1;
    this.#ended = now;
    this.#latencies.add(now - since);
  }

  /** A webhook that said something new; times of `performance.now()`. */
  accepted(verificationId: string, sent: number, now: number): void {
    const { timeOrigin } = performance;
    this.#accepted.push({ verificationId, sentAt: timeOrigin + sent, acceptedAt: timeOrigin + now });
  }

  late(): void {
    this.#late += 1;
  }

  /** Who gets no answer, or another than they should, waits longer than anybody. */
  bad(what: string): void {
    this.#latencies.add(Infinity);
    this.#bad.set(what, (this.#bad.get(what) ?? 0) + 1);
    this.#ended = performance.now();
  }

  lag(milliseconds: number): void {
    this.#lags.add(milliseconds);
  }

  outcome(): Outcome {
    return {
      good: this.#good,
      bad: Object.fromEntries(this.#bad),
      seconds: (this.#ended - this.#began) / 1000,
      latency: this.#latencies.spread(),
      lag: this.#lags.spread(),
      accepted: this.#accepted,
      late: this.#late,
    };
  }
}

const MAX_US = 120_000_000;

/** In microseconds, to three digits; endless ones beside the histogram, which takes none. */
class Latencies {
  readonly #histogram = build({ highestTrackableValue: MAX_US, numberOfSignificantValueDigits: 3 });
  #ended = 0;
  #endless = 0;

  add(milliseconds: number): void {
    if (milliseconds === Infinity) {
      this.#endless += 1;
      return;
    }
    this.#ended += 1;
    this.#histogram.recordValue(Math.min(MAX_US, Math.max(0, Math.round(milliseconds * 1000))));
  }

  spread(): Spread {
    const at = (percentile: number): number => {
      const rank = Math.ceil((percentile / 100) * (this.#ended + this.#endless));
      if (rank > this.#ended) return Infinity;
      return rank === 0 ? 0 : this.#histogram.getValueAtPercentile((100 * rank) / this.#ended) / 1000;
    };
    return { p50: at(50), p99: at(99), max: at(100) };
  }
}
