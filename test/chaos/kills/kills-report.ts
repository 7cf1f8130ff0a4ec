import Table from 'cli-table3';

import { type Examined } from '../invariants/examined.js';
import { spreadOf } from '../recovery.js';
import { POINTS } from './cells.js';
import { type KillsResult } from './every-kill.js';
import { type Victim, VICTIMS } from './kill-world.js';
import { type Outcome } from './run-kills.js';

/** Everything held, of everything that was looked at. */
export function isUnbroken({ outcomes, afterRestart, indiscretions }: KillsResult): boolean {
  return (
    afterRestart.length === 0 &&
    indiscretions.length === 0 &&
    outcomes.every(({ breaches }) => breaches.length === 0)
  );
}

/** Each operation at each point, for each victim; and the last restart, which shows that no answer is another one after it. */
export function examinedAt({ outcomes, afterRestart }: KillsResult): readonly Examined[] {
  const cells = outcomes.map(({ checked, breaches }) => ({
    checked,
    broken: breaches.map(({ invariant }) => invariant),
  }));
  return [...cells, { checked: ['I9'], broken: afterRestart.map(({ invariant }) => invariant) }];
}

/** For a terminal: points and operations, victims, and what did not hold. */
export function killsReportOf(result: KillsResult): string {
  const { outcomes, afterRestart, askedAgain, indiscretions, logLines } = result;
  const table = new Table({
    head: ['point', 'operation', 'where', ...VICTIMS],
    style: { head: [], border: [] },
  });
  for (const row of Map.groupBy(
    outcomes,
    ({ point, operation, where }) => `${point} ${operation} ${where}`,
  ).values()) {
    const [first] = row;
    if (first === undefined) continue;
    const of = VICTIMS.map((victim) => verdictOf(row.find((outcome) => outcome.victim === victim)));
    table.push([first.point, first.operation, first.where, ...of]);
  }
  const slowest = Math.max(
    0,
    ...outcomes.filter(({ victim }) => victim === 'gateway').map(({ restMs }) => restMs),
  );
  const lines = [
    `${outcomes.length} kills: each operation at each point, once for each victim`,
    table.toString(),
    ...Object.entries(POINTS).map(([point, words]) => `${point}: ${words}`),
    `Asked again after a last restart: ${askedAgain} keys, ${afterRestart.length} other answers`,
    `Lines of the log: ${logLines}, ${indiscretions.length} that name somebody or are on standard error`,
    ...VICTIMS.map(
      (victim) => `A create was answered well, ${victim} killed: ${recoveryOf(outcomes, victim)}`,
    ),
    `At rest at most ${slowest} ms after the killed gateway was ready again`,
    ...outcomes.flatMap(brokenOf),
    ...afterRestart.map(({ what }) => `  after the restart: ${what}`),
    ...indiscretions.map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function recoveryOf(outcomes: readonly Outcome[], victim: Victim): string {
  return spreadOf(
    outcomes.flatMap((outcome) =>
      outcome.victim === victim && outcome.recoveryMs !== null ? [outcome.recoveryMs] : [],
    ),
  );
}

function verdictOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '';
  const broken = new Set(outcome.breaches.map(({ invariant }) => invariant));
  return broken.size === 0 ? 'held' : `broken: ${[...broken].join(', ')}`;
}

function brokenOf({ point, operation, where, victim, breaches }: Outcome): readonly string[] {
  if (breaches.length === 0) return [];
  return [
    `Broken: ${point} ${operation}, ${where}; ${victim}`,
    ...breaches.map(({ invariant, what }) => `  ${invariant}: ${what}`),
  ];
}
