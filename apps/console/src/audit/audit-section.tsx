import { type ReactElement, type ReactNode } from 'react';

import { Page } from '../kit/page.js';
import { type SubPage, SubPages } from '../kit/sub-pages.js';

const PAGES: readonly SubPage[] = [
  { to: '/audit', label: 'Search', needs: 'searchAuditLog' },
  { to: '/audit/views', label: 'Who saw whom', needs: 'searchAuditLog' },
  { to: '/audit/verify', label: 'Verify', needs: 'verifyAuditLog' },
  { to: '/audit/checkpoints', label: 'Checkpoints', needs: 'listCheckpoints' },
  { to: '/audit/downloads', label: 'Downloads', needs: 'exportAuditLog' },
  { to: '/audit/keys', label: 'Keys', needs: 'listKeyRotations' },
];

/** A page of the part "Audit", with the way to the others. */
export function AuditSection({
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
      <SubPages label="Audit" pages={PAGES} />
      {children}
    </Page>
  );
}
