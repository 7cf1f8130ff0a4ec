import { describe, expect, it } from '@jest/globals';

import { judge } from './judgement.js';
import { type Row } from './records.js';

const RESUMED_AT = new Date('2026-12-01T04:23:10.451Z');
const ROW: Row = {
  id: 'ver_1',
  provider: 'sardine',
  providerReference: 'customer',
  startState: 'started',
  status: 'requires_input',
  rawStatus: null,
  reasonCodes: ['awaiting_user'],
  version: 2,
  dueAt: null,
  hasFailedStart: false,
  resumedAt: RESUMED_AT,
  lastReadFailure: null,
};

/** Of somebody who has consented so long after the start was resumed. */
function kindOf(row: Row, millisecondsLater: number): string {
  const consentedAt = new Date(RESUMED_AT.getTime() + millisecondsLater);
  const held = { state: 'consented, level low', records: 1, consentedAt };
  return judge(
    row,
    { email: 'mara@mail.test', phone: '+12125500100' },
    {
      holdings: { at: () => held },
      shared: new Set(),
      toldWithdrawn: new Set(),
    },
  ).kind;
}

describe('a person who consented at the link of a start whose gateway died', () => {
  it('is asked again, which is right', () => {
    expect(kindOf(ROW, -60_000)).toBe('allowed');
  });

  it('is to be known where they consented at the link of the start that was done again', () => {
    expect(kindOf(ROW, 1)).toBe('other');
  });

  it('is nothing else than asked again', () => {
    expect(kindOf({ ...ROW, status: 'rejected' }, -60_000)).toBe('other');
  });

  it('is to be known where no start was done again', () => {
    expect(kindOf({ ...ROW, resumedAt: null }, -60_000)).toBe('other');
  });
});
