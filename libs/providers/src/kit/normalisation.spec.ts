import { describe, expect, test } from '@jest/globals';

import { toAlpha2 } from './countries.js';
import { fromUnixSeconds, isBeforeSecond, toInstant, toIsoDate, toUsDate } from './dates.js';
import { documentValidity } from './document-validity.js';
import { joinName, scalarFields, toGender, withoutDataUris } from './identity-words.js';
import { splitPhone, toE164 } from './phones.js';

test.each([
  ['JOR', 'JO'],
  ['are', 'AE'],
  ['US', 'US'],
  ['gb', 'GB'],
  ['United Arab Emirates', 'AE'],
  ['Egypt', 'EG'],
  ['XX', null],
  ['XXX', null],
  ['Atlantis', null],
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
  ['+1', null, null],
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
  ['1987-11-03T00:00:00.000Z', '1987-11-03'],
  ['02/11/1994', '1994-02-11'],
  ['2/1/1994', '1994-02-01'],
  ['13/01/1994', null],
  ['2026-02-30', null],
  ['2024-02-29', '2024-02-29'],
  ['0000-00-00', null],
  ['string', null],
  ['', null],
  [null, null],
])('toIsoDate(%j) is %j', (text, expected) => {
  expect(toIsoDate(text)).toBe(expected);
});

test('toUsDate writes month first', () => {
  expect(toUsDate('1994-02-11')).toBe('02/11/1994');
});

test.each([
  ['2026-05-02T09:21:44Z', '2026-05-02T09:21:44.000Z'],
  ['2026-05-02T11:21:44.123456+02:00', '2026-05-02T09:21:44.123Z'],
  ['2026-05-02T09:21:44', '2026-05-02T09:21:44.000Z'],
  ['2026-05-02 09:21:44', '2026-05-02T09:21:44.000Z'],
  ['2026-13-02T09:21:44Z', null],
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

test.each([
  ['F', 'female'],
  [' Male ', 'male'],
  ['x', 'other'],
  ['unspecified', null],
  [null, null],
])('toGender(%j) is %j', (word, expected) => {
  expect(toGender(word)).toBe(expected);
});

test('joinName leaves out what is missing', () => {
  expect(joinName('Ana', 'Ruiz')).toBe('Ana Ruiz');
  expect(joinName(null, 'Ruiz')).toBe('Ruiz');
  expect(joinName(null, null)).toBeNull();
});

test('scalarFields keeps scalars as texts and lets images and nested values go', () => {
  expect(
    scalarFields({
      number: 'N1',
      lines: 2,
      chip: true,
      face: 'data:image/jpeg;base64,AA',
      mrz: ['a'],
      none: null,
    }),
  ).toEqual({ number: 'N1', lines: '2', chip: 'true' });
  expect(scalarFields('text')).toEqual({});
  expect(scalarFields(undefined)).toEqual({});
});

test('withoutDataUris removes images at any depth and nothing else', () => {
  expect(
    withoutDataUris({ a: ['data:image/png;base64,AA', 1], b: { c: 'DATA:x', d: 'kept' }, e: null }),
  ).toEqual({
    a: [null, 1],
    b: { c: null, d: 'kept' },
    e: null,
  });
});
