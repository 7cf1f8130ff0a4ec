import { Problem } from '@gatehouse/contract';
import { describe, expect, it } from '@jest/globals';

import { atAnyVersion, etagOf, versionsOfIfMatch } from './if-match.js';

const stale = new Problem('stale_version', 'another version by now');

describe('versionsOfIfMatch', () => {
  it('reads back the tag of a version', () => {
    expect(versionsOfIfMatch(etagOf(7))).toEqual([7]);
  });

  it('reads the tags that can be ours from a list', () => {
    expect(versionsOfIfMatch('"7", W/"9","x,y" , "8","7"')).toEqual([7, 8]);
  });

  it('asks for no version without a header and with *', () => {
    expect(versionsOfIfMatch(undefined)).toBeNull();
    expect(versionsOfIfMatch('*')).toBeNull();
  });

  it.each([
    '7',
    'W/"7"',
    '"7" "8"',
    '"7", *',
    '"7",8',
    '"x"',
    '"99999999999"',
    '',
    Array.from({ length: 11 }, (_, version) => etagOf(version)).join(', '),
  ])('takes %j for the tag of another version', (header) => {
    expect(() => versionsOfIfMatch(header)).toThrow(expect.objectContaining({ code: 'stale_version' }));
  });
});

describe('atAnyVersion', () => {
  const at = (current: number) => (version: number | null) =>
    version === null || version === current ? Promise.resolve(version) : Promise.reject(stale);

  it('acts at the version at hand, wherever it stands', async () => {
    expect(await atAnyVersion([7, 8, 9], at(8))).toBe(8);
    expect(await atAnyVersion(null, at(8))).toBeNull();
  });

  it('is stale where none is at hand', async () => {
    await expect(atAnyVersion([7, 9], at(8))).rejects.toBe(stale);
  });

  it('does not try again after another failure', async () => {
    const tried: unknown[] = [];
    const failing = atAnyVersion([7, 8], (version) => {
      tried.push(version);
      return Promise.reject(new Error('other'));
    });
    await expect(failing).rejects.toThrow('other');
    expect(tried).toEqual([7]);
  });
});
