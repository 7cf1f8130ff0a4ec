import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { Log, migrate, startEmbeddedPostgres } from '@gatehouse/platform';
import { Command, InvalidArgumentError, Option } from 'commander';

import { killEverywhere } from './kills/every-kill.js';
import { isUnbroken, killsReportOf } from './kills/kills-report.js';
import { isSound, reportOf } from './report.js';
import { type ChaosResult, runChaos } from './run-chaos.js';

/*
 * `npm run chaos -- [--only PART] [--verifications N] [--seed S] [--json FILE]`: what docs/CHAOS.md tells of, each part on a PostgreSQL of
 * its own.
 */

const FEW = 100;
const PARTS = ['storm', 'kills'] as const;
type Part = (typeof PARTS)[number];

const command = new Command('chaos')
  .description('Runs verifications while everything goes wrong, and looks at what must hold all the same.')
  .addOption(new Option('--only <part>', 'one part instead of all').choices(PARTS))
  .option('--verifications <count>', 'how many', wholeNumber, FEW)
  .option('--seed <text>', 'the same seed makes the same people, faults, kills and forgeries')
  .option('--json <file>', 'where the result goes as JSON as well');

interface Arguments {
  readonly only?: Part;
  readonly verifications: number;
  readonly seed?: string;
  readonly json?: string;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('a number from 1 to 99999');
  return Number(text);
}

const began = performance.now();

function say(line: string): void {
  process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${line}\n`);
}

async function storm({
  verifications,
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
      lifeMs: [3_000, 12_000],
      arrivalsMs: 30_000 + 120 * verifications,
      personMs: 3_000,
      leastKills: 6,
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

/** So that whoever stops us early leaves no server behind. */
async function interruption(): Promise<never> {
  const signal = await Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((name) => once(process, name).then(() => name)),
  );
  throw new Error(`stopped by ${signal}`);
}

interface PartResult {
  readonly isSound: boolean;
  readonly report: string;
  readonly plain: unknown;
}

async function run(part: Part, given: Arguments): Promise<PartResult> {
  switch (part) {
    case 'storm': {
      const result = await storm(given);
      const plain = { ...result, faults: Object.fromEntries(result.faults) };
      return { isSound: isSound(result), report: reportOf(result), plain };
    }
    case 'kills': {
      const result = await Promise.race([killEverywhere(say), interruption()]);
      return { isSound: isUnbroken(result), report: killsReportOf(result), plain: result };
    }
  }
}

const given = command.parse().opts<Arguments>();
const plain: Partial<Record<Part, unknown>> = {};
for (const part of given.only === undefined ? PARTS : [given.only]) {
  const result = await run(part, given).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    // What is still under way is of no use any more; leaving kills the gateways.
    return process.exit(1);
  });
  process.stdout.write(result.report);
  plain[part] = result.plain;
  if (!result.isSound) process.exitCode = 1;
}
if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(plain, null, 2)}\n`);
