import { type Identity } from '@gatehouse/contract';

import { toAlpha2 } from '../kit/countries.js';
import { toIsoDate } from '../kit/dates.js';
import { joinName, toText } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { type DentityUser } from './dentity.wire.js';

/** Dentity's user in our words. It names no document, no score and no consent (providers/dentity.md 4.2). */
export function identityOf(user: DentityUser): Identity {
  const firstName = toText(user.firstName);
  const lastName = toText(user.lastName);
  const country = toAlpha2(user.addressDetail?.country);
  return {
    person: {
      firstName,
      lastName,
      fullName: toText(user.fullName) ?? joinName(firstName, lastName),
      gender: null,
      dateOfBirth: toIsoDate(user.dateOfBirth),
      nationality: null,
      email: toText(user.email),
      // The number comes without a dial code; only together with a country can it be read.
      phone: toE164(user.phoneNumber, country),
      address:
        user.addressDetail == null
          ? null
          : {
              street: toText(user.addressDetail.street),
              city: toText(user.addressDetail.city),
              region: toText(user.addressDetail.state),
              postalCode: toText(user.addressDetail.zip),
              country,
            },
    },
    documents: [],
    liveness: { passed: null, score: null },
    risk: { level: null },
    consent: null,
  };
}
