import { describe, expect, it } from '@jest/globals';

import { jsonFault } from './json-fault.js';
import { type Policy } from './policy.js';
import { policyText, readPolicy } from './policy-json.js';

const POLICY: Policy = {
  provider: 'alpha',
  rules: [{ when: { country: ['US'], percent: 10, metadata: { plan: 'gold' } }, provider: 'beta' }],
  fallback: ['gamma'],
  callerMayChoose: true,
  effectiveAt: '2026-01-01T00:00:00.000Z',
  guardrail: { passRate: 0.8, errorRate: null, minimumSample: 50 },
  note: 'why',
};

describe('a text that is no JSON', () => {
  it.each([
    ['', 1, 1, 'expected a value, but the text ends here'],
    ['{"provider": "alpha"', 1, 21, 'expected a comma or }, but the text ends here'],
    ['{\n  "provider": alpha\n}', 2, 15, 'expected a value'],
    ['{\n  provider: "alpha"\n}', 2, 3, 'expected the name of a member in double quotes'],
    ['{"a" 1}', 1, 6, 'expected a colon'],
    ['[1, 2,]', 1, 7, 'expected a value'],
    ['{"a": 1,}', 1, 9, 'expected the name of a member in double quotes'],
    ['"a\nb"', 1, 1, 'this text does not end, or holds what has to be escaped'],
    ['{} {}', 1, 4, 'expected nothing more'],
    ['01', 1, 2, 'expected nothing more'],
  ])('%j stops at line %d, column %d', (text, line, column, detail) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(jsonFault(text)).toEqual({ line, column, detail });
  });

  it.each(['null', ' [ ] ', '{"a":{"b":[-1.5e+3,true,"\\u00e9\\n"]}}', policyText(POLICY)])(
    '%j is JSON',
    (text) => {
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(jsonFault(text)).toBeNull();
    },
  );
});

describe('a policy as a text', () => {
  it('is read as it was written', () => {
    expect(readPolicy(policyText(POLICY))).toEqual({ kind: 'policy', policy: POLICY });
  });

  it('may leave out what the API lets it leave out', () => {
    expect(readPolicy('{"provider":"alpha","rules":null}')).toEqual({
      kind: 'policy',
      policy: {
        provider: 'alpha',
        rules: [],
        fallback: [],
        callerMayChoose: false,
        effectiveAt: null,
        guardrail: null,
        note: null,
      },
    });
  });

  it('says which members are no policy’s', () => {
    const text = JSON.stringify({
      rules: [{ when: { percent: 'ten', checks: ['dna'], planet: 'Mars' } }],
      fallback: 'alpha',
      guardrail: {},
    });
    const reading = readPolicy(text);
    expect(reading).toEqual({
      kind: 'misshapen',
      errors: [
        { pointer: '/provider', detail: 'has to be there' },
        { pointer: '/rules/0/provider', detail: 'has to be there' },
        { pointer: '/rules/0/when/percent', detail: 'must be a number' },
        { pointer: '/rules/0/when/checks/0', detail: 'must be one of profile, document, liveness, ssn' },
        { pointer: '/rules/0/when/planet', detail: 'is no member that is known here' },
        { pointer: '/fallback', detail: 'must be a list' },
        { pointer: '/guardrail/minimumSample', detail: 'has to be there' },
      ],
    });
  });

  it('takes no member for known that every object has', () => {
    expect(readPolicy('{"provider":"alpha","constructor":1}')).toMatchObject({ kind: 'misshapen' });
  });
});
