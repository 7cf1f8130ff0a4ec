import { type Finding, Problem, type Provider, type ProviderRegistry } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Queryable,
  type RandomSource,
  type Statement,
  toTypeId,
  type Tx,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Capabilities } from '../routing/capabilities.js';
import { type PolicyPlace } from '../routing/policy-versions.js';
import { type RoutingBoard } from '../routing/routing-board.js';
import { holdersOf } from './connection-holders.js';
import { asRecord, checkInput, type ConnectionInput, isAtSameAddress } from './connection-input.js';
import {
  COLUMNS,
  type ConnectionOpener,
  type ConnectionRow,
  FIND,
  placeOf,
  type Secrets,
} from './connection-opener.js';
import { inOverlap, nextVersions } from './credential-versions.js';
import { requireVersion } from './tenant.service.js';
import { type Environment, tenantScope } from './tenant-scope.js';

/** A connection as admins see it: which credentials are set, never their values. */
export interface ConnectionView {
  readonly id: string;
  readonly provider: string;
  readonly environment: Environment;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, 'set'>>;
  /** Until when each of the former credentials is still used, newest first. */
  readonly formerCredentialsUntil: readonly string[];
  /** Where the provider has to send its webhooks; null for a provider that has none. */
  readonly webhookUrl: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Served by connections_provider. */
const LIST: Statement = {
  name: 'connections_list',
  text: `SELECT ${COLUMNS} FROM connections WHERE tenant_id = $1 AND environment = $2 ORDER BY provider`,
};
const LOCK: Statement = { name: 'connections_lock', text: `${FIND.text} FOR UPDATE` };
const INSERT: Statement = {
  name: 'connections_insert',
  text: `INSERT INTO connections (tenant_id, id, environment, provider, secrets_sealed, settings, created_at, updated_at)
         SELECT id, $2, $3, $4, $5, $6, $7, $7 FROM tenants WHERE id = $1
         RETURNING ${COLUMNS}`,
};
const UPDATE: Statement = {
  name: 'connections_update',
  text: `UPDATE connections SET secrets_sealed = $3, settings = $4, version = version + 1, updated_at = $5
          WHERE tenant_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
};
const DELETE: Statement = {
  name: 'connections_delete',
  text: 'DELETE FROM connections WHERE tenant_id = $1 AND id = $2',
};
/** Against a policy that is put in force meanwhile, which locks the tenant as well and names who is connected. */
const LOCK_TENANT: Statement = {
  name: 'connections_lock_tenant',
  text: 'SELECT id FROM tenants WHERE id = $1 FOR SHARE',
};
const FORGET_BREAKER: Statement = {
  name: 'connections_forget_breaker',
  text: 'DELETE FROM connection_breakers WHERE tenant_id = $1 AND connection_id = $2',
};
const FORGET_QUOTA: Statement = {
  name: 'connections_forget_quota',
  text: 'DELETE FROM connection_quotas WHERE tenant_id = $1 AND connection_id = $2',
};
const TENANT_EXISTS: Statement = {
  name: 'connections_tenant_exists',
  text: 'SELECT 1 AS found FROM tenants WHERE id = $1',
};
const SECRET_BYTES = 20;

/** Tenants' accounts at providers: checked when written, sealed at rest, opened only for a call. */
export class ConnectionService {
  constructor(
    private readonly store: {
      readonly database: Database;
      readonly vault: TenantVault;
      readonly ledger: Ledger;
      readonly board: RoutingBoard;
    },
    private readonly opener: ConnectionOpener,
    private readonly providers: ProviderRegistry,
    private readonly capabilities: Capabilities,
    private readonly allowPrivateNetworks: boolean,
    private readonly made: { readonly clock: Clock; readonly ids: Ids; readonly random: RandomSource },
  ) {}

  /**
   * Creates or replaces. Credentials, and settings as a whole, that are left out of a replacement stay as they are; credentials
   * that change stay in use for the overlap where the new ones fail. Throws Problem `not_found`, `validation_failed`,
   * `stale_version`.
   */
  async put(
    actor: string,
    tenantId: string,
    environment: Environment,
    providerName: string,
    input: ConnectionInput,
    ifVersion: number | null,
  ): Promise<{ connection: ConnectionView; created: boolean }> {
    const provider = this.#provider(providerName);
    return this.#write({ tenantId, environment }, async (tx) => {
      const [row] = await tx.query<ConnectionRow>(LOCK, [tenantId, environment, providerName]);
      if (row === undefined) await requireTenant(tx, tenantId);
      else requireVersion(row.version, ifVersion);
      const known = row === undefined ? null : await this.opener.secretsOf(tenantId, row);
      const checked = checkInput(
        provider,
        input,
        known === null ? null : { credentials: known.credentials, settings: row?.settings },
        this.allowPrivateNetworks,
      );
      const id = row?.id ?? this.made.ids.next();
      const now = this.made.clock.now();
      // Former credentials are for the address they were made for, and are shown to no other.
      const hasMoved = row !== undefined && !isAtSameAddress(provider, row.settings, checked.settings);
      const overlapSeconds = hasMoved ? 0 : (input.overlapSeconds ?? null);
      const { isChanged, ...versions } = nextVersions(known, checked.credentials, overlapSeconds, now);
      const secrets: Secrets = {
        ...versions,
        webhookToken: known?.webhookToken ?? this.#newToken(tenantId),
      };
      const sealed = await this.store.vault.sealForTenant(tenantId, secrets, placeOf(id));
      const settings = JSON.stringify(checked.settings);
      const [written] =
        row === undefined
          ? await tx.query<ConnectionRow>(INSERT, [
              tenantId,
              id,
              environment,
              providerName,
              sealed,
              settings,
              now,
            ])
          : await tx.query<ConnectionRow>(UPDATE, [tenantId, id, sealed, settings, now]);
      // What failed were the calls of the version before.
      await tx.query(FORGET_BREAKER, [tenantId, id]);
      if (written === undefined) throw new Problem('not_found', 'There is no such tenant.');
      await this.#record(tx, row === undefined ? 'connection.created' : 'connection.changed', {
        tenantId,
        environment,
        actor,
        data: {
          connectionId: id,
          provider: providerName,
          before: row?.settings ?? null,
          after: checked.settings,
          credentials: isChanged ? 'changed' : 'unchanged',
          overlapSeconds,
          formerCredentialsUntil: versions.previous.map(({ until }) => until),
        },
      });
      return { connection: this.#view(provider, written, secrets), created: row === undefined };
    });
  }

  /** Throws Problem `not_found`. */
  async get(tenantId: string, environment: Environment, providerName: string): Promise<ConnectionView> {
    const provider = this.#provider(providerName);
    const [row] = await this.store.database
      .within({ tenantId, environment })
      .query<ConnectionRow>(FIND, [tenantId, environment, providerName]);
    if (row === undefined) throw new Problem('not_found', 'This provider is not connected.');
    return this.#view(provider, row, await this.opener.secretsOf(tenantId, row));
  }

  /**
   * What the tenant has connected, by the provider's name; without those whose provider this deployment no longer has, which nothing
   * can be done with. Throws Problem `not_found`.
   */
  async list(tenantId: string, environment: Environment): Promise<readonly ConnectionView[]> {
    const place = this.store.database.within({ tenantId, environment });
    const rows = await place.query<ConnectionRow>(LIST, [tenantId, environment]);
    if (rows.length === 0) await requireTenant(place, tenantId);
    const known = rows.flatMap((row) => {
      const provider = this.providers.get(row.provider);
      return provider === undefined ? [] : [{ provider, row }];
    });
    return Promise.all(
      known.map(async ({ provider, row }) =>
        this.#view(provider, row, await this.opener.secretsOf(tenantId, row)),
      ),
    );
  }

  /** Throws Problem `not_found`, `stale_version`, and `conflict` that names what needs it (`heldBy`). */
  async remove(
    actor: string,
    tenantId: string,
    environment: Environment,
    providerName: string,
    ifVersion: number | null,
  ): Promise<void> {
    this.#provider(providerName);
    await this.#write({ tenantId, environment }, async (tx) => {
      await tx.query(LOCK_TENANT, [tenantId]);
      const [row] = await tx.query<ConnectionRow>(LOCK, [tenantId, environment, providerName]);
      if (row === undefined) throw new Problem('not_found', 'This provider is not connected.');
      requireVersion(row.version, ifVersion);
      const heldBy = await holdersOf(tx, tenantId, row, this.made.clock.now());
      if (heldBy !== null) {
        throw new Problem('conflict', 'This connection is still needed; “heldBy” names what holds it.', {
          extensions: { heldBy },
        });
      }
      await tx.query(DELETE, [tenantId, row.id]);
      await tx.query(FORGET_BREAKER, [tenantId, row.id]);
      await tx.query(FORGET_QUOTA, [tenantId, row.id]);
      await this.#record(tx, 'connection.removed', {
        tenantId,
        environment,
        actor,
        data: { connectionId: row.id, provider: providerName },
      });
    });
  }

  /** Calls the provider with the stored credentials and says what worked. Throws Problem `not_found`. */
  async check(
    actor: string,
    tenantId: string,
    environment: Environment,
    providerName: string,
  ): Promise<{ ok: boolean; findings: readonly Finding[] }> {
    this.#provider(providerName);
    const open = await this.opener.open(tenantScope(tenantId, environment, actor), providerName);
    if (open === null) throw new Problem('not_found', 'This provider is not connected.');
    const provider = this.capabilities.require(open.provider, 'check', 'check a connection');
    const findings = await provider.check(open, open.webhookUrl);
    const ok = findings.every((finding) => finding.ok);
    await this.#record(this.store.database.within({ tenantId, environment }), 'connection.checked', {
      tenantId,
      environment,
      actor,
      data: { connectionId: open.id, provider: providerName, ok },
    });
    return { ok, findings };
  }

  /**
   * Tells the provider where this connection's webhooks come in. Throws Problem `not_found`, `capability_unsupported`, and
   * ProviderError.
   */
  async registerWebhook(
    actor: string,
    tenantId: string,
    environment: Environment,
    providerName: string,
  ): Promise<{ webhookUrl: string }> {
    this.#provider(providerName);
    const open = await this.opener.open(tenantScope(tenantId, environment, actor), providerName);
    if (open === null) throw new Problem('not_found', 'This provider is not connected.');
    const provider = this.capabilities.require(
      open.provider,
      'registerWebhook',
      'be told by a call where to send its webhooks',
    );
    await provider.registerWebhook(open, open.webhookUrl);
    await this.#record(
      this.store.database.within({ tenantId, environment }),
      'connection.webhook_registered',
      {
        tenantId,
        environment,
        actor,
        data: { connectionId: open.id, provider: providerName },
      },
    );
    return { webhookUrl: open.webhookUrl };
  }

  #view(provider: Provider, row: ConnectionRow, secrets: Secrets): ConnectionView {
    return {
      id: row.id,
      provider: row.provider,
      environment: row.environment,
      settings: row.settings,
      credentials: Object.fromEntries(
        Object.keys(asRecord(secrets.credentials)).map((name) => [name, 'set' as const]),
      ),
      formerCredentialsUntil: inOverlap(secrets.previous, this.made.clock.now()).map(({ until }) => until),
      webhookUrl:
        provider.receive === undefined
          ? null
          : this.opener.webhookUrl(row.provider, row.id, secrets.webhookToken),
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }

  /** Carries the tenant, so that finding a webhook's connection needs no index across tenants. */
  #newToken(tenantId: string): string {
    const secret = this.made.random.bytes(SECRET_BYTES).toString('hex');
    return toTypeId('tnt', tenantId).slice('tnt_'.length) + secret;
  }

  async #write<T>(place: PolicyPlace, write: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.store.database.within(place).transaction(write);
    } finally {
      this.store.board.forget(place);
      this.opener.forget();
    }
  }

  #provider(name: string): Provider {
    const provider = this.providers.get(name);
    if (provider === undefined) throw new Problem('not_found', 'There is no such provider.');
    return provider;
  }

  async #record(
    tx: Queryable,
    kind: Extract<LedgerKind, `connection.${string}`>,
    event: {
      readonly tenantId: string;
      readonly environment: Environment;
      readonly actor: string;
      readonly data: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    await this.store.ledger.append(tx, { kind, verificationId: null, version: null, ...event });
  }
}

/** Before anything is sealed: a tenant that does not exist has no key to seal with. */
async function requireTenant(on: Queryable, tenantId: string): Promise<void> {
  const [tenant] = await on.query<{ found: number }>(TENANT_EXISTS, [tenantId]);
  if (tenant === undefined) throw new Problem('not_found', 'There is no such tenant.');
}
