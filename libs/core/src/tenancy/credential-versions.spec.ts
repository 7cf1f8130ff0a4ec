import { describe, expect, it } from '@jest/globals';

import { type CredentialVersions, inOverlap, nextVersions } from './credential-versions.js';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const after = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();
const known: CredentialVersions = {
  credentials: { key: 'c', secret: 's' },
  previous: [
    { credentials: { key: 'b' }, until: after(60) },
    { credentials: { key: 'a' }, until: after(30) },
  ],
};

describe('nextVersions', () => {
  it('has no former ones at first', () => {
    expect(nextVersions(null, { key: 'a' }, 3600, NOW)).toEqual({
      credentials: { key: 'a' },
      previous: [],
      isChanged: true,
    });
  });

  it.each([
    [3600, 3600],
    [null, 86_400],
  ])('keeps what is replaced, newest first, for an overlap of %p', (given, seconds) => {
    expect(nextVersions(known, { key: 'd' }, given, NOW)).toEqual({
      credentials: { key: 'd' },
      previous: [{ credentials: known.credentials, until: after(seconds) }, ...known.previous],
      isChanged: true,
    });
  });

  it('keeps three at most', () => {
    let versions: CredentialVersions = { credentials: { key: '0' }, previous: [] };
    for (const key of ['1', '2', '3', '4', '5']) versions = nextVersions(versions, { key }, 60, NOW);
    expect(versions.previous.map(({ credentials }) => credentials)).toEqual([
      { key: '4' },
      { key: '3' },
      { key: '2' },
    ]);
  });

  it.each([null, 1, 3600])('leaves them alone when nothing changes and the overlap is %p', (seconds) => {
    // In another order, and with a member that is not stored.
    const same = { secret: 's', none: undefined, key: 'c' };
    expect(nextVersions(known, same, seconds, NOW)).toEqual({
      credentials: same,
      previous: known.previous,
      isChanged: false,
    });
  });

  it.each([
    ['unchanged', known.credentials],
    ['changed', { key: 'd' }],
  ])('ends all of them at an overlap of 0, with %s credentials', (_what, credentials) => {
    expect(nextVersions(known, credentials, 0, NOW).previous).toEqual([]);
  });

  it('drops what is over, whether or not anything changes', () => {
    const later = new Date(after(45));
    expect(nextVersions(known, known.credentials, null, later).previous).toEqual([
      { credentials: { key: 'b' }, until: after(60) },
    ]);
    expect(nextVersions(known, { key: 'd' }, 1, later).previous).toEqual([
      { credentials: known.credentials, until: after(46) },
      { credentials: { key: 'b' }, until: after(60) },
    ]);
  });

  it('does not call former what is current again', () => {
    expect(nextVersions(known, { key: 'b' }, 60, NOW).previous.map(({ credentials }) => credentials)).toEqual(
      [known.credentials, { key: 'a' }],
    );
  });
});

it('an overlap ends at its time, to the millisecond', () => {
  const { previous } = known;
  expect(inOverlap(previous, new Date(NOW.getTime() + 29_999))).toHaveLength(2);
  expect(inOverlap(previous, new Date(after(30)))).toEqual([previous[0]]);
  expect(inOverlap(previous, new Date(after(60)))).toEqual([]);
});
