import { type DocumentType } from '@gatehouse/contract';

/** Sentinel's names without case and separators: `emiratesId` in the API, `emirates_id` in webhooks (trap 6). */
const DOCUMENT_TYPES: ReadonlyMap<string, DocumentType> = new Map([
  ['passport', 'passport'],
  ['emiratesid', 'emirates_id'],
  ['egyptnationalid', 'egypt_national_id'],
]);

/**
 * The documents that Sentinel names in `expiredIds` or `expiryWarningFor`, each once and in that order. Which case
 * `expiredIds` has is not documented (providers/sentinel.md 5.5), so either is read; a name that nobody knows is left out.
 */
export function documentTypesNamed(words: readonly string[]): readonly DocumentType[] {
  const types = words.flatMap(
    (word) => DOCUMENT_TYPES.get(word.toLowerCase().replaceAll(/[\s_-]/gu, '')) ?? [],
  );
  return [...new Set(types)];
}
