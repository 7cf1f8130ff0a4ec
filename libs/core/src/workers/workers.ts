import { setTimeout as delay } from 'node:timers/promises';

import { type Clock, type Database, type Log, type Statement } from '@gatehouse/platform';

import { type IdempotencyService } from '../idempotency/idempotency.service.js';
import { type PendingSignals } from '../inbox/pending-signals.js';
import { type DueWork, LEASE_MS, READS_AT_ONE_CONNECTION } from '../verifications/due-work.js';
import { CLAIM_DUE, CLAIM_DUE_BEHIND, type DueRow } from '../verifications/verification.rows.js';
import { type Wakeup } from './wakeup.js';

/** What is under way at one connection. */
interface Running {
  readonly provider: string;
  readonly connectionId: string;
  readonly rows: number;
}

/** The net under the in-process wake-up. */
const POLL_MS = 500;
/** Reads under way at once, in all and at one provider: one that hangs must not take the places of the others. */
const READS_AT_ONCE = 32;
const READS_AT_ONE_PROVIDER = 12;
const CLAIM_SIZE = 4;
const SIGNALS_AT_ONCE = 128;
const IDEMPOTENCY_KEPT_MS = 48 * 3_600_000;
const PURGE_EVERY_MS = 3_600_000;

export interface WorkerParts {
  readonly database: Database;
  readonly pendingSignals: PendingSignals;
  readonly dueWork: DueWork;
  readonly idempotency: IdempotencyService;
  readonly wakeup: Wakeup;
  /** One at a time of each. */
  readonly background: Readonly<Record<string, LongWork>>;
}

/** Long work in short pieces. */
export interface LongWork {
  /** Does one that is due, and says whether there was one. */
  readonly piece: () => Promise<boolean>;
  /** How long after one what comes meanwhile may gather for the next; absent: it follows at once. */
  readonly gatherMs?: number;
}

/**
 * What has to happen later: stored webhooks, due reads, deadlines, starts whose process died. Any number of replicas may run
 * it; each row is claimed by one at a time, and a claim runs out by itself.
 */
export class Workers {
  #loop: Promise<void> | null = null;
  #stopping = false;
  readonly #running = new Map<Promise<void>, Running>();
  /** Connections whose calls are used up, and until when there is no use in asking. */
  readonly #resting = new Map<string, Date>();
  readonly #inBackground = new Map<string, Promise<void>>();
  #purgedAt = 0;

