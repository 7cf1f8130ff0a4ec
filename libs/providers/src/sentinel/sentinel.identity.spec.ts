import { describe, expect, test } from '@jest/globals';
import { type Identity } from '@gatehouse/contract';
import fc from 'fast-check';

import { complaintsAbout, identityShape } from '../../../../test/support/conformance/shapes.js';
import { document, identity } from '../../test/identities.js';
import { changed, nearTo, received, receivedOrRefused, withUnknownMembers } from '../../test/received.js';
import { CUSTOMER } from '../../test/sentinel-bodies.js';
import { identityOf } from './sentinel.identity.js';
import { customerAnswer } from './sentinel.wire.js';

const KEY = { uuid: CUSTOMER.uuid, status: 6 };

function read(data: object): Identity {
  return identityOf(received(customerAnswer, { message: 'Success', data: { ...data, ...KEY } }).data);
}

const PASSPORT = {
  passportNumber: 'N0000042',
  passportType: 'P',
  dateOfIssue: '2021-02-01',
  dateOfExpiry: '2031-01-31',
  authority: 'CSPD',
  placeOfIssue: 'Amman',
  countryOfIssue: 'JOR',
  idMatch: true,
  idScore: 94.4,
  idClassificationPassed: true,
  frontImage: 'data:image/jpeg;base64,AAAA',
  ocrPassport: { documentNumber: 'N0000042' },
};
const OUR_PASSPORT = document({
  type: 'passport',
  number: 'N0000042',
  subtype: 'P',
  issuedOn: '2021-02-01',
  expiresOn: '2031-01-31',
  issuingAuthority: 'CSPD',
  issuingCountry: 'JO',
  placeOfIssue: 'Amman',
  checks: { faceMatch: { passed: true, score: 94.4 }, classification: { passed: true } },
  ocr: { documentNumber: 'N0000042' },
});

describe('a customer (providers/sentinel.md 5.3)', () => {
  test.each<[string, object, Identity]>([
    [
      'as documented',
      CUSTOMER,
      identity({
        person: {
          firstName: 'Omar',
          lastName: 'Haddad',
          fullName: 'Omar Haddad',
          gender: 'male',
          dateOfBirth: '1987-11-03',
          nationality: 'JO',
          email: 'omar.haddad@mail.test',
          phone: '+971500000042',
        },
        documents: [OUR_PASSPORT],
        liveness: { passed: true, score: 97.1 },
      }),
    ],
    ['with an id and a status only', {}, identity({})],
    [
      'with everything null',
      Object.fromEntries(Object.keys(CUSTOMER).map((key) => [key, null])),
      identity({}),
    ],
    [
      'with blanks for everything',
      { name: '', surname: ' ', gender: '', dateOfBirth: '', nationality: '', email: '', phoneNumber: ' ' },
      identity({}),
    ],
    [
      'with one name',
      { name: 'Suharto', surname: '' },
      identity({ person: { firstName: 'Suharto', fullName: 'Suharto' } }),
    ],
    [
      'with a surname only',
      { surname: 'Haddad' },
      identity({ person: { lastName: 'Haddad', fullName: 'Haddad' } }),
    ],
    [
      'with an Arabic name and marks around it',
      { name: '\u202bعمر\u202c', surname: ' حداد\u200f' },
      identity({ person: { firstName: 'عمر', lastName: 'حداد', fullName: 'عمر حداد' } }),
    ],
    [
      'with a name in pieces, blanks inside and a control',
      { name: 'Jose\u0301  Mari\u0301a', surname: 'De\u0000 la\tCruz' },
      // What PostgreSQL cannot hold is marked where the bytes are read.
      identity({
        person: {
          firstName: 'José María',
          lastName: 'De\ufffd la Cruz',
          fullName: 'José María De\ufffd la Cruz',
        },
      }),
    ],
    [
      'with a name of a megabyte',
      { name: 'x'.repeat(1_000_000), surname: 'Haddad' },
      identity({ person: { lastName: 'Haddad', fullName: 'Haddad' } }),
    ],
    [
      'who is stateless, with a timestamp for a birthday',
      { nationality: 'XXA', dateOfBirth: '1987-11-03T00:00:00.000Z', gender: 'X' },
      identity({ person: { gender: 'other', dateOfBirth: '1987-11-03' } }),
    ],
    [
      'with a nationality as machines read it and days that never were',
      {
        nationality: 'D<<',
        dateOfBirth: '1987-02-29',
        passport: { dateOfExpiry: '2031-02-30', dateOfIssue: '0000-00-00' },
      },
      identity({ person: { nationality: 'DE' }, documents: [document({ type: 'passport' })] }),
    ],
    [
      // Day or month first is not documented, so neither is guessed.
      'with dates in another form',
      { dateOfBirth: '03/11/1987', passport: { dateOfExpiry: '31/01/2031', dateOfIssue: '02/01/2021' } },
      identity({ documents: [document({ type: 'passport' })] }),
    ],
    [
      'with contacts in another spelling',
      { email: ' Omar.Haddad@Mail.Test ', phoneNumber: '+971 50 000 0042' },
      identity({ person: { email: 'Omar.Haddad@Mail.Test', phone: '+971500000042' } }),
    ],
    [
      'with contacts that are none',
      { email: 'none', phoneNumber: '0500000042', nationality: 'ARE' },
      identity({ person: { nationality: 'AE' } }),
    ],
    ['not live', { isLive: false, isLiveScore: 3 }, identity({ liveness: { passed: false, score: 3 } })],
    [
      'with a share for a score',
      { isLive: true, isLiveScore: 0.97 },
      identity({ liveness: { passed: true, score: 0.97 } }),
    ],
    ['with a score in digits', { isLiveScore: '97.10' }, identity({ liveness: { score: 97.1 } })],
    [
      'with scores off the scale',
      { isLiveScore: 971, passport: { idScore: -1 } },
      identity({ documents: [document({ type: 'passport' })] }),
    ],
  ])('%s', (_name, data, expected) => {
    expect(read(data)).toEqual(expected);
  });
});

