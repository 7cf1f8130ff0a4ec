import { counted, duration, percentage } from '../kit/quantity.js';
import { SimpleGrid, Stack } from '@mantine/core';
import { type ReactElement } from 'react';

import { DayLines, StackedDays } from './charts.js';
import { Figure, type FigureOf } from './figure.js';
import {
  OUTCOMES,
  outcomesByDay,
  type Overview,
  passRateByDay,
  providersByDay,
  timesByDay,
} from './figures.js';
import { OUTCOME_SERIES, PASS_RATE, providerSeries, TIMES } from './palette.js';
import { unitUpTo } from './words.js';

const sayCount = (value: number | null): string => counted(value ?? 0);
const sayPercent = (value: number | null): string => percentage(value === null ? null : value / 100);

const PERCENT = { size: 1, word: '%' };

/** The charts. Loaded after the page, because what draws them is large. */
export function OverviewFigures({
  overview,
  providers,
}: {
  readonly overview: Overview;
  readonly providers: readonly { readonly name: string; readonly title: string }[];
}): ReactElement {
  const { total, passRate, timeToVerdict } = overview;
  const outcomeSeries = OUTCOME_SERIES.filter(
    ({ name }) => OUTCOMES.some((known) => known === name && total[known] > 0) || name === 'verified',
  );
  const byProvider = providerSeries(providers);
  const outcomes: FigureOf = {
    title: 'Verifications a day, by outcome',
    summary: `${counted(total.created)} began, ${counted(total.verified)} are verified and ${counted(total.rejected)} rejected.`,
    rows: outcomesByDay(overview, outcomeSeries),
    series: outcomeSeries,
    say: sayCount,
  };
  const begun: FigureOf = {
    title: 'Verifications a day, by provider',
    summary: overview.providers
      .map(({ provider, created }) => `${titleOf(provider, providers)}: ${counted(created)}.`)
      .join(' '),
    rows: providersByDay(overview, byProvider),
    series: byProvider,
    say: sayCount,
  };
  const passing: FigureOf = {
    title: 'Pass rate',
    summary: `${percentage(passRate)} of those verified or rejected.`,
    rows: passRateByDay(overview),
    series: [PASS_RATE],
    say: sayPercent,
  };
  const times: FigureOf = {
    title: 'Time to a verdict',
    summary: `Half within ${duration(timeToVerdict?.p50Seconds ?? null)}, 95 of 100 within ${duration(timeToVerdict?.p95Seconds ?? null)}.`,
    rows: timesByDay(overview),
    series: TIMES,
    say: duration,
  };
  return (
    <Stack gap="md">
      <Figure of={outcomes}>
        <StackedDays of={outcomes} />
      </Figure>
      <Figure of={begun}>
        <StackedDays of={begun} />
      </Figure>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Figure of={passing}>
          <DayLines of={passing} top={100} unit={PERCENT} />
        </Figure>
        <Figure of={times}>
          <DayLines of={times} unit={unitUpTo(longestOf(times))} />
        </Figure>
      </SimpleGrid>
    </Stack>
  );
}

function longestOf({ rows }: FigureOf): number {
  return Math.max(0, ...rows.flatMap(({ values }) => Object.values(values).map((value) => value ?? 0)));
}

function titleOf(name: string, providers: readonly { name: string; title: string }[]): string {
  return providers.find((provider) => provider.name === name)?.title ?? name;
}
