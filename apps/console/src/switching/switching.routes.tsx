import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const switchingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/switching',
  component: lazyRouteComponent(() => import('./switching.page.js'), 'SwitchingPage'),
  staticData: { needs: 'getRoutingPolicy' },
});
