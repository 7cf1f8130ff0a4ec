import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function OverviewPage(): ReactElement {
  return <Page title="Overview">Coming.</Page>;
}
