import { type Clock, type Database, type Statement } from '@gatehouse/platform';

/** How far scheduled reads are behind. */
export interface ReadLag {
  /** Reads whose time has come. */
  readonly due: number;
  /** How late the one is that has waited longest; null when none waits. */
  readonly oldestSeconds: number | null;
}

export interface ConnectionReadLag extends ReadLag {
  readonly tenantId: string;
  readonly connectionId: string;
}

export interface ProviderReadLag extends ReadLag {
  /** Those that are furthest behind, the worst first. */
  readonly connections: readonly ConnectionReadLag[];
}

interface LagRow {
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly provider: string;
  readonly due: number;
  readonly oldest: Date;
}

/** Starts that are under way and deadlines of what cannot be read are no reads. Served by verifications_due. */
const LAG: Statement = {
  name: 'verifications_read_lag',
  text: `SELECT tenant_id, connection_id, provider, count(*)::int AS due, min(due_at) AS oldest FROM verifications
          WHERE due_at <= $1 AND start_state <> 'starting' AND handle_sealed IS NOT NULL
          GROUP BY tenant_id, connection_id, provider ORDER BY oldest, connection_id`,
};

const SHOWN = 20;

/** Measured where the schedule is kept, so that it is the same at every replica. What is being read at the moment is not late. */
export class ReadLagQueries {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** By the provider's name; absent: nothing is due. */
  async byProvider(): Promise<ReadonlyMap<string, ProviderReadLag>> {
    const now = this.clock.now();
    const rows = await this.database.across.query<LagRow>(LAG, [now]);
    const lagOf = ({ due, oldest }: LagRow): ReadLag => ({
      due,
      oldestSeconds: Math.floor((now.getTime() - oldest.getTime()) / 1000),
    });
    const lags = [...Map.groupBy(rows, ({ provider }) => provider)].map(
      ([provider, its]): [string, ProviderReadLag] => {
        const all = its.map(lagOf);
        return [
          provider,
          {
            due: all.reduce((sum, { due }) => sum + due, 0),
            oldestSeconds: Math.max(...all.map(({ oldestSeconds }) => oldestSeconds ?? 0)),
            connections: its.slice(0, SHOWN).map((row) => ({
              tenantId: row.tenant_id,
              connectionId: row.connection_id,
              ...lagOf(row),
            })),
          },
        ];
      },
    );
    return new Map(lags);
  }
}
