import { Radio, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { FormButton } from '../kit/form-button.js';
import { type Role } from '../session/session.js';
import { ALL_ROLES, ROLES } from './roles.js';

/** Asks for whom and for what. The key is handed on and kept nowhere here. */
export function CreateAdminKeyButton({
  onCreated,
}: {
  readonly onCreated: (key: string) => void;
}): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('support');
  return (
    <FormButton
      label="Create a key"
      title="Create a key for an operator"
      submitLabel="Create"
      isReady={name.trim() !== ''}
      onOpen={() => {
        setName('');
        setRole('support');
      }}
      onSubmit={async () => {
        const { key } = await dataOf(api.POST('/admin/v1/admin-keys', { body: { name: name.trim(), role } }));
        onCreated(key);
        await refresh(queries, ['operators']);
      }}
    >
      <TextInput
        label="Name"
        description="By which colleagues know who or what has it. It is shown to every operator."
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Radio.Group
        label="Role"
        value={role}
        onChange={(chosen) => {
          setRole(ALL_ROLES.find((known) => known === chosen) ?? role);
        }}
      >
        <Stack gap="xs" mt="xs">
          {ALL_ROLES.map((each) => (
            <Radio key={each} value={each} label={each} description={ROLES[each]} />
          ))}
        </Stack>
      </Radio.Group>
    </FormButton>
  );
}
