import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { EmptyState } from '../../kit/empty-state.js';
import { Loading } from '../../kit/loading.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { providersQuery } from '../../providers/providers-query.js';
import { type Environment } from '../tenant-place.js';
import { connectionsQuery } from '../tenant-queries.js';
import { ConnectionCard } from './connection-card.js';

/** Every provider of the deployment, with the tenant's connection to it in this environment. */
export function ConnectionsTab({
  tenantId,
  environment,
}: {
  readonly tenantId: string;
  readonly environment: Environment;
}): ReactElement {
  const providers = useQuery(providersQuery);
  const connections = useQuery(connectionsQuery(tenantId, environment));
  const error = providers.error ?? connections.error;
  if (providers.data === undefined || connections.data === undefined) {
    return error === null ? (
      <Loading what="the connections" />
    ) : (
      <ProblemNotice
        error={error}
        onRetry={() => {
          void providers.refetch();
          void connections.refetch();
        }}
      />
    );
  }
  const connected = connections.data;
  return (
    <Stack>
      <ProblemNotice error={error} />
      {connected.length === 0 && (
        <EmptyState title={`Nothing is connected for ${environment} yet`}>
          Connect a provider below with the credentials that it gave the tenant, check the connection, and
          then send people there in Switching.
        </EmptyState>
      )}
      {providers.data.map((provider) => (
        <ConnectionCard
          key={provider.name}
          place={{ tenantId, environment }}
          provider={provider}
          connection={connected.find((each) => each.provider === provider.name) ?? null}
        />
      ))}
    </Stack>
  );
}
