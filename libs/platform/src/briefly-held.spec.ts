import { describe, expect, it } from '@jest/globals';

import { BrieflyHeld } from './briefly-held.js';

const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** Answers with the number of times that it was asked. */
function counting(): () => Promise<number> {
  let asked = 0;
  return () => {
    asked += 1;
    return Promise.resolve(asked);
  };
}

describe('BrieflyHeld', () => {
  it('reads once, however many ask at once or later', async () => {
    const held = new BrieflyHeld<number>(FOR_EVER);
    const read = counting();
    expect(await Promise.all([held.get('a', read), held.get('a', read)])).toEqual([1, 1]);
    expect(await held.get('a', read)).toBe(1);
    expect(await held.get('b', read)).toBe(2);
  });

  it('never uses what is older than it may be', async () => {
    const held = new BrieflyHeld<number>(0);
    const read = counting();
    expect(await held.get('a', read)).toBe(1);
    expect(await held.get('a', read)).toBe(2);
  });

  it('remembers no failure', async () => {
    const held = new BrieflyHeld<number>(FOR_EVER);
    await expect(held.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await held.get('a', counting())).toBe(1);
  });

  it('reads anew what was forgotten, also while the reading from before is under way', async () => {
    const held = new BrieflyHeld<string>(FOR_EVER);
    let answer: (value: string) => void = () => undefined;
    const before = held.get('a', () => new Promise((resolve) => (answer = resolve)));
    held.forget('a');
    expect(await held.get('a', () => Promise.resolve('after'))).toBe('after');
    answer('before');
    expect(await before).toBe('before');
    expect(await held.get('a', () => Promise.reject(new Error('not asked')))).toBe('after');
    held.forgetAll();
    expect(await held.get('a', () => Promise.resolve('anew'))).toBe('anew');
  });

  it('keeps nothing that nobody may use any more', async () => {
    const held = new BrieflyHeld<object>(0);
    for (const key of ['a', 'b', 'c']) await held.get(key, () => Promise.resolve({}));
    expect(held.size).toBe(0);
  });

  it('lets go of what was read longest ago', async () => {
    const held = new BrieflyHeld<number>(FOR_EVER, 2);
    const read = counting();
    for (const key of ['a', 'b', 'c']) await held.get(key, read);
    expect(await held.get('b', read)).toBe(2);
    expect(await held.get('c', read)).toBe(3);
    expect(await held.get('a', read)).toBe(4);
  });
});
