import { Problem } from '@gatehouse/contract';
import { type Database, type Statement, timeOfId } from '@gatehouse/platform';

import { publishedEvent } from '../events/published-event.js';
import { toldEvent } from '../events/told-event.js';
import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Environment, ENVIRONMENTS, tenantScope } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import { entryOf, EVENT_COLUMN, type EventColumn } from './delivered-event.js';
import { endpointSecrets, placeOfEndpoint } from './endpoint-secrets.js';
import { placeOfExcerpt } from './response-excerpt.js';
import { messageOf } from './signed-message.js';
import { type WebhookDeliveries } from './webhook-deliveries.js';
import {
  DELIVERY_COLUMNS,
  DELIVERY_STATES,
  deliveryOf,
  type DeliveryRow,
  type DeliveryState,
  NEWEST_DELIVERIES,
  type WebhookAttempt,
  type WebhookDelivery,
} from './webhook-delivery.js';
import { withoutQuery } from './webhook-endpoint.js';

/** All but `tenantId` only together with it: nothing else is indexed. */
export interface DeliveryFilterOfAll {
  readonly tenantId: string | null;
  readonly state: DeliveryState | null;
  readonly endpointId: string | null;
  readonly verificationId: string | null;
}

export interface DeliveryInFull extends Omit<WebhookDelivery, 'attempts'> {
  /** As the last attempt sent it, or the first one will; without the signature. */
  readonly request: {
    /** Without its query. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** Oldest first. */
  readonly attempts: readonly (WebhookAttempt & {
    /** How the receiver's answer began; null: it was accepted, or said nothing. */
    readonly responseExcerpt: string | null;
  })[];
}

interface DeliveryPlace {
  readonly tenantId: string;
  readonly environment: Environment;
}

/** Served by webhook_deliveries_of_all. */
const LIST: Statement = {
  name: 'webhook_deliveries_list_all',
  text: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d
          WHERE (d.created_at, d.id) < (coalesce($1, 'infinity'::timestamptz), coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
          ORDER BY d.created_at DESC, d.id DESC LIMIT $3`,
};
const NEWEST_FIRST = 'ORDER BY d.created_at DESC, d.id DESC';
/**
 * A tenant's: of each environment, and each state where these are told apart, as far as a page goes, then the newest of all. The ids are
 * read from the index alone: whole rows of a tenant that has many PostgreSQL looks for in webhook_deliveries_of_all, by time, and throws
 * away all others. By OFFSET the row of each id is looked up by itself, by the primary key.
 */
const ofTenant = (name: string, states: string, condition: string): Statement => ({
  name,
  isPlannedAnew: true,
  text: `SELECT ${DELIVERY_COLUMNS} FROM (
           SELECT d.id FROM unnest($2::text[]) AS e(environment) ${states} CROSS JOIN LATERAL (
             SELECT d.created_at, d.id FROM webhook_deliveries d
              WHERE d.tenant_id = $1 AND d.environment = e.environment ${condition} ${NEWEST_DELIVERIES}) d
            ${NEWEST_FIRST} LIMIT $5) page
          CROSS JOIN LATERAL (SELECT * FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.id = page.id OFFSET 0) d
          ${NEWEST_FIRST}`,
});
/** Served by webhook_deliveries_newest. */
const LIST_OF_TENANT = ofTenant('webhook_deliveries_list_of_tenant', '', '');
/** Served by webhook_deliveries_by_state. */
const LIST_BY_STATE = ofTenant('webhook_deliveries_list_of_tenant_by_state', '', 'AND d.state = $6');
/** Served by webhook_deliveries_by_endpoint. */
const LIST_OF_ENDPOINT = ofTenant(
  'webhook_deliveries_list_of_endpoint',
  'CROSS JOIN unnest($6::text[]) AS s(state)',
  'AND d.state = s.state AND d.endpoint_id = $7',
);
/** Served by ledger_by_verification, then webhook_deliveries_once. */
const LIST_OF_VERIFICATION: Statement = {
  name: 'webhook_deliveries_list_of_verification',
  text: `SELECT ${DELIVERY_COLUMNS} FROM ledger_entries e JOIN webhook_deliveries d ON d.tenant_id = e.tenant_id AND d.event_id = e.id
          WHERE e.tenant_id = $1 AND e.verification_id = $6 AND ($7::uuid IS NULL OR d.endpoint_id = $7)
            AND ($2::text IS NULL OR d.state = $2) ${NEWEST_DELIVERIES}`,
};

/** Served by webhook_deliveries_of_all: a delivery has its event's time, and so has its id. */
const BY_ID = 'd.created_at BETWEEN $2 AND $3 AND d.id = $1';
const PLACE: Statement = {
  name: 'webhook_deliveries_place',
  text: `SELECT d.tenant_id AS "tenantId", d.environment FROM webhook_deliveries d WHERE ${BY_ID}`,
};
/** Then by primary keys. */
const FIND: Statement = {
  name: 'webhook_deliveries_find_in_full',
  text: `SELECT ${DELIVERY_COLUMNS}, w.sealed, ${EVENT_COLUMN},
                (SELECT coalesce(json_object_agg(a.number, encode(a.response_sealed, 'base64')), '{}') FROM webhook_attempts a
                  WHERE a.tenant_id = d.tenant_id AND a.delivery_id = d.id AND a.response_sealed IS NOT NULL) AS responses
           FROM webhook_deliveries d
           JOIN webhook_endpoints w ON w.tenant_id = d.tenant_id AND w.id = d.endpoint_id
           JOIN ledger_entries e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
           LEFT JOIN verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
          WHERE ${BY_ID}`,
};
/** How far an id's time may be from its row's: both are the same clock's, mostly of the same moment. */
const MARGINS_MS = [2_000, 3_600_000];

interface FoundRow extends DeliveryRow {
  readonly sealed: Buffer;
  readonly event: EventColumn;
  /** What receivers answered, by the attempt's number. */
  readonly responses: Readonly<Record<string, string>>;
}

/** The deliveries of every tenant: for our own operators. */
export class AllDeliveries {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly deliveries: WebhookDeliveries,
  ) {}

  /** Of every tenant, or of one, newest first. Throws Problem `validation_failed` for a strange cursor. */
  async list(filter: DeliveryFilterOfAll, request: PageRequest): Promise<Page<WebhookDelivery>> {
    const position = decodeCursor(request.cursor);
    const rows = await this.#listed(filter, [position?.at ?? null, position?.id ?? null, request.limit + 1]);
    return pageOf(rows.map(deliveryOf), request.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }

  /** With what was sent, and what the receiver said. Throws Problem `not_found`. */
  async get(id: string): Promise<DeliveryInFull> {
    const row = await this.#byId<FoundRow>(FIND, id);
    const { tenant_id: tenantId, endpoint_id: endpointId } = row;
    const opened = await this.vault.openForTenant(tenantId, row.sealed, placeOfEndpoint(endpointId));
    const delivery = deliveryOf(row);
    const sentAt = delivery.attempts.at(-1)?.at ?? delivery.nextAttemptAt ?? delivery.createdAt;
    return {
      ...delivery,
      request: {
        url: withoutQuery(endpointSecrets(opened).url),
        ...messageOf(toldEvent(publishedEvent(entryOf(row.event))), sentAt),
      },
      attempts: await Promise.all(
        delivery.attempts.map(async (attempt) => ({
          ...attempt,
          responseExcerpt: await this.#excerpt(tenantId, id, attempt.number, row.responses[attempt.number]),
        })),
      ),
    };
  }

  /** Throws Problem `not_found`, `conflict`. */
  async redeliver(actor: string, id: string): Promise<WebhookDelivery> {
    const { tenantId, environment } = await this.#byId<DeliveryPlace>(PLACE, id);
    return this.deliveries.redeliver(tenantScope(tenantId, environment, actor), id);
  }

  /** The narrow look nearly always finds it, and reads few entries of the index. */
  async #byId<T>(statement: Statement, id: string): Promise<T> {
    const at = timeOfId(id);
    for (const margin of MARGINS_MS) {
      const [row] = await this.database.across.query<T>(statement, [
        id,
        new Date(at - margin),
        new Date(at + margin),
      ]);
      if (row !== undefined) return row;
    }
    throw new Problem('not_found', 'There is no such webhook delivery.');
  }

  async #excerpt(
    tenantId: string,
    id: string,
    attempt: number,
    sealed: string | undefined,
  ): Promise<string | null> {
    if (sealed === undefined) return null;
    const place = placeOfExcerpt(id, attempt);
    const opened = await this.vault.openForTenant(tenantId, Buffer.from(sealed, 'base64'), place);
    return typeof opened === 'string' ? opened : null;
  }

  #listed(filter: DeliveryFilterOfAll, page: readonly unknown[]): Promise<DeliveryRow[]> {
    const { tenantId, state, endpointId, verificationId } = filter;
    const { across } = this.database;
    if (tenantId === null) {
      if (state !== null || endpointId !== null || verificationId !== null)
        throw new Error('anything else is only looked for within a tenant');
      return across.query(LIST, page);
    }
    if (verificationId !== null)
      return across.query(LIST_OF_VERIFICATION, [tenantId, state, ...page, verificationId, endpointId]);
    const values = [tenantId, ENVIRONMENTS, ...page];
    if (endpointId !== null) {
      const states = state === null ? DELIVERY_STATES : [state];
      return across.query(LIST_OF_ENDPOINT, [...values, states, endpointId]);
    }
    return state === null
      ? across.query(LIST_OF_TENANT, values)
      : across.query(LIST_BY_STATE, [...values, state]);
  }
}
