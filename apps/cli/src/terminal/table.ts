import { stripVTControlCharacters } from 'node:util';

import CliTable from 'cli-table3';

import { type Paint } from './paint.js';

export interface Column<Row> {
  /** Empty in all columns: no line of titles. */
  readonly title: string;
  /** What stands in the cell: painted, and free of control characters. */
  readonly cell: (row: Row) => string;
  /** May be cut off where the terminal is too narrow. */
  readonly isElastic?: boolean;
}

export interface Canvas {
  readonly paint: Paint;
  /** Columns of the terminal; null: as wide as it gets, for whoever reads it is no terminal. */
  readonly width: number | null;
}

const GAP = 2;
const NARROWEST = 8;
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`, 'middle'].map((name) => [name, '']),
  ),
);

/** Rows under titles, without lines. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, width }: Canvas,
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const natural = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  const widths = width === null ? natural : fitted(natural, columns, width);
  const lines = new CliTable({
    head: columns.every(({ title }) => title === '') ? [] : columns.map(({ title }) => paint('dim', title)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    // Where nothing has to be cut off, the table knows best how wide its cells are.
    colWidths: widths.map((one, index) => (one === natural[index] ? null : one + GAP)),
  });
  lines.push(...cells);
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Takes what is too much from the widest elastic columns. */
function fitted(
  natural: readonly number[],
  columns: readonly { readonly isElastic?: boolean }[],
  width: number,
): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1)) - width;
  for (; excess > 0; excess -= 1) {
    const elastic = widths.map((one, index) => (columns[index]?.isElastic === true ? one : 0));
    const widest = Math.max(...elastic);
    if (widest <= NARROWEST) break;
    widths[elastic.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function displayWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}
