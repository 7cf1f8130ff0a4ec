import { type RunStatement } from '../databases.js';
import { type Table } from './table.js';

const SHOWN = 14;

/** Which statements PostgreSQL's time went to, warm-up and what the measure prepares included; in per cent of the time of all. */
export function statementProfile(statements: readonly RunStatement[], measure: string): Table {
  const all = sumOf(statements);
  const byLabel = [...Map.groupBy(statements, ({ text }) => labelOf(text))]
    .map(([label, alike]) => ({
      label,
      ms: sumOf(alike),
      calls: alike.reduce((sum, { calls }) => sum + calls, 0),
      rows: alike.reduce((sum, { rows }) => sum + rows, 0),
    }))
    .sort((a, b) => b.ms - a.ms);
  const rows = byLabel
    .slice(0, SHOWN)
    .map(({ label, ms, calls, rows: count }) => [
      label,
      ((100 * ms) / all).toFixed(1),
      String(calls),
      ((ms * 1000) / calls).toFixed(0),
      (count / calls).toFixed(1),
    ]);
  return {
    title: `Where PostgreSQL’s time goes: ${measure}`,
    rows: [['', '% of the time', 'calls', 'µs each', 'rows each'], ...rows],
  };
}

const WRITTEN = /\b(?:INSERT INTO|(?<!FOR )(?<!DO )UPDATE|DELETE FROM)\s+"?([a-z]\w*)/g;
const DEFINED = /\b(\w+) AS (?:MATERIALIZED |NOT MATERIALIZED )?\(/g;
const READ = /\b(?:FROM|JOIN)(?: ONLY)? "?(?:public"?\."?)?([a-z]\w*)/g;

/** By the tables that it writes, or else reads. */
function labelOf(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const names = (pattern: RegExp): readonly string[] => [
    ...new Set([...flat.matchAll(pattern)].flatMap(([, name = '']) => name)),
  ];
  const written = names(WRITTEN);
  if (written.length > 0) return `writes ${written.join(', ')}`;
  const defined = names(DEFINED);
  const read = names(READ).filter((name) => !defined.includes(name));
  return read.length > 0 ? `reads ${read.join(', ')}` : `\`${flat.slice(0, 40)}\``;
}

function sumOf(statements: readonly RunStatement[]): number {
  return statements.reduce((sum, { ms }) => sum + ms, 0);
}
