import { Anchor, Button, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { LIVE } from '../api/live.js';
import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { tenantsQuery } from '../kit/tenant-select.js';
import { useMay } from '../session/use-session.js';
import { CreateTenantButton } from './create-tenant-button.js';

const route = getRouteApi('/signed-in/tenants');
/** As many as one looks through; whoever has more searches. */
const SHOWN = 200;

/** All tenants, found by their names. */
export function TenantsPage(): ReactElement {
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const { data, error, refetch } = useQuery({ ...tenantsQuery, ...LIVE.far });
  const wanted = search.trim().toLowerCase();
  const found = (data ?? []).filter(({ id, name }) => name.toLowerCase().includes(wanted) || id === wanted);
  return (
    <Page
      title="Tenants"
      lead="Whoever verifies people through Gatehouse: each with its own keys, connections and routing."
      actions={may('createTenant') && <CreateTenantButton />}
    >
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {data === undefined ? (
        error === null && <Loading what="the tenants" />
      ) : data.length === 0 ? (
        <EmptyState title="There is no tenant yet">
          Create one. Then give it a key, connect a provider, and say in Switching where its people go.
        </EmptyState>
      ) : (
        <>
          <TextInput
            label="Search by name"
            type="search"
            maw={420}
            value={search}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({ search: value === '' ? {} : { search: value }, replace: true });
            }}
          />
          {found.length === 0 ? (
            <EmptyState
              title="No tenant of that name"
              action={
                <Button variant="default" onClick={() => void navigate({ search: {}, replace: true })}>
                  Show all
                </Button>
              }
            >
              The search looks at names, and at whole ids.
            </EmptyState>
          ) : (
            <DataTable label="Tenants" head={['Name', 'Status', 'Id', 'Created']}>
              {found.slice(0, SHOWN).map(({ id, name, status, createdAt }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <Anchor
                      size="sm"
                      renderRoot={(props) => (
                        <Link {...props} to="/tenants/$tenantId" params={{ tenantId: id }} />
                      )}
                    >
                      {name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <StatusBadge status={status} />
                  </Table.Td>
                  <Table.Td>{id}</Table.Td>
                  <Table.Td>
                    <Moment at={createdAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )}
          {found.length > SHOWN && (
            <Text size="sm">{found.length - SHOWN} more. Write more of the name to find one of them.</Text>
          )}
        </>
      )}
    </Page>
  );
}
