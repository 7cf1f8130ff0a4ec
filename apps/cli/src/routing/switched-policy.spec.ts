import { describe, expect, it } from '@jest/globals';

import { clauseLines, clausesOf, difference } from './policy-lines.js';
import { type PolicyBody, switchedPolicy } from './switched-policy.js';

const AMERICANS = { when: { country: ['US'] }, provider: 'beta' };
const POLICY: PolicyBody = {
  provider: 'alpha',
  rules: [AMERICANS, { when: { percent: 5, country: null }, provider: 'beta' }],
  fallback: ['gamma'],
  callerMayChoose: true,
  effectiveAt: '2026-01-01T00:00:00.000Z',
  guardrail: { passRate: 0.8, errorRate: null, minimumSample: 50 },
  note: 'the one before',
};

describe('a switch', () => {
  it('of everybody ends the shares and keeps what else the policy says', () => {
    const after = switchedPolicy(POLICY, { provider: 'gamma', percent: null, note: 'cheaper' });
    expect(after).toEqual({
      ...POLICY,
      provider: 'gamma',
      rules: [AMERICANS],
      effectiveAt: null,
      note: 'cheaper',
    });
  });

  it('of a share takes the place of the one before', () => {
    const after = switchedPolicy(POLICY, { provider: 'gamma', percent: 10, note: null });
    expect(after).toMatchObject({
      provider: 'alpha',
      rules: [AMERICANS, { when: { percent: 10 }, provider: 'gamma' }],
      note: null,
    });
  });

  it('of nobody only ends the share', () => {
    expect(switchedPolicy(POLICY, { provider: 'beta', percent: 0, note: null })).toMatchObject({
      provider: 'alpha',
      rules: [AMERICANS],
    });
  });

  it('keeps a rule about a share of some people: it is about who they are', () => {
    const rules = [{ when: { percent: 10, country: ['US'] }, provider: 'beta' }];
    expect(
      switchedPolicy({ provider: 'alpha', rules }, { provider: 'gamma', percent: null, note: null }).rules,
    ).toEqual(rules);
  });

  it('is the first policy where there is none', () => {
    expect(switchedPolicy(null, { provider: 'alpha', percent: null, note: null })).toEqual({
      provider: 'alpha',
      rules: [],
      effectiveAt: null,
      note: null,
    });
  });
});

describe('a policy in words', () => {
  it('says who goes where, and what holds for all', () => {
    expect(clauseLines(clausesOf(POLICY))).toEqual([
      'from US                → beta',
      '5 % of the people      → beta',
      'everybody else         → alpha',
      'where that one cannot  → gamma',
      'a caller may name another connected provider',
      'goes back by itself where fewer than 80 % pass, of 50 at least',
      'from 2026-01-01T00:00:00.000Z on',
    ]);
  });

  it('is told by what changes of it', () => {
    const before = clausesOf({ provider: 'alpha', rules: [AMERICANS] });
    const after = clausesOf({
      provider: 'gamma',
      rules: [AMERICANS, { when: { percent: 10 }, provider: 'beta' }],
    });
    expect(
      difference(before, after).map(({ kind, clause }) => `${kind} ${clause.who} ${clause.where ?? ''}`),
    ).toEqual([
      'kept from US beta',
      'removed everybody else alpha',
      'added 10 % of the people beta',
      'added everybody else gamma',
    ]);
  });

  it('has no change where nothing changes', () => {
    const kinds = difference(clausesOf(POLICY), clausesOf(POLICY)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['kept']));
  });
});
