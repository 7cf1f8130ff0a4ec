import { describe, expect, it } from '@jest/globals';

import { type Policy } from './policy.js';
import { clausesOf, difference, isSameArrangement } from './policy-words.js';
import { previewSentence } from './preview-words.js';

const POLICY: Policy = {
  provider: 'alpha',
  rules: [
    { when: { country: ['US', 'CA'], checks: ['ssn'] }, provider: 'beta' },
    { when: { percent: 5, country: null, metadata: { plan: 'gold' } }, provider: 'gamma' },
  ],
  fallback: ['gamma', 'beta'],
  callerMayChoose: true,
  effectiveAt: null,
  guardrail: { passRate: 0.55, errorRate: null, minimumSample: 50 },
  note: 'the one before',
};

const title = (name: string): string => name.toUpperCase();
const lines = (policy: Policy): string[] =>
  clausesOf(policy, title).map(({ who, where }) => (where === null ? who : `${who} → ${where}`));

describe('a policy in words', () => {
  it('says who goes where, and what holds for all', () => {
    expect(lines(POLICY)).toEqual([
      'From US or CA, asked for ssn → BETA',
      'Plan is gold, 5 % of the people → GAMMA',
      'Everybody else → ALPHA',
      'Where that one cannot → GAMMA, then BETA',
      'A caller may name another connected provider',
      'Goes back by itself where fewer than 55 % pass, of 50 at least',
    ]);
  });

  it('is told by what changes of it', () => {
    const after: Policy = { ...POLICY, provider: 'gamma', rules: POLICY.rules.slice(0, 1) };
    const changes = difference(clausesOf(POLICY, title), clausesOf(after, title));
    expect(changes.slice(0, 4).map(({ kind, clause }) => `${kind} ${clause.who}`)).toEqual([
      'kept From US or CA, asked for ssn',
      'removed Plan is gold, 5 % of the people',
      'removed Everybody else',
      'added Everybody else',
    ]);
  });

  it('is the same whatever its note, its time, the order of its members and what is null in it', () => {
    const other: Policy = {
      ...POLICY,
      note: null,
      effectiveAt: '2026-01-01T00:00:00.000Z',
      rules: [
        { provider: 'beta', when: { checks: ['ssn'], country: ['US', 'CA'] } },
        { provider: 'gamma', when: { metadata: { plan: 'gold' }, percent: 5, reuse: null } },
      ],
    };
    expect(isSameArrangement(POLICY, other)).toBe(true);
    expect(isSameArrangement(POLICY, { ...other, rules: [...other.rules].reverse() })).toBe(false);
  });
});

describe('a preview in a sentence', () => {
  const preview = {
    object: 'routing_preview' as const,
    days: 7,
    examined: 1204,
    isComplete: true,
    unreadable: 0,
    moved: 120,
    moves: [{ from: 'alpha', to: 'beta', verifications: 120 }],
    unserved: [
      {
        provider: 'beta',
        why: 'unsupported' as const,
        detail: 'Beta does not support checks: ssn.',
        verifications: 3,
      },
    ],
  };

  it('says where they would go, and why nobody could serve some', () => {
    expect(previewSentence(preview, title)).toBe(
      'Of 1,204 in the last 7 days, 120 would go to BETA; 3 could not be served, because: Beta does not support checks: ssn.',
    );
  });

  it('adds up who comes from several', () => {
    const moves = [
      { from: 'alpha', to: 'beta', verifications: 10 },
      { from: 'alpha', to: 'gamma', verifications: 40 },
      { from: 'gamma', to: 'beta', verifications: 5 },
    ];
    expect(
      previewSentence({ ...preview, moves, unserved: [], unreadable: 1, isComplete: false }, title),
    ).toBe(
      'Of the newest 1,204 in the last 7 days, 40 would go to GAMMA and 15 to BETA. 1 is erased, so that nobody knows what was asked.',
    );
  });

  it('says so when nothing would change, or there is nobody', () => {
    expect(previewSentence({ ...preview, moves: [], unserved: [], days: 1 }, title)).toBe(
      'Of 1,204 in the last day, none would go elsewhere.',
    );
    expect(previewSentence({ ...preview, examined: 0 }, title)).toBe(
      'Nobody was verified in the last 7 days, so there is nobody to try it on.',
    );
  });
});
