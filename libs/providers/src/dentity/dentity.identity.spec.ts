import { describe, expect, test } from '@jest/globals';
import { type Identity, type PostalAddress } from '@gatehouse/contract';
import fc from 'fast-check';

import { complaintsAbout, identityShape } from '../../../../test/support/conformance/shapes.js';
import { USER, VERIFICATION_ID } from '../../test/dentity-bodies.js';
import { identity } from '../../test/identities.js';
import { nearTo, received, receivedOrRefused, withUnknownMembers } from '../../test/received.js';
import { identityOf } from './dentity.identity.js';
import { verificationStatus } from './dentity.wire.js';

function answerOf(user: unknown): unknown {
  return { data: { _id: VERIFICATION_ID, status: 'verified', user, metadata: { caseId: 'c-77' } } };
}

/** The identity in a body, whether it is given as a value or as the bytes themselves. */
function read(body: unknown): Identity {
  const { user } = received(verificationStatus, body).data;
  if (user === null) throw new Error('Nobody is in this body');
  return identityOf(user);
}

const LI_WEI = identity({
  person: {
    firstName: 'Li',
    lastName: 'Wei',
    fullName: 'Li Wei',
    dateOfBirth: '1994-02-11',
    email: 'li@mail.test',
    phone: '+14155550123',
    address: { street: '1 Oak', city: 'Reno', region: 'NV', postalCode: '89501', country: 'US' },
  },
});

function address(known: Partial<PostalAddress>): PostalAddress {
  return { street: null, city: null, region: null, postalCode: null, country: null, ...known };
}

describe('a user (providers/dentity.md 4.2)', () => {
  test.each<[string, unknown, Identity]>([
    ['as documented', USER, LI_WEI],
    ['with nothing', {}, identity({})],
    ['with everything null', Object.fromEntries(Object.keys(USER).map((key) => [key, null])), identity({})],
    [
      'with blanks for everything',
      {
        firstName: '',
        lastName: ' ',
        fullName: '',
        email: '',
        phoneNumber: '',
        dateOfBirth: '',
        addressDetail: {},
      },
      identity({}),
    ],
    [
      'as short as in a bulk answer',
      { firstName: 'Bo', lastName: 'Ek' },
      identity({ person: { firstName: 'Bo', lastName: 'Ek', fullName: 'Bo Ek' } }),
    ],
    [
      'with one name',
      { firstName: 'Suharto', lastName: null },
      identity({ person: { firstName: 'Suharto', fullName: 'Suharto' } }),
    ],
    [
      'with a full name only, in two scripts',
      { fullName: ' 李  伟 (Li Wei)\u200e' },
      identity({ person: { fullName: '李 伟 (Li Wei)' } }),
    ],
    [
      'with words for values, as in the published sample',
      {
        dateOfBirth: 'string',
        phoneNumber: '0987654321',
        addressDetail: {
          street: 'string',
          country: 'string',
          city: 'string',
          state: 'string',
          zip: 'string',
        },
      },
      identity({
        person: {
          address: address({ street: 'string', city: 'string', region: 'string', postalCode: 'string' }),
        },
      }),
    ],
  ])('%s', (_name, user, expected) => {
    expect(read(answerOf(user))).toEqual(expected);
  });

  test.each([
    ['1994-02-11', '1994-02-11'],
    // As a create takes it.
    ['02/11/1994', '1994-02-11'],
    ['2/1/1994', '1994-02-01'],
    ['1994-02-11T00:00:00.000Z', '1994-02-11'],
    ['1994-02-11 00:00:00', '1994-02-11'],
    ['13/01/1994', null],
    ['02/30/1994', null],
    ['1994-02-30', null],
    ['11.02.1994', null],
    ['', null],
    [760924800, null],
  ])('born on %j was born on %j', (dateOfBirth, expected) => {
    expect(read(answerOf({ dateOfBirth }))).toEqual(identity({ person: { dateOfBirth: expected } }));
  });

  test.each([
    ['4155550123', 'US', '+14155550123'],
    ['(415) 555-0123', 'USA', '+14155550123'],
    ['0987654321', 'Viet Nam', null],
    ['0987654321', 'Vietnam', '+84987654321'],
    ['+14155550123', 'VN', '+14155550123'],
    ['12', 'US', null],
    ['call me', 'US', null],
  ])('with the number %j in %j has the phone %j', (phoneNumber, country, phone) => {
    expect(read(answerOf({ phoneNumber, addressDetail: { country } })).person.phone).toBe(phone);
  });

  test.each([
    ['4155550123', null],
    ['+14155550123', '+14155550123'],
  ])('with the number %j and no country has the phone %j', (phoneNumber, phone) => {
    expect(read(answerOf({ phoneNumber }))).toEqual(identity({ person: { phone } }));
  });

  test.each<[string, unknown, PostalAddress | null]>([
    [
      'the whole of it',
      { street: ' 1  Oak ', city: 'Reno', state: 'NV', zip: '89501', country: 'usa' },
      address({ street: '1 Oak', city: 'Reno', region: 'NV', postalCode: '89501', country: 'US' }),
    ],
    ['a part of it', { city: 'Reno', zip: '' }, address({ city: 'Reno' })],
    ['a country by name', { country: 'united arab emirates' }, address({ country: 'AE' })],
    ['a country that there is not', { city: 'Reno', country: 'Nowhere' }, address({ city: 'Reno' })],
    ['a number for a zip', { city: 'Reno', zip: 89501 }, address({ city: 'Reno' })],
    ['nothing', {}, null],
    ['a text', '1 Oak, Reno', null],
    ['null', null, null],
  ])('with the address: %s', (_name, addressDetail, expected) => {
    expect(read(answerOf({ addressDetail }))).toEqual(identity({ person: { address: expected } }));
  });
});

describe('the bytes', () => {
  const short = '"user":{"firstName":"Li","lastName":"Wei","email":"li@mail.test"}';
  const full = `"user":${JSON.stringify(USER)}`;
  const body = (...members: string[]): string =>
    `{"data":{"_id":"${VERIFICATION_ID}","status":"verified",${members.join(',')}}}`;

  test('may name the user twice, as the published sample does, and the last counts', () => {
    expect(read(body(short, full))).toEqual(LI_WEI);
    expect(read(body(full, short)).person).toMatchObject({ fullName: 'Li Wei', dateOfBirth: null });
  });

  test('may spell a name in escapes', () => {
    expect(read(body('"user":{"fullName":"\\u0639\\u0645\\u0631"}'))).toEqual(
      identity({ person: { fullName: 'عمر' } }),
    );
  });
});

test('members that nobody knows change nothing, at any depth', () => {
  expect(read(withUnknownMembers(answerOf(USER)))).toEqual(LI_WEI);
});

test('whatever Dentity sends is refused by its schema or becomes an identity as promised', () => {
  let identities = 0;
  fc.assert(
    fc.property(nearTo(USER), (user) => {
      const answer = receivedOrRefused(verificationStatus, answerOf(user));
      if (answer?.data.user == null) return;
      identities += 1;
      expect(complaintsAbout(identityShape, identityOf(answer.data.user))).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(identities).toBeGreaterThan(50);
});
