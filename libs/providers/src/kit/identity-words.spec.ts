import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  joinName,
  scalarFields,
  toAddress,
  toEmail,
  toGender,
  toText,
  withoutDataUris,
} from './identity-words.js';

test.each([
  ['F', 'female'],
  ['female', 'female'],
  ['WOMAN', 'female'],
  ['m', 'male'],
  [' Male ', 'male'],
  ['man', 'male'],
  ['x', 'other'],
  ['O', 'other'],
  ['Other', 'other'],
  ['non-binary', 'other'],
  ['<', null],
  ['unspecified', null],
  ['unknown', null],
  ['1', null],
  ['', null],
  [null, null],
])('toGender(%j) is %j', (word, expected) => {
  expect(toGender(word)).toBe(expected);
});

describe('toText', () => {
  test.each([
    ['blanks around and inside', '  Ana \t Maria\r\n Ruiz\u00a0', 'Ana Maria Ruiz'],
    ['a letter in two pieces', 'Jose\u0301', 'José'],
    ['Arabic', 'عمر حداد', 'عمر حداد'],
    ['Chinese', '李 伟', '李 伟'],
    ['marks of direction', '\u202eعمر\u202c \u200fحداد\u200e\u2066\u2069', 'عمر حداد'],
    ['controls', 'O\u0007mar\u009f', 'Omar'],
    ['a mark of byte order and a soft hyphen', '\ufeffHad\u00addad', 'Haddad'],
    ['a joiner that Persian spells with', 'علی\u200cرضا', 'علی\u200cرضا'],
    ['an emoji', '👩\u200d🚀', '👩\u200d🚀'],
    ['nothing but what is invisible', '\u200b \u200e\u0000', null],
    ['blanks', '   ', null],
    ['nothing', '', null],
    ['null', null, null],
    ['as much as is taken', 'x'.repeat(2000), 'x'.repeat(2000)],
    ['more', 'x'.repeat(2001), null],
  ])('of %s', (_name, text, expected) => {
    expect(toText(text)).toBe(expected);
  });

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(toText(toText(text))).toBe(toText(text));
      }),
    );
  });
});

test.each([
  [' Ana.Ruiz@Mail.Test ', 'Ana.Ruiz@Mail.Test'],
  ['ana+kyc@mail.test', 'ana+kyc@mail.test'],
  ['\u200eana@mail.test', 'ana@mail.test'],
  ['عمر@mail.test', 'عمر@mail.test'],
  ['n/a', null],
  ['ana@', null],
  ['@mail.test', null],
  ['ana@ruiz@mail.test', null],
  ['ana ruiz@mail.test', null],
  [`${'a'.repeat(250)}@mail.test`, null],
  [null, null],
])('toEmail(%j) is %j', (text, expected) => {
  expect(toEmail(text)).toBe(expected);
});

describe('toAddress', () => {
  const nothing = { street: '', city: ' ', region: null, postalCode: undefined, country: null };

  test('cleans its parts', () => {
    expect(toAddress({ ...nothing, street: ' 1  Oak ', country: 'US' })).toEqual({
      street: '1 Oak',
      city: null,
      region: null,
      postalCode: null,
      country: 'US',
    });
  });

  test('is null where nothing is known', () => {
    expect(toAddress(nothing)).toBeNull();
  });
});

test('joinName leaves out what is missing', () => {
  expect(joinName('Ana', 'Ruiz')).toBe('Ana Ruiz');
  expect(joinName(null, 'Ruiz')).toBe('Ruiz');
  expect(joinName(null, null)).toBeNull();
});

describe('scalarFields', () => {
  test('keeps scalars as texts', () => {
    expect(scalarFields({ number: ' N1 ', lines: 2, chip: true, name: 'Jose\u0301' })).toEqual({
      number: 'N1',
      lines: '2',
      chip: 'true',
      name: 'José',
    });
  });

  test.each([
    ['null', null],
    ['blanks', ' '],
    ['a list', ['a']],
    ['an object', { a: 'b' }],
    ['an image', 'data:image/jpeg;base64,AA'],
    ['an image in capitals and behind a blank', ' DATA:image/jpeg;base64,AA'],
    ['the address of an image', 'https://img.test/face.jpeg?X-Amz-Signature=abc'],
    ['a pointer into a store', 's3://bucket/face.jpeg'],
    ['an image without its prefix', '/9j/4AAQ'.repeat(1000)],
  ])('leaves out %s', (_name, field) => {
    expect(scalarFields({ field, kept: 'yes' })).toEqual({ kept: 'yes' });
  });

  test.each(['id', '_id', 'uuid', 'customerId', 'customer_id', 'CLIENTUUID', 'createdAt', 'updated_at', ''])(
    'leaves out the key %j',
    (key) => {
      expect(scalarFields({ [key]: '7', idNumber: '784-1' })).toEqual({ idNumber: '784-1' });
    },
  );

  test('takes 200 at most', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`field${at.toString()}`, 'x']));
    expect(Object.keys(scalarFields(many))).toHaveLength(200);
  });

  test.each([['text'], [7], [null], [undefined], [['a']]])('of %j is empty', (value) => {
    expect(scalarFields(value)).toEqual({});
  });
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
