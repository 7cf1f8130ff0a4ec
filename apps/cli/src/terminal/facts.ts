import { type Paint } from './paint.js';

/** One thing to know of something: its name and its value, painted; null leaves the line out. */
export type Fact = readonly [name: string, value: string | null];

/** Facts below each other, their values aligned. */
export function facts(list: readonly Fact[], paint: Paint): string {
  const told = list.filter((fact): fact is [string, string] => fact[1] !== null);
  const width = Math.max(0, ...told.map(([name]) => name.length));
  return told.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`).join('\n');
}
