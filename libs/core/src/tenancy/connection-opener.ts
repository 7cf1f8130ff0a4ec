import { InvalidShape, Problem, type Provider, type ProviderRegistry } from '@gatehouse/contract';
import {
  BrieflyHeld,
  type Clock,
  constantTimeEqual,
  type Database,
  fromTypeId,
  type Queryable,
  type Reach,
  type Statement,
  toTypeId,
} from '@gatehouse/platform';

import { type TenantVault } from '../privacy/tenant-vault.js';
import { type CallQuotas, type QuotaPlace } from '../quotas/call-quotas.js';
import { type ProviderHealth } from '../routing/provider-health.js';
import { type CredentialVersions, inOverlap } from './credential-versions.js';
import { withFormerCredentials } from './overlapping-credentials.js';
import { type Environment, type TenantScope } from './tenant-scope.js';
import { type ProviderCall, wrapCalls } from './wrapped-provider.js';

/** A connection ready for calls. Stays inside the core. */
export interface OpenConnection {
  readonly id: string;
  readonly tenantId: string;
  readonly environment: Environment;
  /** Its calls use the former credentials where the vendor refuses the current ones. */
  readonly provider: Provider;
  readonly credentials: unknown;
  /** Replaced ones that are still within their overlap, newest first. */
  readonly formerCredentials: readonly unknown[];
  readonly settings: unknown;
  /** As the vendor counts its calls. */
  readonly quota: QuotaPlace;
  /** Where this connection's webhooks come in, whether or not the provider sends any. */
  readonly webhookUrl: string;
}

/** What a connection keeps sealed. */
export interface Secrets extends CredentialVersions {
  readonly webhookToken: string;
}

export interface ConnectionRow {
  readonly id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly secrets_sealed: Buffer;
  readonly settings: Record<string, unknown>;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const COLUMNS = 'id, environment, provider, secrets_sealed, settings, version, created_at, updated_at';

/** Served by connections_provider. */
export const FIND: Statement = {
  name: 'connections_find',
  text: `SELECT ${COLUMNS} FROM connections WHERE tenant_id = $1 AND environment = $2 AND provider = $3`,
};
/** Served by the primary key. */
const FIND_BY_ID: Statement = {
  name: 'connections_find_by_id',
  text: `SELECT ${COLUMNS} FROM connections WHERE tenant_id = $1 AND id = $2`,
};
const LIST_PROVIDERS: Statement = {
  name: 'connections_list_providers',
  text: 'SELECT provider FROM connections WHERE tenant_id = $1 AND environment = $2 ORDER BY provider',
};

/**
 * A check must say how it is now. Images and reports come from hosts of their own, as settings allow them: that they cannot be had
 * must not keep anybody from being verified.
 */
const NOT_WATCHED: ReadonlySet<ProviderCall['member']> = new Set([
  'check',
  'images.list',
  'images.open',
  'report',
]);

/** Of a vendor that says nothing, as hardly any does. */
const DEFAULT_CALLS_PER_MINUTE = 600;

/** A webhook token begins with its tenant, so that finding a connection needs no index across tenants. */
export const TENANT_PART = 26;

/** What another replica has changed is seen within a second: this, and the time that one read takes. */
const FRESH_MS = 500;

interface Kept {
  readonly connection: OpenConnection;
  /** When the first of its former credentials is no longer one; null: it has none. */
  readonly until: Date | null;
}

/** Opens tenants' accounts at providers for a call. */
export class ConnectionOpener {
  readonly #held = new BrieflyHeld<Kept | null>(FRESH_MS);

  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly providers: ProviderRegistry,
    private readonly watch: { readonly health: ProviderHealth; readonly quotas: CallQuotas },
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  /** Names of the providers that the tenant has connected. */
  async connected(
    scope: TenantScope,
    on: Queryable = this.database.within(scope),
  ): Promise<readonly string[]> {
    const rows = await on.query<{ provider: string }>(LIST_PROVIDERS, [scope.tenantId, scope.environment]);
    return rows.map((row) => row.provider);
  }

