import { type Environment } from '../tenancy/tenant-scope.js';

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
/** In SQL. */
export const EVERY_STATE = `'{${DELIVERY_STATES.join()}}'::text[]`;

export interface WebhookDelivery {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly endpointId: string;
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  /** Oldest first. */
  readonly attempts: readonly WebhookAttempt[];
}

export interface WebhookAttempt {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly at: Date;
  /** Null: no answer came. */
  readonly responseStatus: number | null;
  readonly durationMs: number;
  /** Null: it was accepted. */
  readonly error: string | null;
}

/** As the columns give it. */
export interface DeliveryRow {
  readonly tenant_id: string;
  readonly environment: Environment;
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly endpoint_id: string;
  readonly state: DeliveryState;
  readonly due_at: Date | null;
  readonly created_at: Date;
  readonly completed_at: Date | null;
  readonly attempts: readonly {
    readonly number: number;
    readonly at: string;
    readonly responseStatus: number | null;
    readonly durationMs: number;
    readonly error: string | null;
  }[];
}

/** Attempts shown of one delivery, the newest ones: a redelivery adds to them without end. */
const ATTEMPTS_SHOWN = 50;

/** Of `webhook_deliveries d`, with its attempts. */
export const DELIVERY_COLUMNS = `d.tenant_id, d.environment, d.id, d.event_id, d.event_type, d.endpoint_id, d.state, d.due_at, d.created_at,
       d.completed_at,
       (SELECT coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'responseStatus', a.response_status, 'durationMs', a.duration_ms,
                                                   'error', a.error) ORDER BY a.number), '[]')
          FROM webhook_attempts a
         WHERE a.tenant_id = d.tenant_id AND a.delivery_id = d.id AND a.number > d.attempts - ${ATTEMPTS_SHOWN}) AS attempts`;

/** The end of a list: from $3 and $4 on, as far as $5. */
export const NEWEST_DELIVERIES = `AND (d.created_at, d.id) < (coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
          ORDER BY d.created_at DESC, d.id DESC LIMIT $5`;

export function deliveryOf(row: DeliveryRow): WebhookDelivery {
  return {
    tenantId: row.tenant_id,
    environment: row.environment,
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    endpointId: row.endpoint_id,
    state: row.state,
    nextAttemptAt: row.due_at,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    attempts: row.attempts.map(({ at, ...attempt }) => ({ at: new Date(at), ...attempt })),
  };
}
