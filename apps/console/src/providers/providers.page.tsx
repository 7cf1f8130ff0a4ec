import { Alert, Badge, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useId } from 'react';

import { type Schemas } from '../api/client.js';
import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { Facts } from '../kit/facts.js';
import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { counted, duration, milliseconds, percentage } from '../kit/quantity.js';
import { TenantName } from '../kit/tenant-select.js';
import { useMay } from '../session/use-session.js';
import { capabilityInWords } from './capabilities.js';
import { faultsInWords } from './faults.js';
import { providersQuery } from './providers-query.js';

/** What each provider can do, and how it has been doing across tenants. */
export function ProvidersPage(): ReactElement {
  const { data, error, refetch } = useQuery(providersQuery);
  return (
    <Page
      title="Providers"
      lead="What each can do and how it has been doing, across tenants. A provider is connected at a tenant."
    >
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {data === undefined ? (
        error === null && <Loading what="the providers" />
      ) : data.length === 0 ? (
        <EmptyState title="This deployment has no provider">
          Providers are part of the program; this one was built without.
        </EmptyState>
      ) : (
        data.map((provider) => <ProviderPart key={provider.name} provider={provider} />)
      )}
    </Page>
  );
}

function ProviderPart({ provider }: { readonly provider: Schemas['Provider'] }): ReactElement {
  const heading = useId();
  const { health, outcomes, readLag, supports } = provider;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={heading}>
      <Stack>
        <Group gap="sm">
          <Title order={2} size="h3" id={heading}>
            {provider.title}
          </Title>
          <Text size="sm" span>
            in policies: <code>{provider.name}</code>
          </Text>
        </Group>
        {health.openConnections > 0 && (
          <Alert
            color="orange"
            variant="outline"
            title={
              health.openConnections === 1
                ? 'One connection gets nobody at present'
                : `${health.openConnections} connections get nobody at present`
            }
          >
            Their calls have been failing. They are tried again by themselves.
          </Alert>
        )}
        <Group gap="xs">
          {provider.capabilities.map((capability) => (
            <Badge key={capability} variant="default" tt="none" radius="sm" miw="fit-content">
              {capabilityInWords(capability)}
            </Badge>
          ))}
        </Group>
        <Facts
          facts={[
            ['Checks', listed(supports.checks)],
            ['Documents', listed(supports.documentTypes)],
            ['Knows people by', listed(supports.contacts)],
          ]}
        />
        <Title order={3} size="h5">
          Calls of the last 15 minutes
        </Title>
        <Facts
          facts={[
            ['Calls', counted(health.calls)],
            ['Failed', percentage(health.errorRate)],
            ['Failures', faultsInWords(health.faults) ?? 'none'],
            ['Half took at most', milliseconds(health.p50Ms)],
            ['19 of 20 took at most', milliseconds(health.p95Ms)],
          ]}
        />
        <Title order={3} size="h5">
          Outcomes
        </Title>
        <Facts
          facts={[
            ['Newest verdicts looked at', counted(outcomes.sample)],
            ['Verified, of those decided', percentage(outcomes.passRate)],
            ['Half were decided within', duration(outcomes.timeToVerdict?.p50Seconds ?? null)],
            ['19 of 20 were decided within', duration(outcomes.timeToVerdict?.p95Seconds ?? null)],
          ]}
        />
        <Title order={3} size="h5">
          Reads that are due
        </Title>
        <Facts
          facts={[
            ['Due now', counted(readLag.due)],
            ['The oldest is late by', duration(readLag.oldestSeconds)],
          ]}
        />
        {readLag.connections.length > 0 && (
          <Laggards title={provider.title} connections={readLag.connections} />
        )}
      </Stack>
    </Paper>
  );
}

function Laggards({
  title,
  connections,
}: {
  readonly title: string;
  readonly connections: readonly Schemas['ConnectionLag'][];
}): ReactElement {
  const may = useMay();
  return (
    <DataTable
      label={`Connections to ${title} that are behind`}
      head={['Tenant', 'Due', 'Oldest']}
      minWidth={360}
    >
      {connections.map(({ tenantId, connectionId, due, oldestSeconds }) => (
        <Table.Tr key={connectionId}>
          <Table.Td>
            {may('listTenants') ? (
              <Link to="/tenants/$tenantId" params={{ tenantId }} search={{ tab: 'connections' }}>
                <TenantName id={tenantId} />
              </Link>
            ) : (
              tenantId
            )}
          </Table.Td>
          <Table.Td>{counted(due)}</Table.Td>
          <Table.Td>{duration(oldestSeconds)}</Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.map((word) => word.replaceAll('_', ' ')).join(', ');
}
