import { describe, expect, it } from '@jest/globals';

import { Base64Cache } from './encoded-files.js';

describe('base64 that is kept', () => {
  const file = (length: number) => {
    const made: number[] = [];
    return {
      made,
      make: () => {
        made.push(length);
        return Buffer.alloc(length, 'x');
      },
    };
  };

  it('is made once for a key', () => {
    const cache = new Base64Cache(100);
    const { made, make } = file(9);
    const texts = [cache.get('a', make), cache.get('a', make)].map(String);
    expect(texts).toEqual(['eHh4eHh4eHh4', 'eHh4eHh4eHh4']);
    expect(made).toHaveLength(1);
  });

  it('goes when newer ones need the room, the oldest first', () => {
    const cache = new Base64Cache(24);
    const { made, make } = file(9);
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) cache.get(key, make);
    expect(made).toHaveLength(4);
  });

  it('is given whole even where it is too large to be kept with others', () => {
    const cache = new Base64Cache(10);
    const { made, make } = file(30);
    expect(cache.get('a', make)).toHaveLength(40);
    expect(cache.get('b', make)).toHaveLength(40);
    expect(made).toHaveLength(2);
  });
});
