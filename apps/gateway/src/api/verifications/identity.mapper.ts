import { type Identity, type IdentityDocument, type IdentityPerson } from '@gatehouse/contract';
import { type StoredIdentity } from '@gatehouse/core';
import { derivedId, toTypeId } from '@gatehouse/platform';

import { type IdentityDocumentView, type IdentityView, type PersonView } from './identity.view.js';
import { type Plain } from '../../http/plain.js';

/** The object of API.md 3: every member named, every absent fact null. */
export function toIdentityView({ identity, ...from }: StoredIdentity): Plain<IdentityView> {
  return toPersonIdentityView(identity, { ...from, id: from.verificationId });
}

/** As {@link toIdentityView}, of a person of whom no verification of ours may know: `id` is null then. */
export function toPersonIdentityView(
  { person, documents, liveness, risk, consent }: Identity,
  from: { readonly id: string | null; readonly provider: string; readonly retrievedAt: Date },
): Plain<IdentityView> {
  const { id } = from;
  return {
    verificationId: id === null ? null : toTypeId('ver', id),
    provider: from.provider,
    retrievedAt: from.retrievedAt.toISOString(),
    person: toPersonView(person),
    documents: documents.map((document, index) =>
      toDocumentView(document, id === null ? null : documentId(id, index)),
    ),
    liveness: { passed: liveness.passed, score: liveness.score },
    risk: { level: risk.level },
    consent:
      consent === null
        ? null
        : {
            id: consent.id,
            grantedAt: consent.grantedAt,
            revokedAt: consent.revokedAt,
            sharedFrom: consent.sharedFrom,
          },
  };
}

function toPersonView(person: IdentityPerson): Plain<PersonView> {
  const { address } = person;
  return {
    firstName: person.firstName,
    lastName: person.lastName,
    fullName: person.fullName,
    gender: person.gender,
    dateOfBirth: person.dateOfBirth,
    nationality: person.nationality,
    email: person.email,
    phone: person.phone,
    address:
      address === null
        ? null
        : {
            street: address.street,
            city: address.city,
            region: address.region,
            postalCode: address.postalCode,
            country: address.country,
          },
  };
}

function toDocumentView(document: IdentityDocument, id: string | null): Plain<IdentityDocumentView> {
  const { faceMatch, classification } = document.checks;
  return {
    id,
    type: document.type,
    number: document.number,
    subtype: document.subtype,
    issuedOn: document.issuedOn,
    expiresOn: document.expiresOn,
    issuingAuthority: document.issuingAuthority,
    issuingCountry: document.issuingCountry,
    placeOfIssue: document.placeOfIssue,
    checks: {
      faceMatch: { passed: faceMatch.passed, score: faceMatch.score },
      classification: { passed: classification.passed },
    },
    ocr: { ...document.ocr },
  };
}

/** Documents are not rows of ours: their ids follow from the verification and their place in its list. */
export function documentId(verificationId: string, index: number): string {
  return toTypeId('doc', derivedId(verificationId, `document/${index}`));
}
