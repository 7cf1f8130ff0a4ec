import { Button, Checkbox, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
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
  const [opened, { open, close }] = useDisclosure(false);
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<Environment>(here);
  const [scopes, setScopes] = useState<readonly Schemas['Scope'][]>(USUAL_SCOPES);
  const creating = useMutation({
    // The key is no result of the mutation, which would be kept.
    mutationFn: async () => {
      const { key } = await dataOf(
        api.POST('/admin/v1/tenants/{id}/api-keys', {
          params: { path: { id: tenantId } },
          body: { name: name.trim(), environment, scopes: [...scopes] },
        }),
      );
      onCreated(key);
    },
    onSuccess: async () => {
      close();
      await refresh(queries, ['tenant', tenantId]);
    },
    gcTime: 0,
  });
  return (
    <>
      <Button
        onClick={() => {
          creating.reset();
          setName('');
          setEnvironment(here);
          setScopes(USUAL_SCOPES);
          open();
        }}
      >
        Create a key
      </Button>
      <Modal opened={opened} onClose={close} title="Create a key" centered>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            creating.mutate();
          }}
        >
          <Stack>
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
            <ProblemNotice error={creating.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button
                type="submit"
                loading={creating.isPending}
                disabled={name.trim() === '' || scopes.length === 0}
              >
                Create
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
