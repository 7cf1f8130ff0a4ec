import { type Name, NAMES } from '../names.js';
import { type Figures, medianOf } from '../figures.js';
import { type Result } from '../rounds.js';
import { digits } from './digits.js';
import { type Bar, barChart, lineChart } from './svg.js';
import { TITLES } from './table.js';

/** A picture for docs/performance/, by the name of its file. */
export interface Chart {
  readonly file: string;
  /** What it is, for who does not see it. */
  readonly alternative: string;
  readonly svg: string;
}

const MEMORY_GOAL_MB = 220;

export function chartsOf({ creates, reads, latency, footprint }: Figures): readonly Chart[] {
  const charts: Chart[] = [];
  const atOnce = creates?.get(0);
  if (atOnce !== undefined) {
    charts.push(
      perSecond('creates.svg', 'Creates per second', '16 callers, a vendor that answers at once', atOnce),
    );
    charts.push(cpu('create-cpu.svg', 'CPU for each create', atOnce));
  }
  if (reads !== null) charts.push(perSecond('reads.svg', 'Reads per second', '16 callers, by id', reads));
  if (latency !== null) {
    const times = [...latency.added.values()].flatMap(({ p50, p99 }) => [p50, p99]);
    // What has no end is drawn as long as the longest.
    const longest = Math.max(1, ...times.filter(Number.isFinite));
    const timeBar = (name: Name, what: string, ms: number): Bar =>
      bar(name, `${TITLES[name]}, ${what}, ms`, Math.min(ms, longest), digits(ms, 1));
    const bars = [...latency.added].flatMap(([name, { p50, p99 }]) => [
      timeBar(name, 'p50', p50),
      timeBar(name, 'p99', p99),
    ]);
    charts.push({
      file: 'added-latency.svg',
      alternative: 'Time added to the vendor’s own',
      svg: barChart({
        title: 'Time added to the vendor’s own',
        subtitle: '200 creates a second, counted from when each was to be sent',
        bars,
      }),
    });
  }
  if (footprint !== null) {
    const { course } = footprint;
    charts.push({
      file: 'memory.svg',
      alternative: 'Resident memory while verifications are created',
      svg: lineChart({
        title: 'Resident memory while verifications are created',
        subtitle: 'Megabytes, of a process that has done nothing else',
        points: course,
        ends: ['no create', `${course.at(-1)?.[0] ?? 0} creates`],
        limit: { value: MEMORY_GOAL_MB, text: `goal: ${MEMORY_GOAL_MB}` },
      }),
    });
  }
  return charts;
}

function perSecond(file: string, title: string, subtitle: string, result: Result): Chart {
  const bars = NAMES.flatMap((name): Bar[] => {
    const value = medianOf(result, name, (sample) => sample.perSecond);
    return value === null ? [] : [bar(name, TITLES[name], value, value.toFixed(0))];
  });
  return { file, alternative: title, svg: barChart({ title, subtitle, bars }) };
}

function cpu(file: string, title: string, result: Result): Chart {
  const bars = NAMES.flatMap((name): Bar[] => {
    const server = medianOf(result, name, ({ serverUs }) => serverUs);
    const database = name === 'g' ? 0 : medianOf(result, name, ({ databaseUs }) => databaseUs);
    if (server === null || database === null) return [];
    const parts = [
      { value: server, shade: name === 'ours' ? 'ours' : 'other' } as const,
      { value: database, shade: 'light' } as const,
    ];
    const text = name === 'g' ? server.toFixed(0) : `${server.toFixed(0)} + ${database.toFixed(0)}`;
    return [{ label: TITLES[name], parts, text }];
  });
  const subtitle = 'Microseconds: the server, and lighter PostgreSQL';
  return { file, alternative: title, svg: barChart({ title, subtitle, bars }) };
}

function bar(name: Name, label: string, value: number, text: string): Bar {
  return { label, parts: [{ value: Math.max(0, value), shade: name === 'ours' ? 'ours' : 'other' }], text };
}
