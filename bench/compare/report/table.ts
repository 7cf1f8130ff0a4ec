import { WITHIN_MS } from '../measures.js';
import { type Name, NAMES } from '../names.js';
import { type Figures, ratio, summaryOf } from '../figures.js';
import { type Result } from '../rounds.js';
import { rangeOf } from '../rounds.js';
import { type CoresBusy, middleOfCores } from '../process/cores.js';
import { type Sample } from '../turn.js';
import { digits } from './digits.js';

/** A table as rows of cells, the first of them its heads: for the terminal and for the document alike. */
export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export const TITLES: Readonly<Record<Name, string>> = {
  ours: 'Gatehouse',
  b0: 'B0, bare',
  b1: 'B1, bare, batches',
  t: 'T, typical NestJS',
  g: 'G, Portkey, no store',
};

export function tablesOf(figures: Figures): readonly Table[] {
  const { creates, reads, half, replays, latency, rates, webhooks, starts, footprint, inFlight, free } =
    figures;
  const tables: Table[] = [];
  for (const [delayMs, result] of creates ?? [])
    tables.push(ofRounds(`Create, 16 callers, vendor answers after ${delayMs} ms`, result));
  if (reads !== null) tables.push(ofRounds('Read, 16 callers', reads));
  if (half !== null)
    tables.push(
      ofRounds(
        `Read, ${half.perSecond} a second, as many as come: half of what Gatehouse carries`,
        half.result,
      ),
    );
  if (replays !== null) tables.push(ofRounds('Create repeated, 16 callers: no call of the vendor', replays));
  if (latency !== null) {
    const rows = [...latency.added].map(([name, { p50, p99 }]) => [
      TITLES[name],
      digits(p50, 2),
      digits(p99, 2),
    ]);
    tables.push({
      title: 'Added to the vendor’s own time at 200 creates a second, ms',
      rows: [['', 'p50', 'p99'], ...rows],
    });
  }
  if (rates !== null) {
    tables.push({
      title: `Creates a second at most, of the rates tried, with 99 of 100 answered within ${WITHIN_MS} ms`,
      rows: [
        ['', 'per s'],
        ...[...rates.highest].map(([name, rate]) => [TITLES[name], rate === 0 ? 'none' : String(rate)]),
      ],
    });
  }
  if (webhooks !== null) {
    const { ingestPerS, throughPerS, delivery, answered, serverUs, databaseUs, cores } = webhooks;
    tables.push({
      title: 'A vendor’s webhooks, and what the tenant is told of them',
      rows: [
        ['', ''],
        ['stored, per s', ingestPerS.toFixed(0)],
        ['stored, applied and delivered, per s', throughPerS.toFixed(0)],
        ['CPU server + PostgreSQL for each, µs', `${serverUs.toFixed(0)} + ${databaseUs.toFixed(0)}`],
        ['cores busy meanwhile: the server’s + the other, %', percentages(cores)],
        ['answered at 500/s, p50, ms', digits(answered.p50, 1)],
        ['answered at 500/s, p99, ms', digits(answered.p99, 1)],
        ['accepted to delivered at 500/s, p50, ms', digits(delivery.p50, 1)],
        ['accepted to delivered at 500/s, p99, ms', digits(delivery.p99, 1)],
      ],
    });
  }
  if (starts !== null) {
    const seconds = starts.readyAfterS.map((each) => each.toFixed(2)).join(' ');
    tables.push({
      title: 'Gatehouse’s starts',
      rows: [
        ['', ''],
        ['ready after, s', seconds],
      ],
    });
  }
  if (footprint !== null) {
    const { startedMb, idleMb, loadedMb, slopeMb, course } = footprint;
    const [creates] = course.at(-1) ?? [0];
    tables.push({
      title: 'What Gatehouse needs',
      rows: [
        ['', ''],
        ['five seconds after a start, MB', startedMb.toFixed(0)],
        ['idle, MB', idleMb.toFixed(0)],
        [`after ${creates} creates, MB`, loadedMb.toFixed(0)],
        ['growth for 10,000 creates, MB', slopeMb.toFixed(2)],
      ],
    });
  }
  if (inFlight !== null) {
    const { callers, perSecond, p50, p99, beforeMb, mostMb, heldUpP99 } = inFlight;
    tables.push({
      title: `${callers} creates under way, vendor answers after 500 ms`,
      rows: [
        ['', ''],
        ['per s', perSecond.toFixed(0)],
        ['p50, ms', p50.toFixed(0)],
        ['p99, ms', p99.toFixed(0)],
        ['loop held up p99, ms', heldUpP99.toFixed(0)],
        ['RSS before, MB', beforeMb.toFixed(0)],
        ['RSS at most, MB', mostMb.toFixed(0)],
      ],
    });
  }
  if (free !== null)
    tables.push(
      ofRounds('Create, 16 callers, vendor answers at once, processes where the system puts them', free),
    );
  return tables;
}

function ofRounds(title: string, result: Result): Table {
  const rows = NAMES.flatMap((name) => {
    const samples = result.samples.get(name);
    return samples === undefined ? [] : [rowOf(name, samples, result)];
  });
  const heads = [
    '',
    'per s',
    'CPU server, µs',
    'CPU PostgreSQL, µs',
    'cores busy, %',
    'p50, ms',
    'p99, ms',
    'RSS, MB',
    'loop held up p99, ms',
    'ours is',
  ];
  return { title, rows: [heads, ...rows] };
}

function rowOf(name: Name, samples: readonly Sample[], result: Result): readonly string[] {
  const range = (of: (sample: Sample) => number): string => {
    const { min, median } = rangeOf(samples, of);
    return `${median.toFixed(0)} (${min.toFixed(0)})`;
  };
  const times = name === 'ours' ? null : ratio(result, name);
  return [
    TITLES[name],
    range(({ perSecond }) => perSecond),
    range(({ serverUs }) => serverUs),
    name === 'g' ? '–' : range(({ databaseUs }) => databaseUs),
    percentages(middleOfCores(samples.map(({ cores }) => cores))),
    rangeOf(samples, ({ outcome }) => outcome.latency.p50).median.toFixed(1),
    rangeOf(samples, ({ outcome }) => outcome.latency.p99).median.toFixed(1),
    rangeOf(samples, ({ residentMb }) => residentMb).median.toFixed(0),
    rangeOf(samples, ({ heldUp }) => heldUp?.p99 ?? Number.NaN).median.toFixed(0),
    times === null ? '' : `${times.toFixed(2)} ×`,
  ];
}

function percentages(cores: CoresBusy | null): string {
  return cores === null ? '–' : `${(cores.server * 100).toFixed(0)} + ${(cores.rest * 100).toFixed(0)}`;
}

/** For a terminal. */
export function asText({ title, rows }: Table): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${title}\n  ${lines.filter((line) => line !== '').join('\n  ')}\n`;
}

export function asMarkdown({ title, rows }: Table): string {
  const [heads = [], ...rest] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(heads.map((_, column) => (column === 0 ? '---' : '---:')));
  return `**${title}**\n\n${[line(heads), rule, ...rest.map(line)].join('\n')}\n`;
}

export function summaryText(figures: Figures): string {
  const { endless, ...summary } = summaryOf(figures);
  const lines = Object.entries(summary).map(
    ([name, value]) => `  ${name.padEnd(16)}${endless.includes(name) ? 'endless' : String(value ?? '–')}`,
  );
  return `Summary\n${lines.join('\n')}\n`;
}
