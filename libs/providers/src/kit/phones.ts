import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * A phone number in E.164, or null if it cannot be read as one. `country` (alpha-2) reads numbers that carry no country
 * code of their own.
 */
export function toE164(text: string | null | undefined, country: string | null = null): string | null {
  if (text === null || text === undefined) return null;
  const region = getCountries().find((code) => code === country);
  const options = region === undefined ? {} : { defaultCountry: region };
  const phone = parsePhoneNumberFromString(text, options);
  return phone?.isPossible() === true ? phone.number : null;
}

/** A number as Dentity wants it: `+1` and the national digits (providers/dentity.md 4.1). Null if unreadable. */
export function splitPhone(e164: string): { readonly dialCode: string; readonly national: string } | null {
  const phone = parsePhoneNumberFromString(e164);
  return phone === undefined
    ? null
    : { dialCode: `+${phone.countryCallingCode}`, national: phone.nationalNumber };
}
