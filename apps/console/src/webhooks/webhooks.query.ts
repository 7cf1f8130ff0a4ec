import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { type WebhooksSearch } from './webhooks.routes.js';

export type Delivery = Schemas['AdminWebhookDelivery'];
export type Endpoint = Schemas['AdminWebhookEndpoint'];

export type DeliveryFilter = Pick<WebhooksSearch, 'tenantId' | 'status' | 'endpointId' | 'verificationId'>;

export const DELIVERIES_KEY = ['webhook-deliveries'] as const;
export const ENDPOINTS_KEY = ['webhook-endpoints'] as const;

const PAGE_SIZE = 50;
const REPLAY_EVERY_MS = 1_000;

export function deliveriesQuery(filter: DeliveryFilter) {
  const { tenantId, status, endpointId, verificationId } = filter;
  return infiniteQueryOptions({
    queryKey: [...DELIVERIES_KEY, 'list', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE_SIZE,
        ...(tenantId !== undefined && { tenantId }),
        ...(status !== undefined && { status }),
        ...(endpointId !== undefined && { endpointId }),
        ...(verificationId !== undefined && { verificationId }),
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return dataOf(api.GET('/admin/v1/webhook-deliveries', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    ...LIVE.far,
  });
}

export function endpointsQuery(tenantId: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...ENDPOINTS_KEY, 'list', tenantId ?? null],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE_SIZE,
        ...(tenantId !== undefined && { tenantId }),
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return dataOf(api.GET('/admin/v1/webhook-endpoints', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    ...LIVE.far,
  });
}

export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: [...DELIVERIES_KEY, 'one', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/admin/v1/webhook-deliveries/{id}', { params: { path: { id } }, signal })),
    ...LIVE.close,
  });
}

/** Asked until nothing of it waits. */
export function replayQuery(id: string, replayId: string) {
  return queryOptions({
    queryKey: [...ENDPOINTS_KEY, 'replay', id, replayId],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/admin/v1/webhook-endpoints/{id}/replays/{replayId}', {
          params: { path: { id, replayId } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.pending === 0 ? false : REPLAY_EVERY_MS),
  });
}
