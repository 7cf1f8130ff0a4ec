import { TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';

import { useMay } from '../session/use-session.js';
import { TenantSelect } from './tenant-select.js';

export const TENANT_ID = /^tnt_[0-9a-z]{26}$/u;

/** One tenant: by its name for roles that may list tenants, by its id for the others. */
export function TenantField({
  value,
  onChange,
  required = false,
  none = 'All tenants',
}: {
  readonly value: string | null;
  readonly onChange: (tenantId: string | null) => void;
  readonly required?: boolean;
  /** What it means to name none. */
  readonly none?: string;
}): ReactElement {
  const may = useMay();
  const [text, setText] = useState(value ?? '');
  if (may('listTenants'))
    return <TenantSelect value={value} onChange={onChange} required={required} none={none} />;
  const isStrange = text !== '' && !TENANT_ID.test(text);
  return (
    <TextInput
      label="Tenant"
      placeholder={required ? 'tnt_…' : `${none}, or tnt_…`}
      value={text}
      error={isStrange ? 'A tenant’s id begins with tnt_ and has 26 characters after it.' : null}
      onChange={(event) => {
        const typed = event.currentTarget.value.trim();
        setText(typed);
        if (typed === '') onChange(null);
        else if (TENANT_ID.test(typed)) onChange(typed);
      }}
    />
  );
}
