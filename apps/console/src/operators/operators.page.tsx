import { Stack, Table, Text, Title } from '@mantine/core';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE, refresh } from '../api/live.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { DataTable } from '../kit/data-table.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { NewKey } from '../kit/new-key.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { useMay, useSession } from '../session/use-session.js';
import { CreateAdminKeyButton } from './create-admin-key-button.js';
import { RoleTable } from './role-table.js';

const adminKeysQuery = queryOptions({
  queryKey: ['operators'],
  queryFn: async ({ signal }) => (await dataOf(api.GET('/admin/v1/admin-keys', { signal }))).data,
  ...LIVE.far,
});

/** The keys of those who run Gatehouse, and what each role may do. */
export function OperatorsPage(): ReactElement {
  const may = useMay();
  const { data, error, refetch } = useQuery(adminKeysQuery);
  // In the page's own state and nowhere else: gone with the page.
  const [fresh, setFresh] = useState<string | null>(null);
  return (
    <Page
      title="Operators"
      lead="One key for each person: what is done is recorded by key."
      actions={may('createAdminKey') && <CreateAdminKeyButton onCreated={setFresh} />}
    >
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {fresh !== null && (
        <NewKey
          value={fresh}
          onDone={() => {
            setFresh(null);
          }}
        >
          Hand it to the operator on a way that you trust. They sign in here with it.
        </NewKey>
      )}
      {data === undefined ? (
        error === null && <Loading what="the operators" />
      ) : (
        <DataTable label="Operators’ keys" head={['Name', 'Role', 'Ends in', 'State', 'Created', 'Actions']}>
          {data.map((key) => (
            <OperatorRow key={key.id} adminKey={key} />
          ))}
        </DataTable>
      )}
      <Stack component="section" aria-label="Roles">
        <Title order={2} size="h3">
          What each role may do
        </Title>
        <RoleTable />
      </Stack>
    </Page>
  );
}

function OperatorRow({ adminKey }: { readonly adminKey: Schemas['AdminKey'] }): ReactElement {
  const may = useMay();
  const { keyId } = useSession();
  const queries = useQueryClient();
  const isOwn = adminKey.id === keyId;
  return (
    <Table.Tr>
      <Table.Td>
        {adminKey.name}
        {isOwn && ' (you)'}
      </Table.Td>
      <Table.Td>{adminKey.role}</Table.Td>
      <Table.Td>
        <code>…{adminKey.hint}</code>
      </Table.Td>
      <Table.Td>
        {adminKey.revokedAt === null ? (
          'in force'
        ) : (
          <>
            revoked <Moment at={adminKey.revokedAt} />
          </>
        )}
      </Table.Td>
      <Table.Td>
        <Moment at={adminKey.createdAt} />
      </Table.Td>
      <Table.Td>
        {adminKey.revokedAt === null && may('revokeAdminKey') && (
          <ConfirmButton
            label="Revoke"
            title={`Revoke “${adminKey.name}”, which ends in ${adminKey.hint}?`}
            confirmLabel="Revoke the key"
            color="red"
            size="compact-sm"
            onConfirm={async () => {
              await api.DELETE('/admin/v1/admin-keys/{id}', { params: { path: { id: adminKey.id } } });
              await refresh(queries, adminKeysQuery.queryKey);
            }}
          >
            <Text size="sm">
              It is refused from then on, for good, and every session that it opened ends. What was done with
              it stays recorded.
              {isOwn && ' It is the key that you are signed in with: you will be signed out.'}
            </Text>
          </ConfirmButton>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
