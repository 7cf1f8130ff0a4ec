import { type PageRequest } from '@gatehouse/core';

import { Text, WholeInQuery } from './members.js';

const DEFAULT_LIMIT = 50;

/** The parameters of every list. */
export class PageQuery {
  @WholeInQuery({ min: 1, max: 200, default: DEFAULT_LIMIT, description: 'How many at most.' })
  limit?: string | null;

  @Text({ max: 200, description: 'The `nextCursor` of the page before.' })
  cursor?: string | null;
}

export function pageRequest(query: PageQuery): PageRequest {
  return { limit: Number(query.limit ?? DEFAULT_LIMIT), cursor: query.cursor ?? null };
}
