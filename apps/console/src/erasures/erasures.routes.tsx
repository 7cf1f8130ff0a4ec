import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';
import { tenantIn } from '../audit/ledger-search.js';

export const erasuresRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/erasures',
  component: lazyRouteComponent(() => import('./erasures.page.js'), 'ErasuresPage'),
  validateSearch: tenantIn,
  staticData: { needs: 'listErasures' },
});

export const holdsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/erasures/holds',
  component: lazyRouteComponent(() => import('./holds.page.js'), 'HoldsPage'),
  validateSearch: tenantIn,
  staticData: { needs: 'listLegalHolds' },
});

export const erasureRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/erasures/$tenantId/$erasureId',
  component: lazyRouteComponent(() => import('./erasure.page.js'), 'ErasurePage'),
  staticData: { needs: 'getErasure' },
});
