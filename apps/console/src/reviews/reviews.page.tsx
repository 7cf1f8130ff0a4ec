import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function ReviewsPage(): ReactElement {
  return <Page title="Reviews">Coming.</Page>;
}
