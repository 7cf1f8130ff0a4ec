import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { callRate } from './call-rate.js';

const quota = fc.integer({ min: 10, max: 100_000 });
const atLeast = fc.integer({ min: 1, max: 5 });

describe('the rate of calls', () => {
  it('lets no minute have more than the vendor takes, however it is emptied', () => {
    fc.assert(
      fc.property(quota, atLeast, (callsPerMinute, piece) => {
        const { burst, perSecond } = callRate(callsPerMinute, piece);
        // A full bucket, and what flows in before the minute is over.
        expect(burst + Math.floor(perSecond * 59.999)).toBeLessThanOrEqual(callsPerMinute);
      }),
    );
  });

  it('makes use of most of what the vendor takes, once there is enough of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 100_000 }), fc.constant(1), (callsPerMinute, piece) => {
        expect(callRate(callsPerMinute, piece).perSecond * 60).toBeGreaterThan(callsPerMinute * 0.75);
      }),
    );
  });

  it('always has room for one piece of background work above what is kept for callers', () => {
    fc.assert(
      fc.property(quota, atLeast, (callsPerMinute, piece) => {
        const { burst, reserve } = callRate(callsPerMinute, piece);
        expect(reserve).toBeGreaterThanOrEqual(0);
        expect(burst - reserve).toBeGreaterThanOrEqual(piece);
      }),
    );
  });
});
