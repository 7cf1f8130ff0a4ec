import { expect, it } from '@jest/globals';

import { namesProvider } from './connection-holders.js';

it.each([
  ['the provider', { provider: 'toy', callerMayChoose: true }, true],
  ['another provider', { provider: 'other', callerMayChoose: true, note: 'toy' }, false],
  ['a fallback', { provider: 'other', fallback: ['third', 'toy'] }, true],
  ['other fallbacks', { provider: 'other', fallback: ['third'] }, false],
  ['a rule', { provider: 'other', rules: [{ provider: 'third' }, { provider: 'toy' }] }, true],
  ['a fallback of a rule', { provider: 'other', rules: [{ provider: 'third', fallback: ['toy'] }] }, true],
  ['members of another form', { provider: 7, fallback: 'toy', rules: { provider: 'toy' } }, false],
  ['no object', null, false],
])('tells whether a policy names a provider: %s', (_what, policy, expected) => {
  expect(namesProvider(policy, 'toy')).toBe(expected);
});
