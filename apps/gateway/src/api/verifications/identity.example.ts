import { type Plain } from '../../http/plain.js';
import { type IdentityView } from './identity.view.js';

/** A whole answer for the OpenAPI document, about a person who does not exist. */
export const IDENTITY_EXAMPLE: Plain<IdentityView> = {
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  provider: 'sentinel',
  retrievedAt: '2026-01-31T12:05:00.000Z',
  person: {
    firstName: 'Jane',
    lastName: 'Example',
    fullName: 'Jane Example',
    gender: 'female',
    dateOfBirth: '1990-05-17',
    nationality: 'AE',
    email: 'jane@mail.test',
    phone: '+971501234542',
    address: {
      street: '12 Palm Street',
      city: 'Dubai',
      region: null,
      postalCode: null,
      country: 'AE',
    },
  },
  documents: [
    {
      id: 'doc_01kahn4r5sf1trr9gy5vqd2s0x',
      type: 'passport',
      number: 'X0000000',
      subtype: null,
      issuedOn: '2021-01-31',
      expiresOn: '2031-01-31',
      issuingAuthority: null,
      issuingCountry: 'AE',
      placeOfIssue: null,
      checks: { faceMatch: { passed: true, score: 97 }, classification: { passed: true } },
      ocr: {},
    },
  ],
  liveness: { passed: true, score: 99 },
  risk: { level: null },
  consent: null,
};
