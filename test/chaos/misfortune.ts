import { setTimeout as delay } from 'node:timers/promises';

import {
  ANSWER_FAULTS,
  TRANSPORT_FAULTS,
  WEBHOOK_FAULTS,
  type FaultKind,
} from '../../apps/simulator/src/kit/faults.js';
import { type VendorAccount } from '../support/vendor-accounts.js';
import { type Dice } from './dice.js';

/** Bad weather at every vendor, and every fault that each of them can have, planned at random. */
export interface Misfortune {
  /** How often each kind of fault happened, by provider and kind. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** No fault and no weather any more. */
  end(): Promise<void>;
}

const KINDS: readonly FaultKind[] = [...TRANSPORT_FAULTS, ...ANSWER_FAULTS, ...WEBHOOK_FAULTS];
const IS_OF_WEBHOOKS = new Set<string>(WEBHOOK_FAULTS);
/** How many faults may wait at one vendor: what waits longer than the run happened to nobody. */
const MOST_WAITING = 5;
const STATUSES = [400, 403, 404, 409, 422, 429, 500, 502, 503, 504];

export async function beginMisfortune(
  accounts: readonly VendorAccount[],
  dice: Dice,
  everyMs: number,
): Promise<Misfortune> {
  const stopping = new AbortController();
  const planners = await Promise.all(
    accounts.map(async (account) => {
      const own = dice.branch(account.provider);
      await account.control('PUT', '/weather', weatherOf(account, own));
      return new Planner(account, own);
    }),
  );
  // Each kind at least once, whatever the dice say later.
  for (const planner of planners) await planner.planEach();
  const work = planners.map(async (planner) => {
    for (;;) {
      const isOver = await delay(planner.pause(everyMs), false, { signal: stopping.signal }).catch(
        () => true,
      );
      if (isOver) return;
      await planner.planOne();
    }
  });
  return {
    async counts() {
      const all = await Promise.all(planners.map((planner) => planner.counts()));
      return new Map(all.flat());
    },
    async end() {
      stopping.abort();
      await Promise.all(work);
      await Promise.all(planners.map((planner) => planner.end()));
    },
  };
}

function weatherOf({ provider }: VendorAccount, dice: Dice): Readonly<Record<string, unknown>> {
  return {
    seed: String(dice.whole(1_000_000)),
    serverErrors: 0.03,
    rateLimits: 0.02,
    lostAnswers: 0.02,
    truncated: 0.02,
    latencyMs: 120,
    extraKeys: 0.2,
    ...(provider !== 'sardine' && {
      webhooksLost: 0.08,
      webhooksTwice: 0.08,
      webhooksReordered: 0.08,
      webhooksForged: 0.05,
    }),
  };
}

class Planner {
  readonly #account: VendorAccount;
  readonly #dice: Dice;
  readonly #possible = new Set<FaultKind>(KINDS);

  constructor(account: VendorAccount, dice: Dice) {
    this.#account = account;
    this.#dice = dice;
  }

  pause(everyMs: number): number {
    return this.#dice.between(everyMs / 2, everyMs * 1.5);
  }

  async planEach(): Promise<void> {
    for (const kind of KINDS) await this.#plan(kind);
  }

  async planOne(): Promise<void> {
    const { data } = (await this.#account.control('GET', '/faults')) as FaultsView;
    // What waits for an answer of a kind that nobody asks for must not keep the others away.
    const kinds = [...this.#possible].filter((kind) => data.filter((one) => one.kind === kind).length < 2);
    if (data.length >= MOST_WAITING + 10 || kinds.length === 0) return;
    await this.#plan(this.#dice.pick(kinds));
  }

  /** Which kinds this vendor can have it says itself. */
  async #plan(kind: FaultKind): Promise<void> {
    if (!this.#possible.has(kind)) return;
    try {
      await this.#account.control('POST', '/faults', { ...detailsOf(kind, this.#dice), name: kind });
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes(': 422 ')) throw error;
      this.#possible.delete(kind);
    }
  }

  async counts(): Promise<readonly (readonly [string, number])[]> {
    const { provider } = this.#account;
    const happened = new Map<string, number>([...this.#possible].map((kind) => [`${provider} ${kind}`, 0]));
    for (const path of ['/requests', '/webhooks']) {
      const { data } = (await this.#account.control('GET', path)) as { data: { fault: string | null }[] };
      for (const { fault } of data) {
        if (fault === null) continue;
        const name = `${provider} ${fault === 'weather' ? `weather on ${path.slice(1)}` : fault}`;
        happened.set(name, (happened.get(name) ?? 0) + 1);
      }
    }
    return [...happened];
  }

  async end(): Promise<void> {
    await this.#account.control('DELETE', '/weather');
    await this.#account.control('DELETE', '/faults');
  }
}

interface FaultsView {
  readonly data: readonly { readonly kind: string }[];
}

function detailsOf(kind: FaultKind, dice: Dice): Readonly<Record<string, unknown>> {
  const on = IS_OF_WEBHOOKS.has(kind) ? 'webhook' : 'request';
  switch (kind) {
    case 'latency':
      return { on, kind, delayMs: dice.whole(3_000) };
    case 'late':
      return { on, kind, delayMs: 500 + dice.whole(6_000) };
    case 'status':
      return { on, kind, status: dice.pick(STATUSES), afterEffect: dice.happens(0.5) };
    case 'html':
      return { on, kind, status: dice.pick([200, 403, 502]) };
    case 'rate-limit':
      return { on, kind, retryAfterSeconds: dice.pick([null, 0, 1, 2]) };
    default:
      return { on, kind };
  }
}
