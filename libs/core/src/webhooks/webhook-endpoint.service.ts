import { Problem } from '@gatehouse/contract';
import {
  checkOutboundUrl,
  type Clock,
  type Database,
  type Ids,
  type RandomSource,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type EventType } from '../events/published-event.js';
import { deliveryId, type Ledger } from '../ledger/ledger.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import {
  type EndpointSecrets,
  endpointSecrets,
  newSecret,
  placeOfEndpoint,
  rotated,
} from './endpoint-secrets.js';
import { ENDPOINT_COLUMNS, endpointOf, type EndpointRow, type WebhookEndpoint } from './webhook-endpoint.js';

export interface NewEndpoint {
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly EventType[];
  readonly disabled: boolean;
}

/** What is left out stays as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  readonly eventTypes?: readonly EventType[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** Of one tenant in one environment: each costs a delivery per event. */
export const MAX_ENDPOINTS = 50;

/** Served by webhook_endpoints_in_use. */
const LIST: Statement = {
  name: 'webhook_endpoints_list',
  text: `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
          WHERE tenant_id = $1 AND environment = $2 AND deleted_at IS NULL ORDER BY id DESC`,
};
/** Served by the primary key. */
const FIND: Statement = {
  name: 'webhook_endpoints_find',
  text: `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoints
          WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND deleted_at IS NULL`,
};
const LOCK: Statement = { name: 'webhook_endpoints_lock', text: `${FIND.text} FOR UPDATE` };
/** Locks the tenant, so that two requests at once do not make one too many. */
const COUNT: Statement = {
  name: 'webhook_endpoints_count',
  text: `WITH tenant AS (SELECT id FROM tenants WHERE id = $1 FOR UPDATE)
         SELECT count(e.id)::int AS count FROM tenant
           LEFT JOIN webhook_endpoints e ON e.tenant_id = tenant.id AND e.environment = $2 AND e.deleted_at IS NULL`,
};
const INSERT: Statement = {
  name: 'webhook_endpoints_insert',
  text: `INSERT INTO webhook_endpoints
           (tenant_id, id, environment, sealed, description, event_types, disabled_at, disabled_reason, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING ${ENDPOINT_COLUMNS}`,
};
const UPDATE: Statement = {
  name: 'webhook_endpoints_update',
  text: `UPDATE webhook_endpoints
            SET sealed = $3, description = $4, event_types = $5, disabled_at = $6, disabled_reason = $7, failing_since = $8,
                version = version + 1, updated_at = $9
          WHERE tenant_id = $1 AND id = $2 RETURNING ${ENDPOINT_COLUMNS}`,
};
const REMOVE: Statement = {
  name: 'webhook_endpoints_remove',
  text: `UPDATE webhook_endpoints SET deleted_at = $3, disabled_at = coalesce(disabled_at, $3), version = version + 1, updated_at = $3
          WHERE tenant_id = $1 AND id = $2`,
};
const INSERT_TEST: Statement = {
  name: 'webhook_deliveries_insert_test',
  text: `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
         SELECT $1, ${deliveryId('$4::uuid', '$3::uuid')}, $2, $3, $4, 'endpoint.test', 'pending', 0, $5, $5 RETURNING id`,
};

/** Where a tenant wants its events posted: checked when written, sealed at rest. */
export class WebhookEndpointService {
  constructor(
    private readonly store: {
      readonly database: Database;
      readonly vault: TenantVault;
      readonly ledger: Ledger;
      readonly onQueued: () => void;
    },
    private readonly allowPrivateNetworks: boolean,
    private readonly made: { readonly clock: Clock; readonly ids: Ids; readonly random: RandomSource },
  ) {}

