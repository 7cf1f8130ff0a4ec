import { type Database, type Log, type Statement } from '@gatehouse/platform';

const POLL_MS = 250;

/** Served by the primary key. */
const SIZES: Statement = {
  name: 'ledger_sizes',
  text: 'SELECT tenant_id, size::text FROM ledger_heads WHERE tenant_id = ANY($1)',
};

interface Waiter {
  readonly tenantId: string;
  readonly size: number;
  readonly settle: (hasGrown: boolean) => void;
}

/** Tells those who wait that a tenant's ledger has grown: one query for all of them at each poll, and none while nobody waits. */
export class FeedWatch {
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #isFailing = false;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** True once the ledger is longer than `size`; false when `signal` came first, or the watch closes. */
  grown(tenantId: string, size: number, signal: AbortSignal): Promise<boolean> {
    if (this.#isClosed || signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        waiter.settle(false);
      };
      const waiter: Waiter = {
        tenantId,
        size,
        settle: (hasGrown) => {
          signal.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(hasGrown);
        },
      };
      signal.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
      this.#schedule();
    });
  }

  /** Sends everybody home, and lets nobody wait any more: for a process that stops. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.settle(false);
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isClosed || this.#waiters.size === 0) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => {
        this.#timer = null;
        this.#schedule();
      });
    }, POLL_MS);
  }

  async #look(): Promise<void> {
    const tenants = [...new Set([...this.#waiters].map(({ tenantId }) => tenantId))];
    if (tenants.length === 0) return;
    try {
      const rows = await this.database.across.query<{ tenant_id: string; size: string }>(SIZES, [tenants]);
      const sizes = new Map(rows.map(({ tenant_id, size }) => [tenant_id, Number(size)]));
      for (const waiter of [...this.#waiters]) {
        if ((sizes.get(waiter.tenantId) ?? 0) > waiter.size) waiter.settle(true);
      }
      this.#isFailing = false;
    } catch (error) {
      // The database is away, most likely: said once per outage, tried again at each poll.
      if (!this.#isFailing) this.log.error('the growth of the ledger could not be watched', { error });
      this.#isFailing = true;
    }
  }
}
