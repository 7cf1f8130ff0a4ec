import { type Clock, type Database, type Log, MasterKeyUnavailable, type Tx } from '@gatehouse/platform';

import { type TenantVault, type WrappedSubjectKey, wrappedKeyOf } from '../privacy/tenant-vault.js';
import { reachOf } from '../tenancy/tenant-scope.js';
import { type Arrival, type VerificationApplier } from '../verifications/verification-applier.js';
import { MAKE_DUE } from '../verifications/verification.rows.js';
import { type Wakeup } from '../workers/wakeup.js';
import { type Handover } from './handover.js';
import { nextLook, type OrphanReason } from './orphan-looks.js';
import { openOrphan, openSignal, sealSignal, signalScope } from './sealed-signal.js';
import { type Correlated, type SignalCorrelator } from './signal-correlator.js';
import {
  ADOPT,
  CLAIM_PENDING,
  ERASE_ORPHAN,
  type KeptSignal,
  LEAVE_ORPHAN,
  LOCK_PENDING,
  SETTLE_MANY,
  type SignalRow,
} from './signal.rows.js';

/** Of a batch that is as large, one half is read and opened while the database writes the other. */
const WORTH_HALVING = 16;
/** While there is something handed over: what others have left is as patient as where nothing is. */
const LOOK_EVERY_MS = 500;
/** A signal that fails so often, over some three hours, fails for good: a read tells what it would have told. */
const MAX_ATTEMPTS = 10;

interface Settled {
  readonly id: string;
  readonly state: 'applied' | 'set_aside';
  readonly reason: string | null;
}

/** A signal of somebody who is known, ready to be applied. */
interface Ready {
  readonly row: SignalRow;
  readonly matches: readonly Correlated[];
  readonly kept: KeptSignal;
  readonly arrival: Arrival;
}

/**
 * Stored webhooks: applied to their verifications, or, as orphans, looked at again a few times, and adopted once their verification is known.
 * Those of one tenant share a transaction. Any number of replicas may do it.
 */
export class PendingSignals {
  #lookedAt = 0;

  constructor(
    private readonly store: { readonly database: Database; readonly vault: TenantVault; readonly log: Log },
    private readonly correlator: SignalCorrelator,
    private readonly applier: VerificationApplier,
    private readonly clock: Clock,
    private readonly wakeup: Wakeup,
    readonly handover: Handover,
  ) {}

  /** Up to `limit`, of what was handed over and of what is due; returns how many it took. */
  async apply(limit: number): Promise<number> {
    const now = this.clock.now();
    // All that was handed over came before what found no room.
    const isLookDue = !this.handover.isBehind && now.getTime() - this.#lookedAt >= LOOK_EVERY_MS;
    const handed = this.handover.take(isLookDue ? Math.floor(limit / 2) : limit);
    const due = handed.length === 0 || isLookDue ? await this.#claim(limit - handed.length, now) : [];
    await this.#applyInOrder([...handed, ...due]);
    return handed.length + due.length;
  }

  /** What was handed over and not applied yet, and nothing else. */
  async finish(): Promise<void> {
    await this.#applyInOrder(this.handover.take(Infinity));
  }

