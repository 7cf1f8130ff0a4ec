import { Alert, Group, List, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ConfirmButton } from '../../kit/confirm-button.js';
import { Moment } from '../../kit/moment.js';
import { useMay } from '../../session/use-session.js';
import { type ConnectionPlace, etagOf, paramsOf } from './connection-place.js';

/** Until when replaced credentials are still used, and the means to end them. Nothing where there are none. */
export function FormerCredentials({
  place,
  provider,
  connection,
}: {
  readonly place: ConnectionPlace;
  readonly provider: Schemas['Provider'];
  readonly connection: Schemas['Connection'];
}): ReactElement | null {
  const may = useMay();
  const queries = useQueryClient();
  if (connection.formerCredentialsUntil.length === 0) return null;
  return (
    <Alert color="blue" variant="outline" title="Former credentials are still used">
      <List size="sm">
        {connection.formerCredentialsUntil.map((until) => (
          <List.Item key={until}>
            until <Moment at={until} />, where {provider.title} refuses the new ones, and to check its
            webhooks
          </List.Item>
        ))}
      </List>
      {may('putConnection') && (
        <Group mt="sm">
          <ConfirmButton
            label="End them now"
            title={`End the former credentials of ${provider.title}?`}
            confirmLabel="End them"
            color="red"
            size="compact-sm"
            onConfirm={async () => {
              await dataOf(
                api.PUT('/admin/v1/tenants/{id}/connections/{provider}', {
                  params: {
                    ...paramsOf(place, provider.name),
                    header: { 'If-Match': etagOf(connection) },
                  },
                  body: { overlapSeconds: 0 },
                }),
              );
              await refresh(queries, ['connections', place.tenantId]);
            }}
          >
            <Text size="sm">
              Only the current credentials count from then on. Webhooks that are still signed with a former
              secret are refused.
            </Text>
          </ConfirmButton>
        </Group>
      )}
    </Alert>
  );
}
