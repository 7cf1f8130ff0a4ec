import { describe, expect, it } from '@jest/globals';

import { consequencesOf } from './consequences.js';
import { draftOf, moved, type PolicyVersion } from './policy.js';
import { isOvertaken, versionsOf, willCome } from './versions.js';

function version(
  number: number,
  changes: Partial<PolicyVersion> & { effectiveAt?: string } = {},
): PolicyVersion {
  const { effectiveAt, ...others } = changes;
  return {
    object: 'routing_policy_version',
    version: number,
    state: 'superseded',
    policy: { ...draftOf(null), provider: 'alpha', effectiveAt: effectiveAt ?? null },
    author: 'admin:adk_1',
    note: null,
    at: `2026-01-0${number}T00:00:00.000Z`,
    decidedBy: null,
    decidedAt: null,
    proposedUntil: null,
    ...others,
  };
}

const planned = version(3, { state: 'scheduled', effectiveAt: '2026-02-01T00:00:00.000Z' });

describe('the versions of a place', () => {
  it('are in force, planned and proposed', () => {
    const list = [version(4, { state: 'proposed' }), planned, version(2, { state: 'in_force' }), version(1)];
    expect(versionsOf(list, null)).toMatchObject({
      inForce: { version: 2 },
      scheduled: [{ version: 3 }],
      proposals: [{ version: 4 }],
      accepted: 3,
    });
  });

  it('are none where there was never a policy', () => {
    expect(versionsOf([], null)).toMatchObject({ inForce: null, scheduled: [], proposals: [], accepted: 0 });
  });

  it('do not come where a later one holds before them', () => {
    const later = version(4, { state: 'in_force' });
    expect(willCome(planned, [later, planned])).toBe(false);
    expect(willCome(planned, [planned, version(2, { state: 'in_force' })])).toBe(true);
    expect(willCome(version(2), [later, planned, version(2)])).toBe(true);
  });

  it('do not come where a later plan is for an earlier time', () => {
    const sooner = version(4, { state: 'scheduled', effectiveAt: '2026-01-20T00:00:00.000Z' });
    expect(versionsOf([sooner, planned], null).scheduled).toEqual([sooner]);
  });

  it('overtake a proposal when they are accepted after it was made, whatever their number', () => {
    const proposal = version(5, { state: 'proposed' });
    const earlierNumber = version(4, { state: 'in_force', decidedAt: '2026-01-06T00:00:00.000Z' });
    expect(isOvertaken(proposal, [proposal, earlierNumber])).toBe(true);
    expect(isOvertaken(proposal, [proposal, version(4, { state: 'in_force' })])).toBe(false);
  });
});

describe('what will change', () => {
  const words = (at: string): string => at.slice(0, 10);

  it('names what is planned and will not come any more', () => {
    const { changes } = consequencesOf({ effectiveAt: null }, [planned], false, words);
    expect(changes).toEqual([
      'New verifications go by this policy at once; every replica follows within a second.',
      'Version 3, planned for 2026-02-01, will not come into force.',
    ]);
  });

  it('says that a proposal waits, and from when on it holds', () => {
    const { changes } = consequencesOf({ effectiveAt: '2026-03-01T00:00:00.000Z' }, [planned], true, words);
    expect(changes).toEqual([
      'It becomes a proposal: nothing changes before a second person approves it, within seven days.',
      'New verifications go by this policy from 2026-03-01 on; every replica follows within a second.',
    ]);
  });
});

describe('moving an entry', () => {
  it('takes it one place up or down, and to the ends', () => {
    expect(moved(['a', 'b', 'c'], 1, 0)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 1, 2)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a'], 3, 0)).toEqual(['a']);
  });
});
