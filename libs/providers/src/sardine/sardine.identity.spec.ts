import { describe, expect, test } from '@jest/globals';
import { type Consent, type Identity } from '@gatehouse/contract';
import fc from 'fast-check';

import { complaintsAbout, identityShape } from '../../../../test/support/conformance/shapes.js';
import { document, identity } from '../../test/identities.js';
import { nearTo, received, receivedOrRefused, withUnknownMembers } from '../../test/received.js';
import { ENTITY } from '../../test/sardine-bodies.js';
import { identityOf } from './sardine.identity.js';
import { entity } from './sardine.wire.js';

function read(body: unknown): Identity {
  const parsed = received(entity, body);
  if (parsed === null) throw new Error('Not an entity');
  return identityOf(parsed);
}

const ADDRESS = { street: '9 Elm St', city: 'Reno', region: 'NV', postalCode: '89501' };
const OUR_ADDRESS = { ...ADDRESS, country: null };

function consent(known: Partial<Consent>): Consent {
  return { id: null, grantedAt: null, revokedAt: null, sharedFrom: null, ...known };
}

describe('an entity (providers/sardine.md 4.4)', () => {
  test.each<[string, object, Identity]>([
    [
      'as documented',
      ENTITY,
      identity({
        person: {
          firstName: 'Ana',
          lastName: 'Ruiz',
          fullName: 'Ana Ruiz',
          gender: 'female',
          dateOfBirth: '1994-02-11',
          email: 'ana@mail.test',
          phone: '+14155550188',
          address: OUR_ADDRESS,
        },
        documents: [
          document({ type: 'drivers_license', number: 'X99', expiresOn: '2029-02-11', issuingCountry: 'US' }),
        ],
        risk: { level: 'low' },
        consent: consent({ grantedAt: '2026-05-02T09:21:44.000Z' }),
      }),
    ],
    ['with nothing', {}, identity({})],
    [
      'with everything null',
      { documentKyc: null, documentData: null, profile: null, level: null, customer: null },
      identity({}),
    ],
    [
      'with empty parts',
      { documentKyc: {}, documentData: { address: {} }, profile: { address: { street: ' ' } } },
      identity({}),
    ],
    [
      'with a profile only',
      { profile: { fullName: ' Ana  Ruiz ', dateOfBirth: '1994-02-11', address: ADDRESS } },
      identity({
        person: { fullName: 'Ana Ruiz', dateOfBirth: '1994-02-11', address: OUR_ADDRESS },
        consent: consent({}),
      }),
    ],
    [
      'with a document only',
      {
        documentData: {
          documentType: 'PASSPORT',
          dateOfBirth: '1994-02-11T00:00:00Z',
          firstName: 'Ana',
          lastName: 'Ruiz',
          gender: 'f',
          issuingCountry: 'esp',
          address: ADDRESS,
        },
      },
      identity({
        person: {
          firstName: 'Ana',
          lastName: 'Ruiz',
          fullName: 'Ana Ruiz',
          gender: 'female',
          dateOfBirth: '1994-02-11',
          address: OUR_ADDRESS,
        },
        documents: [document({ type: 'passport', issuingCountry: 'ES' })],
      }),
    ],
    [
      // Not put together, not taken apart (trap 4).
      'whose names differ between profile and document',
      { profile: { fullName: 'Ana Ruiz de la Cruz' }, documentData: { firstName: 'ANA', lastName: 'RUIZ' } },
      identity({
        person: { firstName: 'ANA', lastName: 'RUIZ', fullName: 'Ana Ruiz de la Cruz' },
        documents: [document({ type: 'other' })],
        consent: consent({}),
      }),
    ],
    [
      'whose profile has less than the document',
      {
        profile: { fullName: '', dateOfBirth: '11/02/1994', address: { street: '', city: null } },
        documentData: { firstName: 'Ana', dateOfBirth: '1994-02-11', address: ADDRESS },
      },
      identity({
        person: { firstName: 'Ana', fullName: 'Ana', dateOfBirth: '1994-02-11', address: OUR_ADDRESS },
        documents: [document({ type: 'other' })],
        consent: consent({}),
      }),
    ],
    [
      'with part of an address and a name in Chinese',
      {
        profile: {
          fullName: '李伟',
          address: { city: 'Reno', region: 'US-NV', postalCode: '', country: 'US' },
        },
      },
      identity({
        person: {
          fullName: '李伟',
          // Neither address has a country in the documentation (trap 8).
          address: { street: null, city: 'Reno', region: 'US-NV', postalCode: null, country: null },
        },
        consent: consent({}),
      }),
    ],
    [
      'with dates in another form, and contacts in another spelling',
      {
        profile: {
          dateOfBirth: '02/11/1994',
          emailAddress: ' Ana@Mail.Test',
          phoneNumber: '+1 (415) 555-0188',
        },
        documentData: { documentNumber: 'X99', expiryDate: '02/11/2029' },
      },
      identity({
        person: { email: 'Ana@Mail.Test', phone: '+14155550188' },
        documents: [document({ type: 'other', number: 'X99' })],
        consent: consent({}),
      }),
    ],
    [
      'with contacts that are none',
      { profile: { emailAddress: 'ana', phoneNumber: '4155550188' } },
      identity({ consent: consent({}) }),
    ],
    [
      'shared by a partner',
      {
        profile: {
          clientId: 'partner-7',
          consentId: 'c-1',
          consentedAt: '2026-05-02T11:21:44.123456+02:00',
          revokedAt: '2026-05-03 00:00:00',
          clientName: ' Northwind ',
        },
        level: 'very_high',
      },
      identity({
        risk: { level: 'very_high' },
        consent: {
          id: 'c-1',
          grantedAt: '2026-05-02T09:21:44.123Z',
          revokedAt: '2026-05-03T00:00:00.000Z',
          sharedFrom: 'Northwind',
        },
      }),
    ],
    [
      'of our own, with a consent at no time',
      { profile: { consentedAt: '0001-01-01T00:00:00Z', clientName: 'Northwind' }, level: 'LOW' },
      identity({ risk: { level: 'unknown' }, consent: consent({}) }),
    ],
  ])('%s', (_name, body, expected) => {
    expect(read(body)).toEqual(expected);
  });
});

