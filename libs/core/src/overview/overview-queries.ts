import { type Clock, type Database, type Statement } from '@gatehouse/platform';

import { ENVIRONMENTS } from '../tenancy/tenant-scope.js';
import {
  type CountedRow,
  type Overview,
  type OverviewFilter,
  overviewOf,
  type TimedRow,
} from './overview.js';

/** What waits now, and what became of the deliveries of a range. */
export interface Standing {
  readonly openReviews: number;
  readonly inbound: Waiting & {
    /** Of nobody whom we know. */
    readonly orphans: number;
  };
  readonly outbound: Waiting & {
    /** Of the events of the range. */
    readonly delivered: number;
    readonly failed: number;
  };
}

export interface Waiting {
  readonly pending: number;
  /** For how long the one has waited that came first; null: none waits. */
  readonly oldestPendingSeconds: number | null;
}

/** Of a day, a provider and a status; or, where the status is null, what {@link TimedRow} is of. */
interface FigureRow extends TimedRow {
  readonly status: CountedRow['status'] | null;
  readonly count: number;
}

interface StandingRow {
  readonly reviews: number;
  readonly signals: number;
  readonly oldestSignal: Date | null;
  readonly orphans: number;
  readonly waiting: number;
  readonly oldestWaiting: Date | null;
  readonly delivered: number;
  readonly failed: number;
}

/** A condition behind others, and what it adds to the statement's name and values. Each has a text of its own, which an index can serve. */
interface Narrowing {
  readonly name: string;
  readonly condition: string;
  readonly values: readonly unknown[];
}

/** Both environments are named, because that is what the indexes have before the time. From $3 on. */
function narrowingOf({ tenantId, environment }: OverviewFilter): Narrowing {
  const environments = environment === null ? ENVIRONMENTS : [environment];
  if (tenantId !== null) {
    return {
      name: '_of_tenant',
      condition: ' AND tenant_id = $3 AND environment = ANY($4::text[])',
      values: [tenantId, environments],
    };
  }
  return { name: '', condition: ' AND environment = ANY($3::text[])', values: [environments] };
}

/** What was imported had its verdict before it came to us. */
const inRange = (condition: string): string =>
  `FROM verifications WHERE created_at >= $1 AND created_at < $2 AND import_id IS NULL${condition}`;
const DAY = `(created_at AT TIME ZONE 'UTC')::date`;

/**
 * How many of a day, a provider and a status; and of a day, of a provider, and of all, how long verdicts took. At once, because all of
 * the range is read for either. Served by verifications_of_all alone; a tenant's by verifications_by_provider alone, which has no order
 * by time, so that a short range is found by verifications_newest: which of the two is better depends on the tenant and the range.
 */
export function figuresStatement({ name, condition }: Omit<Narrowing, 'values'>): Statement {
  return {
    name: `overview_figures${name}`,
    isPlannedAnew: true,
    text: `SELECT day::text AS day, provider, status, count(*)::int AS count,
                  percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds) AS seconds
             FROM (SELECT ${DAY} AS day, provider, status,
                          CASE WHEN status IN ('verified', 'rejected') THEN extract(epoch FROM completed_at - created_at)::float8 END AS seconds
                     ${inRange(condition)}) begun
            GROUP BY GROUPING SETS ((day, provider, status), (day), (provider), ())
            ORDER BY day, provider`,
  };
}

/**
 * Served by verifications_in_review (a tenant's by verifications_by_status), signals_due, signals_orphans, webhook_deliveries_due and
 * webhook_deliveries_by_state alone; of a short range by webhook_deliveries_of_all (a tenant's by webhook_deliveries_newest).
 */
export function standingStatement({ name, condition }: Omit<Narrowing, 'values'>): Statement {
  return {
    name: `overview_standing${name}`,
    isPlannedAnew: true,
    text: `SELECT * FROM
             (SELECT count(*)::int AS reviews FROM verifications WHERE status = 'needs_review'${condition}) reviews,
             (SELECT count(*)::int AS signals, min(received_at) AS "oldestSignal" FROM signals
               WHERE due_at IS NOT NULL AND state = 'pending'${condition}) signals,
             (SELECT count(*)::int AS orphans FROM signals WHERE state = 'orphan'${condition}) orphans,
             (SELECT count(*)::int AS waiting, min(created_at) AS "oldestWaiting" FROM webhook_deliveries
               WHERE due_at IS NOT NULL AND state = 'pending'${condition}) waiting,
             (SELECT count(*) FILTER (WHERE state = 'delivered')::int AS delivered, count(*) FILTER (WHERE state = 'failed')::int AS failed
                FROM webhook_deliveries WHERE created_at >= $1 AND created_at < $2${condition}) told`,
  };
}

/** How it goes, across tenants or for one: for our own operators. */
export class OverviewQueries {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Of what began in the range, by where it is now; without what was imported. */
  async of(filter: OverviewFilter): Promise<Overview> {
    const narrowing = narrowingOf(filter);
    const values = [filter.since, filter.until, ...narrowing.values];
    const rows = await this.database.across.query<FigureRow>(figuresStatement(narrowing), values);
    return overviewOf(
      rows.flatMap(({ day, provider, status, count }) =>
        day === null || provider === null || status === null ? [] : [{ day, provider, status, count }],
      ),
      rows.filter(({ status }) => status === null),
    );
  }

  /** What waits, at this moment; and the deliveries of the range. */
  async standing(filter: OverviewFilter): Promise<Standing> {
    const narrowing = narrowingOf(filter);
    const [row] = await this.database.across.query<StandingRow>(standingStatement(narrowing), [
      filter.since,
      filter.until,
      ...narrowing.values,
    ]);
    if (row === undefined) throw new Error('counting gives a row');
    const now = this.clock.now().getTime();
    const secondsSince = (at: Date | null): number | null =>
      at === null ? null : Math.max(0, Math.floor((now - at.getTime()) / 1000));
    return {
      openReviews: row.reviews,
      inbound: {
        pending: row.signals,
        oldestPendingSeconds: secondsSince(row.oldestSignal),
        orphans: row.orphans,
      },
      outbound: {
        pending: row.waiting,
        oldestPendingSeconds: secondsSince(row.oldestWaiting),
        delivered: row.delivered,
        failed: row.failed,
      },
    };
  }
}
