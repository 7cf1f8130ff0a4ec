import { type Identity } from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, toAddress, toEmail, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { type DentityUser } from './dentity.wire.js';

/** Dentity's user in our words. It names no document, no score and no consent (providers/dentity.md 4.2). */
export function identityOf(user: DentityUser): Identity {
  const firstName = toText(user.firstName);
  const lastName = toText(user.lastName);
  const { addressDetail: address } = user;
  const country = toAlpha2(address?.country);
  return {
    person: {
      firstName,
      lastName,
      fullName: toText(user.fullName) ?? joinName(firstName, lastName),
      gender: null,
      // A read's form is not documented; the one of a create is (providers/dentity.md 4.1, 4.2).
      dateOfBirth: toIsoDate(user.dateOfBirth, 'iso_or_us'),
      nationality: null,
      email: toEmail(user.email),
      // The number comes without a dial code; only together with a country can it be read.
      phone: toE164(user.phoneNumber, country),
      address: toAddress({
        street: address?.street,
        city: address?.city,
        region: address?.state,
        postalCode: address?.zip,
        country,
      }),
    },
    documents: [],
    liveness: { passed: null, score: null },
    risk: { level: null },
    consent: null,
  };
}
