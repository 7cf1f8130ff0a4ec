import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startEmbeddedPostgres } from '@gatehouse/platform';

import { quantile, rounded } from '../ground.js';
import { type ListCase, listCases } from './cases.js';
import { GOAL, missesOf } from './goal.js';
import { looked, timed, Unanswered } from './look.js';
import { type OpenStage, openStage } from './open.js';
import { type PlanFault } from './plan.js';
import { type Stage } from './stage.js';
import { StatementListener } from './statements.js';

/*
 * `npm run bench:growth`: what every list takes with 10,000 verifications and with many, asked in turn; and how PostgreSQL goes about it
 * with many. Ends with 1 where a list is read from end to end; which ones are slower than they should be, it says: on a machine that others use,
 * times fail nothing.
 */

const SMALL = 10_000;
const WARM_UP = 3;
const SETTINGS = {
  max_connections: '60',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
  // Indexes are made without being written into the log as well.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // What is loaded is looked through once it is there.
  autovacuum: 'off',
};
/** Of figures, which take as long as there are rows to count, and of which nothing is asked. */
const ROUNDS_OF_FIGURES = 3;

interface Measured {
  readonly name: string;
  readonly small: Times;
  readonly large: Times;
  /** Of the p95 of the statements. */
  readonly ratio: number;
  /** In which way it misses the goal; null for figures, of which none is asked. */
  readonly misses: readonly string[] | null;
  readonly indexes: readonly string[];
  readonly faults: readonly PlanFault[];
}

/** In milliseconds: until the answer was read, and of that until the statements were answered. */
interface Times {
  readonly p50: number;
  readonly p95: number;
  readonly sqlP50: number;
  readonly sqlP95: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '40' },
      json: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  const rows = Number(values.rows);
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rows) || rows < 1_000) throw new Error('--rows is a number from 1000 on');
  const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'gatehouse-growth-')));
  const server = await startEmbeddedPostgres({ dataDir: folder, durable: false, settings: SETTINGS });
  const stages: OpenStage[] = [];
  try {
    const listener = new StatementListener();
    for (const verifications of [SMALL, rows])
      stages.push(await openStage(server, verifications, listener, folder));
    const [small, large] = stages;
    if (small === undefined || large === undefined) throw new Error('unreachable');
    const measured = await measure(small, large, { listener, rounds, only: values.only ?? '' });
    report(measured, rows);
    const size = await large.row(`SELECT pg_size_pretty(pg_database_size(current_database())) AS size`);
    process.stdout.write(`\n${rows} verifications take ${String(size['size'])}\n`);
    if (values.json !== undefined) {
      const machine = { cores: availableParallelism(), memoryGb: Math.round(totalmem() / 1e9) };
      await writeFile(
        values.json,
        JSON.stringify(
          { rows, small: SMALL, rounds, machine, goal: { ...GOAL, ...judged(measured) }, lists: measured },
          null,
          2,
        ),
      );
    }
    reportGoal(measured, rows);
    if (measured.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
  } finally {
    for (const stage of stages) await stage.close();
    await server.stop();
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

interface Measuring {
  readonly listener: StatementListener;
  readonly rounds: number;
  /** Lists whose name has this in it. */
  readonly only: string;
}

async function measure(
  small: Stage,
  large: Stage,
  { listener, rounds, only }: Measuring,
): Promise<readonly Measured[]> {
  const ofSmall = new Map((await listCases(small)).map((one) => [one.name, one]));
  const lists = (await listCases(large)).filter(({ name }) => name.includes(only));
  const measured: Measured[] = [];
  for (const [index, list] of lists.entries()) {
    const same = ofSmall.get(list.name);
    if (same === undefined) throw new Error(`${list.name} is not asked of the small database`);
    const isList = list.page !== null;
    const one = measureOne([small, same], [large, list], listener, isList ? rounds : ROUNDS_OF_FIGURES);
    // Figures of too many rows for the time that they have are refused; that is said, and is nothing against the lists.
    const taken = await one.catch((error: unknown) => {
      if (isList || !(error instanceof Unanswered)) throw error;
      process.stderr.write(`${error.message}\n`);
      return null;
    });
    if (taken !== null) measured.push(taken);
    if (index % 25 === 0) process.stderr.write(`${index} of ${lists.length} lists\n`);
  }
  return measured.sort((a, b) => b.faults.length - a.faults.length || b.ratio - a.ratio);
}

async function measureOne(
  small: readonly [Stage, ListCase],
  large: readonly [Stage, ListCase],
  listener: StatementListener,
  rounds: number,
): Promise<Measured> {
  const samples = [small, large].map(([stage, list]) => ({
    stage,
    list,
    ms: [] as number[],
    sqlMs: [] as number[],
  }));
  for (const { stage } of samples) await stage.settle();
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const { stage, list, ms, sqlMs } of samples) {
      const once = await timed(stage, listener, list);
      if (round < 0) continue;
      ms.push(once.ms);
      sqlMs.push(once.sqlMs);
    }
  }
  const [ofSmall, ofLarge] = samples.map(({ ms, sqlMs }): Times => ({
    p50: rounded(quantile(ms, 0.5)),
    p95: rounded(quantile(ms, 0.95)),
    sqlP50: rounded(quantile(sqlMs, 0.5)),
    sqlP95: rounded(quantile(sqlMs, 0.95)),
  }));
  if (ofSmall === undefined || ofLarge === undefined) throw new Error('unreachable');
  return {
    name: large[1].name,
    small: ofSmall,
    large: ofLarge,
    ratio: rounded(ofLarge.sqlP95 / ofSmall.sqlP95),
    misses: large[1].page === null ? null : missesOf(ofSmall, ofLarge),
    ...(await looked(large[0], listener, large[1])),
  };
}

