import { type Identity, type PostalAddress } from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, toGender, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { consentOf, riskLevelOf } from './sardine.map.js';
import { type SardineAddress, type SardineEntity } from './sardine.wire.js';

/** Only DRIVERS_LICENSE is documented; the other words are inferred (providers/sardine.md 4.4). */
const DOCUMENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['DRIVERS_LICENSE', 'drivers_license'],
  ['PASSPORT', 'passport'],
  ['NATIONAL_ID', 'national_id'],
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
      email: toText(profile?.emailAddress),
      phone: toE164(profile?.phoneNumber),
      address: addressOf(profile?.address) ?? addressOf(documentData?.address),
    },
    documents: documentData == null ? [] : [documentOf(documentData)],
    liveness: { passed: null, score: null },
    risk: { level: riskLevelOf(entity.level) },
    consent: consentOf(entity),
  };
}

function documentOf(data: NonNullable<SardineEntity['documentData']>): Identity['documents'][number] {
  return {
    type: DOCUMENT_TYPES.get(data.documentType?.trim().toUpperCase() ?? '') ?? 'other',
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
  if (address === null || address === undefined) return null;
  return {
    street: toText(address.street),
    city: toText(address.city),
    region: toText(address.region),
    postalCode: toText(address.postalCode),
    country: null,
  };
}
