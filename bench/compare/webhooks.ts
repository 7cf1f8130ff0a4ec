import { setTimeout as delay } from 'node:timers/promises';

import { quantile } from '../ground.js';
import { type Arena, quiet } from './arena.js';
import { analyze, signalsIn } from './databases.js';
import { startGateway } from './gateway.js';
import { type Accepted, type Load, type Outcome } from './generator/load.js';
import { type Sender } from './generator/requests.js';
import { median } from './median.js';
import { type CoresBusy, middleOfCores, watchCores } from './process/cores.js';
import { FOREIGN_CPU, watchNeighbours } from './process/neighbours.js';
import { cpuMsOf } from './process/process-tree.js';
import { type Arrivals } from './receiver.js';
import { connectSigningVendor } from './tenant.js';
import { LAG_MS } from './turn.js';

/** A vendor's webhooks in, and what the tenant's endpoint is told of them out; medians of the rounds. */
export interface Webhooks {
  /** Of as many as come, those that said something new and were stored before they were answered, per second. */
  readonly ingestPerS: number;
  /** The same until each of them was at the tenant's endpoint. */
  readonly throughPerS: number;
  /** From the answer to the vendor to the arrival at the tenant's endpoint, at {@link PER_SECOND}. */
  readonly delivery: { readonly p50: number; readonly p99: number };
  /** Until the vendor has its answer, at {@link PER_SECOND}. */
  readonly answered: { readonly p50: number; readonly p99: number };
  /** CPU of the gateway and of PostgreSQL for each webhook that comes as fast as it can, all that follows included. */
  readonly serverUs: number;
  readonly databaseUs: number;
  /** Meanwhile, until the last of them has arrived; null where nothing has a core of its own. */
  readonly cores: CoresBusy | null;
  readonly isNoisy: boolean;
}

export const PER_SECOND = 500;
const CALLERS = 64;
/** New among a hundred, and some to spare: chance decides which ones are. */
const NEW_SHARE = 0.93;
const PATIENCE_MS = 600_000;

interface Round {
  readonly ingestPerS: number;
  readonly throughPerS: number;
  readonly latencies: readonly number[];
  readonly answered: Outcome['latency'];
  readonly serverUs: number;
  readonly databaseUs: number;
  readonly cores: CoresBusy | null;
  readonly isNoisy: boolean;
}

/** Throws where a webhook was not answered as it has to be, was not stored, or did not arrive at the endpoint because of it. */
export async function measureWebhooks(arena: Arena): Promise<Webhooks> {
  const { databases, layout, tenant, upstream, options } = arena;
  const databaseUrl = await databases.copy('webhooks', { isOpen: false });
  const { origin, process } = await startGateway(layout, databaseUrl, options);
  try {
    const webhooks = await connectSigningVendor(origin, tenant, upstream.origin);
    const sender: Sender = {
      keys: tenant.keys,
      seed: 'webhooks',
      webhooks,
      vendorPath: '',
      vendorHeaders: {},
    };
    const scene: Scene = { arena, origin, pid: process.pid, databaseUrl, sender };
    const { webhookWarmUp, rounds } = options.plan;
    await tell(await begin(scene, 'warm-up', webhookWarmUp), {
      type: 'closed',
      callers: CALLERS,
      until: { requests: Math.floor(webhookWarmUp * NEW_SHARE) },
    });
    await analyze(databaseUrl);
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) measured.push(await takeRound(scene, round));
    const middle = (of: (round: Round) => number): number => median(measured.map(of));
    return {
      ingestPerS: middle(({ ingestPerS }) => ingestPerS),
      throughPerS: middle(({ throughPerS }) => throughPerS),
      delivery: {
        p50: middle(({ latencies }) => quantile(latencies, 0.5)),
        p99: middle(({ latencies }) => quantile(latencies, 0.99)),
      },
      answered: {
        p50: middle(({ answered }) => answered.p50),
        p99: middle(({ answered }) => answered.p99),
      },
      serverUs: middle(({ serverUs }) => serverUs),
      databaseUs: middle(({ databaseUs }) => databaseUs),
      cores: middleOfCores(measured.map(({ cores }) => cores)),
      isNoisy: measured.some(({ isNoisy }) => isNoisy),
    };
  } finally {
    await process.stop();
  }
}

interface Scene {
  readonly arena: Arena;
  readonly origin: string;
  readonly pid: number;
  readonly databaseUrl: string;
  readonly sender: Sender;
}

