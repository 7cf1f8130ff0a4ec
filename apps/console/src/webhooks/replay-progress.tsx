import { Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect } from 'react';

import { type Schemas } from '../api/client.js';
import { refresh } from '../api/live.js';
import { Loading } from '../kit/loading.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { DELIVERIES_KEY, replayQuery } from './webhooks.query.js';

/** How far a replay is, until nothing of it waits. It goes on also when nobody looks. */
export function ReplayProgress({
  endpointId,
  replayId,
  onClose,
}: {
  readonly endpointId: string;
  readonly replayId: string;
  readonly onClose: () => void;
}): ReactElement {
  const queries = useQueryClient();
  const { data: progress, error } = useQuery(replayQuery(endpointId, replayId));
  const isOver = progress?.pending === 0;
  useEffect(() => {
    if (isOver) void refresh(queries, DELIVERIES_KEY);
  }, [isOver, queries]);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="replay-heading">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h4" id="replay-heading">
            {isOver ? 'The replay is done' : 'The replay is under way'}
          </Title>
          <Button variant="default" size="compact-sm" onClick={onClose}>
            Close
          </Button>
        </Group>
        <ProblemNotice error={error} />
        {progress === undefined ? (
          error === null && <Loading what="the progress" />
        ) : (
          <Bar progress={progress} />
        )}
      </Stack>
    </Paper>
  );
}

function Bar({ progress }: { readonly progress: Schemas['ReplayProgress'] }): ReactElement {
  const { queued, delivered, failed, pending } = progress;
  const share = queued === 0 ? 100 : ((queued - pending) / queued) * 100;
  return (
    <>
      <Progress.Root size="lg">
        <Progress.Section
          value={share}
          aria-label="Replayed"
          aria-valuetext={`${queued - pending} of ${queued}`}
        />
      </Progress.Root>
      <Text size="sm" role="status">
        {queued === 0
          ? 'There was nothing to send in that range.'
          : `${delivered} of ${queued} delivered, ${failed} failed, ${pending} waiting.`}
      </Text>
    </>
  );
}
