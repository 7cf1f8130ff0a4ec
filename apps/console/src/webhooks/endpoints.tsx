import { Code, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { counted } from '../kit/quantity.js';
import { TenantName, TenantSelect } from '../kit/tenant-select.js';
import { TextLink } from '../kit/text-link.js';
import { useMay } from '../session/use-session.js';
import { type ViewProps } from './deliveries.js';
import { ReplayButton } from './replay-button.js';
import { type Endpoint, endpointsQuery } from './webhooks.query.js';

/** As far as the API counts what waits. */
const COUNTED_PENDING = 1_000;
const REASONS: Readonly<Record<string, string>> = {
  asked: 'somebody asked for it',
  gone: 'it answered that it is gone',
  failing: 'nothing reached it for five days',
};

/** Where tenants want their events posted, and how each endpoint is doing. */
export function Endpoints({ search, onSearch }: ViewProps): ReactElement {
  const { tenantId } = search;
  const may = useMay();
  const pages = useInfiniteQuery(endpointsQuery(tenantId));
  const { data, error, refetch } = pages;
  const endpoints = data?.pages.flatMap((page) => page.data);
  const head = ['Address', 'Tenant', 'State', 'Waiting', 'Deliveries'];
  return (
    <>
      <Group>
        <TenantSelect
          value={tenantId ?? null}
          onChange={(chosen) => {
            const { replayOf, replayId } = search;
            onSearch({
              view: 'endpoints',
              ...(chosen !== null && { tenantId: chosen }),
              ...(replayOf !== undefined && replayId !== undefined && { replayOf, replayId }),
            });
          }}
        />
      </Group>
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {endpoints === undefined && error === null && <Loading what="the endpoints" />}
      {endpoints?.length === 0 && (
        <EmptyState title="No endpoint yet">
          A tenant’s backend says where its events go with <Code>POST /v1/webhook-endpoints</Code>.
        </EmptyState>
      )}
      {endpoints !== undefined && endpoints.length > 0 && (
        <DataTable
          label="Endpoints"
          head={may('replayAnyWebhookEndpoint') ? [...head, 'Send again'] : head}
          minWidth={900}
        >
          {endpoints.map((endpoint) => (
            <EndpointRow
              key={endpoint.id}
              endpoint={endpoint}
              onReplay={(replayId) => {
                onSearch({ ...search, replayOf: endpoint.id, replayId });
              }}
            />
          ))}
        </DataTable>
      )}
      <LoadMore pages={pages} what="endpoints" />
    </>
  );
}

function EndpointRow({
  endpoint,
  onReplay,
}: {
  readonly endpoint: Endpoint;
  readonly onReplay: (replayId: string) => void;
}): ReactElement {
  const may = useMay();
  const { id, tenantId, environment, url, description, eventTypes, pending, oldestPendingAt } = endpoint;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere', minWidth: '14rem' }}>
        {url}
        {description !== null && (
          <Text size="sm" c="dimmed">
            {description}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {eventTypes.length === 0 ? 'all events' : eventTypes.join(', ')}
        </Text>
      </Table.Th>
      <Table.Td>
        <TenantName id={tenantId} /> · {environment}
      </Table.Td>
      <Table.Td>
        <State endpoint={endpoint} />
      </Table.Td>
      <Table.Td>
        {pending === 0 ? (
          'none'
        ) : (
          <>
            {pending < COUNTED_PENDING ? pending : `${counted(COUNTED_PENDING)} or more`}, the oldest of{' '}
            <Moment at={oldestPendingAt} />
          </>
        )}
      </Table.Td>
      <Table.Td>
        <TextLink to="/webhooks" search={{ tenantId, endpointId: id }} aria-label={`Deliveries to ${url}`}>
          Deliveries
        </TextLink>
      </Table.Td>
      {may('replayAnyWebhookEndpoint') && (
        <Table.Td>
          <ReplayButton endpoint={endpoint} onReplay={onReplay} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function State({ endpoint }: { readonly endpoint: Endpoint }): ReactElement {
  const { disabled, disabledReason, failingSince } = endpoint;
  if (disabled) {
    return (
      <Stack gap={2} align="flex-start">
        <StatusBadge status="disabled" />
        <Text size="sm">{REASONS[disabledReason ?? ''] ?? disabledReason}</Text>
      </Stack>
    );
  }
  if (failingSince === null) return <StatusBadge status="reached" />;
  return (
    <Stack gap={2} align="flex-start">
      <StatusBadge status="failing" />
      <Text size="sm">
        every attempt since <Moment at={failingSince} />
      </Text>
    </Stack>
  );
}
