import '@mantine/charts/styles.css';

import { BarChart, LineChart } from '@mantine/charts';
import { type ReactElement, useId } from 'react';

import { CHART_HEIGHT, type FigureOf } from './figure.js';
import { Patterns, patternId } from './pattern.js';
import { dayWords, type AxisUnit } from './words.js';

/** Days that have no room for their label are left out. */
const DAY_AXIS = { tickMargin: 8, minTickGap: 16, interval: 'preserveStartEnd' } as const;
/** The figure itself says what it is: within it nothing is to be focused. */
const STILL = { accessibilityLayer: false } as const;

const ONE: AxisUnit = { size: 1, word: '' };

/** Bars of a day upon each other. */
export function StackedDays({ of }: { readonly of: FigureOf }): ReactElement {
  const id = useId();
  const { series } = of;
  return (
    <BarChart
      h={CHART_HEIGHT}
      data={dataOf(of)}
      dataKey="day"
      type="stacked"
      series={series.map(({ name, label, color }) => ({ name, label, color }))}
      withXAxis
      withYAxis
      gridAxis="x"
      tickLine="xy"
      xAxisProps={DAY_AXIS}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      barChartProps={STILL}
      barProps={({ name }) => ({
        fill: `url(#${patternId(id, name)})`,
        stroke: 'var(--mantine-color-body)',
        strokeWidth: 1,
        isAnimationActive: false,
      })}
      valueFormatter={(value) => of.say(value)}
    >
      <Patterns id={id} series={series} />
    </BarChart>
  );
}

/** A line over the days; days without a value are gaps in it. */
export function DayLines({
  of,
  top,
  unit = ONE,
}: {
  readonly of: FigureOf;
  /** Where the axis ends; absent: above the highest value. */
  readonly top?: number;
  /** In which the axis is marked. */
  readonly unit?: AxisUnit;
}): ReactElement {
  return (
    <LineChart
      h={CHART_HEIGHT}
      data={dataOf(of, unit.size)}
      dataKey="day"
      curveType="linear"
      connectNulls={false}
      series={of.series.map(({ name, label, color, fill }) => ({
        name,
        label,
        color,
        ...(fill !== 'plain' && { strokeDasharray: '6 4' }),
      }))}
      withXAxis
      withYAxis
      gridAxis="x"
      tickLine="xy"
      xAxisProps={DAY_AXIS}
      yAxisProps={{
        width: 64,
        domain: [0, top ?? 'auto'],
        tickFormatter: (value: number) => `${value} ${unit.word}`,
      }}
      lineChartProps={STILL}
      lineProps={{ isAnimationActive: false }}
      valueFormatter={(value) => of.say(value * unit.size)}
    />
  );
}

function dataOf({ rows }: FigureOf, unit = 1): Record<string, string | number | null>[] {
  return rows.map(({ day, values }) => ({
    day: dayWords(day),
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === null ? null : value / unit]),
    ),
  }));
}
