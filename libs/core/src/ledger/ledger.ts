import { type Clock, type Ids, type Queryable, type Statement } from '@gatehouse/platform';

import { type EventType, eventTypeOf } from '../events/published-event.js';
import { type Environment, type TenantScope } from '../tenancy/tenant-scope.js';
import { type LedgerKind } from './ledger-kind.js';

export interface LedgerEvent {
  readonly kind: LedgerKind;
  readonly tenantId: string;
  readonly environment: Environment | null;
  readonly verificationId: string | null;
  /** The verification's version that this entry made, or null where it made none. */
  readonly version: number | null;
  readonly actor: string;
  /** Facts without personal data and without secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An entry as the statements that append it take it, among others in a JSON array. */
export interface ToldEntry {
  readonly id: string;
  readonly environment: Environment | null;
  readonly verification_id: string | null;
  readonly kind: LedgerKind;
  readonly version: number | null;
  readonly actor: string;
  readonly data: LedgerEvent['data'];
  readonly at: Date;
  /** What its webhooks are called; null where there are none. */
  readonly event_type: EventType | null;
}

/** SQL for the rows of a parameter that holds an array of {@link ToldEntry}. */
export function toldIn(parameter: string): string {
  return `json_to_recordset(${parameter}::json) AS e(id uuid, environment text, verification_id uuid, kind text, version int,
            actor text, data jsonb, at timestamptz, event_type text)`;
}

/**
 * Common table expressions that append the entries of the one named `told`, all of the tenant `$1`: each with its place in the queue
 * of the sequencer and with its deliveries (`delivery`), so that none of these is ever there without the others. Served by
 * webhook_endpoints_in_use. A delivery's id is made of the event's, whose time it keeps, and the endpoint's, as a UUIDv7 has to be.
 */
export const APPENDED = `
  entry AS (
    INSERT INTO ledger_entries (tenant_id, id, environment, verification_id, kind, version, actor, data, at)
    SELECT $1, id, environment, verification_id, kind, version, actor, data, at FROM told
    RETURNING tenant_id, id),
  queued AS (INSERT INTO ledger_queue (tenant_id, entry_id) SELECT tenant_id, id FROM entry),
  delivery AS (
    INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
    SELECT $1, ${deliveryId('told.id', 'endpoint.id')}, told.environment, endpoint.id, told.id, told.event_type,
           'pending', 0, told.at, told.at
      FROM told JOIN webhook_endpoints endpoint
        ON endpoint.tenant_id = $1 AND endpoint.environment = told.environment AND endpoint.deleted_at IS NULL
       AND endpoint.disabled_at IS NULL AND (endpoint.event_types = '{}' OR told.event_type = ANY(endpoint.event_types))
     WHERE told.event_type IS NOT NULL
    RETURNING 1 AS written)`;

const APPEND: Statement = {
  name: 'ledger_append',
  text: `WITH told AS (SELECT * FROM ${toldIn('$2')}), ${APPENDED}
         SELECT 1 AS queued WHERE EXISTS (SELECT FROM delivery)`,
};

/** SQL for the id of an event's delivery to an endpoint. */
export function deliveryId(eventId: string, endpointId: string): string {
  const hash = `md5(${eventId}::text || ${endpointId}::text)`;
  return `(left(${eventId}::text, 14) || '7' || left(${hash}, 3) || '-8' || substr(${hash}, 4, 3) || '-' || substr(${hash}, 7, 12))::uuid`;
}

/** Append-only record of everything that happened. Always written in the transaction of what it records. */
export class Ledger {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    /** Told after the commit of an entry that is to be delivered to somebody. */
    private readonly onPublished: () => void,
  ) {}

  /** What somebody did in an environment of a tenant's that is about no verification. The id of the entry. */
  note(
    tx: Queryable,
    { tenantId, environment, actor }: TenantScope,
    kind: LedgerKind,
    data: LedgerEvent['data'],
  ): Promise<string> {
    return this.append(tx, { kind, tenantId, environment, verificationId: null, version: null, actor, data });
  }

  /** The id of the entry, which is that of the event where it is published. */
  async append(tx: Queryable, event: LedgerEvent): Promise<string> {
    const told = this.told(event);
    const queued = await tx.query(APPEND, [event.tenantId, JSON.stringify([told])]);
    if (queued.length > 0) this.published(tx);
    return told.id;
  }

  /** The entry, for who appends it with {@link APPENDED} together with what it tells of. */
  told(event: LedgerEvent): ToldEntry {
    return {
      id: this.ids.next(),
      environment: event.environment,
      verification_id: event.verificationId,
      kind: event.kind,
      version: event.version,
      actor: event.actor,
      data: event.data,
      at: this.clock.now(),
      event_type: event.environment === null ? null : eventTypeOf(event.kind),
    };
  }

  /** Something is to be delivered. */
  published(tx: Queryable): void {
    tx.afterCommit(this.onPublished);
  }
}
