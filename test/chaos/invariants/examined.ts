import Table from 'cli-table3';

import { type Check } from './check.js';
import { type Invariant, INVARIANTS } from './invariants.js';

/** What was looked for in one cell: an operation that was stopped at a point for one victim, or a whole run under load. */
export interface Examined {
  readonly checked: readonly Invariant[];
  readonly broken: readonly Invariant[];
}

/** A run under load is one cell. */
export function examinedIn(checks: readonly Check[]): Examined {
  return {
    checked: checks.flatMap(({ shows }) => shows),
    broken: checks.flatMap(({ shows, broken }) => (broken.length === 0 ? [] : shows)),
  };
}

/** For a terminal: a row for each invariant. `parts`: the cells of each part of the run, by its name. */
export function invariantsTable(parts: ReadonlyMap<string, readonly Examined[]>): string {
  const table = new Table({
    head: ['invariant', 'what it says', 'cells', 'verdict', 'where'],
    colWidths: [11, 52, 7, 16, 60],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const [name, says] of Object.entries(INVARIANTS)) {
    // The keys of INVARIANTS are the invariants.
    const invariant = name as Invariant;
    const cells = [...parts].map(([part, examined]) => ({
      part,
      looked: examined.filter(({ checked }) => checked.includes(invariant)).length,
      broken: examined.filter(({ broken }) => broken.includes(invariant)).length,
    }));
    const looked = cells.reduce((sum, one) => sum + one.looked, 0);
    const broken = cells.reduce((sum, one) => sum + one.broken, 0);
    const where = cells.filter((one) => one.looked > 0).map((one) => `${one.part} ${one.looked}`);
    table.push([name, says, looked, verdictOf(looked, broken), where.join(', ')]);
  }
  return table.toString();
}

function verdictOf(looked: number, broken: number): string {
  if (broken > 0) return `broken in ${broken}`;
  return looked === 0 ? 'not looked at' : 'held';
}
