import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';
import { type Environment } from './policy.js';

export interface SwitchingSearch {
  readonly tenantId?: string;
  /** Live where it is left out. */
  readonly environment?: Environment;
  /** How the policy is edited; as a form where it is left out. */
  readonly view?: 'form' | 'json';
}

export const switchingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/switching',
  component: lazyRouteComponent(() => import('./switching.page.js'), 'SwitchingPage'),
  staticData: { needs: 'getRoutingPolicy' },
  validateSearch: ({ tenantId, environment, view }: Record<string, unknown>): SwitchingSearch => ({
    ...(typeof tenantId === 'string' && { tenantId }),
    ...((environment === 'test' || environment === 'live') && { environment }),
    ...((view === 'form' || view === 'json') && { view }),
  }),
});
