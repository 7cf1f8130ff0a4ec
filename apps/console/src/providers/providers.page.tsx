import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function ProvidersPage(): ReactElement {
  return <Page title="Providers">Coming.</Page>;
}
