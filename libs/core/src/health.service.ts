import {
  type Database,
  DatabaseError,
  pendingMigrations,
  type Clock,
  type Statement,
} from '@gatehouse/platform';

export interface Health {
  readonly ok: boolean;
  readonly checks: Readonly<Record<'database' | 'migrations' | 'queue', boolean>>;
}

/** How long work may be overdue before `queue` is false: more workers are needed, or a provider is away. */
const MAX_LAG_MS = 5 * 60_000;

/** Served by verifications_due and signals_due. */
const OLDEST_DUE: Statement = {
  name: 'health_oldest_due',
  text: `SELECT least((SELECT min(due_at) FROM verifications WHERE due_at IS NOT NULL),
                      (SELECT min(due_at) FROM signals WHERE due_at IS NOT NULL)) AS oldest`,
};

/** Whether this replica may be sent traffic. */
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async ready(): Promise<Health> {
    try {
      await this.database.ping();
      const migrations = (await pendingMigrations(this.database.across)).length === 0;
      const queue = migrations && (await this.#isKeepingUp());
      // Work that is late says nothing about whether this replica can answer: taking it out would only lose webhooks too.
      return { ok: migrations, checks: { database: true, migrations, queue } };
    } catch (error) {
      // A database that does not answer is an answer here; anything else is a defect.
      if (!(error instanceof DatabaseError)) throw error;
      return { ok: false, checks: { database: false, migrations: false, queue: false } };
    }
  }

  async #isKeepingUp(): Promise<boolean> {
    const [row] = await this.database.across.query<{ oldest: Date | null }>(OLDEST_DUE);
    if (row?.oldest == null) return true;
    return this.clock.now().getTime() - row.oldest.getTime() < MAX_LAG_MS;
  }
}
