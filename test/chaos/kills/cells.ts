import { LOCK_PENDING, SETTLE_MANY, STORE_MANY } from '../../../libs/core/src/inbox/signal.rows.js';
import {
  INSERT_MANY,
  LOCK_MANY,
  UPDATE_BEGUN,
  UPDATE_MANY,
} from '../../../libs/core/src/verifications/verification.rows.js';
import { CLAIM } from '../../../libs/core/src/webhooks/delivery-queue.js';
import { eventually } from '../../support/eventually.js';
import { type Answer, required, text } from '../../support/gateway-client.js';
import { type CreateRequest } from '../../support/people.js';
import { commitOf, type Side, statement } from '../../support/postgres-proxy.js';
import { PROVIDER_NAMES, type ProviderName } from '../../support/vendor-accounts.js';
import { countAt } from '../../support/vendor-journal.js';
import { KillCase } from './kill-case.js';
import { type KillWorld } from './kill-world.js';
import { isAtRest } from './promises.js';
import { atReceiver, atStatement, type Stop, atVendor } from './stops.js';

/** RELIABILITY's points at which a process may die, in its words. */
export const POINTS = {
  K1: 'request read',
  K2: 'intent committed, vendor not called',
  K3: 'vendor’s effect done, answer lost',
  K4: 'result committed, caller not answered',
  K5: 'inbound event committed, not applied',
  K6: 'delivery claimed, not sent',
  K7: 'sent, not noted',
  K8: 'in the middle of a batch',
  K9: 'ledger sealed, not committed',
  K10: 'migration half done',
} as const;
export type Point = keyof typeof POINTS;

/** An operation that is stopped at a point. */
export interface Cell {
  readonly point: Point;
  readonly operation: string;
  /** Which of several places that are this point. */
  readonly where: string;
  /** Begins the operation and waits until the gateway is there. */
  readonly reach: (world: KillWorld) => Promise<Reached>;
}

export interface Reached {
  readonly story: KillCase;
  /** The database's process whose session is held; null: none is. */
  readonly backend: number | null;
  readonly release: () => void;
  /** Caller, vendor and person do what they would do: ask again, send again, go on. */
  readonly goOn: () => Promise<void>;
}

/** The call that ends a start. */
const LAST_CALL: Record<ProviderName, string> = {
  sentinel: '/clients/encrypt/url',
  sardine: '/identity/consents/widget',
  dentity: '/verification',
};
const READ_CALL: Record<ProviderName, string> = {
  sentinel: '/customers/statusWithoutImages/clientAuth',
  sardine: '/identity/entities/',
  dentity: '/status',
};

/** Statements of the product, by which a point is found. */
const INSERT = INSERT_MANY.name;
const LOCK = LOCK_MANY.name;
const COMPLETE = UPDATE_BEGUN.name;
const UPDATE = UPDATE_MANY.name;
const CLAIM_DELIVERIES = CLAIM.name;
const SETTLE_DELIVERIES = 'webhook_settle';
const MOVE_HEAD = 'ledger_move_head';

export function cells(): readonly Cell[] {
  return [
    ...PROVIDER_NAMES.flatMap(creates),
    ...PROVIDER_NAMES.flatMap(refreshes),
    ...(['sentinel', 'dentity'] as const).flatMap(ingests),
    ...decisions(),
    ...deliveries(),
    ...batches(),
    ...signalBatches(),
    ...sealings(),
  ];
}

type StopOf = (story: KillCase) => Stop;

function creates(provider: ProviderName): readonly Cell[] {
  const cell = (point: Point, where: string, stopOf: StopOf): Cell => ({
    point,
    operation: `create at ${provider}`,
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, provider);
      const stop = stopOf(story);
      const { person, call } = story.newcomer();
      const sent = story.send(call);
      const backend = await stop.reached();
      return {
        story,
        backend,
        release: stop.release,
        goOn: async () => {
          await sent;
          await seeThrough(story, person, await story.sendUntilAnswered(call));
          await story.send(call);
        },
      };
    },
  });
  return [
    // Each of the two statements of a create is a transaction.
    cell('K1', 'before the commit', (story) =>
      atStatement(story, commitOf(INSERT, story.tenantId), 'before'),
    ),
    cell('K2', 'the call held', (story) => atVendor(story, LAST_CALL[provider], 'before')),
    cell('K3', 'its answer held', (story) => atVendor(story, LAST_CALL[provider], 'after')),
    cell('K3', 'before the commit', (story) =>
      atStatement(story, commitOf(COMPLETE, story.tenantId), 'before'),
    ),
    cell('K4', 'after the commit', (story) =>
      atStatement(story, commitOf(COMPLETE, story.tenantId), 'after'),
    ),
  ];
}

