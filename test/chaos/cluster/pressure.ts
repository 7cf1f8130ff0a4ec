import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { castOf, type Person } from '../cast.js';
import { Dice } from '../dice.js';
import { check, type Check, showing } from '../invariants/check.js';
import { creates, listAll } from '../invariants/creates.js';
import { deliveries, readFeed } from '../invariants/deliveries.js';
import { ledger } from '../invariants/ledger.js';
import { logs } from '../invariants/logs.js';
import { messages, statuses } from '../invariants/statuses.js';
import { webhooksIn } from '../invariants/webhooks-in.js';
import { interruption } from '../interruption.js';
import { comeToRest } from '../rest.js';
import { Slots } from '../slots.js';
import { live, type Story } from '../story.js';
import { type Gateways, openWorld, type World } from '../world.js';

export interface Pressure {
  /** Where the gateways find their database. */
  readonly databaseUrl: string;
  readonly gateways?: Gateways;
  readonly verifications?: number;
  /** From the first create to the last, unless those before are waited for. */
  readonly arrivalsMs?: number;
  /** No sending of a message ends before it is noted: none may be accepted again. */
  readonly isNobodyCutOff?: boolean;
  readonly say: (line: string) => void;
  /** What would be broken elsewhere and has to be so here: it is counted in the notes. */
  readonly expected?: readonly Expected[];
  /** What happens meanwhile. When it resolves, all is well again. */
  readonly trouble: (world: World, soFar: SoFar) => Promise<readonly Check[]>;
}

export interface Expected {
  readonly line: RegExp;
  readonly note: string;
}

/** While the database was away: said for each request that was answered 503, and once by the workers. */
export const STORE_WAS_AWAY: Expected = {
  line: /^\{"level":"error".*"errorCode":"(?:08\w{3}|53\w{3}|57P\w{2}|25006|E[A-Z]+)"/,
  note: 'lines that say that the store does not answer',
};

/** The creates that have their outcome already. */
export interface SoFar {
  readonly stories: readonly Story[];
}

const CALLERS = 16;
const SHARED: Readonly<Record<string, string>> = { MAX_EVENT_LOOP_DELAY: '0' };
const LOOK_EVERY_MS = 500;
/** How long everything has to come right by itself: a lease and a little. */
const NUDGE_AFTER_MS = 75_000;
const GIVE_UP_AFTER_MS = 300_000;

/** Creates with keys, people at the twins, their webhooks and ours, and the trouble; then all that must hold. */
export function underPressure(pressure: Pressure): Promise<readonly Check[]> {
  // So that whoever began it stops its server, whatever ends it; the gateways go with us.
  return Promise.race([press(pressure), interruption()]);
}

async function press({
  databaseUrl,
  gateways = [{}, {}],
  verifications = 60,
  arrivalsMs = 15_000,
  isNobodyCutOff = false,
  say,
  expected = [],
  trouble,
}: Pressure): Promise<readonly Check[]> {
  const dice = new Dice(randomBytes(4).toString('hex'));
  await using world = await openWorld(
    databaseUrl,
    dice,
    gateways.map((extra) => ({ ...SHARED, ...extra })),
  );
  const { tenant, accounts } = world;
  const run = randomBytes(3).toString('hex');
  const cast = castOf(verifications, run, dice.branch('cast'), { arrivalsMs, personMs: 2_000 });
  const slots = new Slots(CALLERS);
  const stories: Story[] = [];
  const began = performance.now();
  const lives = Promise.all(
    cast.map(async (person) => {
      const story = await live({ tenant, accounts, slots }, person);
      stories.push(story);
    }),
  );
  const own = await Promise.race([trouble(world, { stories }), endOf(world, lives)]);
  say('the trouble is over');
  await Promise.race([lives, endOf(world, lives)]);
  const seconds = (performance.now() - began) / 1000;
  world.receiver.calm();
  const listed = await listAll(tenant);
  const people = byId(listed, cast);
  const rest = await comeToRest({
    ...world,
    people,
    nudgeAfterMs: NUDGE_AFTER_MS,
    giveUpAfterMs: GIVE_UP_AFTER_MS,
    say,
  });
  const made = stories.filter(({ status }) => status === 201).length;
  const checks = [
    ...own,
    ...creates(stories, await listAll(tenant)),
    showing(
      ['I1'],
      check(
        '1. what was answered 201 is in the database, and nothing that the API does not list',
        made,
        await unlikeRows(world, made, listed.length),
        [`${(made / seconds).toFixed(1)} answered 201 for each second of the load`],
      ),
    ),
    messages(rest),
    ...(await statuses(rest, world.records, new Map())),
    ...(await ledger(world.records)),
    ...(await deliveries(await readFeed(tenant), world.endpoints, world.records)),
    ...(isNobodyCutOff ? [onceEach(world)] : []),
    ...(await webhooksIn([...accounts.values()], [], world.records)),
    ...logs(world.fleet, cast),
  ];
  return checks.map((one) => expected.reduce(excused, one));
}

async function unlikeRows({ records }: World, made: number, listed: number): Promise<readonly string[]> {
  const rows = (await records.rows()).length;
  return [
    ...(made === 0 ? ['nothing was answered 201'] : []),
    ...(rows < made ? [`${rows} in the database of ${made} that were answered 201`] : []),
    ...(rows === listed ? [] : [`${rows} in the database, ${listed} in the list`]),
  ];
}

/** I6 where there is nothing to excuse a second time. */
function onceEach({ endpoints }: World): Check {
  const all = endpoints.flatMap(({ inbox }) => [...inbox.messages]);
  const again = all.flatMap(([id, { accepted }]) =>
    accepted > 1 ? [`${id}: accepted ${accepted} times`] : [],
  );
  return showing(['I6'], check('5. no message was accepted twice', all.length, again));
}

/** Throws when a gateway ends by itself, since callers would ask for ever, and what a life throws. */
async function endOf({ fleet }: World, lives: Promise<unknown>): Promise<never> {
  const over = new AbortController();
  const ended = lives.then(() => {
    over.abort();
  });
  while (!over.signal.aborted || fleet.unexpectedEnds.length > 0) {
    const [end] = fleet.unexpectedEnds;
    if (end !== undefined) throw new Error(`a gateway ended by itself: ${end}\n${fleet.output().stderr}`);
    await Promise.race([ended, delay(LOOK_EVERY_MS)]);
  }
  return await new Promise<never>(() => undefined);
}

function excused(one: Check, { line, note }: Expected): Check {
  const broken = one.broken.filter((text) => !line.test(text));
  const count = one.broken.length - broken.length;
  return count === 0 ? one : { ...one, broken, notes: [...one.notes, `${count} × ${note}`] };
}

function byId(
  listed: readonly { readonly id: string; readonly reference: string }[],
  cast: readonly Person[],
): ReadonlyMap<string, Person> {
  const byReference = new Map(cast.map((person) => [person.reference, person]));
  return new Map(
    listed.flatMap(({ id, reference }) => {
      const person = byReference.get(reference);
      return person === undefined ? [] : [[id, person] as const];
    }),
  );
}

/** Until so many creates have their outcome. */
export async function after(count: number, { stories }: SoFar): Promise<void> {
  while (stories.length < count) await delay(50);
}
