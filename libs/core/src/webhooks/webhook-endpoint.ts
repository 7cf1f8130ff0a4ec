import { type EventType } from '../events/published-event.js';
import { type EndpointSecrets } from './endpoint-secrets.js';

/** Why an endpoint gets nothing: somebody `asked`, it answered 410 (`gone`), or nothing reached it for days (`failing`). */
export type DisabledReason = 'asked' | 'gone' | 'failing';

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** None: all. */
  readonly eventTypes: readonly EventType[];
  readonly disabledAt: Date | null;
  readonly disabledReason: DisabledReason | null;
  /** Nothing has reached it since. */
  readonly failingSince: Date | null;
  /** The replaced secret signs as well until then. */
  readonly previousSecretUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** As the columns give it. */
export interface EndpointRow {
  readonly id: string;
  readonly sealed: Buffer;
  readonly description: string | null;
  readonly event_types: EventType[];
  readonly failing_since: Date | null;
  readonly disabled_at: Date | null;
  readonly disabled_reason: DisabledReason | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const ENDPOINT_COLUMNS =
  'id, sealed, description, event_types, failing_since, disabled_at, disabled_reason, created_at, updated_at';

export function endpointOf(row: EndpointRow, secrets: EndpointSecrets): WebhookEndpoint {
  return {
    id: row.id,
    url: secrets.url,
    description: row.description,
    eventTypes: row.event_types,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
    failingSince: row.failing_since,
    previousSecretUntil: secrets.previous === null ? null : new Date(secrets.previous.until),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** For whoever is not the tenant: what follows the question mark may be a secret of the receiver's. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
