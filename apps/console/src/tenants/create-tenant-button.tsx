import { Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { FormButton } from '../kit/form-button.js';

/** Asks for the one thing that a tenant needs, and goes to where the rest is set. */
export function CreateTenantButton(): ReactElement {
  const [name, setName] = useState('');
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <FormButton
      label="Create a tenant"
      title="Create a tenant"
      submitLabel="Create"
      isReady={name.trim() !== ''}
      onOpen={() => {
        setName('');
      }}
      onSubmit={async () => {
        const { id } = await dataOf(api.POST('/admin/v1/tenants', { body: { name: name.trim() } }));
        await refresh(queries, ['tenants']);
        await navigate({ to: '/tenants/$tenantId', params: { tenantId: id }, search: { tab: 'keys' } });
      }}
    >
      <TextInput
        label="Name"
        description="Of the company or product, not of a person."
        required
        maxLength={200}
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Text size="sm">
        It begins with no key, no connection and no routing. All else can be set afterwards.
      </Text>
    </FormButton>
  );
}
