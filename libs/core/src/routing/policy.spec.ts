import { expect, it } from '@jest/globals';

import { providersOf, storedPolicy } from './policy.js';

it('names each provider that a policy can send somebody to, once', () => {
  const policy = storedPolicy({
    provider: 'north',
    rules: [
      { when: {}, provider: 'south' },
      { when: { percent: 10 }, provider: 'north' },
    ],
    fallback: ['east', 'south'],
    callerMayChoose: false,
    note: 'west',
  });
  expect(providersOf(policy)).toEqual(['north', 'south', 'east']);
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
