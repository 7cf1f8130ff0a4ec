import { VERIFICATION_STATUSES, type VerificationStatus } from '@gatehouse/contract';
import { type Clock, type Database, type Ids, type Statement, type Tx } from '@gatehouse/platform';

import { type TenantService, type TenantSettings } from '../tenancy/tenant.service.js';
import { bucketOf } from '../verifications/verification.rows.js';
import { NOTHING_ERASED } from './erasure.js';
import { INSERT } from './erasure.rows.js';
import { notHeld } from './legal-holds.js';
import { type OrphanEraser } from './orphan-eraser.js';

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 600_000;
/** Verifications of one erasure. */
const AT_ONCE = 100;
const PURGED_AT_ONCE = 1000;
/** Whose verification is not known by then will not be. */
const ORPHANS_KEPT_MS = 30 * DAY_MS;
/** Nobody replays what is older; the events themselves stay in the ledger. */
const DELIVERIES_KEPT_MS = 90 * DAY_MS;

/**
 * Served by verifications_retention; of those that ended in an error, which have no end of their own, by verifications_by_status.
 * Each status has its own time.
 */
const FIND_OVER: Statement = {
  name: 'verifications_find_over',
  text: `SELECT found.id FROM unnest($2::text[], $3::timestamptz[]) AS rule (status, before)
          CROSS JOIN LATERAL (
            (SELECT v.id FROM verifications v
              WHERE v.tenant_id = $1 AND v.status = rule.status AND v.completed_at < rule.before AND v.erased_at IS NULL
                AND v.completed_at IS NOT NULL AND ${notHeld('$4')}
              ORDER BY v.completed_at LIMIT $5)
            UNION ALL
            (SELECT v.id FROM verifications v
              WHERE rule.status = 'error' AND v.tenant_id = $1 AND v.environment IN ('test', 'live') AND v.status = 'error'
                AND v.created_at < rule.before AND v.expires_at < rule.before AND v.erased_at IS NULL AND ${notHeld('$4')}
              LIMIT $5)) found
          LIMIT $5`,
};
/** Served by erasures_open_retention. */
const IS_UNDER_WAY: Statement = {
  name: 'erasures_retention_is_under_way',
  text: `SELECT EXISTS (SELECT FROM erasures WHERE tenant_id = $1 AND ground = 'retention' AND completed_at IS NULL) AS is_under_way`,
};
/** Served by webhook_deliveries_of_all, from its old end. */
const PURGE_DELIVERIES: Statement = {
  name: 'webhook_deliveries_purge',
  text: `WITH old AS (
           DELETE FROM webhook_deliveries WHERE (tenant_id, id) IN (
             SELECT tenant_id, id FROM webhook_deliveries WHERE created_at < $1 AND state <> 'pending'
              ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING tenant_id, id),
         attempts AS (
           DELETE FROM webhook_attempts a USING old WHERE a.tenant_id = old.tenant_id AND a.delivery_id = old.id)
         SELECT id FROM old`,
};

/** `waits`: for an earlier erasure of the tenant's. */
type Swept = 'none' | 'made' | 'waits';

/** Makes erasures of what has been kept for as long as its tenant wants, and purges what nobody has use for any more. */
export class Retention {
  #lookedAt = 0;

  constructor(
    private readonly parts: {
      readonly database: Database;
      readonly tenants: TenantService;
      readonly orphans: OrphanEraser;
    },
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Looks through all tenants, every ten minutes, and soon again while there is more; whether there is now. */
  async sweepDue(): Promise<boolean> {
    const now = this.clock.now();
    if (now.getTime() - this.#lookedAt < LOOK_EVERY_MS) return false;
    const isMoreToPurge = await this.#purge(now);
    const swept = new Set<Swept>();
    for (const { id, settings } of await this.parts.tenants.withRetention()) {
      swept.add(await this.#sweep(id, settings, now));
    }
    if (!isMoreToPurge && !swept.has('made') && !swept.has('waits')) this.#lookedAt = now.getTime();
    return isMoreToPurge || swept.has('made');
  }

  async #purge(now: Date): Promise<boolean> {
    const { database, orphans } = this.parts;
    const before = (ms: number): Date => new Date(now.getTime() - ms);
    const forgotten = await orphans.forget(before(ORPHANS_KEPT_MS), PURGED_AT_ONCE);
    const purged = await database.across.query(PURGE_DELIVERIES, [
      before(DELIVERIES_KEPT_MS),
      PURGED_AT_ONCE,
    ]);
    return forgotten === PURGED_AT_ONCE || purged.length === PURGED_AT_ONCE;
  }

  /** One erasure for up to a hundred verifications; the next one when that is done. */
  async #sweep(tenantId: string, settings: TenantSettings, now: Date): Promise<Swept> {
    const rules = rulesOf(settings, now);
    const sweep = async (tx: Tx): Promise<Swept> => {
      const [state] = await tx.query<{ is_under_way: boolean }>(IS_UNDER_WAY, [tenantId]);
      if (state?.is_under_way !== false) return 'waits';
      const over = await tx.query<{ id: string }>(FIND_OVER, [
        tenantId,
        rules.map(({ status }) => status),
        rules.map(({ before }) => before),
        now,
        AT_ONCE,
      ]);
      if (over.length === 0) return 'none';
      await tx.query(INSERT, [
        tenantId,
        this.ids.next(),
        null,
        'retention',
        'retention',
        over.map(({ id }) => id),
        [],
        [],
        JSON.stringify(NOTHING_ERASED),
        'system',
        bucketOf(tenantId),
        now,
      ]);
      return 'made';
    };
    // Of two processes that look at once, one finds what the other has made.
    return this.parts.database.within({ tenantId }).transaction(sweep, { isolation: 'serializable' });
  }
}

/** What is over: statuses, each with the time before which it was reached. Pure. */
export function rulesOf(
  settings: Pick<TenantSettings, 'retentionDays' | 'retentionDaysByOutcome'>,
  now: Date,
): readonly { readonly status: VerificationStatus; readonly before: Date }[] {
  return VERIFICATION_STATUSES.flatMap((status) => {
    const days = daysOf(settings, status);
    return days === null ? [] : [{ status, before: new Date(now.getTime() - days * DAY_MS) }];
  });
}

function daysOf(
  {
    retentionDays,
    retentionDaysByOutcome: by,
  }: Pick<TenantSettings, 'retentionDays' | 'retentionDaysByOutcome'>,
  status: VerificationStatus,
): number | null {
  switch (status) {
    case 'verified':
      return by.verified ?? retentionDays;
    case 'rejected':
      return by.rejected ?? retentionDays;
    case 'expired':
    case 'canceled':
    case 'revoked':
    case 'error':
      return by.other ?? retentionDays;
    // Somebody is waited for.
    case 'requires_input':
    case 'processing':
    case 'needs_review':
      return null;
  }
}
