import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function AuditPage(): ReactElement {
  return <Page title="Audit">Coming.</Page>;
}
