import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { open, openJson, seal, SealError, sealJson } from './seal.js';

const key = createSecretKey(randomBytes(32));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

describe('a sealed value', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plaintext, place) => {
        expect(open(key, seal(key, plaintext, place), place)).toEqual(plaintext);
      }),
    );
  });

  it('does not open after any single bit was changed', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (plaintext, position) => {
        const sealed = seal(key, plaintext, 'place');
        const bit = position % (sealed.length * 8);
        const at = Math.floor(bit / 8);
        sealed.writeUInt8(sealed.readUInt8(at) ^ (1 << (bit % 8)), at);
        expect(() => open(key, sealed, 'place')).toThrow(SealError);
      }),
    );
  });

  it('does not open after it was cut or made longer', () => {
    const sealed = seal(key, Buffer.from('plaintext'), 'place');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(key, sealed.subarray(0, length), 'place')).toThrow(SealError);
    }
    expect(() => open(key, Buffer.concat([sealed, Buffer.of(0)]), 'place')).toThrow(SealError);
  });

  it('does not open at another place, nor two of them swapped', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (here, there) => {
        fc.pre(here !== there);
        expect(() => open(key, seal(key, Buffer.from('x'), here), there)).toThrow(SealError);
        expect(() => open(key, seal(key, Buffer.from('x'), there), here)).toThrow(SealError);
      }),
    );
  });

  it('does not open with another key', () => {
    const other = createSecretKey(randomBytes(32));
    expect(() => open(other, seal(key, Buffer.from('x'), 'place'), 'place')).toThrow(SealError);
  });

  it('is never the same twice', () => {
    const twice = [seal(key, Buffer.from('x'), 'place'), seal(key, Buffer.from('x'), 'place')];
    expect(twice[0]).not.toEqual(twice[1]);
  });

  it('begins with the version of its layout, and costs 29 bytes', () => {
    const sealed = seal(key, Buffer.from('abc'), 'place');
    expect(sealed[0]).toBe(1);
    expect(sealed).toHaveLength(3 + 29);
  });
});

describe('a sealed JSON value', () => {
  it('opens to an equal value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        expect(openJson(key, sealJson(key, value, 'place'), 'place')).toEqual(expected);
      }),
    );
  });

  it('is refused when it is no JSON, on either side, without quoting it', () => {
    expect(() => sealJson(key, undefined, 'place')).toThrow(TypeError);
    const failure = catchError(() => openJson(key, seal(key, Buffer.from('Ada Lovelace'), 'place'), 'place'));
    expect(failure).toBeInstanceOf(SealError);
    expect(String(failure)).not.toContain('Ada');
  });
});

function catchError(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}
