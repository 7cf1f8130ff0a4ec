import { Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { api, dataOf } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ConfirmButton } from '../../kit/confirm-button.js';
import { type Tenant } from './tenant-changes.js';

/** The API suspends; it has no way back. */
export function SuspendTenant({
  tenant,
  etag,
}: {
  readonly tenant: Tenant;
  readonly etag: string;
}): ReactElement {
  const queries = useQueryClient();
  if (tenant.status === 'suspended') {
    return (
      <Text size="sm">
        This tenant is suspended: its keys are refused. The API has no call that ends a suspension.
      </Text>
    );
  }
  return (
    <Paper withBorder p="md">
      <Stack align="flex-start" gap="xs">
        <Title order={2} size="h4">
          Suspend
        </Title>
        <Text size="sm">
          Every key of the tenant is refused from then on. Verifications under way are followed to their end.
          The API has no call that ends a suspension.
        </Text>
        <ConfirmButton
          label="Suspend the tenant"
          title={`Suspend ${tenant.name}?`}
          confirmLabel="Suspend"
          color="red"
          onConfirm={async () => {
            await dataOf(
              api.POST('/admin/v1/tenants/{id}/suspend', {
                params: { path: { id: tenant.id }, header: { 'If-Match': etag } },
              }),
            );
            await refresh(queries, ['tenant', tenant.id], ['tenants']);
          }}
        >
          <Text size="sm">
            Its keys stop working within a second, in both environments. What is under way goes on; what is
            recorded stays. This cannot be taken back from here.
          </Text>
        </ConfirmButton>
      </Stack>
    </Paper>
  );
}
