import { type Arena, CALLERS, quiet } from './arena.js';
import { type Contestant } from './contestant.js';
import { writtenIn } from './databases.js';
import { type Load, type Open, type Outcome } from './generator/load.js';
import { busyMs, cpuMsOf, residentMbOf } from './process/process-tree.js';
import { median } from './median.js';

/** What one turn of one contestant has shown. */
export interface Sample {
  readonly outcome: Outcome;
  readonly perSecond: number;
  /** CPU for each request, in microseconds, with all that it led to afterwards. */
  readonly serverUs: number;
  readonly databaseUs: number;
  readonly residentMb: number;
  /** How many cores were busy with what is not the bench's. */
  readonly foreignCpu: number;
}

/** More than this, and a turn says as much of the neighbours. */
const FOREIGN_CPU = 0.3;
/** Of an open load: sent later than this, its latencies are the generator's own. */
const LAG_MS = 2;

export function isNoisy({ foreignCpu, outcome }: Sample): boolean {
  return foreignCpu > FOREIGN_CPU || outcome.lag.p99 > LAG_MS;
}

/**
 * One turn: the contestant alone, warmed again, measured, and left to finish what it has begun. Throws where an answer was not as
 * expected, or where the database does not hold what was answered.
 */
export async function takeTurn(
  arena: Arena,
  contestant: Contestant,
  load: Pick<Load, 'kind' | 'shape'>,
): Promise<Sample> {
  const { name, origin, process: server, databaseUrl } = contestant;
  const sender = arena.senderOf(name);
  server.thaw();
  const again = {
    type: 'closed',
    callers: CALLERS,
    until: { requests: arena.options.plan.warmUpEachTurn },
  } as const;
  const before = databaseUrl === null ? null : await writtenIn(databaseUrl);
  const warming = await arena.generate({ sender, origin, kind: load.kind, shape: again });
  await quiet(server.pid);

  const cpu = { server: cpuMsOf(server.pid), database: cpuMsOf(arena.databases.postgresPid) };
  const foreign = foreignMs();
  const began = performance.now();
  const outcome = await arena.generate({ sender, origin, ...load });
  const foreignCpu = (foreignMs() - foreign) / (performance.now() - began);
  const residentMb = residentMbOf(server.pid);
  await quiet(server.pid);
  const serverMs = cpuMsOf(server.pid) - cpu.server;
  const databaseMs = cpuMsOf(arena.databases.postgresPid) - cpu.database;
  server.freeze();

  const problems = Object.entries({ ...warming.bad, ...outcome.bad });
  if (problems.length > 0)
    throw new Error(
      `${name} has answered ${problems.map(([what, times]) => `${what} ${times} times`).join(', ')}`,
    );
  if (databaseUrl !== null && before !== null) {
    const created = load.kind === 'create' ? warming.good + outcome.good : 0;
    const after = await writtenIn(databaseUrl);
    const expected = {
      verifications: before.verifications + created,
      subjects: before.subjects + created,
      entries: before.entries + 2 * created,
      answers: before.answers + created,
    };
    if (JSON.stringify(after) !== JSON.stringify(expected))
      throw new Error(
        `${name} answered for ${JSON.stringify(expected)}, its database holds ${JSON.stringify(after)}`,
      );
  }
  return {
    outcome,
    perSecond: outcome.good / outcome.seconds,
    serverUs: (serverMs * 1000) / outcome.good,
    databaseUs: (databaseMs * 1000) / outcome.good,
    residentMb,
    foreignCpu,
  };
}

function foreignMs(): number {
  return busyMs() - cpuMsOf(process.pid);
}

/** The vendor called without a gateway between, as often as there are rounds: medians, in milliseconds. */
export async function takeDirect(arena: Arena, shape: Open): Promise<{ p50: number; p99: number }> {
  const outcomes: Outcome[] = [];
  for (let round = 0; round < arena.options.plan.rounds; round += 1) {
    const load = {
      sender: arena.senderOf('direct'),
      origin: arena.upstream.origin,
      kind: 'direct',
      shape,
    } as const;
    outcomes.push(await arena.generate(load));
  }
  return {
    p50: median(outcomes.map(({ latency }) => latency.p50)),
    p99: median(outcomes.map(({ latency }) => latency.p99)),
  };
}
