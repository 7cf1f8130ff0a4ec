import { Select } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { useMay } from '../session/use-session.js';

const PAGE_SIZE = 200;

/** All tenants, newest first. */
export const tenantsQuery = queryOptions({
  queryKey: ['tenants', 'all'],
  queryFn: async ({ signal }) => {
    const tenants: Schemas['Tenant'][] = [];
    let cursor: string | null = null;
    do {
      const query: { limit: number; cursor?: string } = {
        limit: PAGE_SIZE,
        ...(cursor !== null && { cursor }),
      };
      const page: Schemas['TenantPage'] = await dataOf(
        api.GET('/admin/v1/tenants', { params: { query }, signal }),
      );
      tenants.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return tenants;
  },
  staleTime: 30_000,
});

/** One tenant of all, found by name or id; null is all of them, or what `none` says. */
export function TenantSelect({
  value,
  onChange,
  label = 'Tenant',
  required = false,
  none = 'All tenants',
}: {
  readonly value: string | null;
  readonly onChange: (tenantId: string | null) => void;
  readonly label?: string;
  readonly required?: boolean;
  readonly none?: string;
}): ReactElement {
  const { data = [] } = useQuery(tenantsQuery);
  return (
    <Select
      label={label}
      placeholder={required ? 'Choose a tenant' : none}
      searchable
      clearable={!required}
      clearButtonProps={{ 'aria-label': none }}
      nothingFoundMessage="No tenant of that name"
      data={data.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
    />
  );
}

/** The name of a tenant, or its id as long as the name is not known, as to roles that may not list tenants. */
export function TenantName({ id }: { readonly id: string }): ReactElement {
  const may = useMay();
  const { data } = useQuery({ ...tenantsQuery, enabled: may('listTenants') });
  return <>{data?.find((tenant) => tenant.id === id)?.name ?? id}</>;
}
