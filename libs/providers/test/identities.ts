import { type Identity, type IdentityDocument, type IdentityPerson } from '@gatehouse/contract';

/** A whole identity from what is known of it; everything else is what it must be when it was not given. */
export function identity(known: {
  readonly person?: Partial<IdentityPerson>;
  readonly documents?: readonly IdentityDocument[];
  readonly liveness?: Partial<Identity['liveness']>;
  readonly risk?: Identity['risk'];
  readonly consent?: Identity['consent'];
}): Identity {
  return {
    person: {
      firstName: null,
      lastName: null,
      fullName: null,
      gender: null,
      dateOfBirth: null,
      nationality: null,
      email: null,
      phone: null,
      address: null,
      ...known.person,
    },
    documents: known.documents ?? [],
    liveness: { passed: null, score: null, ...known.liveness },
    risk: known.risk ?? { level: null },
    consent: known.consent ?? null,
  };
}

export function document(
  known: Pick<IdentityDocument, 'type'> & Partial<IdentityDocument>,
): IdentityDocument {
  return {
    number: null,
    subtype: null,
    issuedOn: null,
    expiresOn: null,
    issuingAuthority: null,
    issuingCountry: null,
    placeOfIssue: null,
    checks: { faceMatch: { passed: null, score: null }, classification: { passed: null } },
    ocr: {},
    ...known,
  };
}
