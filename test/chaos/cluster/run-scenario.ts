import { brokenOf, tableOf } from '../report.js';
import { type Outcome, type Scenario } from './scenario.js';

/** One scenario from its empty database to its checks, or why it cannot be run here. */
export async function runScenario(scenario: Scenario, say: (line: string) => void): Promise<Outcome> {
  const { name, what } = scenario;
  const why = await scenario.missing();
  if (why !== null) {
    say(`${name}: not run: ${why}`);
    return { name, kind: 'not run', why };
  }
  say(`${name}: ${what}`);
  const began = performance.now();
  const checks = await scenario.run((line) => {
    say(`${name}: ${line}`);
  });
  return { name, kind: 'run', checks, seconds: Math.round((performance.now() - began) / 1000) };
}

/** What was not run is not broken, and is named in the report. */
export function isUnbroken(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(
    (outcome) => outcome.kind === 'not run' || outcome.checks.every(({ broken }) => broken.length === 0),
  );
}

/** For a terminal: one table of all scenarios, then each promise that was not kept. */
export function clusterReportOf(outcomes: readonly Outcome[]): string {
  const ran = outcomes.filter((outcome) => outcome.kind === 'run');
  const checks = ran.flatMap(({ name, checks: found }) =>
    found.map((one) => ({ ...one, what: `${name}: ${one.what}` })),
  );
  const lines = [
    ...(checks.length === 0 ? [] : [tableOf(checks)]),
    ...outcomes.map((outcome) =>
      outcome.kind === 'run'
        ? `${outcome.name}: ${isUnbroken([outcome]) ? 'nothing broken' : 'BROKEN'}, ${outcome.seconds} s`
        : `${outcome.name}: not run: ${outcome.why}`,
    ),
    ...checks.flatMap(brokenOf),
  ];
  return `${lines.join('\n')}\n`;
}
