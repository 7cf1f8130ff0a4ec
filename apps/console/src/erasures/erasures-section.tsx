import { Box, Group } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { Page } from '../kit/page.js';
import { type SubPage, SubPages } from '../kit/sub-pages.js';
import { TenantField } from '../kit/tenant-field.js';

const PAGES: readonly SubPage[] = [
  { to: '/erasures', label: 'Erasures', needs: 'listErasures' },
  { to: '/erasures/holds', label: 'Legal holds', needs: 'listLegalHolds' },
];

/** A page of the part "Erasures", with the way to the others: of one tenant, which is asked for first. */
export function ErasuresSection({
  title,
  lead,
  tenantId,
  onTenant,
  whyTenant,
  action,
  children,
}: {
  readonly title: string;
  readonly lead: ReactNode;
  readonly tenantId: string | null;
  readonly onTenant: (tenantId: string | null) => void;
  readonly whyTenant: string;
  readonly action: (tenantId: string) => ReactNode;
  readonly children: (tenantId: string) => ReactNode;
}): ReactElement {
  return (
    <Page title={title} lead={lead}>
      <SubPages label="Erasures" pages={PAGES} />
      <Group align="flex-end" gap="sm">
        <Box flex="1 1 16rem" maw={360}>
          <TenantField value={tenantId} required onChange={onTenant} />
        </Box>
        {tenantId !== null && action(tenantId)}
      </Group>
      {tenantId === null ? (
        <EmptyState title="Choose a tenant first">{whyTenant}</EmptyState>
      ) : (
        children(tenantId)
      )}
    </Page>
  );
}
