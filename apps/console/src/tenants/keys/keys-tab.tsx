import { Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ConfirmButton } from '../../kit/confirm-button.js';
import { DataTable } from '../../kit/data-table.js';
import { EmptyState } from '../../kit/empty-state.js';
import { Loading } from '../../kit/loading.js';
import { Moment } from '../../kit/moment.js';
import { NewKey } from '../../kit/new-key.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { useMay } from '../../session/use-session.js';
import { type Environment } from '../tenant-place.js';
import { apiKeysQuery } from '../tenant-queries.js';
import { CreateKeyButton } from './create-key-button.js';
import { RotateKeyButton } from './rotate-key-button.js';

/** The keys that the tenant's backends call with, in one environment. */
export function KeysTab({
  tenantId,
  environment,
}: {
  readonly tenantId: string;
  readonly environment: Environment;
}): ReactElement {
  const may = useMay();
  const { data, error, refetch } = useQuery(apiKeysQuery(tenantId));
  // In the page's own state and nowhere else: gone with the page.
  const [fresh, setFresh] = useState<string | null>(null);
  const keys = (data ?? []).filter((key) => key.environment === environment);
  const creating = may('createApiKey') && (
    <CreateKeyButton tenantId={tenantId} environment={environment} onCreated={setFresh} />
  );
  return (
    <Stack>
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {fresh !== null && (
        <NewKey
          value={fresh}
          onDone={() => {
            setFresh(null);
          }}
        >
          Put it where the tenant’s backend keeps its secrets. It is sent as{' '}
          <code>Authorization: Bearer</code>.
        </NewKey>
      )}
      {data === undefined ? (
        error === null && <Loading what="the keys" />
      ) : keys.length === 0 ? (
        <EmptyState title={`No key for ${environment} yet`} action={creating}>
          A product backend needs a key to begin verifications.
        </EmptyState>
      ) : (
        <>
          <Group>{creating}</Group>
          <DataTable
            label={`Keys for ${environment}`}
            head={['Name', 'Ends in', 'State', 'May', 'Created', <span key="actions">Actions</span>]}
            minWidth={860}
          >
            {keys.map((key) => (
              <KeyRow key={key.id} tenantId={tenantId} apiKey={key} onRotated={setFresh} />
            ))}
          </DataTable>
        </>
      )}
    </Stack>
  );
}

function KeyRow({
  tenantId,
  apiKey,
  onRotated,
}: {
  readonly tenantId: string;
  readonly apiKey: Schemas['ApiKey'];
  readonly onRotated: (key: string) => void;
}): ReactElement {
  const may = useMay();
  const queries = useQueryClient();
  const isInForce = apiKey.revokedAt === null && !hasEnded(apiKey.expiresAt);
  return (
    <Table.Tr>
      <Table.Td>{apiKey.name}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <code>…{apiKey.hint}</code>
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <KeyState apiKey={apiKey} />
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {apiKey.scopes.map((scope) => (
            <Badge key={scope} variant="default" tt="none" radius="sm">
              {scope}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Moment at={apiKey.createdAt} />
      </Table.Td>
      <Table.Td>
        {isInForce && (
          <Group gap="xs" wrap="nowrap">
            {may('rotateApiKey') && (
              <RotateKeyButton tenantId={tenantId} apiKey={apiKey} onRotated={onRotated} />
            )}
            {may('revokeApiKey') && (
              <ConfirmButton
                label="Revoke"
                title={`Revoke “${apiKey.name}”, which ends in ${apiKey.hint}?`}
                confirmLabel="Revoke the key"
                color="red"
                size="compact-sm"
                onConfirm={async () => {
                  await api.DELETE('/admin/v1/tenants/{id}/api-keys/{keyId}', {
                    params: { path: { id: tenantId, keyId: apiKey.id } },
                  });
                  await refresh(queries, ['tenant', tenantId]);
                }}
              >
                <Text size="sm">
                  Whoever calls with it is refused from then on, for good. Verifications that it began go on.
                  To change a key without a gap, rotate it instead.
                </Text>
              </ConfirmButton>
            )}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function KeyState({
  apiKey: { revokedAt, expiresAt },
}: {
  readonly apiKey: Schemas['ApiKey'];
}): ReactElement {
  if (revokedAt !== null)
    return (
      <>
        revoked <Moment at={revokedAt} />
      </>
    );
  if (expiresAt !== null)
    return (
      <>
        {hasEnded(expiresAt) ? 'ended' : 'ends'} <Moment at={expiresAt} />
      </>
    );
  return <>in force</>;
}

function hasEnded(at: string | null): boolean {
  return at !== null && Date.parse(at) <= Date.now();
}
