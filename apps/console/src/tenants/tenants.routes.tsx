import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';
import { ENVIRONMENTS, type Environment, TENANT_TABS, type TenantTab } from './tenant-place.js';

export interface TenantsSearch {
  /** A part of the name, or an id. */
  readonly search?: string;
}

export interface TenantSearch {
  readonly tab?: TenantTab;
  readonly environment?: Environment;
}

export const tenantsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tenants',
  component: lazyRouteComponent(() => import('./tenants.page.js'), 'TenantsPage'),
  validateSearch: ({ search }: Record<string, unknown>): TenantsSearch =>
    typeof search === 'string' && search !== '' ? { search } : {},
  staticData: { needs: 'listConnections' },
});

export const tenantRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/tenants/$tenantId',
  component: lazyRouteComponent(() => import('./tenant.page.js'), 'TenantPage'),
  validateSearch: (search: Record<string, unknown>): TenantSearch => {
    const tab = TENANT_TABS.find((known) => known === search['tab']);
    const environment = ENVIRONMENTS.find((known) => known === search['environment']);
    return { ...(tab !== undefined && { tab }), ...(environment !== undefined && { environment }) };
  },
  staticData: { needs: 'getTenant' },
});
