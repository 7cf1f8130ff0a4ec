import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { hmacBase64, isHmacBase64 } from './signatures.js';

describe('isHmacBase64', () => {
  test('knows the published vector (RFC 4231, case 2)', () => {
    const expected = Buffer.from(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      'hex',
    ).toString('base64');
    expect(isHmacBase64('Jefe', 'what do ya want for nothing?', expected)).toBe(true);
  });

  test('accepts only the one spelling, and never throws', () => {
    const right = hmacBase64('key', 'message');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String()), (signature) => {
        expect(isHmacBase64('key', 'message', signature)).toBe(signature === right);
      }),
    );
    expect(isHmacBase64('key', 'message', ` ${right}`)).toBe(false);
    expect(isHmacBase64('key', 'message', right.slice(0, -1))).toBe(false);
    expect(isHmacBase64('key', 'message', `${right}${right}`)).toBe(false);
  });
});
