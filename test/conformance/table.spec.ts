import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { DOCUMENTED } from '../support/conformance/documented.js';
import { HARNESSES } from '../support/conformance/harnesses.js';
import {
  CAPABILITY_ROWS,
  type CapabilityRow,
  type Column,
  FAULT_ROWS,
  type FaultRow,
  isOffered,
} from '../support/conformance/rows.js';
import { type Behaviour, complaintsAboutTables, renderTables } from '../support/conformance/table.js';

const ROWS = { ...CAPABILITY_ROWS, ...FAULT_ROWS };
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'CONFORMANCE.md'), 'utf8');

/** A behaviour that passes for everything that one is due for. */
const complete: readonly Behaviour[] = Object.entries<Column>(DOCUMENTED).flatMap(([provider, column]) =>
  [
    ...keysOf(CAPABILITY_ROWS).filter((row) => isOffered(column.capabilities[row])),
    ...keysOf(FAULT_ROWS).filter((row) => column.immune[row] === undefined),
  ].map((row) => ({ provider, row: ROWS[row], title: 'works', passed: true })),
);

describe('docs/CONFORMANCE.md', () => {
  it('has a line for every row, each with a cell for every provider', () => {
    const lines = rowsOf(page);
    expect(lines.map(([title]) => title)).toEqual(Object.values(ROWS));
    expect(new Set(lines.map((cells) => cells.length))).toEqual(new Set([1 + HARNESSES.length]));
    expect(HARNESSES.map(({ provider }) => provider)).toEqual(Object.keys(DOCUMENTED));
    const headings = Object.keys(DOCUMENTED).join(' | ');
    expect(page.toLowerCase()).toMatch(new RegExp(`\\| ${headings.replaceAll(' | ', ' +\\| ')} +\\|`, 'u'));
  });

  it('shows everything that is documented, and everything that can go wrong, by a behaviour', () => {
    const marks = new Map(rowsOf(page).map(([title = '', ...cells]) => [title, cells]));
    const unshown = complete.filter(({ provider, row }) => {
      const mark = marks.get(row)?.[Object.keys(DOCUMENTED).indexOf(provider)] ?? '';
      return !/^[✓◐] [1-9]\d*$/u.test(mark);
    });
    expect(unshown).toEqual([]);
  });
});

describe('the program that writes it', () => {
  it('has nothing against a run in which everything due is shown', () => {
    expect(complaintsAboutTables(DOCUMENTED, complete)).toEqual([]);
  });

  it.each(complete)('complains if nothing shows that $provider › $row', (missing) => {
    const rest = complete.filter((behaviour) => behaviour !== missing);
    expect(complaintsAboutTables(DOCUMENTED, rest)).toEqual([
      expect.stringContaining(`${missing.provider} › ${missing.row}: `),
    ]);
  });

  it('complains about any behaviour that fails, whoever it belongs to', () => {
    const failed = { provider: 'toy', row: FAULT_ROWS.hang, title: 'ends', passed: false };
    expect(complaintsAboutTables(DOCUMENTED, [...complete, failed])).toEqual([
      'toy › Never answers › ends: did not pass',
    ]);
  });

  it('counts only what passes, and says the same of the same run', () => {
    const failed = complete.map((behaviour) => ({ ...behaviour, title: 'fails', passed: false }));
    expect(renderTables(DOCUMENTED, [...failed, ...complete].toReversed())).toBe(
      renderTables(DOCUMENTED, complete),
    );
  });

  it('can tell all rows apart by their titles', () => {
    expect(new Set(Object.values(ROWS)).size).toBe(
      keysOf(CAPABILITY_ROWS).length + keysOf(FAULT_ROWS).length,
    );
  });
});

/** The rows of the page's tables without their headings. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| A provider') && !line.startsWith('| --'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function keysOf<Row extends CapabilityRow | FaultRow>(rows: Readonly<Record<Row, string>>): readonly Row[] {
  return Object.keys(rows) as Row[];
}
