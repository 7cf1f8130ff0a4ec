/** Bodies as Sardine documents them (providers/sardine.md 4), with an invented person. */

export const CUSTOMER_ID = '7a3e51c4-90f1-4f0a-8a1e-5b2b9c1d2e3f';

export const PROFILE = {
  clientId: 'northwind',
  userId: CUSTOMER_ID,
  consentId: null as string | null,
  consentedAt: '2026-05-02T09:21:44Z' as string | null,
  revokedAt: null as string | null,
  primaryIdentity: true,
  clientName: 'Northwind',
  fullName: 'Ana Ruiz',
  dateOfBirth: '1994-02-11',
  emailAddress: 'ana@mail.test',
  phoneNumber: '+14155550188',
  address: { street: '9 Elm St', city: 'Reno', region: 'NV', postalCode: '89501' },
};

export const DOCUMENT = {
  documentType: 'DRIVERS_LICENSE',
  documentNumber: 'X99',
  dateOfBirth: '1994-02-11',
  expiryDate: '2029-02-11',
  issuingCountry: 'US',
  firstName: 'Ana',
  lastName: 'Ruiz',
  gender: 'F',
  address: { street: '9 Elm St', city: 'Reno', region: 'NV', postalCode: '89501' },
};

export const ENTITY = {
  profile: PROFILE,
  documentData: DOCUMENT,
  documentKyc: { front: 'aW1hZ2U=', back: 'aW1hZ2U=', selfie: 'data:image/jpeg;base64,aW1hZ2U=' },
  level: 'low' as unknown,
  customer: { score: 12 },
};

export const WIDGET_URL =
  'https://identity.sardine.ai/?client_token=tok_9f2&consent_id=c0ffee00-1111-4222-8333-444455556666';

export const CREDENTIALS = { clientId: 'northwind', clientSecret: 'secret:with:colons' };
