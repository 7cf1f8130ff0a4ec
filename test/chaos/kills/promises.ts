import { isLegalMove, type VerificationStatus } from '@gatehouse/contract';
import { toTypeId } from '@gatehouse/platform';

import { eventually } from '../../support/eventually.js';
import { required } from '../../support/gateway-client.js';
import { type FeedEvent, deliveries, readFeed } from '../invariants/deliveries.js';
import { type Check } from '../invariants/check.js';
import { listAll } from '../invariants/creates.js';
import { type Invariant } from '../invariants/invariants.js';
import { ledger } from '../invariants/ledger.js';
import { DEAD_AFTER_S, type KillCase } from './kill-case.js';

/** Where an invariant does not hold; each begins with what it is about. */
export interface Breach {
  readonly invariant: Invariant;
  readonly what: string;
}

/**
 * Waits until nothing is left to be done and all is told. `isOwnerDead`: whoever had leased something is dead, and what it had is free
 * already; else it becomes free here when it has been left for a while. A breach where it does not come to that.
 */
export async function comeToRest(
  story: KillCase,
  isOwnerDead: boolean,
  patience: { readonly timeoutMs?: number } = {},
): Promise<readonly Breach[]> {
  const endLeases = async (): Promise<void> => {
    if (!isOwnerDead) await story.endLeases(DEAD_AFTER_S);
  };
  try {
    await isAtRest(story, endLeases, patience);
    return [];
  } catch (error) {
    return [{ invariant: 'I8', what: error instanceof Error ? error.message : String(error) }];
  }
}

/** Resolves when nothing is left to be done. Throws what is, when that does not come to be. */
export async function isAtRest(
  story: KillCase,
  beforeEachLook: () => Promise<void> = () => Promise.resolve(),
  patience: { readonly timeoutMs?: number } = {},
): Promise<void> {
  await eventually(async () => {
    await beforeEachLook();
    const left = await leftToDo(story);
    if (left.length > 0) throw new Error(left.join(', '));
  }, patience);
}

/** In words; nothing when all is at rest. */
async function leftToDo(story: KillCase): Promise<readonly string[]> {
  const left: string[] = [];
  // Statuses first: what a change leaves to be done is there with it.
  for (const row of await story.records.rows()) {
    const end = story.ends.get(row.id);
    if (end !== undefined && row.status !== end)
      left.push(`${row.id} is ${row.status}, and has to become ${end}`);
  }
  const waiting = (await webhooksOf(story)).filter(({ isTaken, isLost }) => !isTaken && !isLost);
  if (waiting.length > 0) left.push(`${waiting.length} webhooks that the vendor sends again`);
  left.push(...(await story.records.unfinished()).map(([what, count]) => `${count} ${what}`));
  return left;
}

/** What {@link comeToRest} and {@link promisesKept} look for. Sardine has no webhooks, of which one could be lost. */
export function lookedForIn({ provider }: KillCase): readonly Invariant[] {
  const all: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9'];
  return provider === 'sardine' ? all.filter((invariant) => invariant !== 'I3') : all;
}

export async function promisesKept(story: KillCase): Promise<readonly Breach[]> {
  const feed = await readFeed(story.tenant);
  const found: readonly (readonly [Invariant, readonly string[]])[] = [
    ['I1', await acknowledged(story)],
    ['I2', await onceAtVendor(story)],
    ['I3', await webhooksOnce(story)],
    ['I4', await legalMoves(story)],
    ['I5', brokenIn(await deliveries(feed, [story.endpoint], story.records))],
    ['I6', doubles(story, feed)],
    ['I7', await soundLedger(story)],
    ['I9', sameAnswers(story)],
  ];
  return found.flatMap(([invariant, broken]) => broken.map((what) => ({ invariant, what })));
}

function brokenIn(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ what, broken }) => broken.map((line) => `${what}: ${line}`));
}

/** Those that a create was answered with. */
function made({ calls }: KillCase): readonly { readonly key: string; readonly id: string }[] {
  return calls
    .filter(({ path }) => path === '/verifications')
    .flatMap(({ key, answers }) =>
      answers.flatMap((answer) => (answer?.status === 201 ? [{ key, id: String(answer.json['id']) }] : [])),
    );
}

async function acknowledged(story: KillCase): Promise<readonly string[]> {
  const listed = new Set((await listAll(story.tenant)).map(({ id }) => id));
  const promised = new Map(made(story).map(({ id, key }) => [id, key]));
  const broken: string[] = [];
  for (const [id, key] of promised) {
    const { status } = await story.tenant.call('GET', `/verifications/${id}`);
    if (status !== 200) broken.push(`${id}: read with ${status}`);
    if (!listed.has(id)) broken.push(`${id}: not listed`);
    const others = [...promised].filter(([, other]) => other === key);
    if (others.length > 1) broken.push(`${id}: its key made ${others.length}`);
  }
  for (const id of listed) if (!promised.has(id)) broken.push(`${id}: nobody was told of it`);
  return broken;
}

/** As the twin has it: how often each person was asked. */
async function onceAtVendor({ provider, account, calls }: KillCase): Promise<readonly string[]> {
  const path = { sentinel: '/customers', sardine: '/people', dentity: '/messages' }[provider];
  const { data } = (await account.control('GET', path)) as {
    data: readonly Readonly<Record<string, unknown>>[];
  };
  const who = (one: Readonly<Record<string, unknown>>): string =>
    String(one[provider === 'sentinel' ? 'email' : provider === 'sardine' ? 'phone' : 'to']);
  const times = Map.groupBy(data, who);
  const broken = [...times.values()].flatMap((ones, index) =>
    ones.length > 1 ? [`person ${index + 1} is ${ones.length} at ${provider}`] : [],
  );
  const keys = calls.filter(({ path: called }) => called === '/verifications').length;
  return data.length > keys ? [...broken, `${data.length} at ${provider} for ${keys} keys`] : broken;
}

