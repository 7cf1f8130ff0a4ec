/** Bodies as Sentinel documents them (providers/sentinel.md 5.3, 7), with an invented person. */

export const CUSTOMER = {
  id: 88,
  uuid: '0d8c0c2e-6c1a-4c55-9a0f-8f4f4f2b7b11',
  status: 6,
  name: 'Omar',
  surname: 'Haddad',
  gender: 'male',
  dateOfBirth: '1987-11-03',
  nationality: 'JOR',
  email: 'omar.haddad@mail.test',
  phoneNumber: '+971500000042',
  isLive: true,
  isLiveScore: 97.1,
  isLiveFaces: null,
  idFace: null,
  emiratesId: null,
  passport: {
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
    frontImage: null,
    backImage: null,
    idImage: null,
    ocrPassport: { documentNumber: 'N0000042', photo: 'data:image/jpeg;base64,AAAA' },
  },
  createdAt: '2026-05-20T08:00:00.000Z',
  updatedAt: '2026-05-20T08:04:10.000Z',
  s3Pointer: 'internal',
};

export const WEBHOOK = {
  id: 88,
  uuid: CUSTOMER.uuid,
  email: CUSTOMER.email,
  phone: CUSTOMER.phoneNumber,
  newStatus: 6,
  updatedAt: '2026-05-20T08:04:10.000Z',
  event: 'status_change',
  expiryWarningFor: [] as string[],
  passphrase: 's3cr3t-pass',
};

export const CREDENTIALS = {
  clientUuid: '5b0f4b57-1b0e-4a6d-8f6c-0d6f2d1c9a10',
  clientSecret: 'client-secret-of-the-tests',
  callbackPassphrase: WEBHOOK.passphrase,
};

export const BAD_CREDENTIALS = { errors: [{ message: 'Invalid user credentials' }] };
export const ROW_NOT_FOUND = { message: 'Row not found' };

/** A full table of codes, as an admin would set it. */
export const ALL_CODES = { pending: [1, 7], draft: 2, conflict: 3, duplicate: 4, rejected: 5, accepted: 6 };

/** The bytes of images, which differ by the letter. */
export function jpeg(letter: string, size = 200): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(size, letter)]);
}

export function dataUri(bytes: Buffer, type = 'image/jpeg'): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** The customer with all images, in the order of the documentation (providers/sentinel.md 5.3). */
export const CUSTOMER_WITH_IMAGES = {
  ...CUSTOMER,
  isLiveFaces: [dataUri(jpeg('a')), dataUri(jpeg('b'))],
  idFace: dataUri(jpeg('c')),
  passport: {
    ...CUSTOMER.passport,
    frontImage: dataUri(jpeg('d')),
    backImage: null,
    idImage: dataUri(jpeg('e')),
  },
};
