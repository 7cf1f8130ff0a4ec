import { Code, Paper, Stack, Text, Timeline as Steps, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';

import { LoadMore } from '../kit/load-more.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { eventsQuery, type VerificationEvent } from './verifications.query.js';

/** Everything that the ledger says of a verification, newest first; views of the person are in it. */
export function Timeline({ id }: { readonly id: string }): ReactElement {
  const pages = useInfiniteQuery(eventsQuery(id));
  const { data, error, refetch } = pages;
  const events = data?.pages.flatMap((page) => page.data);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="timeline">
      <Stack gap="md">
        <Title order={2} size="h4" id="timeline">
          Timeline
        </Title>
        <ProblemNotice error={error} onRetry={() => void refetch()} />
        {events === undefined && error === null && <Loading what="the timeline" />}
        {events !== undefined && (
          <Steps bulletSize={14} lineWidth={2}>
            {events.map((event) => (
              <Steps.Item key={event.id} title={wordsOf(event.type)}>
                <Told event={event} />
              </Steps.Item>
            ))}
          </Steps>
        )}
        <LoadMore pages={pages} what="events" />
      </Stack>
    </Paper>
  );
}

function Told({ event }: { readonly event: VerificationEvent }): ReactElement {
  const { at, actor, data } = event;
  const { from, to, ...others } = data;
  const facts = Object.entries(others).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return (
    <Stack gap={2}>
      <Text size="sm" c="dimmed" component="div" style={{ overflowWrap: 'anywhere' }}>
        <Moment at={at} /> · {actor}
      </Text>
      {typeof to === 'string' && (
        <Text size="sm">
          {typeof from === 'string' ? `${wordsOf(from)} → ` : ''}
          {wordsOf(to)}
        </Text>
      )}
      {facts.length > 0 && (
        <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
          {facts.map(([name, value]) => (
            <span key={name}>
              {name} <Code>{typeof value === 'string' ? value : JSON.stringify(value)}</Code>{' '}
            </span>
          ))}
        </Text>
      )}
    </Stack>
  );
}

/** `identity.viewed` as "identity viewed". */
function wordsOf(name: string): string {
  return name.replaceAll(/[._]/gu, ' ');
}
