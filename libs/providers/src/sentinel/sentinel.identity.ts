import { type Identity, type IdentityDocument } from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, scalarFields, toEmail, toGender, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { documentsOf } from './sentinel.map.js';
import { type SentinelCustomer, type SentinelDocument } from './sentinel.wire.js';

/** Sentinel's record of a person in our words (providers/sentinel.md 5.3). Scores are on 0–100 there already (inferred). */
export function identityOf(customer: SentinelCustomer): Identity {
  const firstName = toText(customer.name);
  const lastName = toText(customer.surname);
  return {
    person: {
      firstName,
      lastName,
      fullName: joinName(firstName, lastName),
      gender: toGender(customer.gender),
      dateOfBirth: toIsoDate(customer.dateOfBirth),
      nationality: toAlpha2(customer.nationality),
      email: toEmail(customer.email),
      phone: toE164(customer.phoneNumber),
      address: null,
    },
    documents: documentsOf(customer).map(({ type, fields }) => documentOf(type, fields)),
    liveness: { passed: customer.isLive ?? null, score: customer.isLiveScore },
    risk: { level: null },
    consent: null,
  };
}

function documentOf(type: string, fields: SentinelDocument): IdentityDocument {
  return {
    type,
    number: toText(fields.passportNumber ?? fields.emiratesIdNumber ?? fields.egyptNationalIdNumber),
    subtype: toText(fields.passportType),
    issuedOn: toIsoDate(fields.dateOfIssue),
    expiresOn: toIsoDate(fields.dateOfExpiry),
    issuingAuthority: toText(fields.authority),
    issuingCountry: toAlpha2(fields.countryOfIssue),
    placeOfIssue: toText(fields.placeOfIssue),
    checks: {
      faceMatch: { passed: fields.idMatch ?? null, score: fields.idScore },
      classification: { passed: fields.idClassificationPassed ?? null },
    },
    ocr: scalarFields(fields.ocrPassport ?? fields.ocrEmiratesId ?? fields.ocrEgyptNationalId),
  };
}
