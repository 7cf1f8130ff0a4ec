import { type DocumentType } from '@gatehouse/contract';

/** Our document types and Sentinel's keys for them (providers/sentinel.md 5.2, 5.3), in the order of an identity's documents. */
export const SENTINEL_DOCUMENTS = [
  { type: 'passport', key: 'passport' },
  { type: 'emirates_id', key: 'emiratesId' },
  { type: 'egypt_national_id', key: 'egyptNationalId' },
] as const satisfies readonly { readonly type: DocumentType; readonly key: string }[];

/** Sentinel's names without case and separators: `emiratesId` in the API, `emirates_id` in webhooks (trap 6). */
const DOCUMENT_TYPES: ReadonlyMap<string, DocumentType> = new Map(
  SENTINEL_DOCUMENTS.map(({ type, key }) => [key.toLowerCase(), type]),
);

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
