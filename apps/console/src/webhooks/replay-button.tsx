import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { DELIVERIES_KEY, type Endpoint, ENDPOINTS_KEY } from './webhooks.query.js';

const DAY_MS = 86_400_000;

/** Sends an endpoint again what happened in a stretch of time. */
export function ReplayButton({
  endpoint,
  onReplay,
}: {
  readonly endpoint: Endpoint;
  readonly onReplay: (replayId: string) => void;
}): ReactElement {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        disabled={endpoint.disabled}
        onClick={open}
        aria-label={`Replay a range to ${endpoint.url}`}
      >
        Replay a range
      </Button>
      <Modal opened={opened} onClose={close} title="Replay a range" centered>
        <ReplayForm
          endpoint={endpoint}
          onCancel={close}
          onReplay={(replayId) => {
            close();
            onReplay(replayId);
          }}
        />
      </Modal>
    </>
  );
}

function ReplayForm({
  endpoint,
  onCancel,
  onReplay,
}: {
  readonly endpoint: Endpoint;
  readonly onCancel: () => void;
  readonly onReplay: (replayId: string) => void;
}): ReactElement {
  const queries = useQueryClient();
  const [since, setSince] = useState(() => localTime(new Date(Date.now() - DAY_MS)));
  const [until, setUntil] = useState(() => localTime(new Date(Date.now() + 60_000)));
  const [isAll, setIsAll] = useState(false);
  const isRange = since !== '' && until !== '' && since < until;
  const replay = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/admin/v1/webhook-endpoints/{id}/replay', {
          params: { path: { id: endpoint.id } },
          body: {
            since: new Date(since).toISOString(),
            until: new Date(until).toISOString(),
            only: isAll ? 'all' : 'undelivered',
          },
        }),
      ),
    onSuccess: async ({ replayId }) => {
      onReplay(replayId);
      await refresh(queries, DELIVERIES_KEY, ENDPOINTS_KEY);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isRange) replay.mutate();
      }}
    >
      <Stack>
        <Text size="sm">
          Events of the range go to {endpoint.url} again, under the ids that they had, behind new ones.
          Nothing else changes.
        </Text>
        <TextInput
          type="datetime-local"
          label="From"
          required
          value={since}
          onChange={({ currentTarget }) => {
            setSince(currentTarget.value);
          }}
        />
        <TextInput
          type="datetime-local"
          label="Until"
          required
          value={until}
          error={isRange ? null : 'must be after the beginning'}
          onChange={({ currentTarget }) => {
            setUntil(currentTarget.value);
          }}
        />
        <Checkbox
          label="Also what has arrived already"
          checked={isAll}
          onChange={({ currentTarget }) => {
            setIsAll(currentTarget.checked);
          }}
        />
        <ProblemNotice error={replay.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={replay.isPending} disabled={!isRange}>
            Replay
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** As an input of a time on the reader's own clock has it. */
function localTime(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