function report(measured: readonly Measured[], rows: number): void {
  const column = (value: string | number, width: number): string => String(value).padStart(width);
  process.stdout.write(
    `ms until the answer, and of that SQL; ${SMALL} | ${rows} verifications\n` +
      `${['p50', 'p95', 'SQL p95', '| p50', 'p95', 'SQL p95', 'ratio'].map((word) => column(word, 9)).join('')}  list\n`,
  );
  for (const { name, small, large, ratio, faults, indexes } of measured) {
    const times = [small.p50, small.p95, small.sqlP95, large.p50, large.p95, large.sqlP95, ratio];
    process.stdout.write(
      `${times.map((value) => column(value, 9)).join('')}  ${name}  [${indexes.join(', ')}]\n`,
    );
    for (const { statement, detail } of faults)
      process.stdout.write(`${' '.repeat(63)}  !! ${statement}: ${detail}\n`);
  }
  const faulty = measured.filter(({ faults }) => faults.length > 0).length;
  process.stdout.write(
    `\n${measured.length} lists, ${faulty} of them with a plan that grows with the data\n`,
  );
}

/** How many lists were judged, and the names of those that miss the goal. */
function judged(measured: readonly Measured[]): {
  readonly lists: number;
  readonly missed: readonly string[];
} {
  return {
    lists: measured.filter(({ misses }) => misses !== null).length,
    missed: measured.filter(({ misses }) => (misses ?? []).length > 0).map(({ name }) => name),
  };
}

function reportGoal(measured: readonly Measured[], rows: number): void {
  const { lists, missed } = judged(measured);
  process.stdout.write(
    `\n${missed.length} of ${lists} lists miss the goal: SQL p95 with ${rows} at most ${GOAL.ratio} × that with ${SMALL}, and ${GOAL.ms} ms\n`,
  );
  for (const { name, misses } of measured)
    if (misses !== null && misses.length > 0) process.stdout.write(`  ${name}: ${misses.join(', ')}\n`);
}

await main();
