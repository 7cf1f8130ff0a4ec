import { Problem, type ProviderRegistry } from '@gatehouse/contract';
import { type Clock, type Database, type Queryable, type Statement } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { requireVersion } from '../tenancy/tenant.service.js';
import { type Environment, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';

/** Which provider a tenant's new verifications go to (API.md 7). */
export interface RoutingPolicy {
  readonly provider: string;
  /** Whether a caller may name another connected provider in its request. */
  readonly callerMayChoose: boolean;
  readonly note: string | null;
}

export interface PolicyVersion {
  readonly version: number;
  readonly policy: RoutingPolicy;
  readonly author: string;
  readonly note: string | null;
  readonly at: Date;
}

/** What a policy made of a request; stored with the verification. */
export interface RoutingDecision {
  readonly provider: string;
  readonly policyVersion: number;
  /** `default` or `caller_choice`. */
  readonly reason: string;
}

interface PolicyRow {
  readonly version: number;
  readonly policy: RoutingPolicy;
  readonly author: string;
  readonly note: string | null;
  readonly created_at: Date;
}

/** Served by the primary key, backwards. */
const IN_FORCE: Statement = {
  name: 'routing_policies_in_force',
  text: `SELECT version, policy, author, note, created_at FROM routing_policies
          WHERE tenant_id = $1 AND environment = $2 ORDER BY version DESC LIMIT 1`,
};
const LOCK_TENANT: Statement = {
  name: 'routing_policies_lock_tenant',
  text: 'SELECT id FROM tenants WHERE id = $1 FOR UPDATE',
};
const INSERT: Statement = {
  name: 'routing_policies_insert',
  text: `INSERT INTO routing_policies (tenant_id, environment, version, policy, author, note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         RETURNING version, policy, author, note, created_at`,
};

/** Immutable versions of each tenant's policy, and the decision that the one in force makes. */
export class RoutingService {
  constructor(
    private readonly database: Database,
    private readonly connections: ConnectionOpener,
    private readonly providers: ProviderRegistry,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** Throws Problem `not_found` before the first version. */
  async get(tenantId: string, environment: Environment): Promise<PolicyVersion> {
    const [row] = await this.database.query<PolicyRow>(IN_FORCE, [tenantId, environment]);
    if (row === undefined) throw new Problem('not_found', 'No routing policy has been set.');
    return versionOf(row);
  }

  /**
   * Puts a new version in force for verifications made from now on; those under way stay where they are.
   * Throws Problem `not_found`, `stale_version`, `provider_not_configured`.
   */
  async put(
    actor: string,
    tenantId: string,
    environment: Environment,
    policy: RoutingPolicy,
    ifVersion: number | null,
  ): Promise<PolicyVersion> {
    return this.database.transaction(async (tx) => {
      const [tenant] = await tx.query<{ id: string }>(LOCK_TENANT, [tenantId]);
      if (tenant === undefined) throw new Problem('not_found', 'There is no such tenant.');
      const [before] = await tx.query<PolicyRow>(IN_FORCE, [tenantId, environment]);
      requireVersion(before?.version ?? 0, ifVersion);
      await this.#requireConnected(tx, tenantScope(tenantId, environment, actor), policy.provider);
      const rows = await tx.query<PolicyRow>(INSERT, [
        tenantId,
        environment,
        (before?.version ?? 0) + 1,
        JSON.stringify(policy),
        actor,
        policy.note,
        this.clock.now(),
      ]);
      await this.ledger.append(tx, {
        kind: 'routing.changed',
        tenantId,
        environment,
        verificationId: null,
        version: null,
        actor,
        data: { before: before?.policy ?? null, after: policy, policyVersion: (before?.version ?? 0) + 1 },
      });
      return versionOf(rows[0]);
    });
  }

  /**
   * Where a new verification goes. Throws Problem `provider_not_configured`, and `validation_failed` for a choice that the
   * policy does not leave to the caller.
   */
  async decide(scope: TenantScope, choice: string | null): Promise<RoutingDecision> {
    const { policy, version } = await this.#inForce(scope);
    if (choice === null) return { provider: policy.provider, policyVersion: version, reason: 'default' };
    if (!policy.callerMayChoose || this.providers.get(choice) === undefined) {
      const detail = policy.callerMayChoose
        ? 'is not a provider'
        : 'the tenant’s policy does not let callers choose';
      throw new Problem('validation_failed', 'The provider cannot be chosen.', {
        errors: [{ pointer: '/provider', detail }],
      });
    }
    return { provider: choice, policyVersion: version, reason: 'caller_choice' };
  }

  /** The provider that new verifications go to unless something speaks against it. Throws Problem `provider_not_configured`. */
  async providerInForce(scope: TenantScope): Promise<string> {
    return (await this.#inForce(scope)).policy.provider;
  }

  async #inForce(scope: TenantScope): Promise<PolicyRow> {
    const [row] = await this.database.query<PolicyRow>(IN_FORCE, [scope.tenantId, scope.environment]);
    if (row !== undefined) return row;
    throw new Problem(
      'provider_not_configured',
      'No provider has been chosen for this tenant and environment yet.',
    );
  }

  async #requireConnected(tx: Queryable, scope: TenantScope, provider: string): Promise<void> {
    const connected = await this.connections.connected(scope, tx);
    if (connected.includes(provider)) return;
    throw new Problem(
      'provider_not_configured',
      'The policy names a provider that this tenant has not connected.',
      {
        provider,
      },
    );
  }
}

function versionOf(row: PolicyRow | undefined): PolicyVersion {
  if (row === undefined) throw new Error('a policy version was not written');
  return { version: row.version, policy: row.policy, author: row.author, note: row.note, at: row.created_at };
}
