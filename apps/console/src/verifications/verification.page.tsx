import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function VerificationPage(): ReactElement {
  return <Page title="Verification">Coming.</Page>;
}
