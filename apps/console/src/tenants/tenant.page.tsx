import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function TenantPage(): ReactElement {
  return <Page title="Tenant">Coming.</Page>;
}
