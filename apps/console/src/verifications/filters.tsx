import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { TenantSelect } from '../kit/tenant-select.js';
import { useMay } from '../session/use-session.js';
import { ENVIRONMENTS, STATUSES, type VerificationsSearch } from './verifications.routes.js';

const providersQuery = queryOptions({
  queryKey: ['providers', 'names'],
  queryFn: ({ signal }) => dataOf(api.GET('/admin/v1/providers', { signal })),
  select: ({ data }) => data.map(({ name, title }) => ({ value: name, label: title })),
  staleTime: 60_000,
});

export interface FiltersProps {
  readonly search: VerificationsSearch;
  readonly onSearch: (search: VerificationsSearch) => void;
}

/** What the list is narrowed by. Each change is in the address at once. */
export function Filters({ search, onSearch }: FiltersProps): ReactElement {
  const may = useMay();
  const { data: providers = [] } = useQuery(providersQuery);
  const { tenantId } = search;
  const isOfTenant = tenantId !== undefined;
  const change = (name: keyof VerificationsSearch, value: string | null): void => {
    const others = Object.fromEntries(Object.entries(search).filter(([member]) => member !== name));
    onSearch({ ...others, ...(value !== null && value !== '' && { [name]: value }) });
  };
  const changeTenant = (chosen: string | null): void => {
    const { environment, from, to, status } = search;
    onSearch({
      ...(chosen !== null && { tenantId: chosen }),
      ...(environment !== undefined && { environment }),
      // What can be asked for of all tenants as well.
      ...(status !== undefined && (chosen !== null || status === 'needs_review') && { status }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  };
  const shownStatuses = isOfTenant ? STATUSES : (['needs_review'] as const);
  return (
    <>
      <Group align="flex-end" gap="sm" role="group" aria-label="Filters">
        {may('listTenants') ? (
          <TenantSelect value={tenantId ?? null} onChange={changeTenant} />
        ) : (
          <LateText
            label="Tenant id"
            placeholder="tnt_…"
            value={tenantId}
            onChange={(id) => {
              if (id === '' || /^tnt_[0-9a-z]{26}$/u.test(id)) changeTenant(id === '' ? null : id);
            }}
          />
        )}
        <Select
          label="Environment"
          placeholder="Both"
          w={130}
          clearable
          clearButtonProps={{ 'aria-label': 'Both environments' }}
          data={[...ENVIRONMENTS]}
          value={search.environment ?? null}
          onChange={(value) => {
            change('environment', value);
          }}
        />
        <Select
          label="Status"
          placeholder="All"
          w={170}
          clearable
          clearButtonProps={{ 'aria-label': 'All statuses' }}
          data={shownStatuses.map((status) => ({ value: status, label: status.replaceAll('_', ' ') }))}
          value={search.status ?? null}
          onChange={(value) => {
            change('status', value);
          }}
        />
        {isOfTenant && (
          <>
            <Select
              label="Provider"
              placeholder="All"
              w={150}
              clearable
              clearButtonProps={{ 'aria-label': 'All providers' }}
              data={providers}
              value={search.provider ?? null}
              onChange={(value) => {
                change('provider', value);
              }}
            />
            <LateText
              label="Reference"
              placeholder="The tenant’s own"
              value={search.reference}
              onChange={(reference) => {
                change('reference', reference);
              }}
            />
          </>
        )}
        <Day
          label="From"
          value={search.from}
          onChange={(day) => {
            change('from', day);
          }}
        />
        <Day
          label="To"
          value={search.to}
          onChange={(day) => {
            change('to', day);
          }}
        />
        {Object.keys(search).length > 0 && (
          <Button
            variant="default"
            onClick={() => {
              onSearch({});
            }}
          >
            Clear filters
          </Button>
        )}
      </Group>
      {!isOfTenant && (
        <Text size="sm" c="dimmed">
          Choose a tenant to filter by provider, reference or any status.
        </Text>
      )}
    </>
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (day: string) => void;
}): ReactElement {
  return (
    <TextInput
      type="date"
      label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value);
      }}
    />
  );
}

/** Takes effect when Enter is pressed or the field is left, so that no half-written text is asked for. */
function LateText({
  label,
  placeholder,
  value = '',
  onChange,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly onChange: (text: string) => void;
}): ReactElement {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setText(value);
  }
  const submit = (): void => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={text}
      maxLength={200}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
      }}
      onBlur={submit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') submit();
      }}
    />
  );
}
