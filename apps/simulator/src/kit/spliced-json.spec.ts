import { describe, expect, it } from '@jest/globals';

import { splicedJson } from './spliced-json.js';

const long = (letter: string): string => letter.repeat(100_000);

describe('an answer with long texts in it', () => {
  it.each([
    ['none', { a: 1, b: ['x', null] }],
    ['some', { front: `data:image/jpeg;base64,${long('A')}`, back: long('B'), n: 7, list: [long('A'), 'é'] }],
    ['some that have to be escaped', { a: `${long('A')}"`, b: long('é'), c: long('\\') }],
    ['a name that looks like one', { '0': '0', b: long('A') }],
  ])('is the same JSON as ever: %s', (_what, answer) => {
    expect(JSON.parse(splicedJson(answer).toString())).toEqual(answer);
    // And again, from what was kept.
    expect(JSON.parse(splicedJson(answer).toString())).toEqual(answer);
  });
});
