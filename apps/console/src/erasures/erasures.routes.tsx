import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const erasuresRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/erasures',
  component: lazyRouteComponent(() => import('./erasures.page.js'), 'ErasuresPage'),
  staticData: { needs: 'listErasures' },
});

export const erasureRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/erasures/$tenantId/$erasureId',
  component: lazyRouteComponent(() => import('./erasure.page.js'), 'ErasurePage'),
  staticData: { needs: 'getErasure' },
});
