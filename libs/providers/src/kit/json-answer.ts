import { type IsLong } from './json-events.js';
import { type JsonEntry, readJson } from './json-strings.js';
import { type OpenAnswer } from './provider-http.js';
import { UnreadableJson } from './untrusted-json.js';

/** {@link readJson} of an answer: what cannot be read is thrown as the vendor's breach of contract. */
export async function* readAnswer(
  { body, broken }: Pick<OpenAnswer, 'body' | 'broken'>,
  isLong: IsLong,
): AsyncGenerator<JsonEntry, void, undefined> {
  try {
    yield* readJson(body, isLong);
  } catch (error) {
    throw error instanceof UnreadableJson ? broken('is not readable JSON', error) : error;
  }
}
