import { type Database, LOWEST_ID, type Statement } from '@gatehouse/platform';

import { type PublishedEntry } from '../events/published-event.js';
import { type Allotted, type Queue, type Turn, TURNS } from './allotment.js';
import { entryOf, EVENT_COLUMN, type EventColumn } from './delivered-event.js';

/** One attempt to be made, claimed by this process until its lease runs out. */
export interface ClaimedDelivery {
  readonly tenantId: string;
  readonly id: string;
  readonly endpointId: string;
  /** Since when it was due, and when it was claimed. */
  readonly dueAt: Date;
  readonly claimedAt: Date;
  /** Attempts ever, and since it was last asked for, without this one. */
  readonly attempts: number;
  readonly tries: number;
  readonly sealed: Buffer;
  readonly failingSince: Date | null;
  readonly event: PublishedEntry;
}

/** What came of an attempt. */
export interface Attempted {
  readonly delivery: Pick<ClaimedDelivery, 'tenantId' | 'id' | 'endpointId' | 'attempts' | 'failingSince'>;
  readonly at: Date;
  readonly responseStatus: number | null;
  readonly durationMs: number;
  /** Null: it was accepted. */
  readonly error: string | null;
  /** How the answer to a failed one began, sealed; null: it was accepted, or said nothing. */
  readonly responseSealed: Buffer | null;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly dueAt: Date | null;
}

/** Endpoints looked after in one go; the others come next. */
export const ENDPOINTS_AT_ONCE = 200;

/** Longer than an attempt lasts; after it, another process takes over. */
const LEASE_MS = 45_000;

/**
 * Served by webhook_deliveries_due: one probe of it for each endpoint, however much is waiting for it. Endpoints that were disabled or
 * removed meanwhile are among them.
 */
export const QUEUES: Statement = {
  name: 'webhook_queues',
  text: `WITH RECURSIVE queue AS (
           (SELECT tenant_id, endpoint_id, due_at FROM webhook_deliveries
             WHERE turn = $1 AND due_at IS NOT NULL AND (tenant_id, endpoint_id) > ($2, $3)
             ORDER BY tenant_id, endpoint_id, due_at LIMIT 1)
           UNION ALL
           SELECT next.* FROM queue CROSS JOIN LATERAL (
             SELECT d.tenant_id, d.endpoint_id, d.due_at FROM webhook_deliveries d
              WHERE d.turn = $1 AND d.due_at IS NOT NULL AND (d.tenant_id, d.endpoint_id) > (queue.tenant_id, queue.endpoint_id)
              ORDER BY d.tenant_id, d.endpoint_id, d.due_at LIMIT 1) next)
         SELECT head.tenant_id AS "tenantId", head.endpoint_id AS "endpointId", head.due_at <= $5 AS "isDue",
                e.failing_since IS NOT NULL AS "isFailing", (e.disabled_at IS NOT NULL OR e.deleted_at IS NOT NULL) AS "isClosed"
           FROM (SELECT * FROM queue LIMIT $4) head
           JOIN webhook_endpoints e ON e.tenant_id = head.tenant_id AND e.id = head.endpoint_id`,
};
/**
 * Served by webhook_deliveries_due, for each endpoint; then by primary keys, in a form that leaves PostgreSQL no choice: it cannot know how
 * many an endpoint is allotted, took them for a tenth of the table, and read all deliveries, entries and verifications for each claim.
 * Due times are looked up as an array is, since of two lists of which it knows nothing it goes through the one for each of the other.
 */
export const CLAIM: Statement = {
  name: 'webhook_claim',
  text: `WITH picked AS (
           SELECT due.tenant_id, due.id, due.due_at FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS q(tenant_id, endpoint_id, take)
            CROSS JOIN LATERAL (
              SELECT d.tenant_id, d.id, d.due_at FROM webhook_deliveries d
               WHERE d.turn = $4 AND d.tenant_id = q.tenant_id AND d.endpoint_id = q.endpoint_id AND d.due_at <= $5
               ORDER BY d.due_at LIMIT q.take FOR UPDATE SKIP LOCKED) due),
         claimed AS (
           UPDATE webhook_deliveries d SET due_at = $6
            WHERE d.tenant_id = ANY(ARRAY(SELECT tenant_id FROM picked)) AND d.id = ANY(ARRAY(SELECT id FROM picked))
           RETURNING d.tenant_id, d.id, d.endpoint_id, d.event_id, d.attempts, d.tries)
         SELECT c.tenant_id AS "tenantId", c.id, c.endpoint_id AS "endpointId", c.attempts, c.tries, w.sealed,
                w.failing_since AS "failingSince",
                (ARRAY(SELECT due_at FROM picked))[array_position(ARRAY(SELECT id FROM picked), c.id)] AS "dueAt",
                ${EVENT_COLUMN}
           FROM claimed c
          CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints WHERE tenant_id = c.tenant_id AND id = c.endpoint_id LIMIT 1) w
          CROSS JOIN LATERAL (SELECT * FROM ledger_entries WHERE tenant_id = c.tenant_id AND id = c.event_id LIMIT 1) e
           LEFT JOIN LATERAL (
             SELECT * FROM verifications WHERE tenant_id = e.tenant_id AND id = e.verification_id LIMIT 1) v ON true`,
};
/**
 * An attempt counts once, also where its lease had run out and another process made one of its own. Served by the primary key: the arrays
 * leave PostgreSQL no choice. Planned while few deliveries were there, it read all of them for each few, for as long as the session lasted.
 */
