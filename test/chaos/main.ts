import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { Log, migrate, startEmbeddedPostgres } from '@gatehouse/platform';
import { Command, InvalidArgumentError, Option } from 'commander';

import { clusterReportOf, isUnbroken, runScenario } from './cluster/run-scenario.js';
import { type Scenario } from './cluster/scenario.js';
import { SCENARIOS } from './cluster/scenarios.js';
import { type Examined, examinedIn, invariantsTable } from './invariants/examined.js';
import { interruption } from './interruption.js';
import { killEverywhere } from './kills/every-kill.js';
import { examinedAt, isUnbroken as hasHeld, killsReportOf } from './kills/kills-report.js';
import { isSound, reportOf } from './report.js';
import { type ChaosResult, runChaos } from './run-chaos.js';

/*
 * `npm run chaos -- [--only PART] [--verifications N] [--kills N] [--seed S] [--json FILE]`: what docs/CHAOS.md tells of, each part on a
 * PostgreSQL of its own.
 */

const FEW = 100;
/** In a storm that is measured in kills, so many people come for each. */
const PEOPLE_A_KILL = 3;
const CALM_LIFE_MS = [3_000, 12_000] as const;
/** Kills one after the other: a gateway lives for a moment after its first create. */
const SHORT_LIFE_MS = [0, 2_000] as const;
const FEW_KILLS = 6;

interface Arguments {
  readonly only?: string;
  readonly verifications?: number;
  readonly kills?: number;
  readonly seed?: string;
  readonly json?: string;
}

interface PartResult {
  readonly isSound: boolean;
  /** False: it could not be run on this computer. */
  readonly wasRun: boolean;
  readonly examined: readonly Examined[];
  readonly report: string;
  readonly plain: unknown;
}

type Part = (given: Arguments) => Promise<PartResult>;

/** By name, in their order. */
const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['storm', theStorm],
  ['kills', theKills],
  ...SCENARIOS.map((scenario): [string, Part] => [scenario.name, () => theScenario(scenario)]),
]);

const command = new Command('chaos')
  .description('Runs verifications while everything goes wrong, and looks at what must hold all the same.')
  .addOption(new Option('--only <part>', 'one part instead of all').choices([...PARTS.keys()]))
  .option(
    '--verifications <count>',
    `how many the storm has: ${FEW}, or ${PEOPLE_A_KILL} for each kill with --kills`,
    wholeNumber,
  )
  .option(
    '--kills <count>',
    'the storm kills until it has killed so many gateways, each as soon as it creates again, and people come all the while',
    wholeNumber,
  )
  .option('--seed <text>', 'the same seed makes the same people, faults, kills and forgeries')
  .option('--json <file>', 'where the result goes as JSON as well');

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('a number from 1 to 99999');
  return Number(text);
}

const began = performance.now();

function say(line: string): void {
  process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${line}\n`);
}

async function storm({
  kills,
  verifications = Math.max(FEW, PEOPLE_A_KILL * (kills ?? 0)),
  seed = randomBytes(4).toString('hex'),
}: Arguments): Promise<ChaosResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-chaos-'));
  const server = await startEmbeddedPostgres({
    dataDir,
    // The processes are killed, not the machine.
    durable: false,
    settings: { max_connections: '100', max_wal_size: '512MB' },
  });
  try {
    await migrate(server.databaseUrl, new Log({ level: 'warn' }));
    say(`${verifications} verifications, seed ${seed}`);
    const running = runChaos({
      verifications,
      seed,
      databaseUrl: server.databaseUrl,
      lifeMs: kills === undefined ? CALM_LIFE_MS : SHORT_LIFE_MS,
      arrivalsMs: 30_000 + 120 * verifications,
      personMs: 3_000,
      leastKills: kills ?? FEW_KILLS,
      isPacedByKills: kills !== undefined,
      nudgeAfterMs: 75_000,
      giveUpAfterMs: 600_000,
      say,
    });
    return await Promise.race([running, interruption()]);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function theStorm(given: Arguments): Promise<PartResult> {
  const result = await storm(given);
  const plain = { ...result, faults: Object.fromEntries(result.faults) };
  return {
    isSound: isSound(result),
    wasRun: true,
    examined: [examinedIn(result.checks)],
    report: reportOf(result),
    plain,
  };
}

async function theKills(): Promise<PartResult> {
  const result = await Promise.race([killEverywhere(say), interruption()]);
  return {
    isSound: hasHeld(result),
    wasRun: true,
    examined: examinedAt(result),
    report: killsReportOf(result),
    plain: result,
  };
}

async function theScenario(scenario: Scenario): Promise<PartResult> {
  const outcome = await runScenario(scenario, say);
  return {
    isSound: isUnbroken([outcome]),
    wasRun: outcome.kind === 'run',
    examined: outcome.kind === 'run' ? [examinedIn(outcome.checks)] : [],
    report: clusterReportOf([outcome]),
    plain: outcome,
  };
}

const given = command.parse().opts<Arguments>();
const results = new Map<string, PartResult>();
for (const [name, part] of PARTS) {
  if (given.only !== undefined && given.only !== name) continue;
  const result = await part(given).catch((error: unknown) => {
    say(error instanceof Error ? `${error.stack ?? error.message} ${String(error.cause)}` : String(error));
    // What is still under way is of no use any more; leaving kills the gateways.
    return process.exit(1);
  });
  process.stdout.write(result.report);
  results.set(name, result);
}
if (given.json !== undefined) {
  const plain = Object.fromEntries([...results].map(([name, result]) => [name, result.plain]));
  await writeFile(given.json, `${JSON.stringify(plain, null, 2)}\n`);
}
const broken = [...results].filter(([, result]) => !result.isSound).map(([name]) => name);
const notRun = [...results].filter(([, { wasRun }]) => !wasRun).map(([name]) => name);
const examined = new Map([...results].map(([name, result]) => [name, result.examined]));
process.stdout.write(`${invariantsTable(examined)}\n${verdict()}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;

/** What was not run is not said to have held. */
function verdict(): string {
  const missing = notRun.length === 0 ? '' : ` ${notRun.length} not run: ${notRun.join(', ')}.`;
  if (broken.length > 0) return `Not all held: ${broken.join(', ')}.${missing}`;
  return notRun.length === 0 ? 'All held.' : `All that ran held.${missing}`;
}
