import { describe, expect, it } from '@jest/globals';

import { maskEmail, maskPhone } from './masking.js';

describe('maskEmail', () => {
  it('keeps the first character and the domain', () => {
    expect(maskEmail('jane@mail.test')).toBe('j•••@mail.test');
    expect(maskEmail('j@mail.test')).toBe('j•••@mail.test');
  });

  it('does not cut a character in half', () => {
    expect(maskEmail('😀x@mail.test')).toBe('😀•••@mail.test');
  });

  it('shows nothing of what is no address', () => {
    expect(maskEmail('jane')).toBe('•••');
    expect(maskEmail('@mail.test')).toBe('•••');
  });
});

describe('maskPhone', () => {
  it('keeps the beginning and the last two digits', () => {
    expect(maskPhone('+971501234542')).toBe('+9715•••••42');
  });

  it('hides at least five digits of a short number', () => {
    expect(maskPhone('+2901234')).toBe('+•••••34');
  });
});
