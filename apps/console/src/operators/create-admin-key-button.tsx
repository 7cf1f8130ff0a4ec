import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { type Role } from '../session/session.js';
import { ALL_ROLES, ROLES } from './roles.js';

/** Asks for whom and for what. The key is handed on and kept nowhere here. */
export function CreateAdminKeyButton({
  onCreated,
}: {
  readonly onCreated: (key: string) => void;
}): ReactElement {
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('support');
  const creating = useMutation({
    // The key is no result of the mutation, which would be kept.
    mutationFn: async () => {
      const body = { name: name.trim(), role };
      const { key } = await dataOf(api.POST('/admin/v1/admin-keys', { body }));
      onCreated(key);
    },
    onSuccess: async () => {
      close();
      await refresh(queries, ['operators']);
    },
    gcTime: 0,
  });
  return (
    <>
      <Button
        onClick={() => {
          creating.reset();
          setName('');
          setRole('support');
          open();
        }}
      >
        Create a key
      </Button>
      <Modal opened={opened} onClose={close} title="Create a key for an operator" centered>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            creating.mutate();
          }}
        >
          <Stack>
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
            <ProblemNotice error={creating.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={creating.isPending} disabled={name.trim() === ''}>
                Create
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
