import { createRoute, redirect } from '@tanstack/react-router';

import { OpeningPage } from '../app/bare-page.js';
import { rootRoute } from '../app/root.route.js';
import { sessionQuery } from './session.js';
import { SignInPage } from './sign-in.page.js';

export interface SignInSearch {
  /** The page that was asked for, to come back to. */
  readonly from?: string;
  /** Set when a session ended while somebody was at work. */
  readonly ended?: true;
}

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: ({ from, ended }: Record<string, unknown>): SignInSearch => ({
    ...(typeof from === 'string' && isOurs(from) && { from }),
    ...(ended === true && { ended }),
  }),
  pendingComponent: OpeningPage,
  beforeLoad: async ({ context, search }) => {
    const session = await context.queries.query({ ...sessionQuery, staleTime: 'static' });
    if (session !== null) throw redirect({ href: search.from ?? '/' });
  },
});

/** A page of the console: one slash, so that no address of another host passes for one. */
function isOurs(path: string): boolean {
  return /^\/(?![/\\])/u.test(path);
}
