import { type ReactElement } from 'react';

import { TenantName } from '../kit/tenant-select.js';
import { useMay } from '../session/use-session.js';

/** A tenant by its name, or by its id for those who may not list tenants. */
export function TenantLabel({ id }: { readonly id: string }): ReactElement {
  const may = useMay();
  return may('listTenants') ? <TenantName id={id} /> : <>{id}</>;
}
