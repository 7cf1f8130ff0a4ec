import { type QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Link, Outlet } from '@tanstack/react-router';
import { Text } from '@mantine/core';

import { BarePage } from './bare-page.js';
import { LostPage } from './lost-page.js';

export interface RouterContext {
  readonly queries: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: LostPage,
  notFoundComponent: () => (
    <BarePage title="There is no such page">
      <Text>
        The address is wrong, or the page has moved. <Link to="/">Begin at the first page</Link>.
      </Text>
    </BarePage>
  ),
});
