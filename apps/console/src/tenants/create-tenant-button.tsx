import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ProblemNotice } from '../kit/problem-notice.js';

/** Asks for the one thing that a tenant needs, and goes to where the rest is set. */
export function CreateTenantButton(): ReactElement {
  const [opened, { open, close }] = useDisclosure(false);
  const [name, setName] = useState('');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const creating = useMutation({
    mutationFn: () => dataOf(api.POST('/admin/v1/tenants', { body: { name: name.trim() } })),
    onSuccess: async ({ id }) => {
      await refresh(queries, ['tenants']);
      await navigate({ to: '/tenants/$tenantId', params: { tenantId: id }, search: { tab: 'keys' } });
    },
  });
  return (
    <>
      <Button
        onClick={() => {
          creating.reset();
          setName('');
          open();
        }}
      >
        Create a tenant
      </Button>
      <Modal opened={opened} onClose={close} title="Create a tenant" centered>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            creating.mutate();
          }}
        >
          <Stack>
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
