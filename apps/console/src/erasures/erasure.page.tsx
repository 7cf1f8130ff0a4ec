import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function ErasurePage(): ReactElement {
  return <Page title="Erasure">Coming.</Page>;
}
