import { Problem } from '@gatehouse/contract';
import { type Clock, type Database, firstIdAt, type Queryable, type Statement } from '@gatehouse/platform';

import { type EventType, eventTypeOf, kindsOf } from '../events/published-event.js';
import { deliveryId, type Ledger } from '../ledger/ledger.js';
import { decodeCursor, pageOf } from '../paging.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import {
  DELIVERY_COLUMNS,
  deliveryOf,
  type DeliveryRow,
  type DeliveryState,
  EVERY_STATE,
  NEWEST_DELIVERIES,
  type WebhookDelivery,
} from './webhook-delivery.js';

export interface DeliveryFilter {
  readonly endpointId: string | null;
  readonly eventId: string | null;
  readonly state: DeliveryState | null;
}

/** `since` is in it, `until` is not. */
export interface ReplayRange {
  readonly since: Date;
  readonly until: Date;
  readonly onlyUndelivered: boolean;
}

export interface Replay {
  readonly queued: number;
  /** The ledger's entry of it. */
  readonly replayId: string;
}

const list = (name: string, condition: string): Statement => ({
  name,
  isPlannedAnew: true,
  text: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.environment = $2 ${condition} ${NEWEST_DELIVERIES}`,
});
/** Served by webhook_deliveries_newest. */
const LIST = list('webhook_deliveries_list', '');
/** Served by webhook_deliveries_by_state. */
const LIST_BY_STATE = list('webhook_deliveries_list_by_state', 'AND d.state = $6');
/** Served by webhook_deliveries_by_endpoint. */
const LIST_BY_ENDPOINT_AND_STATE = list(
  'webhook_deliveries_list_by_endpoint_and_state',
  'AND d.endpoint_id = $6 AND d.state = $7',
);
/** Of each state as far as a page goes, then the newest of all. Served by webhook_deliveries_by_endpoint. */
const LIST_BY_ENDPOINT: Statement = {
  name: 'webhook_deliveries_list_by_endpoint',
  isPlannedAnew: true,
  text: `SELECT ${DELIVERY_COLUMNS} FROM unnest(${EVERY_STATE}) AS s(state) CROSS JOIN LATERAL (
           SELECT * FROM webhook_deliveries d
            WHERE d.tenant_id = $1 AND d.environment = $2 AND d.endpoint_id = $6 AND d.state = s.state ${NEWEST_DELIVERIES}) d
          ORDER BY d.created_at DESC, d.id DESC LIMIT $5`,
};
/** Served by webhook_deliveries_once. */
const LIST_BY_EVENT: Statement = {
  name: 'webhook_deliveries_list_by_event',
  text: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d
          WHERE d.tenant_id = $1 AND d.environment = $2 AND d.event_id = $6 AND ($7::uuid IS NULL OR d.endpoint_id = $7)
            AND ($8::text IS NULL OR d.state = $8) ${NEWEST_DELIVERIES}`,
};
const FIND: Statement = {
  name: 'webhook_deliveries_find',
  text: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.environment = $2 AND d.id = $3`,
};
/** Also of what was delivered: its receiver may have lost it. Nothing, where the endpoint is disabled or gone. */
const REDELIVER: Statement = {
  name: 'webhook_deliveries_redeliver',
  text: `UPDATE webhook_deliveries d SET state = 'pending', turn = 0, tries = 0, due_at = $4, completed_at = NULL
           FROM webhook_endpoints e
          WHERE d.tenant_id = $1 AND d.environment = $2 AND d.id = $3
            AND e.tenant_id = d.tenant_id AND e.id = d.endpoint_id AND e.disabled_at IS NULL AND e.deleted_at IS NULL
          RETURNING d.endpoint_id AS "endpointId"`,
};
/** What a range of a replay may hold at most: more than that is asked for in pieces. */
export const MAX_REPLAYED = 100_000;
const REPLAYED_AT_ONCE = 5_000;

/** How far an id's time may be from that of its entry: both are the clock's, of the same moment. */
const MARGIN_MS = 3_600_000;

const IN_RANGE = `FROM ledger_entries e
          WHERE e.tenant_id = $1 AND e.id > $2 AND e.id < $3 AND e.environment = $4 AND e.at >= $5 AND e.at < $6 AND e.kind = ANY($7)`;
/** Served by the ledger's primary key: an id begins with the time at which it was made. */
const COUNT_RANGE: Statement = {
  name: 'webhook_deliveries_count_range',
  text: `SELECT count(*)::int AS count FROM (SELECT 1 ${IN_RANGE} LIMIT ${MAX_REPLAYED + 1}) found`,
};
const RANGE: Statement = {
  name: 'webhook_deliveries_range',
  text: `SELECT e.id ${IN_RANGE} ORDER BY e.id LIMIT ${REPLAYED_AT_ONCE}`,
};
const ENDPOINT: Statement = {
  name: 'webhook_deliveries_endpoint',
  text: `SELECT event_types, disabled_at FROM webhook_endpoints
          WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND deleted_at IS NULL`,
};
const REPLAY: Statement = {
  name: 'webhook_deliveries_replay',
  text: `INSERT INTO webhook_deliveries AS d
           (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
         SELECT e.tenant_id, ${deliveryId('e.id', '$2::uuid')}, e.environment, $2, e.id, k.type, 'pending', 1, $6, e.at
           FROM ledger_entries e JOIN unnest($4::text[], $5::text[]) AS k(kind, type) ON k.kind = e.kind
          WHERE e.tenant_id = $1 AND e.id = ANY($3)
         ON CONFLICT (tenant_id, event_id, endpoint_id) DO UPDATE
           SET state = 'pending', turn = CASE d.state WHEN 'pending' THEN d.turn ELSE 1 END, tries = 0, due_at = $6, completed_at = NULL
         WHERE d.state <> 'delivered' OR NOT $7
         RETURNING 1 AS queued`,
};

/** What is done about the endpoints' deliveries, and how they stand. */
export class WebhookDeliveries {
  constructor(
    private readonly store: {
      readonly database: Database;
      readonly ledger: Ledger;
      readonly onQueued: () => void;
    },
    private readonly clock: Clock,
  ) {}

  /** Newest first. Throws Problem `validation_failed` for a strange cursor. */
  async list(
    scope: TenantScope,
    filter: DeliveryFilter,
    request: PageRequest,
  ): Promise<Page<WebhookDelivery>> {
    const position = decodeCursor(request.cursor);
    const values = [
      scope.tenantId,
      scope.environment,
      position?.at ?? null,
      position?.id ?? null,
      request.limit + 1,
    ];
    const rows = await this.#listed(scope, values, filter);
    return pageOf(rows.map(deliveryOf), request.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }

  /** Throws Problem `not_found`. */
  async get(scope: TenantScope, id: string): Promise<WebhookDelivery> {
    return find(this.store.database.within(scope), scope, id);
  }

  /** Sends it once more, with a schedule of its own, whatever became of it. Throws Problem `not_found`, `conflict`. */
  async redeliver(scope: TenantScope, id: string): Promise<WebhookDelivery> {
    return this.store.database.within(scope).transaction(async (tx) => {
      const [queued] = await tx.query<{ endpointId: string }>(REDELIVER, [
        scope.tenantId,
        scope.environment,
        id,
        this.clock.now(),
      ]);
      const delivery = await find(tx, scope, id);
      if (queued === undefined) throw new Problem('conflict', 'Its endpoint is disabled or removed.');
      await this.store.ledger.note(tx, scope, 'endpoint.redelivered', {
        endpointId: queued.endpointId,
        deliveryId: id,
      });
      tx.afterCommit(this.store.onQueued);
      return delivery;
    });
  }

  /**
   * Sends what happened in [since, until) to the endpoint, in the types that it asked for: everything, or only what has not reached it.
   * Behind new events. Repeated, it queues nothing twice. Throws Problem `not_found`, `conflict`, `validation_failed`.
   */
  async replay(scope: TenantScope, endpointId: string, range: ReplayRange): Promise<Replay> {
    const sessions = this.store.database.within(scope);
    const [endpoint] = await sessions.query<{ event_types: EventType[]; disabled_at: Date | null }>(
      ENDPOINT,
      [scope.tenantId, scope.environment, endpointId],
    );
    if (endpoint === undefined) throw new Problem('not_found', 'There is no such webhook endpoint.');
    if (endpoint.disabled_at !== null) {
      throw new Problem('conflict', 'The endpoint is disabled; enable it first.');
    }
    const kinds = kindsOf(endpoint.event_types);
    const rangeAfter = (after: string): readonly unknown[] => [
      scope.tenantId,
      after,
      firstIdAt(range.until.getTime() + MARGIN_MS),
      scope.environment,
      range.since,
      range.until,
      kinds,
    ];
    const start = firstIdAt(range.since.getTime() - MARGIN_MS);
    const [found] = await sessions.query<{ count: number }>(COUNT_RANGE, rangeAfter(start));
    if ((found?.count ?? 0) > MAX_REPLAYED) {
      throw new Problem('validation_failed', 'The range holds too many events.', {
        errors: [
          { pointer: '/until', detail: `must leave at most ${MAX_REPLAYED} events; replay in pieces` },
        ],
      });
    }
    const replayId = await this.store.ledger.note(sessions, scope, 'endpoint.replayed', {
      endpointId,
      ...range,
    });
    let queued = 0;
    for (let after = start; ;) {
      const ids = (await sessions.query<{ id: string }>(RANGE, rangeAfter(after))).map(({ id }) => id);
      const last = ids.at(-1);
      if (last === undefined) break;
      const written = await sessions.query(REPLAY, [
        scope.tenantId,
        endpointId,
        ids,
        kinds,
        kinds.map(eventTypeOf),
        this.clock.now(),
        range.onlyUndelivered,
      ]);
      queued += written.length;
      this.store.onQueued();
      after = last;
    }
    return { queued, replayId };
  }

  #listed(
    scope: TenantScope,
    page: readonly unknown[],
    { endpointId, eventId, state }: DeliveryFilter,
  ): Promise<DeliveryRow[]> {
    const sessions = this.store.database.within(scope);
    if (eventId !== null) return sessions.query(LIST_BY_EVENT, [...page, eventId, endpointId, state]);
    if (endpointId !== null && state !== null)
      return sessions.query(LIST_BY_ENDPOINT_AND_STATE, [...page, endpointId, state]);
    if (endpointId !== null) return sessions.query(LIST_BY_ENDPOINT, [...page, endpointId]);
    if (state !== null) return sessions.query(LIST_BY_STATE, [...page, state]);
    return sessions.query(LIST, page);
  }
}

async function find(tx: Queryable, scope: TenantScope, id: string): Promise<WebhookDelivery> {
  const [row] = await tx.query<DeliveryRow>(FIND, [scope.tenantId, scope.environment, id]);
  if (row === undefined) throw new Problem('not_found', 'There is no such webhook delivery.');
  return deliveryOf(row);
}
