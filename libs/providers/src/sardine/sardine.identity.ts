import {
  type DocumentType,
  type Identity,
  type IdentityDocument,
  type PostalAddress,
} from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, toAddress, toEmail, toGender, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { consentOf, riskLevelOf } from './sardine.map.js';
import { type SardineAddress, type SardineEntity } from './sardine.wire.js';

/**
 * Only DRIVERS_LICENSE is documented; the other words are inferred (providers/sardine.md 4.4), here without what separates
 * their parts. A word for more than one of our types, as `ID`, is none of them.
 */
const DOCUMENT_TYPES: ReadonlyMap<string, DocumentType> = new Map([
  ['DRIVERSLICENSE', 'drivers_license'],
  ['DRIVERSLICENCE', 'drivers_license'],
  ['DRIVERLICENSE', 'drivers_license'],
  ['DRIVERLICENCE', 'drivers_license'],
  ['DRIVINGLICENSE', 'drivers_license'],
  ['DRIVINGLICENCE', 'drivers_license'],
  ['PASSPORT', 'passport'],
  ['NATIONALID', 'national_id'],
  ['NATIONALIDCARD', 'national_id'],
  ['NATIONALIDENTITYCARD', 'national_id'],
  ['IDCARD', 'national_id'],
  ['IDENTITYCARD', 'national_id'],
  ['EMIRATESID', 'emirates_id'],
  ['EGYPTNATIONALID', 'egypt_national_id'],
]);

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

function documentOf(data: NonNullable<SardineEntity['documentData']>): IdentityDocument {
  const word = data.documentType?.toUpperCase().replaceAll(/[^A-Z]/gu, '') ?? '';
  return {
    type: DOCUMENT_TYPES.get(word) ?? 'other',
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
