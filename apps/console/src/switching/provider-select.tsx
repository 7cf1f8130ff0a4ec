import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, type ReactNode } from 'react';

import { type Place } from './policy.js';
import { providersQuery } from '../providers/providers-query.js';
import { connectionsQuery } from '../tenants/tenant-queries.js';

/** One of the providers that there are, with whether the tenant has connected it there. */
export function ProviderSelect({
  place,
  label,
  description,
  value,
  onChange,
  error,
  except = [],
  placeholder = 'Choose a provider',
}: {
  readonly place: Place;
  readonly label: string;
  readonly description?: ReactNode;
  /** Empty: none yet. */
  readonly value: string;
  readonly onChange: (provider: string) => void;
  readonly error?: string | undefined;
  readonly except?: readonly string[];
  readonly placeholder?: string;
}): ReactElement {
  const { data: providers = [] } = useQuery(providersQuery);
  const { data: connected } = useQuery(connectionsQuery(place.tenantId, place.environment));
  const isKnown = value === '' || providers.some(({ name }) => name === value);
  const named = (name: string, title: string): string => {
    if (connected === undefined) return title;
    return connected.some(({ provider }) => provider === name)
      ? `${title} · connected`
      : `${title} · not connected`;
  };
  return (
    <Select
      label={label}
      description={description}
      placeholder={placeholder}
      allowDeselect={false}
      data={[
        ...providers
          .filter(({ name }) => !except.includes(name))
          .map(({ name, title }) => ({ value: name, label: named(name, title) })),
        ...(isKnown ? [] : [{ value, label: `${value} · unknown here` }]),
      ]}
      value={value === '' ? null : value}
      onChange={(provider) => {
        if (provider !== null) onChange(provider);
      }}
      error={error}
    />
  );
}
