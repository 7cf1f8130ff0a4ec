import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

import { signedInRoute } from '../app/signed-in.route.js';

export const RANGES = [7, 30, 90] as const;
export type RangeDays = (typeof RANGES)[number];

export interface OverviewSearch {
  /** Absent: 30. */
  readonly days?: RangeDays;
  readonly tenantId?: string;
}

export const overviewRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./overview.page.js'), 'OverviewPage'),
  validateSearch: ({ days, tenantId }: Record<string, unknown>): OverviewSearch => {
    const range = RANGES.find((known) => known === Number(days));
    return {
      ...(range !== undefined && range !== 30 && { days: range }),
      ...(typeof tenantId === 'string' && { tenantId }),
    };
  },
  staticData: { needs: 'getOverview' },
});
