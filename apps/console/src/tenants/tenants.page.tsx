import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function TenantsPage(): ReactElement {
  return <Page title="Tenants">Coming.</Page>;
}
