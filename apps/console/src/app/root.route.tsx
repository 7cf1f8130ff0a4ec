import { type QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import { Container } from '@mantine/core';

import { EmptyState } from '../kit/empty-state.js';
import { ProblemNotice } from '../kit/problem-notice.js';

export interface RouterContext {
  readonly queries: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: ({ error, reset }) => (
    <Container component="main" py="xl">
      <ProblemNotice error={error} onRetry={reset} />
    </Container>
  ),
  notFoundComponent: () => (
    <EmptyState title="There is no such page">Choose one from the navigation.</EmptyState>
  ),
});