/** What comes after the 201: the person passes if anybody asked them, and it is known. */
async function seeThrough(story: KillCase, person: CreateRequest, answer: Answer): Promise<void> {
  const id = text(required(answer, 201), 'id');
  // Who was never texted can do nothing, and the record says that it is not known.
  if (story.provider === 'dentity' && (await countAt(story.account)) === 0) {
    story.ends.set(id, 'error');
    return;
  }
  await story.act(person, 'approve');
  story.ends.set(id, 'verified');
  // Sardine has no webhooks.
  if (story.provider === 'sardine')
    required(await story.sendUntilAnswered(story.request(`/verifications/${id}/refresh`)), 200);
}

function refreshes(provider: ProviderName): readonly Cell[] {
  const cell = (point: Point, where: string, stopOf: StopOf): Cell => ({
    point,
    operation: `refresh at ${provider}`,
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, provider);
      const { id, person } = await story.begun();
      if (provider !== 'sardine')
        await story.account.control('POST', '/faults', { on: 'webhook', kind: 'lost', times: 10 });
      await story.act(person, 'approve');
      story.ends.set(id, 'verified');
      const stop = stopOf(story);
      const call = story.request(`/verifications/${id}/refresh`);
      const sent = story.send(call);
      const backend = await stop.reached();
      return {
        story,
        backend,
        release: stop.release,
        goOn: async () => {
          await sent;
          required(await story.sendUntilAnswered(call), 200);
        },
      };
    },
  });
  return [
    cell('K2', 'the call held', (story) => atVendor(story, READ_CALL[provider], 'before')),
    cell('K3', 'its answer held', (story) => atVendor(story, READ_CALL[provider], 'after')),
    cell('K3', 'before the commit', (story) =>
      atStatement(story, commitOf(UPDATE, story.tenantId), 'before'),
    ),
    cell('K4', 'after the commit', (story) => atStatement(story, commitOf(UPDATE, story.tenantId), 'after')),
  ];
}

function ingests(provider: 'sentinel' | 'dentity'): readonly Cell[] {
  const cell = (point: Point, where: string, which: string, side: Side, isCommit = false): Cell => ({
    point,
    operation: `webhook of ${provider}`,
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, provider);
      const { id, person } = await story.begun();
      const stop = atStatement(story, (isCommit ? commitOf : statement)(which, story.tenantId), side);
      await story.act(person, 'approve');
      story.ends.set(id, 'verified');
      const backend = await stop.reached();
      return { story, backend, release: stop.release, goOn: () => Promise.resolve() };
    },
  });
  return [
    cell('K1', 'before it is stored', STORE_MANY.name, 'before'),
    cell('K4', 'stored, not acknowledged', STORE_MANY.name, 'after'),
    cell('K5', 'before it is applied', LOCK_PENDING.name, 'before'),
    cell('K5', 'before the commit', SETTLE_MANY.name, 'before', true),
    cell('K4', 'after the commit', SETTLE_MANY.name, 'after', true),
  ];
}

function decisions(): readonly Cell[] {
  const cell = (
    point: Point,
    where: string,
    which: (tenantId: string) => ReturnType<typeof statement>,
    side: Side,
  ): Cell => ({
    point,
    operation: 'decision',
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, 'sentinel');
      const { id, person } = await story.begun();
      await story.act(person, 'review');
      story.ends.set(id, 'needs_review');
      // So that nothing but the decision comes to the statement.
      await isAtRest(story);
      const stop = atStatement(story, which(story.tenantId), side);
      const call = story.request(`/verifications/${id}/decision`, {
        decision: 'approve',
        reason: 'Compared the document with the customer file.',
      });
      const sent = story.send(call);
      const backend = await stop.reached();
      story.ends.set(id, 'verified');
      return {
        story,
        backend,
        release: stop.release,
        goOn: async () => {
          await sent;
          const answer = await story.sendUntilAnswered(call);
          // The decision was made by the request that was cut off: its answer is kept after it, not with it (docs/CHAOS.md).
          if (answer.json['code'] !== 'invalid_transition') required(answer, 200);
        },
      };
    },
  });
  return [
    cell('K1', 'before it is written', (id) => statement(LOCK, id), 'before'),
    cell('K1', 'before the commit', (id) => commitOf(UPDATE, id), 'before'),
    cell('K4', 'after the commit', (id) => commitOf(UPDATE, id), 'after'),
  ];
}

function deliveries(): readonly Cell[] {
  const cell = (point: Point, where: string, stopOf: StopOf): Cell => ({
    point,
    operation: 'delivery',
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, 'sentinel');
      const stop = stopOf(story);
      const { id } = await story.begun();
      story.ends.set(id, 'requires_input');
      const backend = await stop.reached();
      return { story, backend, release: stop.release, goOn: () => Promise.resolve() };
    },
  });
  return [
    cell('K6', 'claimed', (story) =>
      atStatement(story, statement(CLAIM_DELIVERIES, story.tenantId), 'after'),
    ),
    cell('K7', 'accepted, its answer held', atReceiver),
    cell('K7', 'before it is noted', (story) =>
      atStatement(story, statement(SETTLE_DELIVERIES, story.tenantId), 'before'),
    ),
    cell('K4', 'noted', (story) => atStatement(story, statement(SETTLE_DELIVERIES, story.tenantId), 'after')),
  ];
}

