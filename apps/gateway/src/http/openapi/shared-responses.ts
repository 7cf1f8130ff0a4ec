import { type OpenAPIObject } from '@nestjs/swagger';

import { PROBLEM_MEDIA_TYPE } from '../problems/problem-document.js';
import { type DescribedOperation } from './described-headers.js';

type DescribedResponse = DescribedOperation['responses'][string];
type Components = NonNullable<OpenAPIObject['components']>;

/** Said by so many operations, a response is worth a name. */
const OFTEN = 3;
/** A name of more codes than this would say less than the response itself. */
const MAX_CODES = 3;

/**
 * Puts the responses with problems that many operations have in common in `components`, under the names of their codes:
 * else nine tenths of the document would be repetition. Changes the operations; returns `components.responses`.
 */
export function shareProblemResponses(
  operations: readonly DescribedOperation[],
): NonNullable<Components['responses']> {
  const uses = new Map<string, number>();
  for (const response of operations.flatMap(({ responses }) => Object.values(responses))) {
    const text = JSON.stringify(response);
    uses.set(text, (uses.get(text) ?? 0) + 1);
  }
  const shared = new Map<string, DescribedResponse>();
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      const name = nameOf(response);
      if (response === undefined || name === null) continue;
      if ((uses.get(JSON.stringify(response)) ?? 0) < OFTEN) continue;
      shared.set(name, response);
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return Object.fromEntries([...shared].sort(([one], [other]) => (one < other ? -1 : 1))) as NonNullable<
    Components['responses']
  >;
}

/** `bad_request-malformed_json`, and what sets its header fields apart; null for what is no problem, or too many. */
function nameOf(response: DescribedResponse): string | null {
  if (response === undefined || '$ref' in response) return null;
  const codes = Object.keys(response.content?.[PROBLEM_MEDIA_TYPE]?.examples ?? {});
  if (codes.length === 0 || codes.length > MAX_CODES) return null;
  const headers = response.headers ?? {};
  const isForKeys = 'RateLimit' in headers || 'WWW-Authenticate' in headers;
  return [
    ...codes,
    ...('Idempotent-Replayed' in headers ? ['replayable'] : []),
    ...(isForKeys ? [] : ['public']),
  ].join('-');
}