  /** Newest first, all of them: there are at most {@link MAX_ENDPOINTS}. */
  async list(scope: TenantScope): Promise<readonly WebhookEndpoint[]> {
    const rows = await this.store.database
      .within(scope)
      .query<EndpointRow>(LIST, [scope.tenantId, scope.environment]);
    return Promise.all(rows.map(async (row) => endpointOf(row, await this.#open(scope, row))));
  }

  /** Throws Problem `not_found`. */
  async get(scope: TenantScope, id: string): Promise<WebhookEndpoint> {
    const [row] = await this.store.database
      .within(scope)
      .query<EndpointRow>(FIND, [scope.tenantId, scope.environment, id]);
    if (row === undefined) throw notFound();
    return endpointOf(row, await this.#open(scope, row));
  }

  /** The only answer, but that of a rotation, that holds the secret. Throws Problem `validation_failed`, `conflict`. */
  async create(
    scope: TenantScope,
    input: NewEndpoint,
  ): Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string }> {
    this.#checkUrl(input.url);
    const { clock, ids, random } = this.made;
    return this.store.database.within(scope).transaction(async (tx) => {
      const [held] = await tx.query<{ count: number }>(COUNT, [scope.tenantId, scope.environment]);
      if ((held?.count ?? 0) >= MAX_ENDPOINTS) {
        throw new Problem(
          'conflict',
          `There are ${MAX_ENDPOINTS} webhook endpoints, and no more can be had.`,
        );
      }
      const id = ids.next();
      const now = clock.now();
      const secrets: EndpointSecrets = { url: input.url, secret: newSecret(random), previous: null };
      const [row] = await tx.query<EndpointRow>(INSERT, [
        scope.tenantId,
        id,
        scope.environment,
        await this.#seal(scope, id, secrets),
        input.description,
        input.eventTypes,
        input.disabled ? now : null,
        input.disabled ? 'asked' : null,
        now,
      ]);
      if (row === undefined) throw notFound();
      await this.store.ledger.note(tx, scope, 'endpoint.created', {
        endpointId: id,
        eventTypes: input.eventTypes,
        disabled: input.disabled,
      });
      return { endpoint: endpointOf(row, secrets), secret: secrets.secret };
    });
  }

  /** Enabling it makes a new start: nothing that was missed is sent by itself. Throws Problem `not_found`, `validation_failed`. */
  async change(scope: TenantScope, id: string, change: EndpointChange): Promise<WebhookEndpoint> {
    if (change.url !== undefined) this.#checkUrl(change.url);
    return this.#write(scope, id, async (tx, row, secrets) => {
      const now = this.made.clock.now();
      const after = { ...secrets, url: change.url ?? secrets.url };
      const disabled = change.disabled ?? row.disabled_at !== null;
      const hasMoved = after.url !== secrets.url;
      const isTurnedOff = disabled && row.disabled_at === null;
      const isTurnedOn = !disabled && row.disabled_at !== null;
      const [written] = await tx.query<EndpointRow>(UPDATE, [
        scope.tenantId,
        id,
        hasMoved ? await this.#seal(scope, id, after) : row.sealed,
        change.description === undefined ? row.description : change.description,
        change.eventTypes ?? row.event_types,
        disabled ? (row.disabled_at ?? now) : null,
        disabled ? (row.disabled_reason ?? 'asked') : null,
        // What failed was the address before, or the time before it was disabled.
        hasMoved || isTurnedOn ? null : row.failing_since,
        now,
      ]);
      if (written === undefined) throw notFound();
      await this.store.ledger.note(tx, scope, 'endpoint.changed', {
        endpointId: id,
        url: hasMoved ? 'changed' : 'unchanged',
        before: { eventTypes: row.event_types, disabled: row.disabled_at !== null },
        after: { eventTypes: written.event_types, disabled },
      });
      if (isTurnedOff)
        await this.store.ledger.note(tx, scope, 'endpoint.disabled', { endpointId: id, reason: 'asked' });
      return endpointOf(written, after);
    });
  }

  /** What is pending is no longer sent. Throws Problem `not_found`. */
  async remove(scope: TenantScope, id: string): Promise<void> {
    await this.#write(scope, id, async (tx) => {
      await tx.query(REMOVE, [scope.tenantId, id, this.made.clock.now()]);
      await this.store.ledger.note(tx, scope, 'endpoint.removed', { endpointId: id });
    });
  }

  /** A new secret; for a day messages are signed with the replaced one as well. Throws Problem `not_found`. */
  async rotateSecret(
    scope: TenantScope,
    id: string,
  ): Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string }> {
    return this.#write(scope, id, async (tx, row, secrets) => {
      const now = this.made.clock.now();
      const after = rotated(secrets, this.made.random, now);
      const [written] = await tx.query<EndpointRow>(UPDATE, [
        scope.tenantId,
        id,
        await this.#seal(scope, id, after),
        row.description,
        row.event_types,
        row.disabled_at,
        row.disabled_reason,
        row.failing_since,
        now,
      ]);
      if (written === undefined) throw notFound();
      await this.store.ledger.note(tx, scope, 'endpoint.secret_rotated', {
        endpointId: id,
        previousUntil: after.previous?.until ?? null,
      });
      return { endpoint: endpointOf(written, after), secret: after.secret };
    });
  }

  /** Sends it an event of no consequence, whatever types it asked for. Throws Problem `not_found`, and `conflict` of a disabled one. */
  async test(
    scope: TenantScope,
    id: string,
  ): Promise<{ readonly deliveryId: string; readonly eventId: string }> {
    return this.#write(scope, id, async (tx, row) => {
      if (row.disabled_at !== null)
        throw new Problem('conflict', 'The endpoint is disabled; enable it first.');
      const eventId = await this.store.ledger.note(tx, scope, 'endpoint.tested', { endpointId: id });
      const [delivery] = await tx.query<{ id: string }>(INSERT_TEST, [
        scope.tenantId,
        scope.environment,
        id,
        eventId,
        this.made.clock.now(),
      ]);
      tx.afterCommit(this.store.onQueued);
      if (delivery === undefined) throw notFound();
      return { deliveryId: delivery.id, eventId };
    });
  }

  async #write<T>(
    scope: TenantScope,
    id: string,
    write: (tx: Tx, row: EndpointRow, secrets: EndpointSecrets) => Promise<T>,
  ): Promise<T> {
    return this.store.database.within(scope).transaction(async (tx) => {
      const [row] = await tx.query<EndpointRow>(LOCK, [scope.tenantId, scope.environment, id]);
      if (row === undefined) throw notFound();
      return write(tx, row, await this.#open(scope, row));
    });
  }

  #checkUrl(url: string): void {
    const refused = checkOutboundUrl(url, { allowPrivate: this.allowPrivateNetworks });
    if (refused === null) return;
    throw new Problem('validation_failed', 'The address must not be called from here.', {
      errors: [{ pointer: '/url', detail: refused }],
    });
  }

  async #open(scope: TenantScope, row: EndpointRow): Promise<EndpointSecrets> {
    const place = placeOfEndpoint(row.id);
    return endpointSecrets(await this.store.vault.openForTenant(scope.tenantId, row.sealed, place));
  }

  #seal(scope: TenantScope, id: string, secrets: EndpointSecrets): Promise<Buffer> {
    return this.store.vault.sealForTenant(scope.tenantId, secrets, placeOfEndpoint(id));
  }
}

function notFound(): Problem {
  return new Problem('not_found', 'There is no such webhook endpoint.');
}
