import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function SwitchingPage(): ReactElement {
  return <Page title="Switching">Coming.</Page>;
}
