import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api, dataOf } from '../api/client.js';
import { startOfRange } from './figures.js';

/** Counting a range is dearer than a list, and its figures move slowly. */
const EVERY_MS = 30_000;

export function overviewQuery(days: number, tenantId: string | null) {
  return queryOptions({
    queryKey: ['overview', days, tenantId],
    queryFn: ({ signal }) => {
      const query = {
        since: startOfRange(days, new Date()).toISOString(),
        ...(tenantId !== null && { tenantId }),
      };
      return dataOf(api.GET('/admin/v1/overview', { params: { query }, signal }));
    },
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
}
