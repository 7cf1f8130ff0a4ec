import { type StoredIdentity } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';
import { describe, expect, it } from '@jest/globals';

import { toIdentityView } from './identity.mapper.js';

const document = {
  type: 'passport',
  number: 'X0000000',
  subtype: null,
  issuedOn: null,
  expiresOn: '2031-01-31',
  issuingAuthority: null,
  issuingCountry: 'AE',
  placeOfIssue: null,
  checks: { faceMatch: { passed: true, score: 97 }, classification: { passed: null } },
  ocr: { surname: 'EXAMPLE' },
};
const stored: StoredIdentity = {
  verificationId: '01890a5d-ac96-774b-bcce-b302099a8057',
  provider: 'sentinel',
  retrievedAt: new Date('2026-01-02T03:04:05.678Z'),
  identity: {
    person: {
      firstName: 'Jane',
      lastName: 'Example',
      fullName: null,
      gender: 'female',
      dateOfBirth: '1990-05-17',
      nationality: 'AE',
      email: null,
      phone: '+971501234542',
      address: null,
    },
    documents: [document, document],
    liveness: { passed: null, score: null },
    risk: { level: null },
    consent: null,
  },
};

describe('toIdentityView', () => {
  it('names every member, absent facts as null', () => {
    const view = toIdentityView(stored);
    expect(view).toMatchObject({
      verificationId: 'ver_01h455vb4pex5vsknk084sn02q',
      provider: 'sentinel',
      retrievedAt: '2026-01-02T03:04:05.678Z',
      person: { ...stored.identity.person },
      liveness: { passed: null, score: null },
      risk: { level: null },
      consent: null,
    });
    expect(view.documents[0]).toEqual({ ...document, id: view.documents[0]?.id });
  });

  it('gives each document an id that stays the same', () => {
    const ids = toIdentityView(stored).documents.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => fromTypeId('doc', id ?? '') !== null)).toBe(true);
    expect(toIdentityView(stored).documents.map(({ id }) => id)).toEqual(ids);
  });

  it('lets no member of the vendor’s through', () => {
    const planted = { ...stored.identity, person: { ...stored.identity.person, customerKey: 'planted' } };
    expect(JSON.stringify(toIdentityView({ ...stored, identity: planted }))).not.toContain('planted');
  });
});