describe('a document', () => {
  test.each([
    ['DRIVERS_LICENSE', 'drivers_license'],
    ['drivers_license', 'drivers_license'],
    [' Drivers License ', 'drivers_license'],
    ["Driver's licence", 'drivers_license'],
    ['DRIVER_LICENSE', 'drivers_license'],
    ['DRIVING_LICENCE', 'drivers_license'],
    ['PASSPORT', 'passport'],
    ['passport', 'passport'],
    ['NATIONAL_ID', 'national_id'],
    ['NATIONAL_ID_CARD', 'national_id'],
    ['ID_CARD', 'national_id'],
    ['IDENTITY_CARD', 'national_id'],
    ['EMIRATES_ID', 'emirates_id'],
    ['PASSPORT_CARD', 'other'],
    ['RESIDENCE_PERMIT', 'other'],
    ['STATE_ID', 'other'],
    ['ID', 'other'],
    ['VISA', 'other'],
    ['جواز سفر', 'other'],
    ['constructor', 'other'],
    ['', 'other'],
    [null, 'other'],
    [7, 'other'],
  ])('of type %j is of type %s', (documentType, type) => {
    expect(read({ documentData: { documentType, documentNumber: 'X99' } })).toEqual(
      identity({ documents: [document({ type, number: 'X99' })] }),
    );
  });

  test.each([
    ['US', 'US'],
    ['us ', 'US'],
    ['USA', 'US'],
    ['United States', 'US'],
    ['D', 'DE'],
    ['XX', null],
    ['California', null],
  ])('issued in %j is issued in %j', (issuingCountry, expected) => {
    expect(read({ documentData: { documentType: 'PASSPORT', issuingCountry } })).toEqual(
      identity({ documents: [document({ type: 'passport', issuingCountry: expected })] }),
    );
  });

  test.each([
    ['2028-06-15', '2028-06-15'],
    ['2028-06-15T00:00:00Z', '2028-06-15'],
    ['9999-12-31', '9999-12-31'],
    ['0001-01-01T00:00:00Z', null],
    ['2028-06-31', null],
    ['06/15/2028', null],
    ['never', null],
    [20280615, null],
  ])('that ends on %j ends on %j', (expiryDate, expiresOn) => {
    expect(read({ documentData: { documentType: 'PASSPORT', expiryDate } })).toEqual(
      identity({ documents: [document({ type: 'passport', expiresOn })] }),
    );
  });
});

test('members that nobody knows change nothing, at any depth', () => {
  expect(read(withUnknownMembers(ENTITY))).toEqual(read(ENTITY));
});

test('whatever Sardine sends is refused by its schema or becomes an identity as promised', () => {
  let identities = 0;
  fc.assert(
    fc.property(nearTo(ENTITY), (body) => {
      const parsed = receivedOrRefused(entity, body);
      if (parsed === null) return;
      identities += 1;
      expect(complaintsAbout(identityShape, identityOf(parsed))).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(identities).toBeGreaterThan(50);
});
