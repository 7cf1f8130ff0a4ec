import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function WebhooksPage(): ReactElement {
  return <Page title="Webhooks">Coming.</Page>;
}
