import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function ErasuresPage(): ReactElement {
  return <Page title="Erasures">Coming.</Page>;
}
