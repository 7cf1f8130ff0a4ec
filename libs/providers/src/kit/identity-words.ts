import { type IdentityPerson, type PostalAddress } from '@gatehouse/contract';

import { REMOVED } from './evidence.js';

const MAX_FIELDS = 200;
/** Longer than any name, number, address or line of a document. What exceeds it is no such thing, and half of it even less. */
const MAX_LENGTH = 2000;
const MAX_KEY_LENGTH = 100;
/** RFC 5321. */
const MAX_EMAIL_LENGTH = 254;

/**
 * What cannot be seen and says only how a text is laid out: controls, soft hyphens, direction marks and the like. The two
 * joiners stay, U+200C and U+200D, because Persian and Indic names are spelled with them.
 */
const INVISIBLE = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|(?![\s\u0085])\p{Cc}/gu;
const WHITE_SPACE = /[\s\u0085]+/gu;

/**
 * A text as it may be shown: in Unicode's composed form (NFC), without what is invisible, with single blanks. Null where
 * the vendor sent nothing, only blanks, or something far too long. Letters of any script stay as they are.
 */
export function toText(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text.length > MAX_LENGTH) return null;
  const clean = text.replace(INVISIBLE, '').replace(WHITE_SPACE, ' ').trim().normalize('NFC');
  return clean === '' ? null : clean;
}

/** First and last name as one, or null. */
export function joinName(first: string | null, last: string | null): string | null {
  return toText([first, last].filter((part) => part !== null).join(' '));
}

/** An e-mail address as it is written, since only whoever compares may fold case; null if it is none. */
export function toEmail(text: string | null | undefined): string | null {
  const email = toText(text);
  return email !== null && email.length <= MAX_EMAIL_LENGTH && /^[^\s@]+@[^\s@]+$/u.test(email)
    ? email
    : null;
}

/** Our word for a vendor's word or letter for gender; null if it is none that we know. */
export function toGender(text: string | null | undefined): IdentityPerson['gender'] {
  switch (toText(text)?.toLowerCase()) {
    case 'm':
    case 'male':
    case 'man':
      return 'male';
    case 'f':
    case 'female':
    case 'woman':
      return 'female';
    case 'x':
    case 'o':
    case 'other':
    case 'non-binary':
    case 'nonbinary':
      return 'other';
    default:
      return null;
  }
}

/** An address with its texts cleaned; null where nothing of it is known. `country` is an alpha-2 code already. */
export function toAddress(parts: {
  readonly [Part in keyof PostalAddress]: string | null | undefined;
}): PostalAddress | null {
  const address = {
    street: toText(parts.street),
    city: toText(parts.city),
    region: toText(parts.region),
    postalCode: toText(parts.postalCode),
    country: parts.country ?? null,
  };
  return Object.values(address).every((part) => part === null) ? null : address;
}

/**
 * The scalar members of a vendor's free-form object as texts (OCR results). Left out are nested values, images, addresses
 * of images, and what a database row has for itself: provider-internal keys never pass through (API.md 3).
 */
export function scalarFields(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const fields = Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    const text = isScalar(field) && isFieldName(key) ? toText(String(field)) : null;
    return text === null || text === REMOVED || isUri(text) ? [] : [[key, text] as const];
  });
  return Object.fromEntries(fields.slice(0, MAX_FIELDS));
}

/** A copy without images: every data URI becomes null. */
export function withoutDataUris(value: unknown): unknown {
  if (typeof value === 'string' && /^data:/iu.test(value)) return null;
  if (Array.isArray(value)) return value.map(withoutDataUris);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutDataUris(member)]));
}

const ROW_KEYS: ReadonlySet<string> = new Set([
  'id',
  'uuid',
  'customerid',
  'customeruuid',
  'clientid',
  'clientuuid',
  'createdat',
  'updatedat',
  'deletedat',
]);

function isFieldName(key: string): boolean {
  return key !== '' && key.length <= MAX_KEY_LENGTH && !ROW_KEYS.has(key.replaceAll('_', '').toLowerCase());
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isUri(text: string): boolean {
  return /^(?:data:|[a-z][a-z\d+.-]*:\/\/)/iu.test(text);
}
