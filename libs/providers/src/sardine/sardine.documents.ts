import { type DocumentType } from '@gatehouse/contract';

import { type SardineDocument } from './sardine.wire.js';

/**
 * Only DRIVERS_LICENSE is documented; the other words are inferred (providers/sardine.md 4.4), here without what separates
 * their parts. A word for more than one of our types, as `ID`, is none of them.
 */
const DOCUMENT_TYPES: ReadonlyMap<string, DocumentType> = new Map([
  ['DRIVERSLICENSE', 'drivers_license'],
  ['DRIVERSLICENCE', 'drivers_license'],
  ['DRIVERLICENSE', 'drivers_license'],
  ['DRIVERLICENCE', 'drivers_license'],
  ['DRIVINGLICENSE', 'drivers_license'],
  ['DRIVINGLICENCE', 'drivers_license'],
  ['PASSPORT', 'passport'],
  ['NATIONALID', 'national_id'],
  ['NATIONALIDCARD', 'national_id'],
  ['NATIONALIDENTITYCARD', 'national_id'],
  ['IDCARD', 'national_id'],
  ['IDENTITYCARD', 'national_id'],
  ['EMIRATESID', 'emirates_id'],
  ['EGYPTNATIONALID', 'egypt_national_id'],
]);

/** The document's type in our words, `other` where it has none of them. */
export function documentTypeOf({ documentType }: SardineDocument): DocumentType | 'other' {
  const word = documentType?.toUpperCase().replaceAll(/[^A-Z]/gu, '') ?? '';
  return DOCUMENT_TYPES.get(word) ?? 'other';
}
