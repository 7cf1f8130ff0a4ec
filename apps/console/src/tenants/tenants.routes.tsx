import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const tenantsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tenants',
  component: lazyRouteComponent(() => import('./tenants.page.js'), 'TenantsPage'),
  staticData: { needs: 'listConnections' },
});

export const tenantRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tenants/$tenantId',
  component: lazyRouteComponent(() => import('./tenant.page.js'), 'TenantPage'),
  staticData: { needs: 'getTenant' },
});
