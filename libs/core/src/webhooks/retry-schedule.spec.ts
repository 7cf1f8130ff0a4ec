import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';

import { MAX_TRIES, nextTry, retryAfterMs } from './retry-schedule.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');

function pauses(jitter: number): readonly number[] {
  return Array.from({ length: MAX_TRIES - 1 }, (_, index) => {
    const at = nextTry(index + 1, NOW, null, jitter);
    return at === null ? Number.NaN : (at.getTime() - NOW.getTime()) / 1000;
  });
}

describe('the schedule of retries', () => {
  it('is that of the contract, over about 75 hours', () => {
    expect(pauses(0)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    expect(nextTry(MAX_TRIES, NOW, null, 0)).toBeNull();
  });

  it('is spread by up to a tenth, and never early', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (tries, jitter) => {
          const plain = pauses(0)[tries - 1] ?? 0;
          const spread = pauses(jitter)[tries - 1] ?? 0;
          expect(spread).toBeGreaterThanOrEqual(plain);
          expect(spread).toBeLessThanOrEqual(plain * 1.1);
        },
      ),
    );
  });

  it('waits longer where the receiver asks for it, for a day at most, and never less', () => {
    expect(nextTry(1, NOW, 60_000, 0)).toEqual(new Date(NOW.getTime() + 60_000));
    expect(nextTry(2, NOW, 1_000, 0)).toEqual(new Date(NOW.getTime() + 300_000));
    expect(nextTry(1, NOW, 10 ** 12, 0)).toEqual(new Date(NOW.getTime() + 24 * 3_600_000));
  });

  test.each([
    ['120', 120_000],
    ['Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
    ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['99999999999999999999', null],
    [null, null],
  ])('reads Retry-After: %s', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });
});
