import { describe, expect, it } from '@jest/globals';

import { ProblemError, UNREACHABLE } from '../api/problem.js';
import { faultsIn, refusalOf } from './field-faults.js';
import { lineDifference } from './line-difference.js';
import { draftOf, type Policy } from './policy.js';

const POLICY: Policy = {
  ...draftOf(null),
  provider: 'alpha',
  rules: [{ when: { country: ['USA'] }, provider: 'beta' }],
  fallback: ['beta'],
};
const refused = new ProblemError({
  ...UNREACHABLE,
  code: 'validation_failed',
  errors: [
    { pointer: '/policy/rules/0/when/country/0', detail: 'must be two letters' },
    { pointer: '/provider', detail: 'did not pass its check' },
  ],
});

describe('what the API refused', () => {
  it('is at the field that holds it, also of a preview', () => {
    const faultAt = faultsIn(refusalOf(refused, POLICY), POLICY);
    expect(faultAt('/rules/0/when/country')).toBe('must be two letters');
    expect(faultAt('/provider')).toBe('did not pass its check');
    expect(faultAt('/rules/0/provider')).toBeUndefined();
  });

  it('is gone from a field that was changed, and stays at the others', () => {
    const faultAt = faultsIn(refusalOf(refused, POLICY), { ...POLICY, provider: 'beta' });
    expect(faultAt('/provider')).toBeUndefined();
    expect(faultAt('/rules/0/when/country')).toBe('must be two letters');
  });

  it('is at each place that names a provider which is not connected', () => {
    const error = new ProblemError({
      ...UNREACHABLE,
      code: 'provider_not_configured',
      detail: 'not connected',
      provider: 'beta',
    });
    const faultAt = faultsIn(refusalOf(error, POLICY), POLICY);
    expect(faultAt('/rules/0/provider')).toBe('not connected');
    expect(faultAt('/fallback')).toBe('not connected');
    expect(faultAt('/provider')).toBeUndefined();
  });

  it('is about no field where it names none', () => {
    expect(refusalOf(new ProblemError(UNREACHABLE), POLICY)).toBeNull();
    expect(refusalOf(new Error('else'), POLICY)).toBeNull();
  });
});

describe('the lines of two texts', () => {
  it('are kept, taken away and put in, as few as can be', () => {
    const changes = lineDifference('a\nb\nc\n}', 'a\nc\nd\n}');
    expect(changes.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      'kept a',
      'removed b',
      'kept c',
      'added d',
      'kept }',
    ]);
  });
});
