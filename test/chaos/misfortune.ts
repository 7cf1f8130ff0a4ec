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
/** For so many of a vendor's requests and webhooks a fault is planned; of those that wait, some never find what they are for. */
const SHARE = 0.12;
const LOOK_EVERY_MS = 200;
const STATUSES = [400, 403, 404, 409, 422, 429, 500, 502, 503, 504];

export async function beginMisfortune(accounts: readonly VendorAccount[], dice: Dice): Promise<Misfortune> {
  const stopping = new AbortController();
  const planners = await Promise.all(
    accounts.map(async (account) => {
      const own = dice.branch(account.provider);
      await account.control('PUT', '/weather', weatherOf(account, own));
      return new Planner(account, own);
    }),
  );
  const work = planners.map(async (planner) => {
    for (;;) {
      await planner.keepUp();
      const isOver = await delay(LOOK_EVERY_MS, false, { signal: stopping.signal }).catch(() => true);
      if (isOver) return;
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
    serverErrors: 0.02,
    rateLimits: 0.01,
    lostAnswers: 0.02,
    truncated: 0.01,
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
  /** Each kind comes once before any comes again. */
  #deck: FaultKind[] = [];
  readonly #impossible = new Set<FaultKind>();
  #seen = 0;

  constructor(account: VendorAccount, dice: Dice) {
    this.#account = account;
    this.#dice = dice;
  }

  /** Plans for what has been going on since the last time: misfortune grows with the traffic. */
  async keepUp(): Promise<void> {
    let isFirst = this.#seen === 0;
    for (const path of [`/requests?after=${this.#seen}`, `/webhooks?after=${this.#seen}`]) {
      const { data } = (await this.#account.control('GET', path)) as { data: { sequence: number }[] };
      for (const { sequence } of data) {
        this.#seen = Math.max(this.#seen, sequence);
        if (isFirst || this.#dice.happens(SHARE)) await this.#planNext();
        isFirst = false;
      }
    }
  }

  async #planNext(): Promise<void> {
    if (this.#deck.length === 0) this.#deck = this.#shuffled();
    const kind = this.#deck.pop();
    if (kind === undefined) return;
    try {
      await this.#account.control('POST', '/faults', { ...detailsOf(kind, this.#dice), name: kind });
    } catch (error) {
      // Which kinds this vendor can have it says itself.
      if (!(error instanceof Error) || !error.message.includes(': 422 ')) throw error;
      this.#impossible.add(kind);
      await this.#planNext();
    }
  }

  #shuffled(): FaultKind[] {
    const left = KINDS.filter((kind) => !this.#impossible.has(kind));
    return left
      .map((kind) => ({ kind, place: this.#dice.fraction() }))
      .sort((one, other) => one.place - other.place)
      .map(({ kind }) => kind);
  }

  async counts(): Promise<readonly (readonly [string, number])[]> {
    const { provider } = this.#account;
    const happened = new Map<string, number>();
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
