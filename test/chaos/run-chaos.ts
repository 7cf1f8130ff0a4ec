import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { castOf, type Pace, type Person } from './cast.js';
import { Dice } from './dice.js';
import { beginForging, type Forgery } from './forger.js';
import { type Attendant } from './fleet.js';
import { type Hit, nameOfRequest } from './hits.js';
import { type Check } from './invariants/check.js';
import { creates, type Listed, listAll } from './invariants/creates.js';
import { deliveries, readFeed } from './invariants/deliveries.js';
import { ledger } from './invariants/ledger.js';
import { logs } from './invariants/logs.js';
import { messages, statuses } from './invariants/statuses.js';
import { webhooksIn } from './invariants/webhooks-in.js';
import { beginMisfortune } from './misfortune.js';
import { recovered, RECOVERED_MS } from './recovery.js';
import { comeToRest } from './rest.js';
import { Slots } from './slots.js';
import { live, type Story } from './story.js';
import { beginSwitching } from './switching.js';
import { openWorld, type World } from './world.js';

export interface ChaosOptions extends Pace {
  readonly verifications: number;
  readonly seed: string;
  /** Migrated, and nobody else's. */
  readonly databaseUrl: string;
  /** From when a gateway has answered a create well until it is killed. */
  readonly lifeMs: readonly [low: number, high: number];
  /** The storm lasts until so many were killed, at least. */
  readonly leastKills: number;
  /** People come as the kills do, until the last one, which ends the storm. Otherwise they come by the clock, and most have their turn. */
  readonly isPacedByKills: boolean;
  /** How long everything has to come right by itself. */
  readonly nudgeAfterMs: number;
  readonly giveUpAfterMs: number;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
}

export interface ChaosResult {
  readonly seed: string;
  readonly verifications: number;
  readonly kills: number;
  /** Of each kill. */
  readonly hits: readonly Hit[];
  readonly switches: number;
  /** How often each kind of fault happened, by provider and kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly checks: readonly Check[];
  /** Of the first verifications that a check names: what `/explain` and the timeline say. */
  readonly explanations: Readonly<Record<string, unknown>>;
  readonly seconds: { readonly storm: number; readonly calm: number };
}

/** Calls to create under way at once. */
const CALLERS = 24;
const FORGED_EVERY_MS = 150;
const SAID_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** Then nobody is killed any more: each kill keeps the last few waiting for a minute, until what the dead had leased is free. */
const MOST = 0.95;
/** While so many of the kills happen, people come; each a moment after a kill, and no two together. */
const ARRIVE_WITHIN = 0.97;
const ARRIVE_WITHIN_MS = 4_000;
/** Until a connection of the dead has been heard to end. */
const HEARD_MS = 50;
const EXPLAINED = 3;