export const SETTLE: Statement = {
  name: 'webhook_settle',
  text: `WITH outcome AS (
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::int[], $6::int[], $7::text[], $8::text[], $9::timestamptz[], $10::bytea[])
                      AS o(tenant_id, id, attempts, at, response_status, duration_ms, error, state, due_at, response_sealed)),
         moved AS (
           UPDATE webhook_deliveries d
              SET state = o.state, due_at = o.due_at, turn = 1, attempts = d.attempts + 1, tries = d.tries + 1,
                  completed_at = CASE o.state WHEN 'pending' THEN NULL ELSE o.at END
             FROM outcome o
            WHERE d.tenant_id = ANY(ARRAY(SELECT tenant_id FROM outcome)) AND d.id = ANY(ARRAY(SELECT id FROM outcome))
              AND d.tenant_id = o.tenant_id AND d.id = o.id AND d.attempts = o.attempts
           RETURNING d.tenant_id, d.id)
         INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, response_status, duration_ms, error, response_sealed)
         SELECT o.tenant_id, o.id, o.attempts + 1, o.at, o.response_status, o.duration_ms, o.error, o.response_sealed
           FROM outcome o JOIN moved USING (tenant_id, id)`,
};
/** Only what this process still has: its lease says so. Served by the primary key, as {@link SETTLE}. */
export const GIVE_BACK: Statement = {
  name: 'webhook_give_back',
  text: `WITH given AS (
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS g(tenant_id, id, lease, due_at))
         UPDATE webhook_deliveries d SET due_at = given.due_at FROM given
          WHERE d.tenant_id = ANY(ARRAY(SELECT tenant_id FROM given)) AND d.id = ANY(ARRAY(SELECT id FROM given))
            AND d.tenant_id = given.tenant_id AND d.id = given.id AND d.due_at = given.lease`,
};
/** What was pending at an endpoint that gets nothing any more. */
const CLOSE: Statement = {
  name: 'webhook_close_queue',
  text: `UPDATE webhook_deliveries d SET state = 'failed', due_at = NULL, completed_at = $3
          WHERE d.turn = ANY($4) AND d.tenant_id = $1 AND d.endpoint_id = $2 AND d.due_at IS NOT NULL
            AND EXISTS (SELECT 1 FROM webhook_endpoints e
                         WHERE e.tenant_id = $1 AND e.id = $2 AND (e.disabled_at IS NOT NULL OR e.deleted_at IS NOT NULL))`,
};

/** One endpoint's place among those that have something waiting. */
interface Head extends Queue {
  readonly isDue: boolean;
  readonly isClosed: boolean;
}

/** The deliveries that are due, as the database holds them. Any number of processes take from it. */
export class DeliveryQueue {
  /** Which endpoint was looked after last in each turn: those behind it come next. */
  readonly #last = new Map<Turn, { readonly tenantId: string; readonly endpointId: string }>();

  constructor(private readonly database: Database) {}

  /** Some of the endpoints for which something is due, other ones at each call, and whether those were the last of them. */
  async due(turn: Turn, now: Date): Promise<{ readonly queues: readonly Queue[]; readonly isLast: boolean }> {
    const from = this.#last.get(turn);
    const heads = await this.database.across.query<Head>(QUEUES, [
      turn,
      from?.tenantId ?? LOWEST_ID,
      from?.endpointId ?? LOWEST_ID,
      ENDPOINTS_AT_ONCE,
      now,
    ]);
    const last = heads.at(-1);
    if (heads.length < ENDPOINTS_AT_ONCE || last === undefined) this.#last.delete(turn);
    else this.#last.set(turn, last);
    for (const head of heads) if (head.isClosed) await this.#close(head, now);
    return {
      queues: heads.filter(({ isDue, isClosed }) => isDue && !isClosed),
      isLast: heads.length < ENDPOINTS_AT_ONCE,
    };
  }

  /** As many of each as were allotted, or as there are. */
  async claim(turn: Turn, allotted: readonly Allotted[], now: Date): Promise<readonly ClaimedDelivery[]> {
    const rows = await this.database.across.query<ClaimedRow>(CLAIM, [
      allotted.map(({ queue }) => queue.tenantId),
      allotted.map(({ queue }) => queue.endpointId),
      allotted.map(({ take }) => take),
      turn,
      now,
      leaseOf(now),
    ]);
    return rows.map((row) => ({ ...row, claimedAt: now, event: entryOf(row.event) }));
  }

  /** What was claimed and not begun is due again, as it was: another process may take it at once. */
  async giveBack(claimed: readonly ClaimedDelivery[]): Promise<void> {
    await this.database.across.query(GIVE_BACK, [
      claimed.map(({ tenantId }) => tenantId),
      claimed.map(({ id }) => id),
      claimed.map(({ claimedAt }) => leaseOf(claimedAt)),
      claimed.map(({ dueAt }) => dueAt),
    ]);
  }

  async settle(attempts: readonly Attempted[]): Promise<void> {
    const column = <T>(of: (attempt: Attempted) => T): readonly T[] => attempts.map(of);
    await this.database.across.query(SETTLE, [
      column(({ delivery }) => delivery.tenantId),
      column(({ delivery }) => delivery.id),
      column(({ delivery }) => delivery.attempts),
      column(({ at }) => at),
      column(({ responseStatus }) => responseStatus),
      column(({ durationMs }) => durationMs),
      column(({ error }) => error),
      column(({ state }) => state),
      column(({ dueAt }) => dueAt),
      column(({ responseSealed }) => responseSealed),
    ]);
  }

  async #close(head: Head, now: Date): Promise<void> {
    await this.database.across.query(CLOSE, [head.tenantId, head.endpointId, now, TURNS]);
  }
}

interface ClaimedRow extends Omit<ClaimedDelivery, 'event' | 'claimedAt'> {
  readonly event: EventColumn;
}

function leaseOf(claimedAt: Date): Date {
  return new Date(claimedAt.getTime() + LEASE_MS);
}
