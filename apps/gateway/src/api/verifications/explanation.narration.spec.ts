import { type Explanation, type Link } from '@gatehouse/core';
import { describe, expect, it } from '@jest/globals';

import { EXPLANATION_EXAMPLE } from './explanation.example.js';
import { toExplanationText } from './explanation.mapper.js';
import { narrate } from './explanation.narration.js';

/** The documented example, as the core would have given it. */
const EXAMPLE = {
  ...EXPLANATION_EXAMPLE,
  id: '019462a2-60b9-7e31-8742-1e5dfe2c8c1d',
  routing: {
    ...EXPLANATION_EXAMPLE.routing,
    record: {
      rule: null,
      skipped: EXPLANATION_EXAMPLE.routing.skipped,
      attempts: EXPLANATION_EXAMPLE.routing.attempts,
    },
  },
  chain: EXPLANATION_EXAMPLE.chain.map((link) => ({ ...link, at: new Date(link.at) })),
} as unknown as Explanation;

const FAILED: Link = {
  at: new Date('2026-01-31T12:06:00Z'),
  what: 'read_failed',
  source: 'read',
  authenticity: 'authenticated_read',
  actor: 'system',
  event: null,
  outcome: 'failed',
  reason: null,
  statusBefore: 'requires_input',
  statusAfter: 'requires_input',
  reasonCodes: null,
  version: null,
  rawStatus: null,
  claim: null,
  contradicts: null,
  fault: 'unavailable',
  mappingVersion: null,
  formerMappingVersion: null,
  isDecisive: false,
};

describe('narrate', () => {
  it('says of the documented example what is documented', () => {
    expect(narrate(EXAMPLE)).toEqual(EXPLANATION_EXAMPLE.summary);
  });

  it('says once what happened again and again', () => {
    const chain = [FAILED, { ...FAILED, at: new Date('2026-01-31T12:07:00Z') }];
    expect(narrate({ ...EXAMPLE, chain })[1]).toBe(
      '2026-01-31 12:06:00 UTC: Dentity could not be read (unavailable), and the status stayed as it was. (2 times in a row)',
    );
  });

  it('leaves out what said nothing new, and says when it leaves out more', () => {
    const repeated: Link = { ...FAILED, what: 'webhook', outcome: 'set_aside', reason: 'repeated' };
    const chain = [
      repeated,
      ...Array.from({ length: 41 }, (_, n) => ({ ...FAILED, fault: null, event: `${n}` })),
    ];
    expect(narrate({ ...EXAMPLE, chain })).toHaveLength(3);
    expect(narrate({ ...EXAMPLE, chain: [], isComplete: false })[1]).toBe('Earlier steps are left out here.');
  });

  it('names the rule, the caller’s choice, and an import', () => {
    const first = (
      reason: string,
      policyVersion: number | null,
      rule: number | null = null,
    ): string | undefined =>
      narrate({
        ...EXAMPLE,
        routing: { reason, policyVersion, record: { rule, skipped: [], attempts: [] } },
      })[0];
    expect(first('rule', 4, 1)).toBe(
      'Version 4 of the routing policy chose Dentity, by its rule 1 (counted from 0).',
    );
    expect(first('caller_choice', 4)).toBe(
      'The caller named Dentity, which version 4 of the routing policy allows.',
    );
    expect(first('import', null)).toBe('The verification was taken over from Dentity, by an import.');
  });
});

it('is a page of text', () => {
  expect(toExplanationText(EXAMPLE)).toMatch(
    /^Verification ver_[0-9a-z]{26}\n\nVersion 4 .*\(version 3\), because .*\.\n$/s,
  );
});
