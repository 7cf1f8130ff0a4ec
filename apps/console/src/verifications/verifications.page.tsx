import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function VerificationsPage(): ReactElement {
  return <Page title="Verifications">Coming.</Page>;
}
