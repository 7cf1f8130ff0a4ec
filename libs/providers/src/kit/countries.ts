import countries from 'i18n-iso-countries/index.js';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };

// The package's own entry reads eighty languages.
countries.registerLocale(english);

/**
 * Codes that stand for a country and are not in ISO 3166-1: of ICAO Doc 9303 part 3, section 5, which travel documents and
 * so their OCR fields use, and `UK`, which ISO keeps free for exactly this meaning.
 */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['D', 'DE'],
  ['UK', 'GB'],
  // Kinds of British nationality; the state is the same.
  ['GBD', 'GB'],
  ['GBN', 'GB'],
  ['GBO', 'GB'],
  ['GBP', 'GB'],
  ['GBS', 'GB'],
]);

/**
 * Kosovo's user-assigned code: the package knows it, but ISO 3166-1, which API.md promises, does not. For the same reason
 * ICAO's `RKS`, the United Nations (`UNO`), stateless persons and refugees (`XXA` to `XXC`) and `XXX` have no country here.
 */
const NOT_ISO = 'XK';

/**
 * ISO 3166-1 alpha-2 from what vendors write: alpha-3 (Sentinel), alpha-2 (Sardine), an English name, or a code of a travel
 * document, also with the filler of its machine-readable zone (`D<<`). Null if it is none of them.
 */
export function toAlpha2(text: string | null | undefined): string | null {
  const word = (text ?? '')
    .replace(/(?<!<)<+$/u, '')
    .trim()
    .replaceAll(/\s+/gu, ' ');
  const alpha2 = ALIASES.get(word.toUpperCase()) ?? isoCode(word);
  return alpha2 === NOT_ISO ? null : alpha2;
}

function isoCode(word: string): string | null {
  const code = word.toUpperCase();
  if (code.length === 2) return countries.isValid(code) ? code : null;
  // A name may have three letters too, as `UAE`.
  return countries.alpha3ToAlpha2(code) ?? countries.getSimpleAlpha2Code(word, 'en') ?? null;
}
