import { type QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';

import { AUDIT_ROUTES } from '../audit/audit.routes.js';
import { erasuresRoute, erasureRoute, holdsRoute } from '../erasures/erasures.routes.js';
import { operatorsRoute } from '../operators/operators.routes.js';
import { overviewRoute } from '../overview/overview.routes.js';
import { providersRoute } from '../providers/providers.routes.js';
import { reviewsRoute } from '../reviews/reviews.routes.js';
import { switchingRoute } from '../switching/switching.routes.js';
import { tenantsRoute, tenantRoute } from '../tenants/tenants.routes.js';
import { verificationsRoute, verificationRoute } from '../verifications/verifications.routes.js';
import { webhooksRoute, deliveryRoute } from '../webhooks/webhooks.routes.js';
import { signInRoute } from '../session/sign-in.route.js';
import { Loading } from '../kit/loading.js';
import { rootRoute } from './root.route.js';
import { signedInRoute } from './signed-in.route.js';

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    overviewRoute,
    tenantsRoute,
    tenantRoute,
    switchingRoute,
    verificationsRoute,
    verificationRoute,
    reviewsRoute,
    providersRoute,
    webhooksRoute,
    deliveryRoute,
    ...AUDIT_ROUTES,
    erasuresRoute,
    holdsRoute,
    erasureRoute,
    operatorsRoute,
  ]),
]);

/** Every page by its address; each is loaded when it is first asked for. */
export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    basepath: '/console',
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    // What no page has checked comes to none.
    search: { strict: true },
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
