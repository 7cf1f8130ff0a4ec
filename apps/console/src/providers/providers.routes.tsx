import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const providersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/providers',
  component: lazyRouteComponent(() => import('./providers.page.js'), 'ProvidersPage'),
  staticData: { needs: 'listProviders' },
});
