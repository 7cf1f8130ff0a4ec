import { type Arena, CALLERS } from './arena.js';
import { medianOf } from './figures.js';
import { type Name } from './names.js';
import { median } from './median.js';
import { type Plan } from './options.js';
import { setFree } from './process/layout.js';
import { treeOf } from './process/process-tree.js';
import { type Result, takeRounds } from './rounds.js';
import { isNoisy, type Sample, takeTurn } from './turn.js';

/** 16 callers, for each delay of the vendor. */
export async function measureCreates(arena: Arena): Promise<ReadonlyMap<number, Result>> {
  const results = new Map<number, Result>();
  for (const delayMs of arena.options.plan.upstreamDelaysMs) {
    await arena.upstream.delay(delayMs);
    const result = await takeRounds(
      arena,
      ['ours', 'b0', 'b1', 't', 'g'],
      `create, vendor ${delayMs} ms`,
      ({ creates }) => ({ kind: creates, shape: closed(arena.options.plan) }),
    );
    results.set(delayMs, result);
  }
  await arena.upstream.delay(0);
  return results;
}

/** By id, of the newest ones, from the store alone. */
export function measureReads(arena: Arena): Promise<Result> {
  return takeRounds(arena, ['ours', 'b0', 't'], 'read', () => ({
    kind: 'read',
    shape: closed(arena.options.plan),
  }));
}

/** Reads that come when they come, half as many as Gatehouse has answered to callers who wait. */
export interface Half {
  readonly perSecond: number;
  readonly result: Result;
}

export async function measureHalf(arena: Arena, reads: Result): Promise<Half | null> {
  const carried = medianOf(reads, 'ours', ({ perSecond }) => perSecond);
  if (carried === null) return null;
  const perSecond = Math.round(carried / 2);
  const shape = {
    type: 'open',
    perSecond,
    seconds: arena.options.plan.openSeconds,
    arrivals: 'poisson',
  } as const;
  const result = await takeRounds(arena, ['ours', 'b0'], `read at ${perSecond}/s`, () => ({
    kind: 'read',
    shape,
  }));
  return { perSecond, result };
}

/** Creates once more, with all processes where the system puts them. Nothing can be measured pinned afterwards. */
export async function measureFree(arena: Arena): Promise<Result> {
  for (const name of arena.options.who) await arena.contestant(name);
  setFree(treeOf(process.pid));
  setFree(treeOf(arena.databases.postgresPid));
  return takeRounds(arena, ['ours', 'b0', 'b1', 't', 'g'], 'create, unpinned', ({ creates }) => ({
    kind: creates,
    shape: closed(arena.options.plan),
  }));
}

/** Creates that were carried out, once more with the same key and the same body. Throws where one was begun again at the vendor. */
export async function measureReplays(arena: Arena): Promise<Result> {
  // Its first verifications are no repetitions.
  if (arena.options.who.has('ours')) await arena.contestant('ours');
  const before = await arena.upstream.starts();
  const result = await takeRounds(arena, ['ours'], 'replay', () => ({
    kind: 'replay',
    shape: closed(arena.options.plan),
  }));
  const again = (await arena.upstream.starts()) - before;
  if (again > 0) throw new Error(`creates that were repeated have led to ${again} calls of the vendor`);
  return result;
}

/** Milliseconds of the median round; Infinity where as many were refused. */
export interface Added {
  readonly p50: number;
  readonly p99: number;
  readonly direct: { readonly p50: number; readonly p99: number };
}

const PER_SECOND = 200;

/** At 200 creates a second that come when they come: by how much each contestant is slower than the vendor called directly. */
export async function measureLatency(
  arena: Arena,
): Promise<{ readonly added: ReadonlyMap<Name, Added>; readonly isNoisy: boolean }> {
  const shape = {
    type: 'open',
    perSecond: PER_SECOND,
    seconds: arena.options.plan.openSeconds,
    arrivals: 'poisson',
  } as const;
  const { samples, isNoisy } = await takeRounds(
    arena,
    ['direct', 'ours', 'b0', 'g'],
    `create at ${PER_SECOND}/s`,
    ({ creates }) => ({ kind: creates, shape }),
  );
  const spreadOf = (taken: readonly Sample[]): { readonly p50: number; readonly p99: number } => ({
    p50: median(taken.map(({ outcome }) => outcome.latency.p50)),
    p99: median(taken.map(({ outcome }) => outcome.latency.p99)),
  });
  const direct = spreadOf(samples.get('direct') ?? []);
  const added = new Map<Name, Added>();
  for (const [name, taken] of samples) {
    if (name === 'direct') continue;
    const { p50, p99 } = spreadOf(taken);
    added.set(name, { p50: p50 - direct.p50, p99: p99 - direct.p99, direct });
  }
  return { added, isNoisy };
}

/** Creates a second at most, of those rates that were tried, of which 99 of 100 were answered within {@link WITHIN_MS}; 0: at none. */
export interface Rates {
  readonly highest: ReadonlyMap<Name, number>;
  readonly isNoisy: boolean;
}

export const WITHIN_MS = 50;
const FIRST_RATE = 50;
/** From one rate to the next. */
const STEP = 1.25;
/** Rates in a row that are too high: one alone may be the machine's doing. */
const TOO_MANY = 2;

/** Rate after rate, each tried by all who have not come to their end, until the last of them has. */
export async function measureRates(arena: Arena): Promise<Rates> {
  const names = (['ours', 'b0', 'g'] as const).filter((name) => arena.options.who.has(name));
  const highest = new Map<Name, number>(names.map((name) => [name, 0]));
  const missed = new Map<Name, number>(names.map((name) => [name, 0]));
  const goesOn = (name: Name): boolean => (missed.get(name) ?? 0) < TOO_MANY;
  let isAnyNoisy = false;
  for (let perSecond = FIRST_RATE; names.some(goesOn); perSecond = Math.round(perSecond * STEP)) {
    for (const name of names.filter(goesOn)) {
      const contestant = await arena.contestant(name);
      const sample = await takeTurn(arena, contestant, {
        kind: contestant.creates,
        shape: { type: 'open', perSecond, seconds: arena.options.plan.rateSeconds, arrivals: 'poisson' },
      });
      const { p99 } = sample.outcome.latency;
      isAnyNoisy ||= isNoisy(sample);
      arena.say(`create at ${perSecond}/s: ${name} p99 ${p99.toFixed(1)} ms`);
      if (p99 <= WITHIN_MS) {
        highest.set(name, perSecond);
        missed.set(name, 0);
      } else missed.set(name, (missed.get(name) ?? 0) + 1);
    }
  }
  return { highest, isNoisy: isAnyNoisy };
}

function closed({ seconds }: Plan): { type: 'closed'; callers: number; until: { seconds: number } } {
  return { type: 'closed', callers: CALLERS, until: { seconds } };
}
