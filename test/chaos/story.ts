import { setTimeout as delay } from 'node:timers/promises';

import { type Answer, type GatewayTenant } from '../support/gateway-client.js';
import { type ProviderName, type VendorAccount } from '../support/vendor-accounts.js';
import { type Person, type Wish } from './cast.js';
import { nullIfHungUp } from './hung-up.js';
import { type Slots } from './slots.js';

/** What became of one create, as its caller saw it. */
export interface Story {
  readonly person: Person;
  /** The last answer's status. */
  readonly status: number;
  /** Of the 201; null for any other outcome. */
  readonly verificationId: string | null;
  /** Requests it took, all with the same key. */
  readonly calls: number;
  /** The first final answer and its repetition differ, or one is not as the API describes it. */
  readonly unlikeReplay: string | null;
}

export interface Stage {
  readonly tenant: GatewayTenant;
  readonly accounts: ReadonlyMap<string, VendorAccount>;
  /** Calls under way at once. */
  readonly slots: Slots;
}

const RETRY_MS = 400;
/** A failure that is no outcome of the key (nothing had begun) is asked for again so often. */
const FRESH_STARTS = 6;

/** A caller creates a verification and sees to it that there is an outcome; then the person does what they want. */
export async function live(
  stage: Stage,
  person: Person,
  arrival: Promise<unknown> = delay(person.arrivesMs),
): Promise<Story> {
  await arrival;
  const { story, record } = await create(stage, person).catch((error: unknown) => misanswered(person, error));
  await act(stage, person, record);
  return story;
}

interface Created {
  readonly story: Story;
  /** The verification as the 201 shows it. */
  readonly record: Readonly<Record<string, unknown>> | null;
}

/** The answer was not as the API describes it: one broken promise, for which the others need not be left unchecked. */
function misanswered(person: Person, error: unknown): Created {
  const unlikeReplay = error instanceof Error ? error.message : String(error);
  return { story: { person, status: 0, verificationId: null, calls: 0, unlikeReplay }, record: null };
}

async function create({ tenant, slots }: Stage, person: Person): Promise<Created> {
  let calls = 0;
  let freshStarts = 0;
  /** Null: hung up on, as by a gateway that is killed. */
  const call = async (): Promise<Answer | null> => {
    calls += 1;
    return slots.use(() =>
      tenant
        .call('POST', '/verifications', person.request, { 'idempotency-key': person.idempotencyKey })
        .catch(nullIfHungUp),
    );
  };
  let first: Answer | null = null;
  for (;;) {
    const answer = await call();
    const code = answer?.json['code'];
    if (answer === null || code === 'idempotency_in_progress' || code === 'overloaded') {
      await delay(pauseAfter(answer));
      continue;
    }
    if (first === null || (first.status !== 201 && answer.headers.get('idempotent-replayed') === null)) {
      // Whether this is the outcome, its repetition tells: nothing is kept of a request with which nothing began.
      const isFirst = first === null;
      first = answer;
      if (answer.status !== 201 && !isFirst) {
        freshStarts += 1;
        if (freshStarts >= FRESH_STARTS) return ended(first, null);
        await delay(pauseAfter(answer));
      }
      continue;
    }
    const isSame = answer.status === first.status && answer.text === first.text;
    return ended(answer, isSame ? null : `${first.status} first, ${answer.status} with other bytes again`);
  }

  function ended(answer: Answer, unlikeReplay: string | null): Created {
    const isMade = answer.status === 201;
    const id = answer.json['id'];
    const verificationId = isMade && typeof id === 'string' ? id : null;
    return {
      story: { person, status: answer.status, verificationId, calls, unlikeReplay },
      record: isMade ? answer.json : null,
    };
  }
}

function pauseAfter(answer: Answer | null): number {
  const seconds = Number(answer?.headers.get('retry-after') ?? 0);
  return Math.min(seconds * 1000, 5_000) + RETRY_MS;
}

/** Whoever got no link can do nothing; whom a provider texts itself needs none. */
async function act({ accounts }: Stage, person: Person, record: Created['record']): Promise<void> {
  if (person.magic !== null) return;
  await delay(person.thinksMs);
  const provider = record === null ? null : (record['provider'] as { name: string }).name;
  const texting = accounts.get('dentity');
  if (provider === 'dentity' || provider === null) {
    if (texting !== undefined) await finish(texting, person);
    return;
  }
  const account = accounts.get(provider);
  if (account === undefined) throw new Error(`a verification at ${provider}, which nobody connected`);
  await finish(account, person);
  const passed = person.wish === 'pass' || person.wish === 'pass-doubtfully';
  if (record !== null && passed && person.comesBack) await comeBack(record);
}

const OUTCOMES: Record<ProviderName, Record<Wish, Readonly<Record<string, unknown>>>> = {
  sentinel: {
    pass: { outcome: 'approve' },
    'pass-doubtfully': { outcome: 'duplicate' },
    fail: { outcome: 'reject', reason: 'face_mismatch' },
    'be-reviewed': { outcome: 'conflict' },
    'be-reviewed-and-pass': { outcome: 'conflict' },
    'walk-away': { outcome: 'walk-away' },
  },
  sardine: {
    pass: { outcome: 'complete' },
    'pass-doubtfully': { outcome: 'complete', level: 'medium' },
    fail: { outcome: 'decline' },
    'be-reviewed': { outcome: 'complete', level: 'high' },
    'be-reviewed-and-pass': { outcome: 'complete', level: 'very_high' },
    'walk-away': { outcome: 'abandon' },
  },
  dentity: {
    pass: { outcome: 'pass' },
    'pass-doubtfully': { outcome: 'pass' },
    fail: { outcome: 'fail' },
    'be-reviewed': { outcome: 'abandon' },
    'be-reviewed-and-pass': { outcome: 'abandon' },
    'walk-away': { outcome: 'abandon' },
  },
};

async function finish(account: VendorAccount, person: Person): Promise<void> {
  const { provider } = account;
  const who = encodeURIComponent(provider === 'sentinel' ? person.email : person.phone);
  await ifPossible(account.control('POST', `/people/${who}/finish`, OUTCOMES[provider][person.wish]));
  // An admin at the vendor decides what a machine could not.
  if (provider === 'sentinel' && person.wish === 'be-reviewed-and-pass')
    await ifPossible(account.control('POST', `/customers/${who}/status`, { status: 'accepted' }));
}

/** The vendor knows nobody by this name, or their page serves no more: then they do nothing. */
async function ifPossible(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Error) || !/: 40[49] /.test(error.message)) throw error;
  });
}

/** The browser, at the address that it was sent back to; whether anybody answers is not its business. */
async function comeBack(record: Readonly<Record<string, unknown>>): Promise<void> {
  const { url } = record['action'] as { url?: string };
  if (url === undefined) return;
  const { searchParams } = new URL(url);
  const address = searchParams.get('redirectUrl') ?? searchParams.get('success_url');
  if (address === null) return;
  await fetch(address, { redirect: 'manual' }).catch(nullIfHungUp);
}
