import { infiniteQueryOptions } from '@tanstack/react-query';

import { api, dataOf, type Schemas } from '../api/client.js';
import { type LedgerSearch } from './ledger-search.js';

const PAGE_SIZE = 50;

/**
 * Entries of the ledger, newest first. Each page that is asked for is an entry of the ledger itself, so nothing is asked for again by
 * itself.
 */
export function ledgerEntriesQuery(search: LedgerSearch, about: 'personal_data' | null) {
  const { tenant, kind, actor, verification, since, until } = search;
  return infiniteQueryOptions({
    queryKey: ['audit', 'entries', about, search],
    queryFn: ({ pageParam, signal }): Promise<Schemas['AuditLogPage']> =>
      dataOf(
        api.GET('/admin/v1/audit-log', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(tenant !== undefined && { tenantId: tenant }),
              ...(kind !== undefined && { kind }),
              ...(about !== null && { about }),
              ...(actor !== undefined && { actor }),
              ...(verification !== undefined && { verificationId: verification }),
              ...(since !== undefined && { since }),
              ...(until !== undefined && { until }),
              ...(pageParam !== null && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
