import { describe, expect, it } from '@jest/globals';
import { RandomSource, SystemRandom } from '../random.js';
import { randomToken } from './token.js';

class Fixed extends RandomSource {
  constructor(private readonly content: string) {
    super();
  }

  override bytes(): Buffer {
    return Buffer.from(this.content);
  }

  override fraction(): number {
    return 0;
  }
}

describe('randomToken', () => {
  it('is the base32 of the bytes', () => {
    expect(randomToken(new Fixed('foobar'), 6)).toBe('csqpyrk1e8');
    expect(randomToken(new Fixed(''), 0)).toBe('');
  });

  it('has 8 characters for 5 bytes and no letter to mistake', () => {
    expect(randomToken(new SystemRandom(), 20)).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
  });

  it('differs every time', () => {
    const random = new SystemRandom();
    expect(new Set(Array.from({ length: 1_000 }, () => randomToken(random, 10))).size).toBe(1_000);
  });
});
