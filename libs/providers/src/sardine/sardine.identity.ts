import { type Identity, type IdentityDocument, type PostalAddress } from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, toAddress, toEmail, toGender, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { consentOf } from './sardine.consent.js';
import { documentTypeOf } from './sardine.documents.js';
import { riskLevelOf } from './sardine.map.js';
import { type SardineAddress, type SardineDocument, type SardineEntity } from './sardine.wire.js';

/** Sardine's entity in our words. The profile has a full name only, the document first and last (trap 4). */
export function identityOf(entity: SardineEntity): Identity {
  const { profile, documentData } = entity;
  const firstName = toText(documentData?.firstName);
  const lastName = toText(documentData?.lastName);
  return {
    person: {
      firstName,
      lastName,
      fullName: toText(profile?.fullName) ?? joinName(firstName, lastName),
      gender: toGender(documentData?.gender),
      dateOfBirth: toIsoDate(profile?.dateOfBirth) ?? toIsoDate(documentData?.dateOfBirth),
      nationality: null,
      email: toEmail(profile?.emailAddress),
      phone: toE164(profile?.phoneNumber),
      address: addressOf(profile?.address) ?? addressOf(documentData?.address),
    },
    documents: documentData === null ? [] : [documentOf(documentData)],
    liveness: { passed: null, score: null },
    risk: { level: riskLevelOf(entity.level) },
    consent: consentOf(entity),
  };
}

function documentOf(data: SardineDocument): IdentityDocument {
  return {
    type: documentTypeOf(data),
    number: toText(data.documentNumber),
    subtype: null,
    issuedOn: null,
    expiresOn: toIsoDate(data.expiryDate),
    issuingAuthority: null,
    issuingCountry: toAlpha2(data.issuingCountry),
    placeOfIssue: null,
    checks: { faceMatch: { passed: null, score: null }, classification: { passed: null } },
    ocr: {},
  };
}

/** Neither address has a country (trap 8), and none is made up. */
function addressOf(address: SardineAddress | null | undefined): PostalAddress | null {
  return toAddress({
    street: address?.street,
    city: address?.city,
    region: address?.region,
    postalCode: address?.postalCode,
    country: null,
  });
}
