import { Checkbox, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { FormButton } from '../../kit/form-button.js';
import { ENVIRONMENTS, type Environment } from '../tenant-place.js';
import { ALL_SCOPES, SCOPES, USUAL_SCOPES } from './scopes.js';

/** Asks what the key may do. The key is handed on and kept nowhere here. */
export function CreateKeyButton({
  tenantId,
  environment: here,
  onCreated,
}: {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly onCreated: (key: string) => void;
}): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<Environment>(here);
  const [scopes, setScopes] = useState<readonly Schemas['Scope'][]>(USUAL_SCOPES);
  return (
    <FormButton
      label="Create a key"
      title="Create a key"
      submitLabel="Create"
      isReady={name.trim() !== '' && scopes.length > 0}
      onOpen={() => {
        setName('');
        setEnvironment(here);
        setScopes(USUAL_SCOPES);
      }}
      onSubmit={async () => {
        const { key } = await dataOf(
          api.POST('/admin/v1/tenants/{id}/api-keys', {
            params: { path: { id: tenantId } },
            body: { name: name.trim(), environment, scopes: [...scopes] },
          }),
        );
        onCreated(key);
        await refresh(queries, ['tenant', tenantId]);
      }}
    >
      <TextInput
        label="Name"
        description="What calls with it, such as backend. One key for each caller makes the record tell them apart."
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <NativeSelect
        label="Environment"
        description="A key sees nothing of the other one."
        data={[...ENVIRONMENTS]}
        value={environment}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setEnvironment(ENVIRONMENTS.find((known) => known === value) ?? here);
        }}
      />
      <Checkbox.Group
        label="What it may do"
        description="No more than the caller needs."
        withAsterisk
        value={[...scopes]}
        onChange={(chosen) => {
          setScopes(ALL_SCOPES.filter((scope) => chosen.includes(scope)));
        }}
      >
        <Stack gap="xs" mt="xs">
          {ALL_SCOPES.map((scope) => (
            <Checkbox key={scope} value={scope} label={scope} description={SCOPES[scope]} />
          ))}
        </Stack>
      </Checkbox.Group>
    </FormButton>
  );
}