  async #claim(limit: number, now: Date): Promise<readonly SignalRow[]> {
    this.#lookedAt = now.getTime();
    const rows = await this.store.database.across.query<SignalRow>(CLAIM_PENDING, [now, now, limit]);
    this.handover.isBehind = rows.length === limit;
    return rows;
  }

  async #applyInOrder(rows: readonly SignalRow[]): Promise<void> {
    const inOrder = [...rows].sort((a, b) => a.received_at.getTime() - b.received_at.getTime());
    for (const batch of batchesOf(inOrder)) {
      // Where one fails, the other is waited for all the same: whoever stops the workers closes the database then.
      const parts = await Promise.allSettled(partsOf(batch).map((part) => this.#apply(part)));
      for (const part of parts) if (part.status === 'rejected') throw part.reason;
    }
  }

  /** What fails together is tried one by one; what fails alone, when its lease runs out, each time later. It holds up nothing. */
  async #apply(rows: readonly SignalRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    try {
      await (first.state === 'orphan' ? this.#lookAgain(first) : this.#applyTogether(rows));
    } catch (error) {
      // A master key that cannot be had says nothing about the signals.
      const isOfThem = !(error instanceof MasterKeyUnavailable);
      if (isOfThem && rows.length > 1) {
        for (const row of rows) await this.#apply([row]);
        return;
      }
      this.store.log.error('a stored webhook could not be applied', { provider: first.provider, error });
      if (isOfThem && first.attempts >= MAX_ATTEMPTS) await this.#giveUp(first);
    }
  }

  /** Of one tenant and environment, each of another verification. */
  async #applyTogether(rows: readonly SignalRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const own = this.store.database.within(reachOf(first));
    const ready = await Promise.all(rows.map((row) => this.#ready(row)));
    await own.transaction((tx) => this.#applyIn(tx, first.tenant_id, rows, ready), { isPipelined: true });
    for (const one of ready) if (one !== null) await this.#askOthers(one);
    this.wakeup.wake();
  }

  async #applyIn(
    tx: Tx,
    tenantId: string,
    rows: readonly SignalRow[],
    ready: readonly (Ready | null)[],
  ): Promise<void> {
    const locked = await tx.query<{ id: string }>(LOCK_PENDING, [tenantId, rows.map(({ id }) => id)]);
    const pending = new Set(locked.map(({ id }) => id));
    const still = ready.filter((one): one is Ready => one !== null && pending.has(one.row.id));
    const erased = rows.filter((_, index) => ready[index] === null);
    const arrivals = still.map(({ arrival }) => arrival);
    await this.applier.applyAllIn(tx, arrivals, (applied) => {
      const settled: readonly Settled[] = [
        ...erased.map(({ id }): Settled => ({ id, state: 'set_aside', reason: 'erased' })),
        ...still.map(({ row: { id } }, index): Settled => {
          const reason = applied[index]?.setAside ?? null;
          return { id, state: reason === null ? 'applied' : 'set_aside', reason };
        }),
      ];
      return tx.query(SETTLE_MANY, [tenantId, JSON.stringify(settled), this.clock.now()]);
    });
  }

  /** Null when the person has been erased since. */
  async #ready(row: SignalRow): Promise<Ready | null> {
    const id = row.verification_id;
    const wrapped = keyOf(row);
    if (wrapped === null || id === null) return null;
    const scope = signalScope(row.tenant_id, row.environment, row.provider);
    const kept = openSignal(await this.store.vault.openSubjectKey(scope.tenantId, wrapped), row);
    const { matches } = await this.correlator.find(scope, row.connection_id, kept.correlation);
    const isCertain = matches.some((match) => match.id === id && match.isCertain);
    // Images that may be somebody else's were not kept either.
    const observation = isCertain ? kept.observation : { ...kept.observation, evidence: null };
    const arrival: Arrival = {
      scope,
      id,
      signal: { kind: 'webhook', at: row.received_at.toISOString(), observation },
      effects: {
        ...(isCertain && { reference: kept.reference, handlePatch: kept.handlePatch }),
        cause: {
          signalId: row.id,
          event: row.event,
          authenticity: row.authenticity,
          ...(row.state_reason === 'adopted' && { adopted: true }),
        },
      },
    };
    return { row, matches, kept, arrival };
  }

  /** Whether an orphan's verification has become known: its handle was stored later, or its contact was corrected. */
  async #lookAgain(row: SignalRow): Promise<void> {
    const { database, vault } = this.store;
    const scope = signalScope(row.tenant_id, row.environment, row.provider);
    const kept = await openOrphan(vault, row);
    const { matches, erasedId } = await this.correlator.find(scope, row.connection_id, kept.correlation);
    const owner = matches.find(({ createdAt }) => createdAt <= row.received_at);
    const now = this.clock.now();
    if (owner !== undefined) {
      const sealed = await sealSignal(vault, row.tenant_id, row.id, kept, owner);
      await database.within(scope).query(ADOPT, [row.tenant_id, row.id, owner.id, sealed, now]);
      this.wakeup.wake();
    } else if (erasedId !== null) {
      await database.within(scope).query(ERASE_ORPHAN, [row.tenant_id, row.id, erasedId, now]);
    } else {
      const next = nextLook(row.attempts, now);
      const reason: OrphanReason = next === null ? 'nobody_known' : 'awaiting_owner';
      await database.within(scope).query(LEAVE_ORPHAN, [row.tenant_id, row.id, reason, next]);
    }
  }

  /** Kept with the reason; what it was about is read instead. */
  async #giveUp(row: SignalRow): Promise<void> {
    const own = this.store.database.within(reachOf(row));
    if (row.state === 'orphan') {
      await own.query(LEAVE_ORPHAN, [row.tenant_id, row.id, 'failed' satisfies OrphanReason, null]);
      return;
    }
    const now = this.clock.now();
    const settled: Settled = { id: row.id, state: 'set_aside', reason: 'failed' };
    await own.query(SETTLE_MANY, [row.tenant_id, JSON.stringify([settled]), now]);
    await own.query(MAKE_DUE, [row.tenant_id, [row.verification_id], now]);
  }

  /** One record at the provider can stand behind several verifications of a person; the others are read again. */
  async #askOthers({ row, matches, kept }: Ready): Promise<void> {
    const others = matches.filter((match) => match.id !== row.verification_id).map((match) => match.id);
    if (kept.observation.verdict === null || others.length === 0) return;
    await this.store.database.within(reachOf(row)).query(MAKE_DUE, [row.tenant_id, others, this.clock.now()]);
  }
}

/** As it was when the signal was claimed; whoever is erased after that is found so under the lock. Pure. */
function keyOf({
  subject_id,
  key_wrapped,
  key_version,
  spare_key_sealed,
}: SignalRow): WrappedSubjectKey | null {
  if (subject_id === null || key_version === null) return null;
  return wrappedKeyOf({ subject_id, key_wrapped, key_version, spare_key_sealed });
}

/**
 * What can be applied together, in order: of one tenant and environment, and of each verification one, because what it teaches decides whom
 * the next is about. Orphans come by themselves. Pure.
 */
function batchesOf(rows: readonly SignalRow[]): readonly (readonly SignalRow[])[] {
  const turns = new Map<string, number>();
  const batches = new Map<string, SignalRow[]>();
  for (const row of rows) {
    const { id, tenant_id, environment, verification_id } = row;
    const turn = turns.get(verification_id ?? id) ?? 0;
    turns.set(verification_id ?? id, turn + 1);
    const name = row.state === 'orphan' ? id : `${tenant_id}/${environment}/${turn}`;
    batches.set(name, [...(batches.get(name) ?? []), row]);
  }
  return [...batches.values()];
}

/** Of different verifications, so that they may be applied at once. Pure. */
function partsOf(batch: readonly SignalRow[]): readonly (readonly SignalRow[])[] {
  if (batch.length < WORTH_HALVING) return [batch];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
