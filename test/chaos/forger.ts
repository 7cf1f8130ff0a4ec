import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { type VendorAccount } from '../support/vendor-accounts.js';
import { type Dice } from './dice.js';

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
  const work = (async () => {
    for (;;) {
      const pause = dice.between(everyMs / 2, everyMs * 1.5);
      const isOver = await delay(pause, false, { signal: stopping.signal }).catch(() => true);
      if (isOver || hooks.length === 0) return;
      const forged = await forge(dice.pick(hooks), dice);
      if (forged === null) continue;
      const { what, url, expected, ...init } = forged;
      const answer = await fetch(url, init).catch(() => null);
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

/** Null: there is nobody yet to forge something about. */
async function forge(hook: Hook, dice: Dice): Promise<Forged | null> {
  const forged =
    hook.account.provider === 'sentinel' ? await sentinel(hook, dice) : await dentity(hook, dice);
  // An address that is none is not told apart from one that is: nobody learns which connections there are.
  if (forged === null || !dice.happens(0.1)) return forged;
  return { ...forged, what: `${forged.what}, to a wrong address`, url: `${forged.url}x`, expected: 404 };
}

/** Its only proof is the passphrase in the body. */
async function sentinel({ account, url }: Hook, dice: Dice): Promise<Forged | null> {
  const { data } = (await account.control('GET', '/people')) as {
    data: { email: string; phone: string; customerUuid: string | null }[];
  };
  if (data.length === 0) return null;
  const { email, phone, customerUuid } = dice.pick(data);
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

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A real one, changed: the signature is another body's, nobody's, or missing. */
async function dentity({ account, url }: Hook, dice: Dice): Promise<Forged | null> {
  const { data } = (await account.control('GET', '/webhooks')) as { data: readonly Sent[] };
  const real = data.filter(({ body }) => body.startsWith('{"'));
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
