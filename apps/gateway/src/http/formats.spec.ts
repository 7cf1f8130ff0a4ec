import { describe, expect, it } from '@jest/globals';

import { isCalendarDate, isEmail, isInFuture, isTimestamp, isWebAddress, toE164 } from './formats.js';

describe('isEmail', () => {
  it.each(['jane@mail.test', 'a+b@sub.mail.test'])('takes %s', (text) => {
    expect(isEmail(text)).toBe(true);
  });

  it.each(['', 'jane', 'jane@', '@mail.test', 'a b@mail.test', `${'a'.repeat(250)}@mail.test`, 5, null])(
    'refuses %j',
    (value) => {
      expect(isEmail(value)).toBe(false);
    },
  );
});

describe('toE164', () => {
  it('writes a number with its country code as E.164', () => {
    expect(toE164('+971 50 123 4542')).toBe('+971501234542');
  });

  it.each([
    '',
    '050 123 4542',
    '+12',
    '+1234567890123456789',
    '+1 202 555 0142 ext. 5',
    '+999123456789',
    '++14155550188',
    // Possible by Germany's plan.
    '+4930123456789012',
    '+491234',
  ])('refuses %j', (text) => {
    expect(toE164(text)).toBeNull();
  });
});

describe('isCalendarDate', () => {
  it.each(['1990-05-17', '2000-02-29', '2031-01-31'])('takes %s', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  it.each(['1990-5-17', '2001-02-29', '2001-13-01', '1899-12-31', '2001-01-01T00:00:00Z', 20010101])(
    'refuses %j',
    (value) => {
      expect(isCalendarDate(value)).toBe(false);
    },
  );
});

describe('isInFuture', () => {
  it('is false while the day has begun somewhere on earth', () => {
    const now = new Date('2026-03-01T11:00:00Z');
    expect(isInFuture('2026-03-02', now)).toBe(false);
    expect(isInFuture('2026-03-03', now)).toBe(true);
  });
});

describe('isTimestamp', () => {
  it.each(['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.123+04:00'])('takes %s', (text) => {
    expect(isTimestamp(text)).toBe(true);
  });

  it.each(['2026-01-31', '2026-02-30T12:00:00Z', '2026-01-31T12:00:00', '2026-01-31T25:00:00Z', '1'])(
    'refuses %j',
    (text) => {
      expect(isTimestamp(text)).toBe(false);
    },
  );
});

describe('isWebAddress', () => {
  it.each([
    'https://app.example/done?x=1#f',
    'http://localhost:8080/',
    'http://127.0.0.1/',
    'http://[::1]:3000/',
  ])('takes %s', (text) => {
    expect(isWebAddress(text)).toBe(true);
  });

  it.each([
    'http://app.example/',
    'https://user:secret@app.example/',
    'https://user@app.example/',
    'javascript:alert(1)',
    '/done',
    '//app.example',
    'https://app.example/a\nb',
    'https://',
    'http://localhost.evil.example/',
    `https://app.example/${'a'.repeat(2000)}`,
    null,
  ])('refuses %j', (value) => {
    expect(isWebAddress(value)).toBe(false);
  });
});
