import { Paper, SimpleGrid, Text } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

import { useMay } from '../session/use-session.js';
import { type Overview } from './figures.js';
import { TextLink } from '../kit/text-link.js';
import { counted, duration, percentage } from '../kit/quantity.js';

/** The figures of the range, and what waits now. */
export function Standing({ overview }: { readonly overview: Overview }): ReactElement {
  const may = useMay();
  const { total, passRate, timeToVerdict, openReviews, webhooks } = overview;
  const { in: inbound, out } = webhooks;
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, lg: 3 }} m={0}>
      <Stat term="Verifications begun" value={counted(total.created)}>
        {counted(total.verified)} verified, {counted(total.rejected)} rejected, {counted(total.open)} open
      </Stat>
      <Stat term="Pass rate" value={percentage(passRate)}>
        of those verified or rejected
      </Stat>
      <Stat term="Time to a verdict" value={duration(timeToVerdict?.p50Seconds ?? null)}>
        for half of them; {duration(timeToVerdict?.p95Seconds ?? null)} for 95 of 100
      </Stat>
      <Stat term="Open reviews" value={counted(openReviews)}>
        {may('approveRoutingPolicy') ? (
          <TextLink to="/reviews">
            {openReviews === 0 ? 'The queue is empty' : 'Decide them in the queue'}
          </TextLink>
        ) : (
          'waiting for a reviewer now'
        )}
      </Stat>
      <Stat term="Webhooks to tenants" value={`${counted(out.pending)} waiting`}>
        {lagWords(out.oldestPendingSeconds)} {counted(out.delivered)} delivered, {counted(out.failed)} failed
        in the range. <TextLink to="/webhooks">Deliveries</TextLink>
      </Stat>
      <Stat term="Webhooks from providers" value={`${counted(inbound.pending)} waiting`}>
        {lagWords(inbound.oldestPendingSeconds)} {counted(inbound.orphans)} of nobody known.
      </Stat>
    </SimpleGrid>
  );
}

function lagWords(seconds: number | null): string {
  return seconds === null ? 'Nothing is behind.' : `The oldest for ${duration(seconds)}.`;
}

function Stat({
  term,
  value,
  children,
}: {
  readonly term: string;
  readonly value: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    // A group of a list of terms: nothing may stand between it and its term.
    <Paper withBorder p="md">
      <Text component="dt" size="sm" c="dimmed">
        {term}
      </Text>
      <Text component="dd" size="xl" fw={700} m={0}>
        {value}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </Paper>
  );
}
