import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const webhooksRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./webhooks.page.js'), 'WebhooksPage'),
  staticData: { needs: 'listAllWebhookDeliveries' },
});

export const deliveryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/webhooks/deliveries/$deliveryId',
  component: lazyRouteComponent(() => import('./delivery.page.js'), 'DeliveryPage'),
  staticData: { needs: 'listAllWebhookDeliveries' },
});
