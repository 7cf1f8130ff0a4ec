import { Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TenantName } from '../kit/tenant-select.js';
import { WhatGoes } from './what-goes.js';

type NamedBy = 'verificationId' | 'email' | 'phone';

const FIELDS: Readonly<Record<NamedBy, { readonly label: string; readonly placeholder: string }>> = {
  verificationId: { label: 'Verification', placeholder: 'ver_…' },
  email: { label: 'E-mail address', placeholder: 'name@mail.test' },
  phone: { label: 'Phone number', placeholder: '+1…' },
};

/** Begins an erasure, after it has said what that means. A contact goes in the body and is kept nowhere in the page. */
export function BeginErasure({ tenantId }: { readonly tenantId: string }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const [namedBy, setNamedBy] = useState<NamedBy>('verificationId');
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<'test' | 'live' | null>(null);
  const isPerson = namedBy !== 'verificationId';
  const leave = (): void => {
    setName('');
    close();
  };
  const erasing = useMutation({
    mutationFn: () => {
      const body: Schemas['RequestErasureBody'] = {
        [namedBy]: name.trim(),
        ...(isPerson && environment !== null && { environment }),
      };
      return dataOf(
        api.POST('/admin/v1/tenants/{id}/erasures', { params: { path: { id: tenantId } }, body }),
      );
    },
    onSuccess: async ({ id }) => {
      leave();
      await refresh(queries, ['erasures']);
      await navigate({ to: '/erasures/$tenantId/$erasureId', params: { tenantId, erasureId: id } });
    },
  });
  const { label, placeholder } = FIELDS[namedBy];
  return (
    <>
      <Button
        color="red"
        variant="outline"
        onClick={() => {
          erasing.reset();
          open();
        }}
      >
        Erase somebody …
      </Button>
      <Modal opened={opened} onClose={leave} title="Erase somebody?" size="lg" centered>
        <form
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            erasing.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">
              Of the tenant <TenantName id={tenantId} />. <strong>This cannot be undone</strong>, not by us
              either.
            </Text>
            <Radio.Group
              label="Whom"
              value={namedBy}
              onChange={(value) => {
                setName('');
                erasing.reset();
                setNamedBy(value === 'email' || value === 'phone' ? value : 'verificationId');
              }}
            >
              <Group gap="md" mt={4}>
                <Radio value="verificationId" label="One verification" />
                <Radio value="email" label="A person by e-mail" />
                <Radio value="phone" label="A person by phone" />
              </Group>
            </Radio.Group>
            <TextInput
              label={label}
              placeholder={placeholder}
              description={
                isPerson
                  ? 'Everybody who is known here by it, with all their verifications. A phone that several people share erases all of them.'
                  : 'What is kept of this one. To take all of a person, name them by e-mail or phone.'
              }
              required
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
              data-autofocus
            />
            {isPerson && (
              <Select
                label="Where"
                data={[
                  { value: 'both', label: 'In test and live' },
                  { value: 'test', label: 'In test only' },
                  { value: 'live', label: 'In live only' },
                ]}
                allowDeselect={false}
                value={environment ?? 'both'}
                onChange={(value) => {
                  setEnvironment(value === 'test' || value === 'live' ? value : null);
                }}
              />
            )}
            <WhatGoes />
            <ProblemNotice error={erasing.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={leave}>
                Cancel
              </Button>
              <Button type="submit" color="red" loading={erasing.isPending} disabled={name.trim() === ''}>
                Erase for good
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
