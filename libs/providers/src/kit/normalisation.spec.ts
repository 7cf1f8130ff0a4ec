import { describe, expect, test } from '@jest/globals';

import { toAlpha2 } from './countries.js';
import { fromUnixSeconds, isBeforeSecond, toInstant, toIsoDate, toUsDate } from './dates.js';
import { documentValidity } from './document-validity.js';
import { splitPhone, toE164 } from './phones.js';

test.each([
  ['JOR', 'JO'],
  ['are', 'AE'],
  ['US', 'US'],
  ['gb', 'GB'],
  ['United Arab Emirates', 'AE'],
  ['Egypt', 'EG'],
  ['  united   states ', 'US'],
  ["Côte d'Ivoire", 'CI'],
  ["cote d'ivoire", 'CI'],
  ['Türkiye', 'TR'],
  ['UAE', 'AE'],
  ['UK', 'GB'],
  // Of travel documents (ICAO 9303).
  ['D', 'DE'],
  ['D<<', 'DE'],
  ['JOR<', 'JO'],
  ['GBD', 'GB'],
  ['GBN', 'GB'],
  ['GBO', 'GB'],
  ['GBP', 'GB'],
  ['gbs', 'GB'],
  ['RKS', null],
  ['XKX', null],
  ['XK', null],
  ['Kosovo', null],
  ['UNO', null],
  ['UNK', null],
  ['XXA', null],
  ['XXB', null],
  ['UTO', null],
  ['EUE', null],
  ['<<<', null],
  // No longer in ISO 3166-1.
  ['YUG', null],
  ['AN', null],
  ['XX', null],
  ['XXX', null],
  ['Atlantis', null],
  ['Jordanian', null],
  ['784', null],
  ['', null],
  [null, null],
])('toAlpha2(%j) is %j', (word, expected) => {
  expect(toAlpha2(word)).toBe(expected);
});

test.each([
  ['+14155550123', null, '+14155550123'],
  ['+1 (415) 555-0123', null, '+14155550123'],
  ['+971500000042', null, '+971500000042'],
  ['4155550123', 'US', '+14155550123'],
  ['4155550123', null, null],
  ['4155550123', 'XX', null],
  ['(415) 555-0123', 'US', '+14155550123'],
  ['+971500000042', 'US', '+971500000042'],
  ['0987654321', 'VN', '+84987654321'],
  ['+٩٧١٥٠٠٠٠٠٠٤٢', null, '+971500000042'],
  ['\u202a+971500000042\u202c', null, '+971500000042'],
  [' +14155550123 ', null, '+14155550123'],
  // How to dial abroad differs from country to country.
  ['00971500000042', null, null],
  ['00971500000042', 'AE', '+971500000042'],
  ['971500000042', null, null],
  ['+1', null, null],
  // Numbering plans that allow for what E.164 does not.
  ['+491234', null, null],
  ['+49123456789012345', null, null],
  ['+14155550123 or at work', null, null],
  ['my number is +14155550123', null, null],
  ['call me', null, null],
  [null, null, null],
])('toE164(%j, %j) is %j', (text, country, expected) => {
  expect(toE164(text, country)).toBe(expected);
});

test.each([
  ['+14155550123', { dialCode: '+1', national: '4155550123' }],
  ['+971500000042', { dialCode: '+971', national: '500000042' }],
  ['+442079460018', { dialCode: '+44', national: '2079460018' }],
  ['nothing', null],
])('splitPhone(%j) is %j', (phone, expected) => {
  expect(splitPhone(phone)).toEqual(expected);
});