/** Callers at once, after two whose batches take both places. */
const GATHERED = 10;

function batches(): readonly Cell[] {
  const cell = (where: string, side: Side): Cell => ({
    point: 'K8',
    operation: 'creates together',
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, 'sentinel');
      const isInsert = commitOf(INSERT, story.tenantId);
      const first: readonly Stop[] = [
        atStatement(story, isInsert, 'before'),
        atStatement(story, isInsert, 'before'),
      ];
      const newcomers = Array.from({ length: GATHERED + first.length }, () => story.newcomer());
      const sent: Promise<unknown>[] = [];
      for (const [index, stop] of first.entries()) {
        sent.push(story.send((newcomers[index] ?? story.newcomer()).call));
        await stop.reached();
      }
      sent.push(...newcomers.slice(first.length).map(({ call }) => story.send(call)));
      // Answered after those have been read.
      for (let times = 0; times < 2; times += 1)
        required(await story.tenant.call('GET', '/verifications'), 200);
      const together = atStatement(
        story,
        (round, earlier) => isInsert(round, earlier) && isOfSeveral(round.bytes),
        side,
      );
      for (const stop of first) stop.release();
      const backend = await together.reached();
      return {
        story,
        backend,
        release: together.release,
        goOn: async () => {
          await Promise.all(sent);
          await Promise.all(
            newcomers.map(async ({ call }) => {
              const answer = required(await story.sendUntilAnswered(call), 201);
              story.ends.set(text(answer, 'id'), 'requires_input');
              await story.send(call);
            }),
          );
        },
      };
    },
  });
  return [cell('before the commit', 'before'), cell('after the commit', 'after')];
}

/** People of whom the vendor tells while the worker is kept at somebody else’s webhook. */
const TOLD = 5;

function signalBatches(): readonly Cell[] {
  const cell = (where: string, side: Side): Cell => ({
    point: 'K8',
    operation: 'webhooks together',
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, 'sentinel');
      const begun: Awaited<ReturnType<KillCase['begun']>>[] = [];
      for (let count = 0; count <= TOLD; count += 1) begun.push(await story.begun());
      const first = atStatement(story, statement(LOCK_PENDING.name, story.tenantId), 'before');
      for (const [index, { id, person }] of begun.entries()) {
        await story.act(person, 'approve');
        story.ends.set(id, 'verified');
        if (index === 0) await first.reached();
      }
      await eventually(async () => {
        const { rowCount } = await world.pool.query(
          "SELECT FROM signals WHERE tenant_id = $1 AND state = 'pending'",
          [story.tenantId],
        );
        if ((rowCount ?? 0) < begun.length) throw new Error('the webhooks are not stored');
      });
      const isSettled = commitOf(SETTLE_MANY.name, story.tenantId);
      const together = atStatement(
        story,
        (round, earlier) =>
          isSettled(round, earlier) &&
          earlier.some((one) => one.statement === SETTLE_MANY.name && settledIn(one.bytes) > 1),
        side,
      );
      first.release();
      const backend = await together.reached();
      return { story, backend, release: together.release, goOn: () => Promise.resolve() };
    },
  });
  return [cell('before the commit', 'before'), cell('after the commit', 'after')];
}

function settledIn(bytes: Buffer): number {
  return (bytes.toString('latin1').match(/"reason":/g) ?? []).length;
}

function isOfSeveral(bytes: Buffer): boolean {
  return (bytes.toString('latin1').match(/"is_new_subject":/g) ?? []).length > 1;
}

function sealings(): readonly Cell[] {
  const cell = (
    where: string,
    which: (tenantId: string) => ReturnType<typeof statement>,
    side: Side,
  ): Cell => ({
    point: 'K9',
    operation: 'sequencer',
    where,
    reach: async (world) => {
      const story = await KillCase.open(world, 'sentinel');
      const stop = atStatement(story, which(story.tenantId), side);
      const { id } = await story.begun();
      story.ends.set(id, 'requires_input');
      const backend = await stop.reached();
      return { story, backend, release: stop.release, goOn: () => Promise.resolve() };
    },
  });
  return [
    cell('positions given, no head', (id) => statement(MOVE_HEAD, id), 'before'),
    cell('before the commit', (id) => commitOf(MOVE_HEAD, id), 'before'),
    cell('after the commit', (id) => commitOf(MOVE_HEAD, id), 'after'),
  ];
}
