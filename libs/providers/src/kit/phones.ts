import { E164 } from '@gatehouse/contract';
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

import { toText } from './identity-words.js';

/**
 * A phone number in E.164, or null if the text is not just one or could not exist. `country` (alpha-2) reads numbers that
 * carry no country code of their own; without it none is made up.
 */
export function toE164(text: string | null | undefined, country: string | null = null): string | null {
  const written = toText(text);
  if (written === null) return null;
  const phone = parsePhoneNumberFromString(written, {
    // Not a number somewhere among words.
    extract: false,
    ...(country !== null && isSupportedCountry(country) && { defaultCountry: country }),
  });
  return phone?.isPossible() === true && E164.test(phone.number) ? phone.number : null;
}

/** A number as Dentity wants it: `+1` and the national digits (providers/dentity.md 4.1). Null if unreadable. */
export function splitPhone(e164: string): { readonly dialCode: string; readonly national: string } | null {
  const phone = parsePhoneNumberFromString(e164);
  return phone === undefined
    ? null
    : { dialCode: `+${phone.countryCallingCode}`, national: phone.nationalNumber };
}
