import { describe, expect, it } from '@jest/globals';
import { FAULTS, PROVIDER_FAULTS } from '@gatehouse/contract';
import fc from 'fast-check';

import { type FailedRead, retryDelayMs } from './read-retry.js';

const delayOf = (over: Partial<FailedRead>): number =>
  retryDelayMs({ fault: 'unavailable', failures: 0, retryAfterSeconds: null, jitter: 0, ...over }) / 1000;

describe('a read that failed', () => {
  it('is tried again soon where the provider was away, later each time, and no later than a quarter of an hour', () => {
    const delays = [0, 1, 2, 3, 8, 9, 100].map((failures) => delayOf({ failures }));
    expect(delays).toEqual([2, 4, 8, 16, 512, 900, 900]);
  });

  it('leaves a provider in peace that has had too much', () => {
    expect(delayOf({ fault: 'rate_limited' })).toBe(30);
  });

  it('waits an hour for somebody to mend what no waiting mends', () => {
    const faults = PROVIDER_FAULTS.filter((fault) => !FAULTS[fault].retryable);
    expect(faults).toContain('not_found');
    for (const fault of [...faults, null]) expect(delayOf({ fault, failures: 7 })).toBe(3600);
  });

  it('never comes before the provider said, and at most a fifth later than it might', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROVIDER_FAULTS),
        fc.nat(50),
        fc.option(fc.nat(100_000)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (fault, failures, retryAfterSeconds, jitter) => {
          const earliest = delayOf({ fault, failures, retryAfterSeconds });
          const delay = delayOf({ fault, failures, retryAfterSeconds, jitter });
          expect(delay).toBeGreaterThanOrEqual(Math.max(earliest, retryAfterSeconds ?? 0));
          expect(delay).toBeLessThanOrEqual(earliest * 1.2 + 0.001);
        },
      ),
    );
  });
});
