import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { type VendorAccount } from '../support/vendor-accounts.js';
import { type Dice } from './dice.js';
import { nullIfHungUp } from './hung-up.js';

/** Where a provider's webhooks come in. */
export interface Hook {
  readonly account: VendorAccount;
  readonly url: string;
}

/** A webhook that no vendor sent. */
export interface Forgery {
  readonly what: string;
  /** Null: hung up on, as by a gateway that is killed. */
  readonly status: number | null;
  /** What it should have been answered. */
  readonly expected: number;
}

export interface Forger {
  readonly forgeries: readonly Forgery[];
  stop(): Promise<void>;
}

interface Forged {
  readonly what: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: number;
}

/** Sends what says of people in the run that they are verified, in the vendor's shape and without its proof. */
export function beginForging(hooks: readonly Hook[], dice: Dice, everyMs: number): Forger {
  const stopping = new AbortController();
  const forgeries: Forgery[] = [];
  const models = hooks.map((hook) => new Model(hook));
  const work = (async () => {
    for (;;) {
      const pause = dice.between(everyMs / 2, everyMs * 1.5);
      const isOver = await delay(pause, false, { signal: stopping.signal }).catch(() => true);
      if (isOver || models.length === 0) return;
      const forged = await forge(dice.pick(models), dice);
      if (forged === null) continue;
      const { what, url, expected, ...init } = forged;
      const answer = await fetch(url, init).catch(nullIfHungUp);
      await answer?.body?.cancel();
      forgeries.push({ what, expected, status: answer?.status ?? null });
    }
  })();
  return {
    forgeries,
    async stop() {
      stopping.abort();
      await work;
    },
  };
}

interface Known {
  readonly email: string;
  readonly phone: string;
  readonly customerUuid: string | null;
}

interface Sent {
  readonly sequence: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Looked at anew only so often: of a thousand people, each look is a megabyte. */
const LOOK_EVERY_MS = 2_000;

/** What a forgery is made after: people whom Sentinel knows, webhooks that Dentity has sent. */
class Model {
  readonly url: string;
  readonly #account: VendorAccount;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #people: readonly Known[] = [];
  readonly #sent: Sent[] = [];

  constructor({ account, url }: Hook) {
    this.#account = account;
    this.url = url;
  }

  get isSentinel(): boolean {
    return this.#account.provider === 'sentinel';
  }

  async people(): Promise<readonly Known[]> {
    if (this.#isTimeToLook()) {
      const { data } = (await this.#account.control('GET', '/people')) as { data: readonly Known[] };
      this.#people = data;
    }
    return this.#people;
  }

  async sent(): Promise<readonly Sent[]> {
    if (this.#isTimeToLook()) {
      const after = this.#sent.at(-1)?.sequence ?? 0;
      const { data } = (await this.#account.control('GET', `/webhooks?after=${after}`)) as {
        data: readonly Sent[];
      };
      this.#sent.push(...data.filter(({ body }) => body.startsWith('{"')));
    }
    return this.#sent;
  }

  #isTimeToLook(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return true;
  }
}

/** Null: there is nobody yet to forge something about. */
async function forge(model: Model, dice: Dice): Promise<Forged | null> {
  const forged = model.isSentinel
    ? sentinel(await model.people(), model.url, dice)
    : dentity(await model.sent(), model.url, dice);
  // An address that is none is not told apart from one that is: nobody learns which connections there are.
  if (forged === null || !dice.happens(0.1)) return forged;
  return { ...forged, what: `${forged.what}, to a wrong address`, url: `${forged.url}x`, expected: 404 };
}

/** Its only proof is the passphrase in the body. */
function sentinel(people: readonly Known[], url: string, dice: Dice): Forged | null {
  if (people.length === 0) return null;
  const { email, phone, customerUuid } = dice.pick(people);
  const [what, proof] = dice.pick([
    ['sentinel, no passphrase', {}],
    ['sentinel, a wrong passphrase', { passphrase: 'let me in' }],
    ['sentinel, an empty passphrase', { passphrase: '' }],
    ['sentinel, a list as passphrase', { passphrase: [] }],
  ] as const);
  const body = {
    id: 1,
    uuid: customerUuid ?? randomUUID(),
    email,
    phone,
    newStatus: 6,
    updatedAt: new Date().toISOString(),
    event: 'status_change',
    expiryWarningFor: [],
    ...proof,
  };
  const headers = { 'content-type': 'application/json' };
  return { what, url, method: 'POST', headers, body: JSON.stringify(body), expected: 401 };
}

/** A real one, changed: the signature is another body's, nobody's, or missing. */
function dentity(real: readonly Sent[], url: string, dice: Dice): Forged | null {
  if (real.length === 0) return null;
  const { headers, body } = dice.pick(real);
  const said = JSON.parse(body) as Readonly<Record<string, unknown>>;
  // Also of one that was verified already this is another body.
  const claim = JSON.stringify({ ...said, type: 'verification_status', status: 'verified', forged: true });
  const signature = headers['Dentity-Signature'] ?? '';
  const [what, proof] = dice.pick([
    ['dentity, no signature', {}],
    ['dentity, the signature of another body', { 'Dentity-Signature': signature }],
    ['dentity, half a signature', { 'Dentity-Signature': signature.slice(0, 22) }],
    ['dentity, an invented signature', { 'Dentity-Signature': Buffer.alloc(32, 7).toString('base64') }],
  ] as const);
  return {
    what,
    url,
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...proof },
    body: claim,
    expected: 401,
  };
}
