import { Container } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';

/** A page with nothing around it: where nobody is signed in, or nobody knows yet who is. */
export function BarePage({
  title = 'Gatehouse console',
  children,
}: {
  readonly title?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Container component="main" py="xl">
      <Page title={title}>{children}</Page>
    </Container>
  );
}

/** Until it is known who is signed in. */
export function OpeningPage(): ReactElement {
  return (
    <BarePage>
      <Loading what="the console" />
    </BarePage>
  );
}
