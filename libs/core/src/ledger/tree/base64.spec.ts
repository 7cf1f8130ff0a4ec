import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { decodeBase64 } from './base64.js';

describe('decodeBase64', () => {
  it('reads what is written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['without its padding', 'AAA'],
    ['with padding too many', 'AAAA='],
    ['base64url', '_-8='],
    ['with a space', 'AA AA'],
    ['with a newline at the end', 'AAAA\n'],
    ['with bits set that no byte has', 'AB=='],
    ['other characters', 'é'],
  ])('refuses text %s', (_, text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});
