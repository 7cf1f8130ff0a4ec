import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { castOf, type Pace, type Person } from './cast.js';
import { Dice } from './dice.js';
import { beginForging, type Forgery } from './forger.js';
import { type Check } from './invariants/check.js';
import { creates, type Listed, listAll } from './invariants/creates.js';
import { deliveries, readFeed } from './invariants/deliveries.js';
import { ledger } from './invariants/ledger.js';
import { logs } from './invariants/logs.js';
import { messages, statuses } from './invariants/statuses.js';
import { webhooksIn } from './invariants/webhooks-in.js';
import { beginMisfortune } from './misfortune.js';
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
  /** From when a gateway is ready until it is killed. */
  readonly lifeMs: readonly [low: number, high: number];
  /** The storm lasts until so many were killed, at least. */
  readonly leastKills: number;
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
    ...(await ledger(
      rest.judged.map(({ row }) => row),
      world.records,
    )),
    ...(await deliveries(await readFeed(world.tenant), world.endpoints, world.records)),
    ...(await webhooksIn([...world.accounts.values()], storm.forgeries, world.records)),
    ...logs(world.fleet, storm.cast),
  ];
  return {
    seed: options.seed,
    verifications: listed.length,
    kills: world.fleet.kills,
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
  fleet.storm(dice.branch('kills'), options.lifeMs);

  const slots = new Slots(CALLERS);
  let done = 0;
  const lives = Promise.all(
    cast.map(async (person) => {
      const story = await live({ tenant, accounts, slots }, person);
      done += 1;
      return story;
    }),
  );
  const progress = setInterval(() => {
    options.say(`${done} of ${cast.length} have had their turn, ${fleet.kills} kills`);
  }, SAID_EVERY_MS);
  try {
    while (fleet.kills < options.leastKills || done < cast.length * MOST) await delay(LOOK_EVERY_MS);
    await fleet.calm();
    const stories = await lives;
    await switching.stop();
    await forger.stop();
    receiver.calm();
    const faults = await misfortune.counts();
    await misfortune.end();
    const { forgeries } = forger;
    return { cast, stories, faults, forgeries, switches: switching.switches };
  } finally {
    clearInterval(progress);
  }
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
