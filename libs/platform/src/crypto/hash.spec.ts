import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { constantTimeEqual, deriveKey, keyedHash, sha256 } from './hash.js';

const key = createSecretKey(randomBytes(32));

describe('sha256', () => {
  it('is SHA-256', () => {
    expect(sha256('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('keyedHash', () => {
  it('is the same for the same parts and differs for any others', () => {
    const parts = fc.array(fc.string(), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(keyedHash(key, ...a).equals(keyedHash(key, ...b))).toBe(same);
      }),
    );
  });

  it('knows where a part ends', () => {
    expect(keyedHash(key, 'ab', 'c')).not.toEqual(keyedHash(key, 'a', 'bc'));
    expect(keyedHash(key, 'abc')).not.toEqual(keyedHash(key, 'abc', ''));
  });

  it('differs by key', () => {
    expect(keyedHash(createSecretKey(randomBytes(32)), 'a')).not.toEqual(keyedHash(key, 'a'));
  });
});

describe('constantTimeEqual', () => {
  it('agrees with ===', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(a === b);
        expect(constantTimeEqual(a, a)).toBe(true);
      }),
    );
  });

  it('takes any lengths, and text for its bytes', () => {
    expect(constantTimeEqual('', 'a')).toBe(false);
    expect(constantTimeEqual('a'.repeat(10_000), 'a')).toBe(false);
    expect(constantTimeEqual('é', Buffer.from('é'))).toBe(true);
    expect(constantTimeEqual(Buffer.alloc(0), '')).toBe(true);
  });
});

describe('deriveKey', () => {
  it('gives one key for each label', () => {
    const derived = deriveKey(key, 'lookup');
    expect(derived.symmetricKeySize).toBe(32);
    expect(derived.equals(deriveKey(key, 'lookup'))).toBe(true);
    expect(derived.equals(deriveKey(key, 'return tokens'))).toBe(false);
    expect(derived.equals(key)).toBe(false);
  });
});
