import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type Arrival } from './receiver.js';
import { type PublishedKind, startWorld, type World } from './world.js';
import { quantile, rounded } from '../ground.js';

/*
 * Three questions about webhooks out. Is every event of the feed delivered once to each endpoint that asked for it, with eight writers
 * at once? What do a dead and a slow endpoint among a hundred cost the others? And how long does it take until nothing waits any more,
 * where much does, and how large does the process become meanwhile? Figures are medians; the two settings of the second question take
 * turns in one run.
 */

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    backlog: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
});

const WRITERS = 8;
const TENANTS = 20;
const ENDPOINTS_EACH = 5;
const EVENTS_PER_SECOND = 30;
const PHASE_MS = 6_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Until as many came in as were expected, or nothing more comes for a while. */
async function allArrivals(world: World, expected: number): Promise<readonly Arrival[]> {
  const all: Arrival[] = [];
  for (let quiet = 0; all.length < expected && quiet < 100; quiet += 1) {
    const some = await world.arrivals();
    if (some.length > 0) quiet = 0;
    all.push(...some);
    if (all.length < expected) await delay(100);
  }
  // What comes twice comes a little later.
  await delay(1_000);
  return [...all, ...(await world.arrivals())];
}

async function countAll(world: World, events: number): Promise<Record<string, number>> {
  const scope = await world.tenant();
  await world.endpoint(scope, '/everything');
  await world.endpoint(scope, '/created', ['verification.created']);
  const committed = new Map<string, { readonly at: number; readonly kind: PublishedKind }>();
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (next < events) {
        const kind = next % 2 === 0 ? 'verification.created' : 'verification.status_changed';
        next += 1;
        const { id, at } = await world.publish(scope, kind);
        committed.set(id, { at, kind });
      }
    }),
  );
  const written = performance.now();
  const expected = events + Math.ceil(events / 2);
  const arrived = await allArrivals(world, expected);
  const last = Math.max(...arrived.map(([, , at]) => at)) - performance.timeOrigin;
  const times = new Map<string, number>();
  for (const [path, id] of arrived) times.set(path + id, (times.get(path + id) ?? 0) + 1);
  const inFeed = new Set<string>();
  for (
    let cursor: string | null = null, patience = 0;
    inFeed.size < events && patience < 200;
    patience += 1
  ) {
    const page = await world.core.events.page(scope, [], { cursor, limit: 200 });
    for (const { id } of page.data) inFeed.add(id);
    cursor = page.nextCursor;
    if (!page.hasMore) await delay(100);
  }
  let missing = 0;
  for (const [id, { kind }] of committed) {
    if (!times.has(`/everything${id}`)) missing += 1;
    if (kind === 'verification.created' && !times.has(`/created${id}`)) missing += 1;
  }
  const latencies = arrived.map(([, id, at]) => at - (committed.get(id)?.at ?? Number.NaN));
  return {
    events,
    inFeed: inFeed.size,
    expected,
    arrived: arrived.length,
    missing,
    twice: [...times.values()].filter((count) => count > 1).length,
    notAskedFor: times.size - (expected - missing),
    writtenPerSecond: Math.round(events / ((written - began) / 1000)),
    deliveredPerSecond: Math.round(arrived.length / ((last - began) / 1000)),
    p50Ms: rounded(quantile(latencies, 0.5)),
    p99Ms: rounded(quantile(latencies, 0.99)),
  };
}

/** A hundred endpoints; with `isBroken`, one of them never answers and one takes five seconds. */
async function hundred(world: World, name: string, isBroken: boolean): Promise<readonly ScopeOf[]> {
  const scopes: ScopeOf[] = [];
  for (let tenant = 0; tenant < TENANTS; tenant += 1) {
    const scope = await world.tenant();
    for (let one = 0; one < ENDPOINTS_EACH; one += 1) {
      const number = tenant * ENDPOINTS_EACH + one;
      const kind = isBroken && number === 0 ? 'dead' : isBroken && number === 50 ? 'slow' : 'well';
      await world.endpoint(scope, `/${kind}/${name}/${number}`);
    }
    scopes.push(scope);
  }
  return scopes;
}
type ScopeOf = Awaited<ReturnType<World['tenant']>>;

/** At a constant rate, counted from the commit: the latencies of the endpoints that are well. */
async function phase(world: World, scopes: readonly ScopeOf[]): Promise<readonly number[]> {
  const committed = new Map<string, number>();
  const writes: Promise<void>[] = [];
  const total = (PHASE_MS / 1000) * EVENTS_PER_SECOND;
  const began = performance.now();
  for (let n = 0; n < total; n += 1) {
    const due = began + (n * 1000) / EVENTS_PER_SECOND;
    await delay(Math.max(0, due - performance.now()));
    const scope = scopes[n % scopes.length];
    if (scope === undefined) continue;
    writes.push(
      world.publish(scope, 'verification.status_changed').then(({ id, at }) => {
        committed.set(id, at);
      }),
    );
  }
  await Promise.all(writes);
  await delay(1_000);
  return (await world.arrivals())
    .filter(([path]) => path.startsWith('/well'))
    .map(([, id, at]) => at - (committed.get(id) ?? Number.NaN))
    .filter((latency) => !Number.isNaN(latency));
}