async function takeRound(scene: Scene, round: number): Promise<Round> {
  const { arena, pid } = scene;
  const { webhookBurst, openSeconds } = arena.options.plan;
  const ofBurst = await begin(scene, `burst-${round}`, webhookBurst);
  await arena.databases.rest();

  const cpu = { server: cpuMsOf(pid), database: cpuMsOf(arena.databases.postgresPid) };
  const neighbours = watchNeighbours();
  const busy = watchCores(arena.layout);
  const burst = await tell(ofBurst, {
    type: 'closed',
    callers: CALLERS,
    until: { requests: Math.floor(webhookBurst * NEW_SHARE) },
  });
  const cores = busy();
  const isNoisy = neighbours() > FOREIGN_CPU;
  await quiet(pid);
  const serverMs = cpuMsOf(pid) - cpu.server;
  const databaseMs = cpuMsOf(arena.databases.postgresPid) - cpu.database;

  const ofSteady = await begin(scene, `steady-${round}`, PER_SECOND * openSeconds);
  await arena.databases.rest();
  const open = {
    type: 'open',
    perSecond: PER_SECOND,
    seconds: openSeconds * NEW_SHARE,
    arrivals: 'poisson',
  } as const;
  const steady = await tell(ofSteady, open);
  await quiet(pid);
  const { outcome } = burst;
  const failed = sumOf(steady.outcome.bad);
  if (failed > 0)
    arena.say(`webhooks, round ${round}: ${failed} of those at ${PER_SECOND}/s were not answered`);
  const latencies = [
    ...steady.arrived.map(({ acceptedAt, arrivedAt }) => arrivedAt - acceptedAt),
    // Who got no answer tells again later: that is longer than all others have waited.
    ...Array.from({ length: failed }, () => Infinity),
  ];
  const result = {
    ingestPerS: outcome.accepted.length / outcome.seconds,
    throughPerS: outcome.accepted.length / burst.throughSeconds,
    latencies,
    answered: steady.outcome.latency,
    serverUs: (serverMs * 1000) / outcome.good,
    databaseUs: (databaseMs * 1000) / outcome.good,
    cores,
    isNoisy: isNoisy || steady.outcome.lag.p99 > LAG_MS,
  };
  arena.say(
    `webhooks, round ${round}: ${result.ingestPerS.toFixed(0)}/s in, ${result.throughPerS.toFixed(0)}/s in and out, ` +
      `${result.serverUs.toFixed(0)} + ${result.databaseUs.toFixed(0)} µs, at ${PER_SECOND}/s ` +
      `p50 ${quantile(latencies, 0.5).toFixed(1)} p99 ${quantile(latencies, 0.99).toFixed(1)} ms`,
  );
  return result;
}

/**
 * Verifications for the vendor to tell of, with a sender of their own: what another has left untold the gateway learns of by its reads in
 * the background.
 */
async function begin(scene: Scene, seed: string, requests: number): Promise<Scene> {
  const { arena, origin, pid } = scene;
  const sender = { ...scene.sender, seed: `webhooks-${seed}` };
  const shape = { type: 'closed', callers: 16, until: { requests } } as const;
  const { bad } = await arena.generate({ sender, origin, kind: 'create', shape });
  requireGood(bad);
  await quiet(pid);
  return { ...scene, sender };
}

interface Told {
  readonly outcome: Outcome;
  /** From the first webhook to the last arrival. */
  readonly throughSeconds: number;
  readonly arrived: readonly (Accepted & { readonly arrivedAt: number })[];
}

/** Has the vendor tell, and waits until the tenant has heard of all that was new. */
async function tell({ arena, origin, databaseUrl, sender }: Scene, shape: Load['shape']): Promise<Told> {
  const before = await signalsIn(databaseUrl);
  const began = performance.timeOrigin + performance.now();
  const outcome = await arena.generate({ sender, origin, kind: 'webhook', shape });
  // What comes as it comes may be more than is carried; see below.
  if (shape.type === 'closed') requireGood(outcome.bad);
  const stored = (await signalsIn(databaseUrl)) - before;
  // What comes late may be stored as well, and what got no answer; nothing else is: no repetition, nothing forged.
  const { accepted, late, bad } = outcome;
  const most = accepted.length + late + sumOf(bad);
  if (stored < accepted.length || stored > most)
    throw new Error(
      `${accepted.length} were accepted, of at most ${most} that may be stored, ${stored} were`,
    );
  const first = await arrivals(arena, accepted);
  const arrived = accepted.map((one) => ({ ...one, arrivedAt: first.get(one.verificationId) ?? Number.NaN }));
  const early = arrived.filter(({ sentAt, arrivedAt }) => arrivedAt < sentAt).length;
  if (early > 0) throw new Error(`${early} arrived before the vendor told: the gateway had read them there`);
  const last = arrived.reduce((latest, { arrivedAt }) => Math.max(latest, arrivedAt), 0);
  return { outcome, throughSeconds: (last - began) / 1000, arrived };
}

async function arrivals(arena: Arena, accepted: Outcome['accepted']): Promise<ReadonlyMap<string, number>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { first, forged } = await arena.receiver.ask<Arrivals>({});
    if (forged > 0) throw new Error(`${forged} messages with a wrong signature have arrived`);
    const known = new Map(first);
    if (accepted.every(({ verificationId }) => known.has(verificationId))) return known;
    if (performance.now() > deadline)
      throw new Error('not all that was accepted has arrived at the endpoint');
    await delay(250);
  }
}

function sumOf(bad: Outcome['bad']): number {
  return Object.values(bad).reduce((sum, times) => sum + times, 0);
}

function requireGood(bad: Outcome['bad']): void {
  if (Object.keys(bad).length > 0) throw new Error(`the gateway has answered ${JSON.stringify(bad)}`);
}