  /** Null when the tenant has not connected the provider, or this deployment does not know it. */
  async open(scope: TenantScope, providerName: string): Promise<OpenConnection | null> {
    return this.#kept(scope, 'provider', providerName, async () => {
      const [row] = await this.database
        .within(scope)
        .query<ConnectionRow>(FIND, [scope.tenantId, scope.environment, providerName]);
      return row;
    });
  }

  /** This process has changed a connection. */
  forget(): void {
    this.#held.forgetAll();
  }

  /** Throws Problem `provider_not_configured` where {@link open} has nothing. */
  async require(scope: TenantScope, providerName: string): Promise<OpenConnection> {
    const connection = await this.open(scope, providerName);
    if (connection !== null) return connection;
    throw new Problem(
      'provider_not_configured',
      'The provider is not connected for this tenant and environment.',
      // A name that is no provider's is only what somebody wrote.
      this.providers.get(providerName) === undefined ? {} : { provider: providerName },
    );
  }

  /** The connection that a verification began with. Throws Problem `provider_not_configured` when it is gone. */
  async requireById(
    scope: TenantScope,
    row: { readonly connection_id: string; readonly provider: string },
  ): Promise<OpenConnection> {
    const connection = await this.openById(scope, row.connection_id);
    if (connection !== null) return connection;
    throw new Problem(
      'provider_not_configured',
      'The connection that this verification began with is gone.',
      { provider: row.provider },
    );
  }

  /** The connection that a verification began with. */
  async openById(scope: TenantScope, connectionId: string): Promise<OpenConnection | null> {
    return this.#byId(scope, connectionId);
  }

  /** The connection behind a webhook URL; null unless every part of the address is right. */
  async openByAddress(address: {
    readonly provider: string;
    readonly connectionId: string;
    readonly token: string;
  }): Promise<OpenConnection | null> {
    const tenantId = fromTypeId('tnt', `tnt_${address.token.slice(0, TENANT_PART)}`);
    if (tenantId === null) return null;
    const connection = await this.#byId({ tenantId }, address.connectionId);
    if (connection === null || connection.provider.name !== address.provider) return null;
    const { webhookUrl } = connection;
    const asked = this.webhookUrl(address.provider, connection.id, address.token);
    return constantTimeEqual(webhookUrl, asked) ? connection : null;
  }

  #byId(reach: Reach, connectionId: string): Promise<OpenConnection | null> {
    return this.#kept(reach, 'id', connectionId, async () => {
      const [row] = await this.database
        .within(reach)
        .query<ConnectionRow>(FIND_BY_ID, [reach.tenantId, connectionId]);
      return row;
    });
  }

  /** The same for whoever asks within {@link FRESH_MS}, unless credentials that it holds have run out. */
  async #kept(
    { tenantId, environment }: Reach,
    by: 'provider' | 'id',
    name: string,
    find: () => Promise<ConnectionRow | undefined>,
  ): Promise<OpenConnection | null> {
    const open = async (): Promise<Kept | null> => {
      const row = await find();
      return row === undefined ? null : this.#open(tenantId, row);
    };
    const key = [tenantId, environment ?? '', by, name].join('/');
    const kept = await this.#held.get(key, open);
    if (kept?.until == null || this.clock.now() < kept.until) return kept?.connection ?? null;
    this.#held.forget(key);
    return (await this.#held.get(key, open))?.connection ?? null;
  }

  async #open(tenantId: string, row: ConnectionRow): Promise<Kept | null> {
    const provider = this.providers.get(row.provider);
    if (provider === undefined) return null;
    const secrets = await this.secretsOf(tenantId, row);
    const formerCredentials = this.#formerOf(provider, secrets);
    const settings = provider.settings.parse(row.settings);
    const quota: QuotaPlace = {
      tenantId,
      id: row.id,
      callsPerMinute: provider.callsPerMinute?.(settings) ?? DEFAULT_CALLS_PER_MINUTE,
      requestsPerRead: provider.requestsPerRead ?? 1,
    };
    const connection: OpenConnection = {
      id: row.id,
      tenantId,
      environment: row.environment,
      provider: this.#watched(withFormerCredentials(provider, formerCredentials), quota, row),
      formerCredentials,
      credentials: provider.credentials.parse(secrets.credentials),
      settings,
      quota,
      webhookUrl: this.webhookUrl(row.provider, row.id, secrets.webhookToken),
    };
    const ends = inOverlap(secrets.previous, this.clock.now()).map(({ until }) => Date.parse(until));
    return { connection, until: ends.length === 0 ? null : new Date(Math.min(...ends)) };
  }

  /**
   * Every call is counted. Whether the connection is failing is seen by the calls that verifications live by, and while it is, none of
   * them is made.
   */
  #watched(provider: Provider, quota: QuotaPlace, { id, version, environment }: ConnectionRow): Provider {
    const place = { id, version, tenantId: quota.tenantId, environment, provider: provider.name };
    const isProbed = provider.check !== undefined;
    const { health, quotas } = this.watch;
    return wrapCalls(provider, ({ member }, connection, invoke) =>
      quotas.counting(quota, () =>
        NOT_WATCHED.has(member) ? invoke(connection) : health.call(place, isProbed, () => invoke(connection)),
      ),
    );
  }

  /** Where a connection's webhooks come in. */
  webhookUrl(provider: string, connectionId: string, token: string): string {
    return `${this.publicUrl}/hooks/${provider}/${toTypeId('con', connectionId)}/${token}`;
  }

  async secretsOf(tenantId: string, row: ConnectionRow): Promise<Secrets> {
    // Sealed by `ConnectionService.put`, which checked it; rows from before there were versions have no `previous`.
    const sealed = (await this.vault.openForTenant(tenantId, row.secrets_sealed, placeOf(row.id))) as Omit<
      Secrets,
      'previous'
    > &
      Partial<Secrets>;
    return { ...sealed, previous: sealed.previous ?? [] };
  }

  /** Former ones help out; what has no longer the provider's form is no reason to fail. */
  #formerOf(provider: Provider, { previous }: Secrets): readonly unknown[] {
    return inOverlap(previous, this.clock.now()).flatMap(({ credentials }) => {
      try {
        return [provider.credentials.parse(credentials)];
      } catch (error) {
        if (error instanceof InvalidShape) return [];
        throw error;
      }
    });
  }
}

/** Where the secrets of a connection are sealed. */
export function placeOf(connectionId: string): { table: string; row: string; column: string } {
  return { table: 'connections', row: connectionId, column: 'secrets_sealed' };
}
