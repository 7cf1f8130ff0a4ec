import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import { identifier, listOf, orAbsent, part, score, text } from './wire-members.js';

const NOT_TEXTS = [null, undefined, 7, true, [], {}, ['a']];

test.each([
  ['Omar', 'Omar'],
  [' Omar ', ' Omar '],
  ['', null],
  ['  ', null],
  ...NOT_TEXTS.map((value) => [value, null] as const),
])('text reads %j as %j', (value, expected) => {
  expect(text.parse(value)).toBe(expected);
});

test.each([
  [0, 0],
  [97.1, 97.1],
  [100, 100],
  // A share of one is not guessed into percent.
  [0.97, 0.97],
  ['97.1', 97.1],
  [' 97 ', 97],
  ['0.97', 0.97],
  [100.01, null],
  [-0.1, null],
  [9710, null],
  ['101', null],
  ['97%', null],
  ['97,1', null],
  ['1e2', null],
  ['', null],
  ['high', null],
  [Number.NaN, null],
  [true, null],
  [null, null],
  [undefined, null],
  [{}, null],
  [[97], null],
])('score reads %j as %j', (value, expected) => {
  expect(score.parse(value)).toBe(expected);
});

test('members that are missing are null', () => {
  const shape = z.object({ text, score, part: part(z.object({ text })), list: listOf(text) });
  expect(shape.parse({})).toEqual({ text: null, score: null, part: null, list: [] });
});

describe('an identifier', () => {
  test.each([['a'], ['x'.repeat(200)]])('may be %j', (value) => {
    expect(identifier.parse(value)).toBe(value);
  });

  test.each([[''], [' '], ['x'.repeat(201)], ...NOT_TEXTS.map((value) => [value])])(
    'may not be %j',
    (value) => {
      expect(identifier.safeParse(value).success).toBe(false);
    },
  );
});

test.each([
  [{ text: 'a', more: 1 }, { text: 'a' }],
  [{}, { text: null }],
  [null, null],
  ['a', null],
  [[], null],
])('part reads %j as %j', (value, expected) => {
  expect(part(z.object({ text })).parse(value)).toEqual(expected);
});

test.each([
  [
    [{ id: 'a' }, 7, { id: '' }, { id: 'b', more: 1 }],
    [{ id: 'a' }, { id: 'b' }],
  ],
  [[], []],
  [{ id: 'a' }, []],
  ['a', []],
  [null, []],
])('listOf reads %j as %j', (value, expected) => {
  expect(listOf(z.object({ id: identifier })).parse(value)).toEqual(expected);
});

test.each([
  [{ a: null, b: undefined }, null],
  [{}, null],
  [null, null],
  [undefined, null],
  [{ a: '' }, { a: '' }],
  [{ a: false }, { a: false }],
])('orAbsent(%j) is %j', (value, expected) => {
  expect(orAbsent(value)).toEqual(expected);
});