/** Everything goes wrong at once, then nothing any more; what must hold is looked at when all is at rest. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const dice = new Dice(options.seed);
  await using world = await openWorld(options.databaseUrl, dice);
  const began = performance.now();
  const storm = await raise(world, options, dice);
  const calmed = performance.now();
  const listed = await listAll(world.tenant);
  const rest = await comeToRest({ ...world, ...options, people: peopleById(listed, storm.cast) });
  const checks = [
    ...creates(storm.stories, await listAll(world.tenant)),
    messages(rest),
    ...(await statuses(rest, world.records, storm.faults)),
    ...(await ledger(world.records)),
    ...(await deliveries(await readFeed(world.tenant), world.endpoints, world.records)),
    ...(await webhooksIn([...world.accounts.values()], storm.forgeries, world.records)),
    ...logs(world.fleet, storm.cast),
    recovered(
      storm.hits.map(({ recoveryMs }, index) => ({ what: `kill ${index + 1}`, ms: recoveryMs })),
      RECOVERED_MS,
    ),
  ];
  return {
    seed: options.seed,
    verifications: listed.length,
    kills: world.fleet.kills,
    hits: storm.hits,
    switches: storm.switches,
    faults: storm.faults,
    checks,
    explanations: await explain(world, checks),
    seconds: { storm: secondsBetween(began, calmed), calm: secondsBetween(calmed, performance.now()) },
  };
}

interface Storm {
  readonly cast: readonly Person[];
  readonly stories: readonly Story[];
  readonly hits: readonly Hit[];
  readonly faults: ReadonlyMap<string, number>;
  readonly forgeries: readonly Forgery[];
  readonly switches: number;
}

/** Until every create has its outcome and every person had their turn. Then nothing goes wrong any more. */
async function raise(world: World, options: ChaosOptions, dice: Dice): Promise<Storm> {
  const { fleet, client, tenant, accounts, hooks, receiver } = world;
  const run = randomBytes(3).toString('hex');
  const cast = castOf(options.verifications, run, dice.branch('cast'), options);
  const misfortune = await beginMisfortune([...accounts.values()], dice.branch('faults'));
  const switching = beginSwitching(client, tenant, dice.branch('switching'));
  const forger = beginForging(hooks, dice.branch('forger'), FORGED_EVERY_MS);
  const hits: Hit[] = [];
  fleet.storm(dice.branch('kills'), options.lifeMs, attendantOf(world, hits));
  const arriving = dice.branch('arrivals');

  const slots = new Slots(CALLERS);
  let done = 0;
  const lives = Promise.all(
    cast.map(async (person, index) => {
      const arrival = options.isPacedByKills
        ? afterKills(world, (options.leastKills * ARRIVE_WITHIN * index) / cast.length, arriving)
        : delay(person.arrivesMs);
      const story = await live({ tenant, accounts, slots }, person, arrival);
      done += 1;
      return story;
    }),
  );
  const progress = setInterval(() => {
    options.say(`${done} of ${cast.length} have had their turn, ${fleet.kills} kills`);
  }, SAID_EVERY_MS);
  try {
    while (fleet.kills < options.leastKills || (!options.isPacedByKills && done < cast.length * MOST))
      await delay(LOOK_EVERY_MS);
    await fleet.calm();
    const stories = await lives;
    await switching.stop();
    await forger.stop();
    receiver.calm();
    const faults = await misfortune.counts();
    await misfortune.end();
    const { forgeries } = forger;
    return { cast, stories, hits, faults, forgeries, switches: switching.switches };
  } finally {
    clearInterval(progress);
  }
}

/** Notes what each kill met, and leaves a gateway alone until it has answered a create. */
function attendantOf(world: World, hits: Hit[]): Attendant {
  const met = new Map<number, Omit<Hit, 'recoveryMs'>>();
  return {
    async died(index) {
      const underWay = await world.records.unfinished();
      await delay(HEARD_MS);
      met.set(index, { cutOff: world.takeCutOff(index).map(nameOfRequest), underWay });
    },
    async back(index, killedAt) {
      const recoveryMs = (await world.probes[index]?.untilGood(killedAt)) ?? 0;
      hits.push({ cutOff: [], underWay: [], ...met.get(index), recoveryMs });
    },
  };
}

async function afterKills({ fleet }: World, kills: number, dice: Dice): Promise<void> {
  const late = dice.between(0, ARRIVE_WITHIN_MS);
  while (fleet.kills < kills) await delay(LOOK_EVERY_MS);
  await delay(late);
}

function peopleById(listed: readonly Listed[], cast: readonly Person[]): ReadonlyMap<string, Person> {
  const byReference = new Map(cast.map((person) => [person.reference, person]));
  return new Map(
    listed.flatMap(({ id, reference }) => {
      const person = byReference.get(reference);
      return person === undefined ? [] : [[id, person] as const];
    }),
  );
}

/** The chain behind the first few that are broken. */
async function explain(
  { tenant }: World,
  checks: readonly Check[],
): Promise<Readonly<Record<string, unknown>>> {
  const named = checks.flatMap(({ broken }) => broken.flatMap((line) => /ver_\w{26}/.exec(line)?.[0] ?? []));
  const ids = [...new Set(named)].slice(0, EXPLAINED);
  const told = await Promise.all(
    ids.map(async (id): Promise<readonly [string, unknown]> => {
      const explanation = await tenant.call('GET', `/verifications/${id}/explain`);
      const timeline = await tenant.call('GET', `/verifications/${id}/events`);
      return [id, { explanation: explanation.json, timeline: timeline.json }];
    }),
  );
  return Object.fromEntries(told);
}

function secondsBetween(began: number, ended: number): number {
  return Math.round((ended - began) / 1000);
}
