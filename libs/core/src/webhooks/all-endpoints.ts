import { Problem } from '@gatehouse/contract';
import { type Database, HIGHEST_ID, type Statement } from '@gatehouse/platform';

import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Environment, ENVIRONMENTS, tenantScope } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import { TURNS } from './allotment.js';
import { endpointSecrets, placeOfEndpoint } from './endpoint-secrets.js';
import { type Replay, type ReplayRange, type WebhookDeliveries } from './webhook-deliveries.js';
import { EVERY_STATE } from './webhook-delivery.js';
import { endpointOf, type EndpointRow, type WebhookEndpoint, withoutQuery } from './webhook-endpoint.js';

/** Its address is without the query. */
export interface EndpointOfTenant extends WebhookEndpoint {
  readonly tenantId: string;
  readonly environment: Environment;
  /** Deliveries that wait for it, as far as {@link COUNTED_PENDING}, and since when the one has that was first; null: none waits. */
  readonly pending: number;
  readonly oldestPendingAt: Date | null;
}

/** What became of what a replay queued; `queued` is all of it. */
export interface ReplayProgress {
  readonly queued: number;
  readonly delivered: number;
  readonly failed: number;
  readonly pending: number;
}

interface Row extends EndpointRow {
  readonly tenant_id: string;
  readonly environment: Environment;
  readonly pending: number;
  readonly oldest: Date | null;
}

interface EndpointPlace {
  readonly tenantId: string;
  readonly environment: Environment;
}

/** So far is counted what waits for an endpoint: who looks at a page of them does not wait for a backlog to be counted. */
export const COUNTED_PENDING = 1_000;
/** What waits is counted by webhook_deliveries_due, for the endpoints of a page; the oldest is found by webhook_deliveries_by_endpoint. */
const list = (name: string, condition: string): Statement => ({
  name,
  text: `SELECT e.*, waiting.pending,
                (SELECT d.created_at FROM webhook_deliveries d
                  WHERE d.tenant_id = e.tenant_id AND d.environment = e.environment AND d.endpoint_id = e.id AND d.state = 'pending'
                  ORDER BY d.created_at, d.id LIMIT 1) AS oldest
           FROM (SELECT * FROM webhook_endpoints WHERE deleted_at IS NULL AND id < $1 ${condition} ORDER BY id DESC LIMIT $2) e
          CROSS JOIN LATERAL (
            SELECT count(*)::int AS pending FROM (
              SELECT 1 FROM webhook_deliveries d
               WHERE d.turn = ANY($3) AND d.tenant_id = e.tenant_id AND d.endpoint_id = e.id AND d.due_at IS NOT NULL
               LIMIT ${COUNTED_PENDING}) d) waiting
          ORDER BY e.id DESC`,
});
/** Served by webhook_endpoints_of_all. */
const LIST = list('webhook_endpoints_list_all', '');
/** Served by webhook_endpoints_in_use. */
const LIST_OF_TENANT = list(
  'webhook_endpoints_list_of_tenant',
  'AND tenant_id = $4 AND environment = ANY($5::text[])',
);
/** Served by webhook_endpoints_of_all. */
const PLACE: Statement = {
  name: 'webhook_endpoints_place',
  text: 'SELECT tenant_id AS "tenantId", environment FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL',
};
/** Served by the ledger's primary key. */
const FIND_REPLAY: Statement = {
  name: 'webhook_endpoints_find_replay',
  text: `SELECT data, at FROM ledger_entries
          WHERE tenant_id = $1 AND id = $2 AND kind = 'endpoint.replayed' AND data ->> 'endpointId' = $3::text`,
};
/**
 * A replay queues what had happened by then: whatever of it waits or has ended since is its work. Served by
 * webhook_deliveries_by_endpoint.
 */
const REPLAYED: Statement = {
  name: 'webhook_deliveries_replayed',
  text: `SELECT count(*)::int AS queued, count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
                count(*) FILTER (WHERE state = 'failed')::int AS failed, count(*) FILTER (WHERE state = 'pending')::int AS pending
           FROM webhook_deliveries
          WHERE tenant_id = $1 AND environment = $2 AND endpoint_id = $3 AND state = ANY(${EVERY_STATE})
            AND created_at >= $4 AND created_at < $5 AND created_at <= $6
            AND event_type <> 'endpoint.test' AND (state = 'pending' OR completed_at >= $6)`,
};

interface ReplayRow {
  readonly data: { readonly since: string; readonly until: string };
  readonly at: Date;
}

/** Where the events of every tenant are posted: for our own operators. */
export class AllEndpoints {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly deliveries: WebhookDeliveries,
  ) {}

  /** Newest first. Throws Problem `validation_failed` for a strange cursor. */
  async list(tenantId: string | null, request: PageRequest): Promise<Page<EndpointOfTenant>> {
    const before = decodeCursor(request.cursor)?.id ?? HIGHEST_ID;
    const page = [before, request.limit + 1, TURNS];
    const { across } = this.database;
    const rows = await (tenantId === null
      ? across.query<Row>(LIST, page)
      : across.query<Row>(LIST_OF_TENANT, [...page, tenantId, ENVIRONMENTS]));
    const endpoints = await Promise.all(rows.map((row) => this.#opened(row)));
    return pageOf(endpoints, request.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }

  /** Throws Problem `not_found`, `conflict`, `validation_failed`. */
  async replay(actor: string, id: string, range: ReplayRange): Promise<Replay> {
    const { tenantId, environment } = await this.#place(id);
    return this.deliveries.replay(tenantScope(tenantId, environment, actor), id, range);
  }

  /** How far a replay is. Throws Problem `not_found`. */
  async replayProgress(id: string, replayId: string): Promise<ReplayProgress> {
    const { tenantId, environment } = await this.#place(id);
    const { across } = this.database;
    const [replay] = await across.query<ReplayRow>(FIND_REPLAY, [tenantId, replayId, id]);
    if (replay === undefined) throw new Problem('not_found', 'There is no such replay of the endpoint.');
    const { since, until } = replay.data;
    const [progress] = await across.query<ReplayProgress>(REPLAYED, [
      tenantId,
      environment,
      id,
      since,
      until,
      replay.at,
    ]);
    return progress ?? { queued: 0, delivered: 0, failed: 0, pending: 0 };
  }

  async #place(id: string): Promise<EndpointPlace> {
    const [place] = await this.database.across.query<EndpointPlace>(PLACE, [id]);
    if (place === undefined) throw new Problem('not_found', 'There is no such webhook endpoint.');
    return place;
  }

  async #opened(row: Row): Promise<EndpointOfTenant> {
    const opened = await this.vault.openForTenant(row.tenant_id, row.sealed, placeOfEndpoint(row.id));
    const endpoint = endpointOf(row, endpointSecrets(opened));
    return {
      ...endpoint,
      url: withoutQuery(endpoint.url),
      tenantId: row.tenant_id,
      environment: row.environment,
      pending: row.pending,
      oldestPendingAt: row.oldest,
    };
  }
}
