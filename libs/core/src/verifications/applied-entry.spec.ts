import { describe, expect, it } from '@jest/globals';
import { PROVIDER_VERDICTS, type ProviderVerdict } from '@gatehouse/contract';

import { observation } from '../../../../test/support/observation.js';
import { contradictedClaim } from './applied-entry.js';
import { type Facts, NO_FACTS } from './facts.js';
import { type Signal } from './transition.js';

const CLAIMED_AT = '2026-01-01T00:01:00.000Z';
const READ_AT = '2026-01-01T00:02:00.000Z';

function claimOf(verdict: ProviderVerdict, over: Partial<Facts> = {}): Facts {
  const claim = { verdict, rawStatus: verdict, providerTime: null, receivedAt: CLAIMED_AT };
  return { ...NO_FACTS, claim, ...over };
}

function readOf(verdict: ProviderVerdict): Signal {
  return { kind: 'read', at: READ_AT, observation: observation(verdict) };
}

const ABSENT: Signal = { kind: 'absent', at: READ_AT, reasonCodes: [] };

describe('what a webhook had claimed', () => {
  it.each(PROVIDER_VERDICTS)('%s is borne out by a read that says the same', (verdict) => {
    expect(contradictedClaim(claimOf(verdict), readOf(verdict))).toBeNull();
  });

  it.each(['needs_review', 'verified', 'rejected'] as const)(
    '%s is contradicted by each other verdict, and by a record that is not there',
    (verdict) => {
      const others = PROVIDER_VERDICTS.filter((other) => other !== verdict).map(readOf);
      for (const signal of [...others, ABSENT]) {
        expect(contradictedClaim(claimOf(verdict), signal)).toBe(verdict);
      }
    },
  );

  it('processing is borne out by a read that is further along, and contradicted by one that is not so far', () => {
    const contradicting = PROVIDER_VERDICTS.filter(
      (verdict) => contradictedClaim(claimOf('processing'), readOf(verdict)) !== null,
    );
    expect(contradicting).toEqual(['requires_input']);
    expect(contradictedClaim(claimOf('processing'), ABSENT)).toBe('processing');
  });

  it('requires_input is contradicted by nothing: the person may have gone on, or never begun', () => {
    for (const signal of [...PROVIDER_VERDICTS.map(readOf), ABSENT]) {
      expect(contradictedClaim(claimOf('requires_input'), signal)).toBeNull();
    }
  });

  it('is answered once', () => {
    const answered = claimOf('verified', { presentAt: READ_AT });
    expect(contradictedClaim(answered, readOf('rejected'))).toBeNull();
  });
});
