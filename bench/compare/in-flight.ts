import { type Arena, CALLERS, quiet } from './arena.js';
import { writtenIn } from './databases.js';
import { startGateway } from './gateway.js';
import { median } from './median.js';
import { heldUp } from './process/held-up.js';
import { FOREIGN_CPU, watchNeighbours } from './process/neighbours.js';
import { residentMbOf } from './process/process-tree.js';
import { requireWritten } from './turn.js';

/** What it takes that many wait for a vendor at once. */
export interface InFlight {
  readonly callers: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of a process that has had sixteen callers, and has nothing to do. */
  readonly beforeMb: number;
  /** The most that was seen while all of them waited. */
  readonly mostMb: number;
  /** How long the event loop was held up. */
  readonly heldUpP99: number;
  readonly isNoisy: boolean;
}

const WAITING = 1_000;
const VENDOR_MS = 500;
const LOOK_EVERY_MS = 100;

/**
 * A thousand callers of a gateway that lets one tenant have as many requests under way, and a vendor that takes half a second. Throws
 * where a create was not answered as it has to be, or is not in the database.
 */
export async function measureInFlight(arena: Arena): Promise<InFlight> {
  const { databases, layout, upstream, options } = arena;
  const databaseUrl = await databases.copy('in_flight', { isOpen: false });
  const { origin, process } = await startGateway(
    layout,
    databaseUrl,
    { profile: null },
    // One tenant has four fifths of what there may be.
    { MAX_CONCURRENT_REQUESTS: String(WAITING * 1.25) },
  );
  const sender = { ...arena.senderOf('ours'), seed: 'in-flight' };
  const load = (callers: number, requests: number) =>
    arena.generate({
      sender,
      origin,
      kind: 'create',
      shape: { type: 'closed', callers, until: { requests } },
    });
  try {
    await load(CALLERS, options.plan.warmUpRequests);
    await quiet(process.pid);
    const beforeMb = residentMbOf(process.pid);
    await databases.rest();
    await upstream.delay(VENDOR_MS);
    await heldUp(process);
    const neighbours = watchNeighbours();
    const seen: number[] = [];
    const before = await writtenIn(databaseUrl);
    const looking = setInterval(() => seen.push(residentMbOf(process.pid)), LOOK_EVERY_MS);
    const outcome = await load(WAITING, options.plan.inFlightRequests).finally(() => {
      clearInterval(looking);
    });
    const foreignCpu = neighbours();
    const { p99: heldUpP99 } = await heldUp(process);
    await quiet(process.pid);
    requireWritten('ours', { before, after: await writtenIn(databaseUrl) }, [outcome]);
    const { good, bad, seconds, latency } = outcome;
    if (Object.keys(bad).length > 0) throw new Error(`of ${WAITING} at once: ${JSON.stringify(bad)}`);
    const mostMb = Math.max(...seen);
    arena.say(
      `${WAITING} at once, vendor ${VENDOR_MS} ms: ${(good / seconds).toFixed(0)}/s, p50 ${latency.p50.toFixed(0)} p99 ${latency.p99.toFixed(0)} ms, ` +
        `${beforeMb.toFixed(0)} MB before, ${median(seen).toFixed(0)} in the middle, ${mostMb.toFixed(0)} at most, loop held up p99 ${heldUpP99.toFixed(0)} ms`,
    );
    return {
      callers: WAITING,
      perSecond: good / seconds,
      p50: latency.p50,
      p99: latency.p99,
      beforeMb,
      mostMb,
      heldUpP99,
      isNoisy: foreignCpu > FOREIGN_CPU,
    };
  } finally {
    await upstream.delay(0);
    await process.stop();
  }
}
