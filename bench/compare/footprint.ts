import { setTimeout as delay } from 'node:timers/promises';

import { type Arena, CALLERS, quiet } from './arena.js';
import { analyze, sizeOf, writtenIn } from './databases.js';
import { startGateway } from './gateway.js';
import { type Outcome } from './generator/load.js';
import { FOREIGN_CPU, watchNeighbours } from './process/neighbours.js';
import { residentMbOf } from './process/process-tree.js';
import { requireWritten } from './turn.js';

/** What the gateway needs of a machine, in a process that has done nothing else. */
export interface Footprint {
  /** Five seconds after it was ready. */
  readonly startedMb: number;
  /** Fifteen seconds after it was ready, when V8 has given back what only the start needed, which it does once little was allocated for eight seconds. */
  readonly idleMb: number;
  readonly loadedMb: number;
  /** Megabytes for each 10,000 creates, over the second half of them. */
  readonly slopeMb: number;
  /** What each create leaves in the database, indexes and all, and in the write-ahead log; kilobytes. */
  readonly storedKb: number;
  readonly loggedKb: number;
  /** After so many creates so much. */
  readonly course: readonly (readonly [creates: number, megabytes: number])[];
  readonly isNoisy: boolean;
}

const STARTED_MS = 5_000;
const IDLE_MS = 15_000;
const STEPS = 40;

/** Throws where a create was not answered as it has to be, or is not in the database. */
export async function measureFootprint(arena: Arena): Promise<Footprint> {
  const { footprintCreates } = arena.options.plan;
  const databaseUrl = await arena.databases.copy('footprint', { isOpen: false });
  await arena.databases.rest();
  const gateway = await startGateway(arena.layout, databaseUrl, { profile: null });
  const { pid } = gateway.process;
  await delay(STARTED_MS);
  const startedMb = residentMbOf(pid);
  await delay(IDLE_MS - STARTED_MS);
  const idleMb = residentMbOf(pid);
  const sender = { ...arena.senderOf('ours'), seed: 'footprint' };
  const course: [number, number][] = [[0, idleMb]];
  const before = { ...(await sizeOf(databaseUrl)), rows: await writtenIn(databaseUrl) };
  const outcomes: Outcome[] = [];
  const whileCreating = watchNeighbours();
  for (let step = 1; step <= STEPS; step += 1) {
    const shape = {
      type: 'closed',
      callers: CALLERS,
      until: { requests: footprintCreates / STEPS },
    } as const;
    const outcome = await arena.generate({ sender, origin: gateway.origin, kind: 'create', shape });
    const { bad } = outcome;
    if (Object.keys(bad).length > 0) throw new Error(`creates were answered ${JSON.stringify(bad)}`);
    outcomes.push(outcome);
    if (step === 1) await analyze(databaseUrl);
    course.push([(footprintCreates * step) / STEPS, residentMbOf(pid)]);
  }
  const foreignCpu = whileCreating();
  await quiet(pid);
  const after = { ...(await sizeOf(databaseUrl)), rows: await writtenIn(databaseUrl) };
  await gateway.process.stop();
  requireWritten('ours', { before: before.rows, after: after.rows }, outcomes);
  const kbEach = (bytes: number): number => bytes / 1000 / footprintCreates;
  const second = course.slice(Math.floor(course.length / 2));
  const loadedMb = course.at(-1)?.[1] ?? Number.NaN;
  arena.say(
    `${startedMb.toFixed(0)} MB after the start, ${idleMb.toFixed(0)} MB idle, ` +
      `${loadedMb.toFixed(0)} MB after ${footprintCreates} creates, ` +
      `others' CPU ${foreignCpu.toFixed(2)}`,
  );
  return {
    startedMb,
    idleMb,
    loadedMb,
    slopeMb: slopeOf(second) * 10_000,
    storedKb: kbEach(after.database - before.database),
    loggedKb: kbEach(after.log - before.log),
    course,
    isNoisy: foreignCpu > FOREIGN_CPU,
  };
}

/** Of the straight line that lies best among the points. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const covariance = mean(([x, y]) => (x - meanX) * (y - meanY));
  return covariance / mean(([x]) => (x - meanX) ** 2);
}
