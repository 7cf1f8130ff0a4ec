import { describe, expect, it } from '@jest/globals';

import { withVerificationId } from './return-location.js';

describe('withVerificationId', () => {
  it.each([
    ['https://app.example/done', 'https://app.example/done?verificationId=ver_1'],
    ['https://app.example/done?x=1', 'https://app.example/done?x=1&verificationId=ver_1'],
    ['https://app.example/done?', 'https://app.example/done?verificationId=ver_1'],
    ['https://app.example/done?x=%20a#part?y', 'https://app.example/done?x=%20a&verificationId=ver_1#part?y'],
    ['https://app.example#f', 'https://app.example?verificationId=ver_1#f'],
  ])('appends to %s and leaves the rest alone', (url, expected) => {
    expect(withVerificationId(url, 'ver_1')).toBe(expected);
  });
});
