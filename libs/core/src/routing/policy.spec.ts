import { expect, it } from '@jest/globals';

import { providersOf, type RoutingPolicy, storedPolicy } from './policy.js';

const POLICY: RoutingPolicy = {
  provider: 'north',
  rules: [
    { when: {}, provider: 'south' },
    { when: { percent: 10 }, provider: 'north' },
  ],
  fallback: ['east', 'south'],
  callerMayChoose: false,
  effectiveAt: null,
  guardrail: null,
  note: 'west',
};

it('names each provider that a policy can send somebody to, once', () => {
  expect(providersOf(POLICY)).toEqual(['north', 'south', 'east']);
});

it('reads a policy from before there were rules', () => {
  expect(storedPolicy({ provider: 'north', callerMayChoose: true, note: null })).toEqual({
    provider: 'north',
    rules: [],
    fallback: [],
    callerMayChoose: true,
    effectiveAt: null,
    guardrail: null,
    note: null,
  });
});
