import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { type ReactElement, useCallback, useEffect, useState } from 'react';

import { LIVE } from '../api/live.js';
import { ProblemError } from '../api/problem.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { sessionQuery } from '../session/session.js';
import { BarePage } from './bare-page.js';

/**
 * In place of a page that could not be shown at all. What failed at the server is tried again until it works, and what is on the screen
 * stays until then: the page that was lost would begin with being empty.
 */
export function LostPage({ error }: ErrorComponentProps): ReactElement {
  const router = useRouter();
  const queries = useQueryClient();
  /** Of the last attempt; null: none has failed since `error`. */
  const [failure, setFailure] = useState<unknown>(null);
  const isPassing = error instanceof ProblemError;
  const again = useCallback(async (): Promise<void> => {
    try {
      if (isPassing) await queries.query({ ...sessionQuery, staleTime: 0 });
    } catch (reason) {
      setFailure(reason);
      return;
    }
    setFailure(null);
    await router.invalidate();
  }, [isPassing, queries, router]);
  useEffect(() => {
    if (!isPassing) return;
    const timer = setInterval(() => void again(), LIVE.close.refetchInterval);
    return () => {
      clearInterval(timer);
    };
  }, [isPassing, again]);
  return (
    <BarePage>
      <ProblemNotice error={failure ?? error} onRetry={() => void again()} />
    </BarePage>
  );
}
