import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { type Place, type PolicyVersion } from './policy.js';
import { type Versions, versionsOf } from './versions.js';

const PAGE_SIZE = 50;

/** The parameters of every call about a place. */
export function at({ tenantId, environment }: Place): {
  path: { id: string };
  query: { environment: Place['environment'] };
} {
  return { path: { id: tenantId }, query: { environment } };
}

/** What {@link versionsQuery} and its older pages are kept under. */
export function routingKey({ tenantId, environment }: Place): readonly unknown[] {
  return ['routing', tenantId, environment];
}

/** From the newest version to the one in force, and the rest of its page: a place without a policy is no failure here. */
export function versionsQuery(place: Place) {
  return queryOptions({
    queryKey: [...routingKey(place), 'versions'],
    queryFn: async ({ signal }): Promise<Versions> => {
      const found: PolicyVersion[] = [];
      let cursor: string | null = null;
      do {
        const page: Schemas['PolicyVersions'] = await versionsPage(place, cursor, signal);
        found.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null && !found.some(({ state }) => state === 'in_force'));
      return versionsOf(found, cursor);
    },
    ...LIVE.far,
  });
}

/** What is older than that, page by page. */
export function olderVersionsQuery(place: Place, from: string | null) {
  return infiniteQueryOptions({
    queryKey: [...routingKey(place), 'older', from],
    queryFn: ({ pageParam, signal }) => versionsPage(place, pageParam, signal),
    initialPageParam: from,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: false,
  });
}

function versionsPage(
  place: Place,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Schemas['PolicyVersions']> {
  const { path, query } = at(place);
  return dataOf(
    api.GET('/admin/v1/tenants/{id}/routing/versions', {
      params: { path, query: { ...query, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) } },
      signal,
    }),
  );
}
