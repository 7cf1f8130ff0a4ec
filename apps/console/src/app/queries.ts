import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { ProblemError } from '../api/problem.js';

/** The cache of what was asked. `onSessionLost` is told when the server no longer knows the session. */
export function createQueries(onSessionLost: () => void): QueryClient {
  const onError = (error: Error): void => {
    if (error instanceof ProblemError && error.problem.code === 'unauthenticated') onSessionLost();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // A failure is shown at once; the interval of the page tries again.
      queries: { retry: false, staleTime: 2_000 },
    },
  });
}
