import { describe, expect, it } from '@jest/globals';

import { answerJson } from './answer-json.js';
import { EncodedFile } from './encoded-files.js';

const file = (length: number, letter: string, prefix?: string): EncodedFile =>
  new EncodedFile(Buffer.alloc(length, letter), prefix);

function parsed(answer: unknown): unknown {
  const json = answerJson(answer);
  return JSON.parse(typeof json === 'string' ? json : json.whole().toString());
}

describe('an answer with files in it', () => {
  it.each([
    ['none', { a: 1, b: ['x', null] }],
    ['a short one', { a: file(8, 'A', 'data:image/png;base64,'), b: file(4, 'B') }],
    [
      'long ones',
      {
        front: file(100_000, 'A', 'data:image/jpeg;base64,'),
        n: 7,
        list: [file(100_000, 'B'), 'é', file(8, 'C')],
      },
    ],
    ['a name that looks like one', { '0': '0', b: file(100_000, 'A') }],
  ])('is JSON with their texts: %s', (_what, answer) => {
    const asTexts: unknown = JSON.parse(
      JSON.stringify(answer, (_key, value: unknown) =>
        value instanceof EncodedFile ? value.toString() : value,
      ),
    );
    expect(parsed(answer)).toEqual(asTexts);
  });

  it('knows how long it is before it is put together', () => {
    const json = answerJson({ é: file(100_000, 'A') });
    if (typeof json === 'string') throw new Error('expected pieces');
    expect(json.length).toBe(json.whole().length);
  });
});
