import { type ReactElement } from 'react';

import { TenantName } from '../kit/tenant-select.js';

/** Whose ledger holds what is of no tenant. */
export const NO_TENANT = 'tnt_00000000000000000000000000';

/** Whose ledger it is: a tenant's, or the one of what is of no tenant. */
export function LedgerName({ tenantId }: { readonly tenantId: string }): ReactElement {
  return tenantId === NO_TENANT ? <>Gatehouse itself (of no tenant)</> : <TenantName id={tenantId} />;
}
