import { queryOptions } from '@tanstack/react-query';

import { api, dataOf } from '../api/client.js';
import { LIVE } from '../api/live.js';

/** The providers of this deployment: what each can do, what a connection needs, how it has been doing. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await dataOf(api.GET('/admin/v1/providers', { signal }))).data,
  ...LIVE.far,
});
