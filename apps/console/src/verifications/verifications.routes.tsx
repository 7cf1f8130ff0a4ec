import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const verificationsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/verifications',
  component: lazyRouteComponent(() => import('./verifications.page.js'), 'VerificationsPage'),
  staticData: { needs: 'listTenants' },
});

export const verificationRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/verifications/$verificationId',
  component: lazyRouteComponent(() => import('./verification.page.js'), 'VerificationPage'),
  staticData: { needs: 'listTenants' },
});
