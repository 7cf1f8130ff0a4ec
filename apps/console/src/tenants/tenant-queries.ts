import { queryOptions } from '@tanstack/react-query';

import { api, dataOf, versionedOf } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { type Environment } from './tenant-place.js';

/** The tenant, with the version that a change can be made to depend on. */
export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenant', id],
    queryFn: ({ signal }) =>
      versionedOf(api.GET('/admin/v1/tenants/{id}', { params: { path: { id } }, signal })),
    ...LIVE.far,
  });

export const apiKeysQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['tenant', tenantId, 'keys'],
    queryFn: async ({ signal }) => {
      const params = { path: { id: tenantId } };
      return (await dataOf(api.GET('/admin/v1/tenants/{id}/api-keys', { params, signal }))).data;
    },
    ...LIVE.far,
  });

/** Without a credential: only which of them are set. */
export const connectionsQuery = (tenantId: string, environment: Environment) =>
  queryOptions({
    queryKey: ['connections', tenantId, environment],
    queryFn: async ({ signal }) => {
      const params = { path: { id: tenantId }, query: { environment } };
      return (await dataOf(api.GET('/admin/v1/tenants/{id}/connections', { params, signal }))).data;
    },
    ...LIVE.far,
  });
