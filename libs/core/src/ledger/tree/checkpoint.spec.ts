import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { checkpointText, parseCheckpoint, parseTreeSize } from './checkpoint.js';

const ROOT = Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64');
// The example of the specification.
const TEXT = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const CHECKPOINT = { origin: 'example.com/behind-the-sofa', size: 20852163, root: ROOT };

describe('checkpointText', () => {
  it('is origin, size and root, a line each', () => {
    expect(checkpointText(CHECKPOINT)).toBe(TEXT);
  });

  it.each([
    { ...CHECKPOINT, origin: '' },
    { ...CHECKPOINT, origin: 'two\nlines' },
    { ...CHECKPOINT, origin: '\ud800' },
    { ...CHECKPOINT, size: -1 },
    { ...CHECKPOINT, size: 0.5 },
    { ...CHECKPOINT, size: 2 ** 53 },
    { ...CHECKPOINT, root: ROOT.subarray(1) },
  ])('refuses %j', (checkpoint) => {
    expect(() => checkpointText(checkpoint)).toThrow(RangeError);
  });
});

describe('parseCheckpoint', () => {
  it('reads what checkpointText writes', () => {
    const roots = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    const checkpoints = fc.record({ origin: fc.constant('a b'), size: fc.maxSafeNat(), root: roots });
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
      }),
    );
  });

  it('passes over extension lines', () => {
    expect(parseCheckpoint(`${TEXT}something\nand more\n`)).toEqual(CHECKPOINT);
  });

  it.each([
    ['nothing', ''],
    ['two lines', 'log\n1\n'],
    ['an origin with a tab', TEXT.replace('-the-', '\tthe\t')],
    ['an origin that is empty', TEXT.replace('example.com/behind-the-sofa', '')],
    ['an empty extension line', `${TEXT}\n`],
    ['an empty line among extension lines', `${TEXT}a\n\nb\n`],
    ['a last line without its newline', TEXT.slice(0, -1)],
    ['carriage returns', TEXT.replaceAll('\n', '\r\n')],
    ['a leading zero', TEXT.replace('20852163', '020852163')],
    ['a sign', TEXT.replace('20852163', '+20852163')],
    ['a space', TEXT.replace('20852163', '20852163 ')],
    ['a size in another notation', TEXT.replace('20852163', '2e7')],
    ['a size beyond numbers', TEXT.replace('20852163', '9007199254740992')],
    ['a root too short', TEXT.replace(/\n[^\n]+=\n$/u, `\n${ROOT.subarray(1).toString('base64')}\n`)],
    ['a root too long', TEXT.replace(/\n[^\n]+=\n$/u, `\n${Buffer.alloc(33).toString('base64')}\n`)],
    ['a root without its padding', TEXT.replace('=', '')],
    ['a root spelt otherwise', TEXT.replace('q2I=', 'q2J=')],
    ['a root in base64url', TEXT.replace('/Xajj', '_Xajj')],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(parseCheckpoint(text)).toBeNull();
  });
});

describe('parseTreeSize', () => {
  it('reads the sizes that are exact, and nothing else', () => {
    expect(parseTreeSize('0')).toBe(0);
    expect(parseTreeSize('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    for (const text of ['', '00', '-0', '1.0', ' 1', '1\n', '٣', '9007199254740993', '1'.repeat(400)]) {
      expect(parseTreeSize(text)).toBeNull();
    }
  });
});
