import { type ReactElement } from 'react';

import { Page } from '../kit/page.js';

export function OperatorsPage(): ReactElement {
  return <Page title="Operators">Coming.</Page>;
}
