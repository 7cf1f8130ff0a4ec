import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const operatorsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/operators',
  component: lazyRouteComponent(() => import('./operators.page.js'), 'OperatorsPage'),
  staticData: { needs: 'listAdminKeys' },
});
