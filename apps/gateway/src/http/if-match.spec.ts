import { describe, expect, it } from '@jest/globals';

import { etagOf, versionOfIfMatch } from './if-match.js';

describe('versionOfIfMatch', () => {
  it('reads back the tag of a version', () => {
    expect(versionOfIfMatch(etagOf(7))).toBe(7);
  });

  it('asks for no version without a header and with *', () => {
    expect(versionOfIfMatch(undefined)).toBeNull();
    expect(versionOfIfMatch('*')).toBeNull();
  });

  it.each(['7', 'W/"7"', '"7", "8"', '"x"', '', '"99999999999"'])(
    'takes %j for the tag of another version',
    (header) => {
      expect(() => versionOfIfMatch(header)).toThrow(expect.objectContaining({ code: 'stale_version' }));
    },
  );
});
