import { type Clock, type Database, type Log } from '@gatehouse/platform';

import { type IdempotencyService } from '../idempotency/idempotency.service.js';
import { type InboxService } from '../inbox/inbox.service.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationReader } from '../verifications/verification-reader.js';
import { CLAIM_DUE, type StartState } from '../verifications/verification.rows.js';
import { type VerificationStarter } from '../verifications/verification-starter.js';
import { type Wakeup } from './wakeup.js';

interface DueRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly start_state: StartState;
}

/** The net under the in-process wake-up. */
const POLL_MS = 500;
/** Longer than a read may last; after it, another worker takes the row. */
const LEASE_MS = 60_000;
/** Reads under way at once, in all and at one provider: one that hangs must not take the places of the others. */
const READS_AT_ONCE = 32;
const READS_AT_ONE_PROVIDER = 12;
const CLAIM_SIZE = 4;
const SIGNALS_AT_ONCE = 50;
const IDEMPOTENCY_KEPT_MS = 48 * 3_600_000;
const PURGE_EVERY_MS = 3_600_000;

export interface WorkerParts {
  readonly database: Database;
  readonly inbox: InboxService;
  readonly reader: VerificationReader;
  readonly starter: VerificationStarter;
  readonly idempotency: IdempotencyService;
  readonly wakeup: Wakeup;
  /** Long work in short pieces: each does one that is due, and says whether there was one. One at a time of each. */
  readonly background: Readonly<Record<string, () => Promise<boolean>>>;
}

/**
 * What has to happen later: stored webhooks, due reads, deadlines, starts whose process died. Any number of replicas may run
 * it; each row is claimed by one at a time, and a claim runs out by itself.
 */
export class Workers {
  #loop: Promise<void> | null = null;
  #stopping = false;
  #wake: () => void = () => undefined;
  readonly #running = new Map<Promise<void>, string>();
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
    this.parts.wakeup.listen(() => {
      this.#wake();
    });
    this.#loop = this.#run();
  }

  /** Takes nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.parts.wakeup.listen(null);
    this.#wake();
    await this.#loop;
    await Promise.all([...this.#running.keys(), ...this.#inBackground.values()]);
    this.#loop = null;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      // Made before the work, so that a wake-up that comes while we work is not lost.
      const woken = this.#nextWake();
      let isBusy = false;
      try {
        isBusy = await this.#once();
        failures = 0;
      } catch (error) {
        // The database is away, most likely: said once per outage, tried again at each poll.
        failures += 1;
        if (failures === 1) this.log.error('the workers could not take work', { error });
      }
      if (!isBusy) await woken;
    }
  }

  /** Whether there may be more to take at once. */
  async #once(): Promise<boolean> {
    const signals = await this.parts.inbox.applyPending(SIGNALS_AT_ONCE);
    const size = Math.min(CLAIM_SIZE, READS_AT_ONCE - this.#running.size);
    const due = size > 0 ? await this.#claim(size) : [];
    for (const row of due) this.#launch(row);
    for (const [name, work] of Object.entries(this.parts.background)) this.#launchBackground(name, work);
    await this.#purge();
    return signals === SIGNALS_AT_ONCE || (due.length === size && size > 0);
  }

  async #claim(limit: number): Promise<readonly DueRow[]> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS);
    return this.parts.database.query<DueRow>(CLAIM_DUE, [now, lease, limit, this.#busyProviders()]);
  }

  #busyProviders(): readonly string[] {
    const running = new Map<string, number>();
    for (const provider of this.#running.values()) running.set(provider, (running.get(provider) ?? 0) + 1);
    return [...running].filter(([, count]) => count >= READS_AT_ONE_PROVIDER).map(([provider]) => provider);
  }

  #launch(row: DueRow): void {
    const work = this.#work(row)
      .catch((error: unknown) => {
        this.log.error('scheduled work failed', { verificationId: row.id, error });
      })
      .finally(() => {
        this.#running.delete(work);
        this.#wake();
      });
    this.#running.set(work, row.provider);
  }

  #launchBackground(name: string, work: () => Promise<boolean>): void {
    if (this.#inBackground.has(name)) return;
    const running = work()
      .catch((error: unknown) => {
        this.log.error('background work failed', { kind: name, error });
        return false;
      })
      .then((found) => {
        this.#inBackground.delete(name);
        if (found) this.#wake();
      });
    this.#inBackground.set(name, running);
  }

  async #work(row: DueRow): Promise<void> {
    const scope = tenantScope(row.tenant_id, row.environment, 'system');
    if (row.start_state === 'starting') await this.parts.starter.recover(scope, row.id);
    else await this.parts.reader.readDue(scope, row.id);
  }

  async #purge(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.#purgedAt < PURGE_EVERY_MS) return;
    this.#purgedAt = now;
    await this.parts.idempotency.purge(new Date(now - IDEMPOTENCY_KEPT_MS));
  }

  #nextWake(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
