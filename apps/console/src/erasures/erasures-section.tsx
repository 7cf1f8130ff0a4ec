import { type ReactElement, type ReactNode } from 'react';

import { Page } from '../kit/page.js';
import { type SubPage, SubPages } from '../kit/sub-pages.js';

const PAGES: readonly SubPage[] = [
  { to: '/erasures', label: 'Erasures', needs: 'listErasures' },
  { to: '/erasures/holds', label: 'Legal holds', needs: 'listLegalHolds' },
];

/** A page of the part "Erasures", with the way to the others. */
export function ErasuresSection({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <Page title={title} lead={lead}>
      <SubPages label="Erasures" pages={PAGES} />
      {children}
    </Page>
  );
}
