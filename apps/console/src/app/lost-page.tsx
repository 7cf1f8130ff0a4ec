import { Container } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { type ReactElement, useEffect } from 'react';

import { LIVE } from '../api/live.js';
import { ProblemError } from '../api/problem.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';

/** In place of a page that could not be shown at all. What failed at the server is tried again until it works. */
export function LostPage({ error }: ErrorComponentProps): ReactElement {
  const router = useRouter();
  const isPassing = error instanceof ProblemError;
  const again = (): void => {
    void router.invalidate();
  };
  useEffect(() => {
    if (!isPassing) return;
    const timer = setInterval(() => void router.invalidate(), LIVE.close.refetchInterval);
    return () => {
      clearInterval(timer);
    };
  }, [isPassing, router]);
  return (
    <Container component="main" py="xl">
      <Page title="Gatehouse console">
        <ProblemNotice error={error} onRetry={again} />
      </Page>
    </Container>
  );
}
