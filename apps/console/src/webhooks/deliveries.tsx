import { Code, Group, Select, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { DataTable } from '../kit/data-table.js';
import { EmptyState } from '../kit/empty-state.js';
import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TenantName, TenantSelect } from '../kit/tenant-select.js';
import { TextLink } from '../kit/text-link.js';
import { deliveriesQuery, type Delivery } from './webhooks.query.js';
import { DELIVERY_STATUSES, type WebhooksSearch } from './webhooks.routes.js';

export interface ViewProps {
  readonly search: WebhooksSearch;
  readonly onSearch: (search: WebhooksSearch) => void;
}

const HEAD = ['Event', 'When', 'Tenant', 'Status', 'Attempts', 'Last answer'];

/** The deliveries of all tenants, or of one, newest first. */
export function Deliveries({ search, onSearch }: ViewProps): ReactElement {
  const { tenantId, status, endpointId, verificationId } = search;
  const filter = {
    ...(tenantId !== undefined && { tenantId }),
    ...(status !== undefined && { status }),
    ...(endpointId !== undefined && { endpointId }),
    ...(verificationId !== undefined && { verificationId }),
  };
  const pages = useInfiniteQuery(deliveriesQuery(filter));
  const { data, error, refetch } = pages;
  const deliveries = data?.pages.flatMap((page) => page.data);
  return (
    <>
      <Filters search={search} onSearch={onSearch} />
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {deliveries === undefined && error === null && <Loading what="the deliveries" />}
      {deliveries?.length === 0 && <NoDeliveries isFiltered={Object.keys(filter).length > 0} />}
      {deliveries !== undefined && deliveries.length > 0 && (
        <DataTable label="Deliveries" head={HEAD} minWidth={820}>
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </DataTable>
      )}
      <LoadMore pages={pages} what="deliveries" />
    </>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: Delivery }): ReactElement {
  const last = delivery.attempts.at(-1);
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <TextLink to="/webhooks/deliveries/$deliveryId" params={{ deliveryId: delivery.id }}>
          {delivery.type}
        </TextLink>
      </Table.Th>
      <Table.Td>
        <Moment at={delivery.createdAt} />
      </Table.Td>
      <Table.Td>
        <TenantName id={delivery.tenantId} /> · {delivery.environment}
      </Table.Td>
      <Table.Td>
        <StatusBadge status={delivery.status} />
      </Table.Td>
      <Table.Td>{delivery.attempts.length}</Table.Td>
      <Table.Td>
        {last === undefined ? '–' : (last.error ?? `accepted with ${last.responseStatus ?? '–'}`)}
      </Table.Td>
    </Table.Tr>
  );
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }): ReactElement {
  if (isFiltered) {
    return (
      <EmptyState title="No delivery is like that">Take a filter away, or look at another tenant.</EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing was posted yet">
      A tenant’s backend says where its events go with <Code>POST /v1/webhook-endpoints</Code>. From then on
      each event has a delivery here.
    </EmptyState>
  );
}

function Filters({ search, onSearch }: ViewProps): ReactElement {
  const { tenantId, status, endpointId, verificationId, ...others } = search;
  const own = {
    ...(tenantId !== undefined && { tenantId }),
    ...(status !== undefined && { status }),
    ...(endpointId !== undefined && { endpointId }),
    ...(verificationId !== undefined && { verificationId }),
  };
  const without = (name: keyof typeof own): WebhooksSearch => ({
    ...others,
    ...Object.fromEntries(Object.entries(own).filter(([member]) => member !== name)),
  });
  return (
    <Group align="flex-end" gap="md">
      <TenantSelect
        value={tenantId ?? null}
        onChange={(chosen) => {
          // The others were of the tenant before.
          onSearch(chosen === null ? others : { ...others, tenantId: chosen });
        }}
      />
      {tenantId === undefined ? (
        <Text size="sm" c="dimmed" pb={8}>
          Choose a tenant to filter by status, endpoint or verification.
        </Text>
      ) : (
        <>
          <Select
            label="Status"
            placeholder="All"
            clearable
            clearButtonProps={{ 'aria-label': 'All statuses' }}
            data={[...DELIVERY_STATUSES]}
            value={status ?? null}
            onChange={(value) => {
              const chosen = DELIVERY_STATUSES.find((known) => known === value);
              onSearch(chosen === undefined ? without('status') : { ...search, status: chosen });
            }}
          />
          <IdFilter
            label="Endpoint id"
            prefix="whe"
            value={endpointId}
            onChange={(id) => {
              onSearch(id === undefined ? without('endpointId') : { ...search, endpointId: id });
            }}
          />
          <IdFilter
            label="Verification id"
            prefix="ver"
            value={verificationId}
            onChange={(id) => {
              onSearch(id === undefined ? without('verificationId') : { ...search, verificationId: id });
            }}
          />
        </>
      )}
    </Group>
  );
}

/** Takes effect when it is whole, or empty. */
function IdFilter({
  label,
  prefix,
  value,
  onChange,
}: {
  readonly label: string;
  readonly prefix: string;
  readonly value: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}): ReactElement {
  const [text, setText] = useState(value ?? '');
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setText(value ?? '');
  }
  const isWhole = new RegExp(`^${prefix}_[0-9a-z]{26}$`, 'u').test(text);
  return (
    <TextInput
      label={label}
      placeholder={`${prefix}_…`}
      value={text}
      error={text !== '' && !isWhole ? `begins with ${prefix}_ and has 26 characters more` : null}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value.trim();
        setText(next);
        if (next === '') onChange(undefined);
        else if (new RegExp(`^${prefix}_[0-9a-z]{26}$`, 'u').test(next)) onChange(next);
      }}
    />
  );
}
