import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayTenant } from '../support/gateway-client.js';
import { type VendorAccount } from '../support/vendor-accounts.js';
import { type Person } from './cast.js';
import { type Circumstances, judge, type Judgement, sharedReferences } from './judgement.js';
import { type Records, type Row } from './records.js';
import { readHoldings } from './twins.js';

/** A verification beside the person it is about. */
export interface Judged {
  readonly row: Row;
  readonly person: Person;
  readonly judgement: Judgement;
}

export interface Rest {
  readonly judged: readonly Judged[];
  readonly circumstances: Circumstances;
  /** Work that was still not done when we lost patience. */
  readonly unfinished: readonly string[];
  /** What was asked for then, and was not answered as the API, or the twin, describes it. */
  readonly complaints: readonly string[];
  /** What somebody had to be asked for before all was as it should be, by why: see {@link Nudge}. */
  readonly nudges: ReadonlyMap<string, number>;
}

export interface RestOptions {
  readonly tenant: GatewayTenant;
  readonly accounts: ReadonlyMap<string, VendorAccount>;
  readonly records: Records;
  readonly people: ReadonlyMap<string, Person>;
  /** How long everything has to come right by itself before anybody is nudged. */
  readonly nudgeAfterMs: number;
  readonly giveUpAfterMs: number;
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 2_000;
const NUDGE_EVERY_MS = 10_000;
const SAY_EVERY_MS = 5_000;
const SAID_AT_ONCE = 3;
/** Whose own next read is nearer than that is left alone. */
const SOON_MS = 20_000;

/** Waits until nothing is left to be done and every verification is as its vendor has it, or until patience ends. */
export async function comeToRest(options: RestOptions): Promise<Rest> {
  const began = performance.now();
  const nudged = new Map<string, { at: number; why: string }>();
  const complaints = new Map<string, string>();
  let said = Number.NEGATIVE_INFINITY;
  for (;;) {
    const now = performance.now();
    // In the order of cause and effect: what ends between two looks is then seen by the later one.
    const sent = await sending(options.accounts);
    const unfinished = [...sent, ...(await options.records.unfinished())];
    const { judged, circumstances } = await look(options);
    const others = judged.filter(({ judgement }) => judgement.kind === 'other');
    const isOver = now - began > options.giveUpAfterMs;
    if (isOver || (others.length === 0 && unfinished.length === 0)) {
      return {
        judged,
        circumstances,
        unfinished: unfinished.map(([what, count]) => `${count} ${what}`),
        complaints: [...complaints.values()],
        nudges: countBy([...nudged.values()].map(({ why }) => why)),
      };
    }
    if (now - said > SAY_EVERY_MS) {
      said = now;
      for (const { row, judgement } of others.slice(0, SAID_AT_ONCE))
        if (judgement.kind === 'other') options.say(`  ${row.id}: ${judgement.what}`);
      const work = unfinished.map(([what, count]) => `${count} ${what}`).join(', ');
      options.say(
        `${others.length} verifications not as their provider has them; to be done: ${work || 'nothing'}`,
      );
    }
    if (now - began > options.nudgeAfterMs) {
      for (const { row, person } of others) {
        if (now - (nudged.get(row.id)?.at ?? Number.NEGATIVE_INFINITY) < NUDGE_EVERY_MS) continue;
        const why = await nudge(options, row, person).catch((error: unknown) => {
          complaints.set(row.id, `${row.id}: ${error instanceof Error ? error.message : String(error)}`);
          return null;
        });
        if (why !== null) nudged.set(row.id, { at: now, why: nudged.get(row.id)?.why ?? why });
      }
    }
    await delay(LOOK_EVERY_MS);
  }
}

async function look(
  options: RestOptions,
): Promise<{ readonly judged: readonly Judged[]; readonly circumstances: Circumstances }> {
  const { accounts, records, people } = options;
  const rows = await records.rows();
  const circumstances: Circumstances = {
    holdings: await readHoldings(accounts),
    shared: sharedReferences(rows),
    toldWithdrawn: await toldWithdrawn(accounts.get('sardine')),
  };
  const judged = rows.flatMap((row) => {
    const person = people.get(row.id);
    return person === undefined ? [] : [{ row, person, judgement: judge(row, person, circumstances) }];
  });
  return { judged, circumstances };
}

async function toldWithdrawn(account: VendorAccount | undefined): Promise<ReadonlySet<string>> {
  if (account === undefined) return new Set();
  const { data } = (await account.control('GET', '/requests')) as {
    data: readonly { path: string; fault: string | null }[];
  };
  const read = /\/identity\/entities\/([\w-]+)$/;
  return new Set(
    data.flatMap(({ path, fault }) => (fault === 'revoked' ? [read.exec(path)?.[1] ?? ''] : [])),
  );
}

/** Webhooks that vendors are sending. What is held back for the next one of the same person stays so. */
async function sending(
  accounts: ReadonlyMap<string, VendorAccount>,
): Promise<readonly (readonly [string, number])[]> {
  let count = 0;
  for (const account of accounts.values()) {
    const { data } = (await account.control('GET', '/webhooks')) as {
      data: readonly { state: string; fault: string | null }[];
    };
    count += data.filter(
      ({ state, fault }) => state === 'sending' || (state === 'held' && fault === 'late'),
    ).length;
  }
  return count === 0 ? [] : [['webhooks of vendors', count]];
}

/**
 * What a product backend or an operator would do about a verification that has not come right: a read now, since the next one of its own
 * is far off after a fault that only a hand can mend; or, where we have nothing to read by, the vendor's dashboard, to send the
 * webhook again. Null: nothing, its own time is near.
 */
async function nudge({ tenant, accounts }: RestOptions, row: Row, person: Person): Promise<string | null> {
  if (row.dueAt !== null && row.dueAt.getTime() - Date.now() < SOON_MS) return null;
  const answer = await tenant.call('POST', `/verifications/${row.id}/refresh`);
  if (answer.json['code'] !== 'invalid_transition')
    return `read again on request: ${row.lastReadFailure ?? `a read told of ${row.status}`}`;
  const account = accounts.get(row.provider);
  const who = encodeURIComponent(row.provider === 'sentinel' ? person.email : person.phone);
  const path =
    row.provider === 'sentinel' ? `/customers/${who}/resend-webhook` : `/people/${who}/resend-webhook`;
  await account?.control('POST', path);
  return 'the vendor was asked to send its webhook again: the answer to the start was lost, and so was the webhook';
}

export function countBy(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