test.each([
  ['1987-11-03', '1987-11-03'],
  [' 1987-11-03 ', '1987-11-03'],
  ['1987-11-03T00:00:00.000Z', '1987-11-03'],
  ['1987-11-03 00:00:00', '1987-11-03'],
  // A birthday is not moved to another zone.
  ['1987-11-03T00:00:00+04:00', '1987-11-03'],
  ['1987-11-03T22:00:00-08:00', '1987-11-03'],
  ['1987-11-03T25:00:00Z', null],
  ['1987-11-03 or so', null],
  ['1987-11', null],
  ['19871103', null],
  ['2026-02-30', null],
  ['2026-02-30T00:00:00Z', null],
  ['2024-02-29', '2024-02-29'],
  ['2023-02-29', null],
  ['9999-12-31', '9999-12-31'],
  ['0000-00-00', null],
  ['0001-01-01T00:00:00Z', null],
  ['string', null],
  ['', null],
  [null, null],
])('toIsoDate(%j) is %j', (text, expected) => {
  expect(toIsoDate(text)).toBe(expected);
  expect(toIsoDate(text, 'iso_or_us')).toBe(expected);
});

test.each([
  ['02/11/1994', '1994-02-11'],
  ['2/1/1994', '1994-02-01'],
  ['13/01/1994', null],
  ['02/30/1994', null],
  ['02/11/94', null],
  ['02-11-1994', null],
])('toIsoDate(%j) is %j where months come first, and else null', (text, expected) => {
  expect(toIsoDate(text, 'iso_or_us')).toBe(expected);
  expect(toIsoDate(text)).toBeNull();
});

test('toUsDate writes month first', () => {
  expect(toUsDate('1994-02-11')).toBe('02/11/1994');
});

test.each([
  ['2026-05-02T09:21:44Z', '2026-05-02T09:21:44.000Z'],
  ['2026-05-02T11:21:44.123456+02:00', '2026-05-02T09:21:44.123Z'],
  ['2026-05-02T09:21:44', '2026-05-02T09:21:44.000Z'],
  ['2026-05-02 09:21:44', '2026-05-02T09:21:44.000Z'],
  ['2026-05-02T09:21:44+0200', '2026-05-02T07:21:44.000Z'],
  ['2026-13-02T09:21:44Z', null],
  ['2026-02-30T09:21:44Z', null],
  ['9999-12-31T23:00:00-04:00', null],
  ['0001-01-01T00:00:00Z', null],
  ['yesterday', null],
  ['2026-05-02', null],
  [undefined, null],
])('toInstant(%j) is %j', (text, expected) => {
  expect(toInstant(text)).toBe(expected);
});

test('fromUnixSeconds survives any number', () => {
  expect(fromUnixSeconds(1_716_000_002)).toBe('2024-05-18T02:40:02.000Z');
  expect(fromUnixSeconds(1e300)).toBeNull();
  expect(fromUnixSeconds(Number.NaN)).toBeNull();
});

test.each([
  ['2026-05-02T09:21:43.999Z', true],
  ['2026-05-02T09:21:44.000Z', false],
  ['2026-05-02T09:21:44.900Z', false],
])('%s is before the second of 09:21:44: %s', (at, expected) => {
  expect(isBeforeSecond(at, '2026-05-02T09:21:44.500Z')).toBe(expected);
});

describe('documentValidity', () => {
  const now = new Date('2026-06-15T12:00:00.000Z');

  test.each([
    ['2026-06-14', 'expired'],
    ['2026-06-15', 'expiring'],
    ['2026-07-15', 'expiring'],
    ['2026-07-16', 'valid'],
  ])('of %s is %s', (expiry, state) => {
    const validity = documentValidity([{ type: 'passport', expiresOn: expiry }], now);
    const documents = state === 'valid' ? [] : ['passport'];
    expect(validity).toEqual({ documentExpiry: expiry, state, documents });
  });

  test('takes the earliest of several and is null without any', () => {
    const expiries = ['2031-01-01', null, '2026-06-20'].map((expiresOn) => ({ type: 'passport', expiresOn }));
    expect(documentValidity(expiries, now)?.documentExpiry).toBe('2026-06-20');
    expect(documentValidity([{ type: 'passport', expiresOn: null }], now)).toBeNull();
  });
});
