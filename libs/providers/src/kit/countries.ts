import countries from 'i18n-iso-countries';

/**
 * ISO 3166-1 alpha-2 from what vendors write: alpha-3 (Sentinel), alpha-2 (Sardine) or an English name. Null if it is none
 * of them.
 */
export function toAlpha2(text: string | null | undefined): string | null {
  const word = text?.trim() ?? '';
  if (word === '') return null;
  const code = word.toUpperCase();
  if (code.length === 2) return countries.isValid(code) ? code : null;
  if (code.length === 3) {
    const alpha2 = countries.alpha3ToAlpha2(code);
    if (alpha2 !== undefined) return alpha2;
  }
  return countries.getAlpha2Code(word, 'en') ?? null;
}
