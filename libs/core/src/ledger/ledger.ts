import { type Clock, type Ids, type Queryable, type Statement } from '@gatehouse/platform';

import { eventTypeOf } from '../events/published-event.js';
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

const COLUMNS = 'tenant_id, id, environment, verification_id, kind, version, actor, data, at';

/** The entry, and its place in the queue of the sequencer: neither is ever there without the other. */
const ENTRY = `entry AS (INSERT INTO ledger_entries (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                          RETURNING tenant_id, id, environment, at)`;
const QUEUED = 'INSERT INTO ledger_queue (tenant_id, entry_id) SELECT tenant_id, id FROM entry';

const APPEND: Statement = { name: 'ledger_append', text: `WITH ${ENTRY} ${QUEUED}` };
/**
 * With its deliveries, so that neither is ever there without the other. Served by webhook_endpoints_in_use. A delivery's id is made
 * of the event's, whose time it keeps, and the endpoint's, as a UUIDv7 has to be.
 */
const PUBLISH: Statement = {
  name: 'ledger_publish',
  text: `WITH ${ENTRY}, queued AS (${QUEUED})
         INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
         SELECT entry.tenant_id, ${deliveryId('entry.id', 'endpoint.id')}, entry.environment, endpoint.id, entry.id, $10,
                'pending', 0, entry.at, entry.at
           FROM entry JOIN webhook_endpoints endpoint
             ON endpoint.tenant_id = $1 AND endpoint.environment = $3 AND endpoint.deleted_at IS NULL
            AND endpoint.disabled_at IS NULL AND (endpoint.event_types = '{}' OR $10 = ANY(endpoint.event_types))
         RETURNING 1 AS written`,
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
    const id = this.ids.next();
    const values = [
      event.tenantId,
      id,
      event.environment,
      event.verificationId,
      event.kind,
      event.version,
      event.actor,
      JSON.stringify(event.data),
      this.clock.now(),
    ];
    const type = event.environment === null ? null : eventTypeOf(event.kind);
    if (type === null) await tx.query(APPEND, values);
    else if ((await tx.query(PUBLISH, [...values, type])).length > 0) tx.afterCommit(this.onPublished);
    return id;
  }
}