/** What a vendor said, however often it sent it. */
interface Said {
  readonly isTaken: boolean;
  /** A fault of the twin's kept it. */
  readonly isLost: boolean;
}

async function webhooksOf({ account }: KillCase): Promise<readonly Said[]> {
  if (account.provider === 'sardine') return [];
  const { data } = (await account.control('GET', '/webhooks')) as {
    data: readonly {
      readonly body: unknown;
      readonly responseStatus: number | null;
      readonly fault: string | null;
    }[];
  };
  return [...Map.groupBy(data, ({ body }) => JSON.stringify(body)).values()].map((sent) => ({
    isTaken: sent.some(({ responseStatus }) => responseStatus !== null && responseStatus < 300),
    isLost: sent.some(({ fault }) => fault !== null),
  }));
}

async function webhooksOnce(story: KillCase): Promise<readonly string[]> {
  const { records } = story;
  const taken = (await webhooksOf(story)).filter(({ isTaken }) => isTaken);
  const { rows } = await records.pool.query<{
    id: string;
    state: string;
    state_reason: string | null;
    applied: number;
  }>(
    `SELECT s.id, s.state, s.state_reason,
            (SELECT count(*)::int FROM ledger_entries e
              WHERE e.tenant_id = s.tenant_id AND e.verification_id = s.verification_id AND e.data->>'signalId' = s.id::text) AS applied
       FROM signals s WHERE s.tenant_id = $1`,
    [records.tenantId],
  );
  const broken = rows.flatMap(({ id, state, state_reason, applied }) => {
    if (state !== 'applied' && state !== 'set_aside')
      return [`signal ${id}: ${state} (${state_reason ?? ''})`];
    return applied > 1 ? [`signal ${id}: applied ${applied} times`] : [];
  });
  return rows.length === taken.length
    ? broken
    : [...broken, `${rows.length} signals are stored of ${taken.length} webhooks that were acknowledged`];
}

async function legalMoves({ records, ends }: KillCase): Promise<readonly string[]> {
  const { rows } = await records.pool.query<{ id: string; statuses: VerificationStatus[] }>(
    `SELECT verification_id AS id, array_agg(data->>'to' ORDER BY version) AS statuses
       FROM ledger_entries WHERE tenant_id = $1 AND version IS NOT NULL AND data->>'to' IS NOT NULL GROUP BY verification_id`,
    [records.tenantId],
  );
  return rows.flatMap(({ id, statuses }) => {
    const name = toTypeId('ver', id);
    const moves = statuses.slice(1).map((to, index) => ({ from: statuses[index] ?? to, to }));
    const illegal = moves.filter(({ from, to }) => !isLegalMove(from, to));
    const end = ends.get(name);
    const verifiedTimes = moves.filter(({ from, to }) => from !== 'verified' && to === 'verified').length;
    return [
      ...illegal.map(({ from, to }) => `${name}: from ${from} to ${to}`),
      ...(end !== undefined && statuses.at(-1) !== end
        ? [`${name}: ended as ${String(statuses.at(-1))}, not ${end}`]
        : []),
      ...(verifiedTimes > 1 ? [`${name}: became verified ${verifiedTimes} times`] : []),
    ];
  });
}

/** However often a message was accepted, each time but the first has to be for a sending that was cut off. */
function doubles({ endpoint, cutOff }: KillCase, feed: readonly FeedEvent[]): readonly string[] {
  const again = feed
    .map(({ id }) => ({ id, more: (endpoint.inbox.messages.get(id)?.accepted ?? 0) - 1 }))
    .filter(({ more }) => more > 0);
  const times = again.reduce((sum, { more }) => sum + more, 0);
  return times <= cutOff
    ? []
    : [
        `messages were accepted ${times} times more than once, ${cutOff} sendings were cut off: ${again.map(({ id }) => id).join(', ')}`,
      ];
}

async function soundLedger({ world, tenant, records }: KillCase): Promise<readonly string[]> {
  // Whoever looked at it before has left an entry that is to be placed.
  await eventually(async () => {
    const { rowCount } = await records.pool.query('SELECT FROM ledger_queue WHERE tenant_id = $1', [
      records.tenantId,
    ]);
    if (rowCount !== 0) throw new Error('the ledger is not placed');
  });
  const broken = brokenIn(await ledger(records));
  const verdict = required(
    await world.client.admin('POST', '/audit-log/verify', { tenantId: tenant.id }),
    200,
  );
  return verdict['ok'] === true ? broken : [...broken, `the ledger: ${JSON.stringify(verdict['firstBad'])}`];
}

/** All that was answered for good to one key. */
export function sameAnswers({ calls }: KillCase): readonly string[] {
  return calls.flatMap(({ path, answers }) => {
    const kept = answers.filter((answer) => answer !== null && answer.status < 300);
    const different = new Set(kept.map((answer) => `${answer?.status ?? 0} ${answer?.text ?? ''}`));
    return different.size > 1 ? [`${path}: ${different.size} different answers to one key`] : [];
  });
}
