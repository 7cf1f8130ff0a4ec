import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const reviewsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/reviews',
  component: lazyRouteComponent(() => import('./reviews.page.js'), 'ReviewsPage'),
  staticData: { needs: 'decideAnyVerification' },
});
