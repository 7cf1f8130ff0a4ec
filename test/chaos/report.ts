import Table from 'cli-table3';

import { hitsInWords } from './hits.js';
import { type Check } from './invariants/check.js';
import { type ChaosResult } from './run-chaos.js';

const BROKEN_SHOWN = 10;
const WHAT_WIDTH = 48;
const NOTES_WIDTH = 76;

export function isSound({ checks }: Pick<ChaosResult, 'checks'>): boolean {
  return checks.every(({ broken }) => broken.length === 0);
}

/** For a terminal: what must hold, whether it does, and what is to be known about it. */
export function reportOf(result: ChaosResult): string {
  const { seed, verifications, kills, hits, switches, faults, checks, explanations, seconds } = result;
  const happened = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const lines = [
    `${verifications} verifications, ${kills} kills with -9, ${switches} switches of provider, ${happened} faults of the twins`,
    `seed ${seed}; storm ${seconds.storm} s, calm ${seconds.calm} s`,
    tableOf(checks),
    ...hitsInWords(hits),
    `Faults: ${[...faults].map(([what, count]) => `${what} ${count}`).join(', ')}`,
    ...checks.flatMap(brokenOf),
  ];
  if (Object.keys(explanations).length > 0) lines.push(JSON.stringify(explanations, null, 2));
  return `${lines.join('\n')}\n`;
}

export function tableOf(checks: readonly Check[]): string {
  const table = new Table({
    head: ['must hold', 'of', 'broken', 'notes'],
    colWidths: [WHAT_WIDTH, 8, 8, NOTES_WIDTH],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { what, looked, broken, notes } of checks) {
    table.push([what, looked, broken.length === 0 ? 'none' : broken.length, notes.join('\n')]);
  }
  return table.toString();
}

export function brokenOf({ what, broken }: Check): readonly string[] {
  if (broken.length === 0) return [];
  const more = broken.length > BROKEN_SHOWN ? [`  and ${broken.length - BROKEN_SHOWN} more`] : [];
  return [`Broken: ${what}`, ...broken.slice(0, BROKEN_SHOWN).map((line) => `  ${line}`), ...more];
}
