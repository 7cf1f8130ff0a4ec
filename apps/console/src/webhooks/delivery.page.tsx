import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function DeliveryPage(): ReactElement {
  return <Page title="Delivery">Coming.</Page>;
}
