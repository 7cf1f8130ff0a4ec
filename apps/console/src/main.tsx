import '@mantine/core/styles.css';
import './app/console.css';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { ProblemError } from './api/problem.js';
import { createQueries } from './app/queries.js';
import { createConsoleRouter } from './app/router.js';
import { cssVariables, theme } from './app/theme.js';
import { sessionQuery } from './session/session.js';
import { unmark } from './session/signed-in-mark.js';

const queries = createQueries(() => {
  if (router.state.location.pathname === '/sign-in') return;
  const from = router.state.location.href;
  // What somebody saw is gone from the page's memory together with the session.
  queries.clear();
  unmark();
  queries.setQueryData(sessionQuery.queryKey, null);
  void router.navigate({ to: '/sign-in', search: { from, ended: true } });
});
const router = createConsoleRouter(queries);

const place = document.getElementById('console');
if (place === null) throw new Error('the page has no place for the console');
createRoot(place, {
  // A problem is on the screen already; all else is a mistake of ours.
  onCaughtError: (error) => {
    if (!(error instanceof ProblemError)) reportError(error);
  },
}).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
