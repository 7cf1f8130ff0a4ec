import { createHash } from 'node:crypto';

import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';

import { decide, type Obstacle, placeOf, type RoutedRequest } from './decide.js';
import { type RoutingPolicy, type RuleCondition, storedPolicy } from './policy.js';

const POLICY: RoutingPolicy = storedPolicy({ provider: 'north', callerMayChoose: false, note: null });
const REQUEST: RoutedRequest = {
  country: 'US',
  checks: ['document', 'liveness'],
  documentTypes: ['passport'],
  reuse: 'never',
  metadata: { plan: 'gold' },
  choice: null,
  place: 42,
};
const NOTHING = (): null => null;
const against =
  (obstacles: Readonly<Record<string, Obstacle>>) =>
  (provider: string): Obstacle | null =>
    obstacles[provider] ?? null;
const decided = (policy: Partial<RoutingPolicy>, request: Partial<RoutedRequest> = {}, obstacles = {}) =>
  decide({ version: 7, policy: { ...POLICY, ...policy } }, { ...REQUEST, ...request }, against(obstacles));

describe('a request', () => {
  it('goes to the default provider where no rule is about it', () => {
    const rules = [{ when: { country: ['DE'] }, provider: 'south' }];
    expect(decided({ rules })).toEqual({
      policyVersion: 7,
      provider: 'north',
      reason: 'default',
      rule: null,
      skipped: [],
      others: [],
    });
  });

  it('goes where the first rule that is about it says', () => {
    const rules = [
      { when: { country: ['DE'] }, provider: 'south' },
      { when: { country: ['US'] }, provider: 'east' },
      { when: {}, provider: 'west' },
    ];
    expect(decided({ rules })).toMatchObject({ provider: 'east', reason: 'rule', rule: 1 });
  });

  test.each<[RuleCondition, boolean]>([
    [{}, true],
    [{ country: ['CA', 'US'] }, true],
    [{ country: ['CA'] }, false],
    [{ checks: ['ssn', 'liveness'] }, true],
    [{ checks: ['ssn'] }, false],
    [{ documentTypes: ['passport', 'emirates_id'] }, true],
    [{ documentTypes: ['emirates_id'] }, false],
    [{ reuse: 'never' }, true],
    [{ reuse: 'allow' }, false],
    [{ metadata: { plan: 'gold' } }, true],
    [{ metadata: { plan: 'silver' } }, false],
    [{ metadata: { plan: 'gold', tier: '1' } }, false],
    [{ metadata: { toString: 'x' } }, false],
    [{ percent: 42.01 }, true],
    [{ percent: 42 }, false],
    [{ percent: 100 }, true],
    [{ percent: 0 }, false],
    [{ country: ['US'], percent: 10 }, false],
  ])('that a rule with %j is about: %s', (when, isMatch) => {
    const { reason } = decided({ rules: [{ when, provider: 'south' }] });
    expect(reason).toBe(isMatch ? 'rule' : 'default');
  });

  it('without a country is in no list of countries', () => {
    expect(
      decided({ rules: [{ when: { country: ['US'] }, provider: 'south' }] }, { country: null }),
    ).toMatchObject({ provider: 'north' });
  });

  it('goes to the next of the fallback that can serve it, which is said', () => {
    const policy = { fallback: ['south', 'north', 'east', 'west'] };
    expect(decided(policy, {}, { north: 'unhealthy', south: 'unsupported' })).toEqual({
      policyVersion: 7,
      provider: 'east',
      reason: 'fallback',
      rule: null,
      skipped: [
        { provider: 'north', why: 'unhealthy' },
        { provider: 'south', why: 'unsupported' },
      ],
      others: ['west'],
    });
  });

  it('goes nowhere where nobody can serve it', () => {
    const policy = { fallback: ['south'] };
    expect(decided(policy, {}, { north: 'not_connected', south: 'unhealthy' })).toMatchObject({
      provider: null,
      skipped: [
        { provider: 'north', why: 'not_connected' },
        { provider: 'south', why: 'unhealthy' },
      ],
      others: [],
    });
  });

  it('for one provider by name goes to no other, whatever the rules', () => {
    const policy = { callerMayChoose: true, fallback: ['south'], rules: [{ when: {}, provider: 'east' }] };
    expect(decided(policy, { choice: 'west' })).toMatchObject({
      provider: 'west',
      reason: 'caller_choice',
      rule: null,
      others: [],
    });
    expect(decided(policy, { choice: 'west' }, { west: 'unhealthy' })).toMatchObject({ provider: null });
  });
});

describe('a share of the people', () => {
  const people = Array.from({ length: 10_000 }, (_, number) =>
    placeOf(createHash('sha256').update(`person ${number}`).digest()),
  );

  it('of 10 percent is between 9 and 11 of 10,000', () => {
    const share = people.filter(
      (place) =>
        decided({ rules: [{ when: { percent: 10 }, provider: 'south' }] }, { place }).provider === 'south',
    );
    expect(share.length).toBeGreaterThan(900);
    expect(share.length).toBeLessThan(1100);
  });

  it('keeps everybody when it grows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...people),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (place, one, other) => {
          const isIn = (percent: number): boolean =>
            decided({ rules: [{ when: { percent }, provider: 'south' }] }, { place }).reason === 'rule';
          return !isIn(Math.min(one, other)) || isIn(Math.max(one, other));
        },
      ),
    );
  });

  it('leaves out nobody at 100, and has nobody at 0', () => {
    expect(placeOf(Buffer.alloc(4))).toBe(0);
    expect(placeOf(Buffer.alloc(4, 0xff))).toBeLessThan(100);
  });
});

it('depends on nothing but its arguments', () => {
  expect(decide({ version: 1, policy: POLICY }, REQUEST, NOTHING)).toEqual(
    decide({ version: 1, policy: POLICY }, REQUEST, NOTHING),
  );
});
