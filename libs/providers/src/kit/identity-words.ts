import { type IdentityPerson } from '@gatehouse/contract';

const MAX_FIELDS = 200;
const MAX_FIELD_LENGTH = 2000;

/** Our word for a vendor's word or letter for gender; null if it is none that we know. */
export function toGender(text: string | null | undefined): IdentityPerson['gender'] {
  switch (text?.trim().toLowerCase()) {
    case 'm':
    case 'male':
      return 'male';
    case 'f':
    case 'female':
      return 'female';
    case 'x':
    case 'o':
    case 'other':
      return 'other';
    default:
      return null;
  }
}

/** A text as it may be shown: trimmed, and null where the vendor sent nothing or only blanks. */
export function toText(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** First and last name as one, or null. */
export function joinName(first: string | null, last: string | null): string | null {
  return toText([first, last].filter((part) => part !== null).join(' '));
}

/** The scalar members of a vendor's free-form object as texts (OCR results). Images and nested values are left out. */
export function scalarFields(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const fields = Object.entries(value).flatMap(([key, field]: [string, unknown]) =>
    isScalar(field) && !isDataUri(field) ? [[key, String(field).slice(0, MAX_FIELD_LENGTH)] as const] : [],
  );
  return Object.fromEntries(fields.slice(0, MAX_FIELDS));
}

/** A copy without images: every data URI becomes null. */
export function withoutDataUris(value: unknown): unknown {
  if (isDataUri(value)) return null;
  if (Array.isArray(value)) return value.map(withoutDataUris);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutDataUris(member)]));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isDataUri(value: unknown): boolean {
  return typeof value === 'string' && /^data:/iu.test(value);
}
