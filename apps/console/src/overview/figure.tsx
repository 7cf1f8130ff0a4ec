import { Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactElement, type ReactNode, useEffect, useId, useState } from 'react';

import { DataTable } from '../kit/data-table.js';
import { type Row } from './figures.js';
import { type Series } from './palette.js';
import { Patterns, patternId } from './pattern.js';
import { takeTurn } from './turns.js';
import { dayWords } from './words.js';

/** Of every chart, drawn or not yet, so that nothing moves when it comes. */
export const CHART_HEIGHT = 260;

/** What a chart is of, and how its numbers are said. */
export interface FigureOf {
  readonly title: string;
  /** What is seen at a glance, for who does not see it. */
  readonly summary: string;
  readonly rows: readonly Row[];
  readonly series: readonly Series[];
  readonly say: (value: number | null) => string;
}

/**
 * A chart with its legend, and the numbers behind it as a table: at hand for everybody, and always there for who does not see
 * charts.
 */
export function Figure({
  of,
  children,
}: {
  readonly of: FigureOf;
  readonly children: ReactNode;
}): ReactElement {
  const { title, summary, series } = of;
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  const [isDrawn, setDrawn] = useState(false);
  useEffect(
    () =>
      takeTurn(() => {
        setDrawn(true);
      }),
    [],
  );
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Title order={2} size="h4" id={id}>
            {title}
          </Title>
          <Button
            variant="default"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={opened}
            aria-label={`${opened ? 'Hide' : 'Show'} the numbers: ${title}`}
          >
            {opened ? 'Hide the numbers' : 'Show the numbers'}
          </Button>
        </Group>
        <div role="img" aria-label={`Chart. ${summary} The table after it has the numbers.`}>
          {isDrawn ? children : <div style={{ height: CHART_HEIGHT }} />}
        </div>
        {series.length > 1 && <Legend series={series} />}
        {opened ? <Numbers of={of} /> : <HiddenNumbers of={of} />}
      </Stack>
    </Paper>
  );
}

function Legend({ series }: { readonly series: readonly Series[] }): ReactElement {
  const id = useId();
  return (
    <Group gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {series.map((one) => (
        <Group key={one.name} component="li" gap={6} wrap="nowrap">
          <svg width="18" height="14" aria-hidden="true">
            <Patterns id={id} series={[one]} />
            <rect width="18" height="14" fill={`url(#${patternId(id, one.name)})`} />
          </svg>
          <Text size="sm" span>
            {one.label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

const captionOf = ({ title }: FigureOf): string => `${title}, in numbers`;

function Numbers({ of }: { readonly of: FigureOf }): ReactElement {
  const { rows, series, say } = of;
  return (
    <DataTable
      label={captionOf(of)}
      head={['Day (UTC)', ...series.map(({ label }) => label)]}
      minWidth={series.length > 3 ? 640 : 240}
    >
      {rows.map(({ day, values }) => (
        <Table.Tr key={day}>
          <Table.Th scope="row">{dayWords(day)}</Table.Th>
          {series.map(({ name }) => (
            <Table.Td key={name}>{say(values[name] ?? null)}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </DataTable>
  );
}

/** Out of sight, and with nothing in it that takes the focus. */
function HiddenNumbers({ of }: { readonly of: FigureOf }): ReactElement {
  const { rows, series, say } = of;
  return (
    <div className="visually-hidden">
      <table>
        <caption>{captionOf(of)}</caption>
        <thead>
          <tr>
            <th scope="col">Day (UTC)</th>
            {series.map(({ name, label }) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ day, values }) => (
            <tr key={day}>
              <th scope="row">{dayWords(day)}</th>
              {series.map(({ name }) => (
                <td key={name}>{say(values[name] ?? null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
