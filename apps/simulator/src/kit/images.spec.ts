import { describe, expect, it } from '@jest/globals';

import { image, imageBase64, imageDataUri } from './images.js';

describe('pictures', () => {
  it.each([
    ['jpeg', [0xff, 0xd8, 0xff], '\u00ff\u00d9'],
    ['png', [0x89, 0x50, 0x4e, 0x47], '\u00aeB`\u0082'],
  ] as const)('of kind %s begin as such and carry their label after the end marker', (kind, start, end) => {
    const picture = image('passport/front', 0, kind);
    expect([...picture.subarray(0, start.length)]).toEqual([...start]);
    expect(picture.toString('latin1')).toContain(`${end}passport/front`);
  });

  it('have the size asked for, and still the label', () => {
    const picture = image('face', 10_000);
    expect([picture.length, picture.includes('face')]).toEqual([10_000, true]);
  });

  it('differ by label, in base64 and as data URIs', () => {
    expect(imageBase64('front').toString()).not.toBe(imageBase64('back').toString());
    expect(imageDataUri('front', 100, 'png').toString()).toBe(
      `data:image/png;base64,${image('front', 100, 'png').toString('base64')}`,
    );
  });
});