describe('documents', () => {
  const emiratesId = {
    emiratesIdNumber: ' 784-1987-0000042-1 ',
    dateOfIssue: '2024-05-01',
    dateOfExpiry: '2026-04-30T00:00:00.000Z',
    authority: 'ICP',
    countryOfIssue: 'United Arab Emirates',
    idMatch: false,
    idScore: 12,
    idClassificationPassed: true,
    frontImage: null,
    ocrEmiratesId: { idNumber: '784-1987-0000042-1', nameArabic: 'عمر حداد', cardNumber: 123456789 },
  };
  const ourEmiratesId = document({
    type: 'emirates_id',
    number: '784-1987-0000042-1',
    issuedOn: '2024-05-01',
    expiresOn: '2026-04-30',
    issuingAuthority: 'ICP',
    issuingCountry: 'AE',
    checks: { faceMatch: { passed: false, score: 12 }, classification: { passed: true } },
    ocr: { idNumber: '784-1987-0000042-1', nameArabic: 'عمر حداد', cardNumber: '123456789' },
  });
  const egyptNationalId = { egyptNationalIdNumber: '28711030000042', ocrEgyptNationalId: { name: 'عمر' } };
  const ourEgyptNationalId = document({
    type: 'egypt_national_id',
    number: '28711030000042',
    ocr: { name: 'عمر' },
  });

  test.each<[string, object, Identity['documents']]>([
    ['a passport', { passport: PASSPORT, emiratesId: null }, [OUR_PASSPORT]],
    ['an Emirates ID', { passport: null, emiratesId }, [ourEmiratesId]],
    ['an Egyptian ID', { egyptNationalId }, [ourEgyptNationalId]],
    [
      'all three',
      { egyptNationalId, emiratesId, passport: PASSPORT },
      [OUR_PASSPORT, ourEmiratesId, ourEgyptNationalId],
    ],
    ['none', { passport: null, emiratesId: null, egyptNationalId: null }, []],
    ['none, by absence', {}, []],
    ['one that nobody knows', { residenceVisa: PASSPORT }, []],
    ['one handed in and not read', { emiratesId: {} }, [document({ type: 'emirates_id' })]],
    [
      'a British passport of another kind, and odd case',
      { passport: { ...PASSPORT, countryOfIssue: 'gbn', placeOfIssue: ' Hong\n Kong ', ocrPassport: null } },
      [{ ...OUR_PASSPORT, issuingCountry: 'GB', placeOfIssue: 'Hong Kong', ocr: {} }],
    ],
    [
      'a country that there is not',
      { passport: { ...PASSPORT, countryOfIssue: 'RKS' } },
      [{ ...OUR_PASSPORT, issuingCountry: null }],
    ],
  ])('%s', (_name, data, expected) => {
    expect(read(data)).toEqual(identity({ documents: expected }));
  });

  test.each<[string, unknown, Readonly<Record<string, string>>]>([
    [
      'of texts',
      { surname: ' HADDAD ', mrz: 'P<JORHADDAD<<OMAR\nN0000042' },
      { surname: 'HADDAD', mrz: 'P<JORHADDAD<<OMAR N0000042' },
    ],
    [
      'of numbers and truths',
      { lines: 2, chip: true, ratio: 0.5, expired: false },
      { lines: '2', chip: 'true', ratio: '0.5', expired: 'false' },
    ],
    ['with nothing in it', { a: null, b: '', c: [], d: {} }, {}],
    ['with values in values', { name: { first: 'Omar' }, lines: ['a', 'b'], number: 'N1' }, { number: 'N1' }],
    [
      'with images',
      { photo: 'data:image/jpeg;base64,AAAA', face: 's3://bucket/f', raw: '/9j/'.repeat(9999), number: 'N1' },
      { number: 'N1' },
    ],
    [
      'of a row',
      { id: 7, customerId: 88, createdAt: '2026-05-20T08:00:00.000Z', number: 'N1' },
      { number: 'N1' },
    ],
    ['as a list', [{ number: 'N1' }], {}],
    ['as a text', 'N1', {}],
    ['as null', null, {}],
  ])('with OCR %s', (_name, ocrPassport, ocr) => {
    expect(read({ passport: { ocrPassport } })).toEqual(
      identity({ documents: [document({ type: 'passport', ocr })] }),
    );
  });
});

test('members that nobody knows change nothing, at any depth', () => {
  expect(read(withUnknownMembers(CUSTOMER) as object)).toEqual(read(CUSTOMER));
});

test('whatever Sentinel sends is refused by its schema or becomes an identity as promised', () => {
  let identities = 0;
  const sample = { ...CUSTOMER, emiratesId: PASSPORT };
  fc.assert(
    fc.property(nearTo(sample), (data) => {
      const keyed = changed(changed(data, 'uuid', KEY.uuid), 'status', KEY.status);
      const answer = receivedOrRefused(customerAnswer, { data: keyed });
      if (answer === null) return;
      identities += 1;
      expect(complaintsAbout(identityShape, identityOf(answer.data))).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(identities).toBeGreaterThan(50);
});
