import { expect, test } from '@jest/globals';

import { breachOf, type Outcome } from './policy-guardrail.js';

const guardrail = { passRate: 0.8, errorRate: 0.1, minimumSample: 10 };
const outcome = (all: number, decided: number, passed: number, failed: number): Outcome => ({
  all,
  decided,
  passed,
  failed,
});

test.each<[string, Outcome, string | null]>([
  ['as many pass as have to', outcome(10, 10, 8, 0), null],
  ['fewer pass', outcome(10, 10, 7, 0), 'pass_rate'],
  ['fewer pass of too few', outcome(30, 9, 0, 0), null],
  ['as many fail as may', outcome(20, 0, 0, 2), null],
  ['more fail', outcome(20, 0, 0, 3), 'error_rate'],
  ['more fail of too few', outcome(9, 0, 0, 9), null],
  ['nothing happened', outcome(0, 0, 0, 0), null],
])('where %s: %#', (_what, found, of) => {
  expect(breachOf(guardrail, found)?.of ?? null).toBe(of);
});

test('a floor that is not set is not fallen through', () => {
  const bad = outcome(100, 50, 0, 50);
  expect(breachOf({ passRate: null, errorRate: null, minimumSample: 1 }, bad)).toBeNull();
  expect(breachOf({ passRate: null, errorRate: 0.1, minimumSample: 1 }, bad)?.of).toBe('error_rate');
});
