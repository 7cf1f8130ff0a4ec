import { Badge, Code, Paper, ScrollArea, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactElement } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ConfirmButton } from '../kit/confirm-button.js';
import { DataTable } from '../kit/data-table.js';
import { Facts } from '../kit/facts.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TenantName } from '../kit/tenant-select.js';
import { TextLink } from '../kit/text-link.js';
import { useMay } from '../session/use-session.js';
import { DELIVERIES_KEY, deliveryQuery } from './webhooks.query.js';

type DeliveryInFull = Schemas['AdminWebhookDeliveryInFull'];

/** One delivery: what was sent, what was answered, and once more. */
export function DeliveryPage(): ReactElement {
  const { deliveryId } = useParams({ from: '/signed-in/webhooks/deliveries/$deliveryId' });
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(deliveryId));
  return (
    <Page
      title={delivery === undefined ? 'Delivery' : `Delivery: ${delivery.type}`}
      lead={<TextLink to="/webhooks">All deliveries</TextLink>}
      actions={delivery !== undefined && <Redeliver delivery={delivery} />}
    >
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {delivery === undefined ? (
        error === null && <Loading what="the delivery" />
      ) : (
        <Shown delivery={delivery} />
      )}
    </Page>
  );
}

function Redeliver({ delivery }: { readonly delivery: DeliveryInFull }): ReactElement | null {
  const may = useMay();
  const queries = useQueryClient();
  if (!may('redeliverAnyWebhook')) return null;
  return (
    <ConfirmButton
      label="Redeliver"
      title="Send it once more?"
      confirmLabel="Send it"
      onConfirm={async () => {
        const path = { id: delivery.id };
        await dataOf(api.POST('/admin/v1/webhook-deliveries/{id}/redeliver', { params: { path } }));
        await refresh(queries, DELIVERIES_KEY);
      }}
    >
      <Text size="sm">
        It goes to {delivery.request.url} at once, under the same event id, with ten attempts of its own. A
        receiver that has it already gets it again. The audit log says that you asked.
      </Text>
    </ConfirmButton>
  );
}

function Shown({ delivery }: { readonly delivery: DeliveryInFull }): ReactElement {
  const { tenantId, environment, endpointId, eventId, request, attempts } = delivery;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          ['Status', <StatusBadge key="status" status={delivery.status} />],
          ['Tenant', <TenantNameIn key="tenant" tenantId={tenantId} environment={environment} />],
          ['Event', <Code key="event">{eventId}</Code>],
          [
            'Endpoint',
            <TextLink key="endpoint" to="/webhooks" search={{ tenantId, endpointId }}>
              {endpointId}
            </TextLink>,
          ],
          ['Happened', <Moment key="happened" at={delivery.createdAt} />],
          [
            delivery.status === 'pending' ? 'Next attempt' : 'Ended',
            <Moment key="next" at={delivery.nextAttemptAt ?? delivery.completedAt} />,
          ],
        ]}
      />
      <Section id="attempts" title={`Attempts (${attempts.length})`}>
        {attempts.length === 0 ? (
          <Text size="sm">None yet: it is about to be sent.</Text>
        ) : (
          <Attempts attempts={attempts} />
        )}
      </Section>
      <Section id="request" title="Request">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Badge color="gray" radius="sm">
            {request.method}
          </Badge>{' '}
          {request.url}
        </Text>
        <Text size="sm" c="dimmed">
          As the last attempt sent it, or the first one will. Without its signature, and without the address’s
          query, which may hold a secret.
        </Text>
        <DataTable label="Headers" head={['Header', 'Value']} minWidth={280}>
          {Object.entries(request.headers).map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
        <Block label="Body of the request">{indented(request.body)}</Block>
      </Section>
    </Stack>
  );
}

function TenantNameIn({
  tenantId,
  environment,
}: {
  readonly tenantId: string;
  readonly environment: string;
}): ReactElement {
  return (
    <>
      <TenantName id={tenantId} /> · {environment}
    </>
  );
}

function Attempts({ attempts }: Pick<DeliveryInFull, 'attempts'>): ReactElement {
  return (
    <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
      {attempts.map(({ at, responseStatus, durationMs, error, responseExcerpt }, index) => (
        <Paper key={at + String(index)} component="li" withBorder p="sm">
          <Stack gap="xs">
            <Text size="sm" component="div">
              <StatusBadge status={error === null ? 'delivered' : 'failed'} /> <Moment at={at} />,{' '}
              {durationMs} ms: {error ?? `accepted with ${responseStatus ?? '–'}`}
            </Text>
            {responseExcerpt !== null && (
              <Block label={`Answer to attempt ${index + 1}`}>{responseExcerpt}</Block>
            )}
          </Stack>
        </Paper>
      ))}
    </Stack>
  );
}

/** Text as it is, which scrolls in its own frame, by keyboard too. */
function Block({ label, children }: { readonly label: string; readonly children: string }): ReactElement {
  return (
    <ScrollArea.Autosize
      mah={320}
      type="auto"
      viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}
    >
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {children}
      </Code>
    </ScrollArea.Autosize>
  );
}

function Section({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: React.ReactNode;
}): ReactElement {
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Stack gap="sm">
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** JSON as a person reads it; what is none, as it is. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
