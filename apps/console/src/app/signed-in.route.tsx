import { createRoute, redirect } from '@tanstack/react-router';

import { type OperationId, sessionQuery } from '../session/session.js';
import { SessionScope } from '../session/session-scope.js';
import { OpeningPage } from './bare-page.js';
import { homeOf } from './navigation.js';
import { rootRoute } from './root.route.js';
import { Shell } from './shell.js';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The operation without which the page is nothing: who may not call it is told so instead. */
    needs?: OperationId;
  }
}

/** All pages but the one to sign in at. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: () => (
    <SessionScope>
      <Shell />
    </SessionScope>
  ),
  pendingComponent: OpeningPage,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.query({ ...sessionQuery, staleTime: 'static' });
    if (session === null) throw redirect({ to: '/sign-in', search: { from: location.href } });
    const home = homeOf(session);
    if (location.pathname === '/' && home !== '/') throw redirect({ to: home, replace: true });
  },
});
