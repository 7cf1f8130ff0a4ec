import { type Arena, CALLERS, quiet } from './arena.js';
import { type Contestant } from './contestant.js';
import { type Written, writtenIn } from './databases.js';
import { type Load, type Outcome } from './generator/load.js';
import { type CoresBusy, watchCores } from './process/cores.js';
import { heldUp, type HeldUp } from './process/held-up.js';
import { FOREIGN_CPU, watchNeighbours } from './process/neighbours.js';
import { cpuMsOf, residentMbOf } from './process/process-tree.js';
import { type Entrant } from './names.js';

/** What one turn of one contestant has shown. */
export interface Sample {
  readonly outcome: Outcome;
  readonly perSecond: number;
  /** CPU for each request, in microseconds, with all that it led to afterwards. */
  readonly serverUs: number;
  readonly databaseUs: number;
  /** While requests came; null where nothing has a core of its own. */
  readonly cores: CoresBusy | null;
  readonly residentMb: number;
  /** How long the server’s event loop was held up while it was measured; null for the vendor, which nobody watches. */
  readonly heldUp: HeldUp | null;
  /** How many cores were busy with what is not the bench's. */
  readonly foreignCpu: number;
}

/** Of an open load: sent later than this, its latencies are the generator's own. */
export const LAG_MS = 2;

export function isNoisy({ foreignCpu, outcome }: Sample): boolean {
  return foreignCpu > FOREIGN_CPU || outcome.lag.p99 > LAG_MS;
}

/**
 * One turn: PostgreSQL at rest, the contestant alone, warmed again, measured, and left to finish what it has begun. Throws where an
 * answer was not as expected, or where the database does not hold what was answered.
 */
export async function takeTurn(
  arena: Arena,
  contestant: Contestant,
  load: Pick<Load, 'kind' | 'shape'>,
): Promise<Sample> {
  const { name, origin, process: server, pids, databaseUrl } = contestant;
  const sender = arena.senderOf(name);
  await arena.databases.rest();
  server.thaw();
  const again = {
    type: 'closed',
    callers: CALLERS,
    until: arena.options.plan.warmUpEachTurn,
  } as const;
  const before = databaseUrl === null ? null : await writtenIn(databaseUrl);
  const warming = await arena.generate({ sender, origin, kind: load.kind, shape: again });
  await quiet(server.pid);

  const isWatched = name !== 'direct';
  if (isWatched) await heldUp(server);
  const serverMsOf = (): number => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const cpu = { server: serverMsOf(), database: cpuMsOf(arena.databases.postgresPid) };
  const neighbours = watchNeighbours();
  const busy = watchCores(arena.layout);
  const outcome = await arena.generate({ sender, origin, ...load });
  const foreignCpu = neighbours();
  const cores = busy();
  const residentMb = residentMbOf(server.pid);
  const loop = isWatched ? await heldUp(server) : null;
  await quiet(server.pid);
  const serverMs = serverMsOf() - cpu.server;
  const databaseMs = cpuMsOf(arena.databases.postgresPid) - cpu.database;
  server.freeze();

  // What comes as it comes may be more than a server carries, which is a result; callers who wait are always answered, and by the vendor
  // everybody is.
  requireGood(name, load.shape.type === 'open' && name !== 'direct' ? [warming] : [warming, outcome]);
  if (databaseUrl !== null && before !== null) {
    const sent = load.kind === 'create' ? [warming, outcome] : [];
    requireWritten(name, { before, after: await writtenIn(databaseUrl) }, sent);
  }
  return {
    outcome,
    perSecond: outcome.good / outcome.seconds,
    serverUs: (serverMs * 1000) / outcome.good,
    databaseUs: (databaseMs * 1000) / outcome.good,
    cores,
    residentMb,
    heldUp: loop,
    foreignCpu,
  };
}

function requireGood(name: Entrant, outcomes: readonly Outcome[]): void {
  const problems = outcomes.flatMap(({ bad }) => Object.entries(bad));
  if (problems.length === 0) return;
  throw new Error(
    `${name} has answered ${problems.map(([what, times]) => `${what} ${times} times`).join(', ')}`,
  );
}

/** Throws unless everything that was answered well is there; what was not answered may be there. */
export function requireWritten(
  name: string,
  { before, after }: { readonly before: Written; readonly after: Written },
  sent: readonly Outcome[],
): void {
  const good = sent.reduce((sum, outcome) => sum + outcome.good, 0);
  const unknown = sent.flatMap(({ bad }) => Object.values(bad)).reduce((sum, times) => sum + times, 0);
  for (const [what, each] of Object.entries(ROWS_EACH) as [keyof Written, number][]) {
    const rows = after[what] - before[what];
    if (rows >= good * each && rows <= (good + unknown) * each) continue;
    throw new Error(`${name} has answered ${good} creates, its database has ${rows} more ${what}`);
  }
}

const ROWS_EACH: Readonly<Record<keyof Written, number>> = {
  verifications: 1,
  subjects: 1,
  entries: 2,
  answers: 1,
};
