import { describe, expect, it } from '@jest/globals';

import { SimulatedClock } from './clock.js';

/** The machine's time, which goes on with each look at it. */
function passing(): () => number {
  let now = Date.UTC(2031, 0);
  return () => (now += 1);
}

describe('a simulated clock', () => {
  it('is as far ahead as it was moved, also where time passes while one looks', () => {
    const clock = new SimulatedClock(passing());
    clock.advance(5_000);
    expect(clock.offsetMs).toBe(5_000);
    clock.reset();
    expect(clock.offsetMs).toBe(0);
  });

  it('falls behind while it stands still, and goes on from there', () => {
    const clock = new SimulatedClock(passing());
    clock.freeze(true);
    const stood = clock.now();
    expect(clock.now()).toEqual(stood);
    expect(clock.offsetMs).toBeLessThan(0);
    clock.freeze(false);
    expect(clock.now().getTime()).toBeGreaterThan(stood.getTime());
    expect(clock.now().getTime() - stood.getTime()).toBeLessThan(10);
  });
});