async function besideBroken(world: World, rounds: number): Promise<Record<string, number>> {
  const well = await hundred(world, 'a', false);
  const broken = await hundred(world, 'b', true);
  const medians: { well: number[]; broken: number[] } = { well: [], broken: [] };
  const all: { well: number[]; broken: number[] } = { well: [], broken: [] };
  // The first of each warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, scopes] of [
      ['well', well],
      ['broken', broken],
    ] as const) {
      const latencies = await phase(world, scopes);
      if (round === 0) continue;
      medians[name].push(quantile(latencies, 0.5));
      all[name].push(...latencies);
    }
    if (round > 0)
      say(
        `  round ${round}: ${rounded(medians.well.at(-1) ?? 0)} ms and ${rounded(medians.broken.at(-1) ?? 0)} ms`,
      );
  }
  const [a, b] = [quantile(medians.well, 0.5), quantile(medians.broken, 0.5)];
  return {
    rounds,
    wellP50Ms: rounded(a),
    besideBrokenP50Ms: rounded(b),
    growthPercent: rounded((b / a - 1) * 100),
    wellP99Ms: rounded(quantile(all.well, 0.99)),
    besideBrokenP99Ms: rounded(quantile(all.broken, 0.99)),
  };
}

const AT_ONCE = 500;
const LOOK_MS = 500;

/** While nothing is sent, events of twenty tenants pile up; then everything is, to one endpoint of each. */
async function drain(world: World, backlog: number): Promise<Record<string, number>> {
  await world.dispatcher.stop();
  const scopes: ScopeOf[] = [];
  for (let tenant = 0; tenant < TENANTS; tenant += 1) {
    const scope = await world.tenant();
    await world.endpoint(scope, `/drained/${tenant}`);
    scopes.push(scope);
  }
  let left = backlog;
  for (let turn = 0; left > 0; turn += 1) {
    const scope = scopes[turn % scopes.length];
    if (scope !== undefined) await world.publishMany(scope, Math.min(AT_ONCE, left));
    left -= AT_ONCE;
  }
  const drained = async (): Promise<readonly Arrival[]> =>
    (await world.arrivals()).filter(([path]) => path.startsWith('/drained'));
  // What is alive, not what the collector has had no reason to take yet. The ids that have come in, of which this keeps each, are in it.
  const heldMb = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const before = heldMb();
  let most = before;
  let half = before;
  const seen = new Set<string>();
  let arrived = 0;
  const began = performance.now();
  world.dispatcher.start();
  for (let quiet = 0; seen.size < backlog && quiet < 60; quiet += 1) {
    await delay(LOOK_MS);
    const some = await drained();
    if (some.length > 0) quiet = 0;
    for (const [path, id] of some) seen.add(path + id);
    arrived += some.length;
    const held = heldMb();
    if (seen.size < backlog / 2) half = held;
    most = Math.max(most, held);
  }
  const seconds = (performance.now() - began) / 1_000;
  // What comes twice comes a little later.
  await delay(1_000);
  arrived += (await drained()).length;
  return {
    backlog,
    delivered: seen.size,
    twice: arrived - seen.size,
    seconds: rounded(seconds),
    perSecond: Math.round(seen.size / seconds),
    heldMbBefore: Math.round(before),
    heldMbAtHalf: Math.round(half),
    heldMbAtMost: Math.round(most),
  };
}

function show(title: string, figures: Record<string, number>): void {
  say(`\n${title}`);
  for (const [name, value] of Object.entries(figures)) say(`  ${name.padEnd(20)} ${value}`);
}

const world = await startWorld();
try {
  const counted = await countAll(world, Number(options.events));
  show(
    `${options.events} events, ${WRITERS} writers, one endpoint for all and one for half of the types`,
    counted,
  );
  say(
    `\n${TENANTS * ENDPOINTS_EACH} endpoints, ${EVENTS_PER_SECOND * ENDPOINTS_EACH} deliveries a second: all well, and with one dead and one slow`,
  );
  const beside = await besideBroken(world, Number(options.rounds));
  show('Median latency from the commit to the receiver', beside);
  const drained = await drain(world, Number(options.backlog));
  show(`${options.backlog} deliveries that wait, of ${TENANTS} tenants, when sending begins`, drained);
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ counted, beside, drained }, null, 2)}\n`);
  if (drained['delivered'] !== drained['backlog']) process.exitCode = 1;
  if (counted['missing'] !== 0 || counted['inFeed'] !== counted['events']) process.exitCode = 1;
} finally {
  await world.close();
}