  constructor(
    private readonly parts: WorkerParts,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    if (this.#loop !== null) return;
    this.#stopping = false;
    this.parts.pendingSignals.handover.open();
    this.#loop = this.#run();
  }

  /** Takes nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.parts.pendingSignals.handover.close();
    this.parts.wakeup.wake();
    await this.#loop;
    await this.parts.pendingSignals.finish();
    await Promise.all([...this.#running.keys(), ...this.#inBackground.values()]);
    this.#loop = null;
  }

  /** Does what is due now, once, and nothing that comes due later: in the place of `start`, where somebody else keeps the time. */
  async workOff(): Promise<void> {
    let isOver = false;
    while (!isOver) {
      // What is under way keeps others of its kind from being taken, also where it ends while we look.
      const wasIdle = this.#running.size === 0;
      if (await this.#once()) continue;
      if (this.#running.size > 0) await Promise.race(this.#running.keys());
      else isOver = wasIdle;
    }
    await Promise.all(this.#inBackground.values());
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      let isBusy = false;
      try {
        isBusy = await this.#once();
        failures = 0;
      } catch (error) {
        // The database is away, most likely: said once per outage, tried again at each poll.
        failures += 1;
        if (failures === 1) this.log.error('the workers could not take work', { error });
      }
      if (!isBusy) await this.parts.wakeup.wait(POLL_MS);
    }
  }

  /** Whether there may be more to take at once. */
  async #once(): Promise<boolean> {
    const size = Math.min(CLAIM_SIZE, READS_AT_ONCE - this.#count(() => true));
    // Neither waits for the other, nor does it go on alone where the other fails. Where both fail, it is for the same reason.
    const [signals, due] = await Promise.allSettled([
      this.parts.pendingSignals.apply(SIGNALS_AT_ONCE),
      size > 0 ? this.#claim(size) : [],
    ]);
    if (signals.status === 'rejected') throw signals.reason;
    if (due.status === 'rejected') throw due.reason;
    for (const [name, work] of Object.entries(this.parts.background)) this.#launchBackground(name, work);
    await this.#purge();
    // What was applied may have made reads due.
    return signals.value > 0 || (due.value.length === size && size > 0);
  }

  async #claim(limit: number): Promise<readonly DueRow[]> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS);
    const leftOut = [this.#busyProviders(), this.#busyConnections(now)] as const;
    const claim = (statement: Statement, size: number): Promise<DueRow[]> =>
      this.parts.database.across.query<DueRow>(statement, [now, lease, size, ...leftOut]);
    const due = await claim(CLAIM_DUE, limit);
    const isSomeLeftOut = leftOut.some((ids) => ids.length > 0);
    if (due.length < limit && isSomeLeftOut) due.push(...(await claim(CLAIM_DUE_BEHIND, limit - due.length)));
    for (const rows of Map.groupBy(due, (row) => row.connection_id).values()) this.#launch(rows, lease);
    return due;
  }

  #busyProviders(): readonly string[] {
    const providers = new Set([...this.#running.values()].map(({ provider }) => provider));
    return [...providers].filter(
      (provider) => this.#count((one) => one.provider === provider) >= READS_AT_ONE_PROVIDER,
    );
  }

  /** So that neither the backlog of one tenant nor its want of calls holds up the others. */
  #busyConnections(now: Date): readonly string[] {
    for (const [id, until] of this.#resting) if (until <= now) this.#resting.delete(id);
    const full = [...this.#running.values()].filter(
      ({ connectionId, provider }) =>
        this.parts.dueWork.isBetterTogether(provider) ||
        this.#count((one) => one.connectionId === connectionId) >= READS_AT_ONE_CONNECTION,
    );
    return [...this.#resting.keys(), ...full.map(({ connectionId }) => connectionId)];
  }

  #count(which: (one: Running) => boolean): number {
    return [...this.#running.values()].filter(which).reduce((sum, { rows }) => sum + rows, 0);
  }

  #launch(rows: readonly DueRow[], lease: Date): void {
    const [first] = rows;
    if (first === undefined) return;
    const work = this.parts.dueWork
      .do({ rows, lease })
      .then((nextAt) => {
        if (nextAt !== null) this.#resting.set(first.connection_id, nextAt);
      })
      .catch((error: unknown) => {
        this.log.error('scheduled work failed', { connectionId: first.connection_id, error });
      })
      .finally(() => {
        this.#running.delete(work);
        this.parts.wakeup.wake();
      });
    this.#running.set(work, {
      provider: first.provider,
      connectionId: first.connection_id,
      rows: rows.length,
    });
  }

  #launchBackground(name: string, work: LongWork): void {
    if (this.#inBackground.has(name)) return;
    const running = this.#inPieces(name, work).finally(() => this.#inBackground.delete(name));
    this.#inBackground.set(name, running);
  }

  /** Piece after piece while there is one, without looking for all other work in between. One alone where somebody else keeps the time. */
  async #inPieces(name: string, { piece, gatherMs }: LongWork): Promise<void> {
    try {
      while ((await piece()) && this.#loop !== null && !this.#stopping) {
        if (gatherMs !== undefined) await delay(gatherMs);
      }
    } catch (error) {
      this.log.error('background work failed', { kind: name, error });
    }
  }

  async #purge(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.#purgedAt < PURGE_EVERY_MS) return;
    this.#purgedAt = now;
    await this.parts.idempotency.purge(new Date(now - IDEMPOTENCY_KEPT_MS));
  }
}
