import { Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { DataTable } from '../kit/data-table.js';
import { LoadMore } from '../kit/load-more.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TextLink } from '../kit/text-link.js';
import { deliveriesQuery } from '../webhooks/webhooks.query.js';
import { type Verification } from './verifications.query.js';

/** What the tenant's backend was told of a verification, and whether it has it. */
export function VerificationDeliveries({
  verification,
}: {
  readonly verification: Verification;
}): ReactElement {
  const { id, tenantId } = verification;
  const pages = useInfiniteQuery(deliveriesQuery({ tenantId, verificationId: id }));
  const deliveries = pages.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="deliveries">
      <Stack gap="md">
        <Title order={2} size="h4" id="deliveries">
          Webhooks
        </Title>
        <ProblemNotice error={pages.error} onRetry={() => void pages.refetch()} />
        {pages.data !== undefined && deliveries.length === 0 && (
          <Text size="sm">Nothing of it was posted: the tenant had no endpoint that wants it.</Text>
        )}
        {deliveries.length > 0 && (
          <DataTable label="Deliveries" head={['Event', 'When', 'Status', 'Attempts']} minWidth={480}>
            {deliveries.map((delivery) => (
              <Table.Tr key={delivery.id}>
                <Table.Th scope="row">
                  <TextLink to="/webhooks/deliveries/$deliveryId" params={{ deliveryId: delivery.id }}>
                    {delivery.type}
                  </TextLink>
                </Table.Th>
                <Table.Td>
                  <Moment at={delivery.createdAt} />
                </Table.Td>
                <Table.Td>
                  <StatusBadge status={delivery.status} />
                </Table.Td>
                <Table.Td>{delivery.attempts.length}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
        <LoadMore pages={pages} what="deliveries" />
      </Stack>
    </Paper>
  );
}
