import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What is looked at, and a replay that is under way. Filters other than the tenant need one. */
export interface WebhooksSearch {
  readonly view?: 'endpoints';
  readonly tenantId?: string;
  readonly status?: DeliveryStatus;
  readonly endpointId?: string;
  readonly verificationId?: string;
  readonly replayOf?: string;
  readonly replayId?: string;
}

export const webhooksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./webhooks.page.js'), 'WebhooksPage'),
  validateSearch: (search: Record<string, unknown>): WebhooksSearch => {
    const { tenantId, endpointId, verificationId, replayOf, replayId } = search;
    const status = DELIVERY_STATUSES.find((known) => known === search['status']);
    const isOfTenant = isId(tenantId, 'tnt');
    return {
      ...(search['view'] === 'endpoints' && { view: 'endpoints' }),
      ...(isOfTenant && { tenantId }),
      ...(isOfTenant && status !== undefined && { status }),
      ...(isOfTenant && isId(endpointId, 'whe') && { endpointId }),
      ...(isOfTenant && isId(verificationId, 'ver') && { verificationId }),
      ...(isId(replayOf, 'whe') && isId(replayId, 'rpl') && { replayOf, replayId }),
    };
  },
  staticData: { needs: 'listAllWebhookDeliveries' },
});

export const deliveryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks/deliveries/$deliveryId',
  component: lazyRouteComponent(() => import('./delivery.page.js'), 'DeliveryPage'),
  staticData: { needs: 'getAnyWebhookDelivery' },
});

function isId(value: unknown, prefix: string): value is string {
  return typeof value === 'string' && value.startsWith(`${prefix}_`);
}
