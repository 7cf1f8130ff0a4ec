import { type Invariant } from './invariants.js';

/** One row of the report: something that must hold, how many things it was looked for in, and where it does not hold. */
export interface Check {
  readonly what: string;
  readonly looked: number;
  /** Each begins with the id it is about. */
  readonly broken: readonly string[];
  readonly notes: readonly string[];
  /** Of RELIABILITY's invariants those that do not hold where it is broken. */
  readonly shows: readonly Invariant[];
}

export function check(
  what: string,
  looked: number,
  broken: readonly string[],
  notes: readonly string[] = [],
): Check {
  return { what, looked, broken, notes, shows: [] };
}

/** The same, as a part of these invariants. */
export function showing(shows: readonly Invariant[], one: Check): Check {
  return { ...one, shows };
}

/** "12 × so and so", the most frequent first. */
export function counted(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].sort(([, one], [, other]) => other - one).map(([what, count]) => `${count} × ${what}`);
}
