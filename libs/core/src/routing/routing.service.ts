import { Problem, type ProviderRegistry } from '@gatehouse/contract';
import { type Clock, type Database, type Queryable, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { requireVersion, type TenantSettings } from '../tenancy/tenant.service.js';
import { tenantScope } from '../tenancy/tenant-scope.js';
import { type Capabilities } from './capabilities.js';
import { providersOf, type RoutingPolicy } from './policy.js';
import {
  decideVersion,
  findVersion,
  inForce,
  insertVersion,
  listVersions,
  newest,
  type PolicyPlace,
  type PolicyVersion,
} from './policy-versions.js';
import { type RoutingBoard } from './routing-board.js';

/** How long a proposal waits for a second person. */
const PROPOSAL_MS = 7 * 24 * 60 * 60_000;

const LOCK_TENANT: Statement = {
  name: 'routing_policies_lock_tenant',
  text: 'SELECT settings FROM tenants WHERE id = $1 FOR UPDATE',
};

const TENANT_EXISTS: Statement = {
  name: 'routing_policies_tenant_exists',
  text: 'SELECT 1 AS found FROM tenants WHERE id = $1',
};

/** A policy as one of its members of the admins put it. */
export interface PolicyChange {
  readonly policy: RoutingPolicy;
  /** The newest accepted version as the author saw it; null: whichever. */
  readonly ifVersion: number | null;
}

/** Immutable versions of each tenant's policy: put in force, proposed, decided, taken back. */
export class RoutingService {
  constructor(
    private readonly database: Database,
    private readonly board: RoutingBoard,
    private readonly connections: ConnectionOpener,
    private readonly capabilities: Capabilities,
    private readonly providers: ProviderRegistry,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /**
   * The policy in force, and the newest accepted version, which may be still to come. Throws Problem `not_found` before the
   * first one.
   */
  async get(place: PolicyPlace): Promise<{ readonly policy: PolicyVersion; readonly newest: number }> {
    const policy = await inForce(this.database.within(place), place, this.clock.now());
    if (policy === null) throw new Problem('not_found', 'No routing policy is in force.');
    return { policy, newest: (await newest(this.database.within(place), place)).accepted };
  }

  /** All versions, the newest first, from before that one on. Throws Problem `not_found` for no tenant. */
  async versions(
    place: PolicyPlace,
    before: number | null,
    limit: number,
  ): Promise<readonly PolicyVersion[]> {
    const found = await listVersions(this.database.within(place), place, before, limit);
    if (found.length === 0) await this.requireTenant(place);
    return found;
  }

  /**
   * Puts a new version in force for verifications made from now on, or from `effectiveAt` on; those under way stay where they
   * are. Where the tenant wants two persons, it is a proposal only. Throws Problem `not_found`, `stale_version`,
   * `provider_not_configured`, `validation_failed`.
   */
  async put(actor: string, place: PolicyPlace, change: PolicyChange): Promise<PolicyVersion> {
    await this.#requireServable(actor, place, change.policy);
    return this.#write(place, async (tx, settings) => {
      const { version, accepted } = await newest(tx, place);
      requireVersion(accepted, change.ifVersion);
      await this.#requireConnected(tx, actor, place, change.policy);
      const isProposal = settings.twoPersonApproval === true;
      const now = this.clock.now();
      const before = await inForce(tx, place, now);
      const written = await insertVersion(tx, place, {
        version: version + 1,
        policy: change.policy,
        author: actor,
        at: now,
        state: isProposal ? 'proposed' : 'accepted',
        basedOn: isProposal ? accepted : null,
        proposedUntil: isProposal ? new Date(now.getTime() + PROPOSAL_MS) : null,
      });
      await this.#record(tx, isProposal ? 'routing.proposed' : 'routing.changed', actor, place, {
        before: before?.policy ?? null,
        after: written.policy,
        policyVersion: written.version,
      });
      return written;
    });
  }

  /** As {@link put}, with the policy of an earlier accepted version, in force at once. Throws Problem `not_found` too. */
  async rollBack(
    actor: string,
    place: PolicyPlace,
    to: { readonly version: number; readonly note: string | null },
    ifVersion: number | null,
  ): Promise<PolicyVersion> {
    const earlier = await findVersion(this.database.within(place), place, to.version);
    if (earlier.state !== 'accepted') {
      throw new Problem('conflict', 'That version was never in force.');
    }
    const note = to.note ?? `Back to version ${to.version}`;
    return this.put(actor, place, { policy: { ...earlier.policy, effectiveAt: null, note }, ifVersion });
  }

  /**
   * A second person lets a proposal come into force, or turns it down. Throws Problem `not_found`; `conflict` for what is no
   * open proposal, what has run out, and one's own; `stale_version` where another version was accepted meanwhile.
   */
  async decideProposal(
    actor: string,
    place: PolicyPlace,
    version: number,
    decision: 'accepted' | 'rejected',
  ): Promise<PolicyVersion> {
    return this.#write(place, async (tx) => {
      const proposal = await findVersion(tx, place, version);
      const now = this.clock.now();
      if (proposal.state !== 'proposed') {
        throw new Problem('conflict', `Version ${version} is no open proposal; it is ${proposal.state}.`);
      }
      if (proposal.proposedUntil === null || proposal.proposedUntil <= now) {
        throw new Problem('conflict', 'The proposal has run out; propose it again.');
      }
      if (proposal.author === actor) {
        throw new Problem('conflict', 'Nobody decides a proposal of their own; another key has to.');
      }
      if (decision === 'accepted') {
        if ((await newest(tx, place)).accepted !== proposal.basedOn) {
          throw new Problem(
            'stale_version',
            'Another version was accepted since the proposal was made; propose it again.',
          );
        }
        await this.#requireConnected(tx, actor, place, proposal.policy);
      }
      const before = await inForce(tx, place, now);
      const isGuarded = decision === 'accepted' && proposal.policy.guardrail !== null;
      const decided = await decideVersion(tx, place, version, {
        state: decision,
        by: actor,
        at: now,
        isGuarded,
      });
      const kind = decision === 'accepted' ? 'routing.changed' : 'routing.rejected';
      await this.#record(tx, kind, actor, place, {
        ...(decision === 'accepted' && { before: before?.policy ?? null }),
        after: decided.policy,
        policyVersion: version,
        author: decided.author,
      });
      return decided;
    });
  }

  /** Throws Problem `not_found` for no tenant. */
  async requireTenant({ tenantId }: PolicyPlace): Promise<void> {
    const [tenant] = await this.database
      .within({ tenantId })
      .query<{ found: number }>(TENANT_EXISTS, [tenantId]);
    if (tenant === undefined) throw new Problem('not_found', 'There is no such tenant.');
  }

  /** Under the tenant's lock, so that versions are made one after the other. Throws Problem `not_found`. */
  async #write(
    place: PolicyPlace,
    write: (tx: Tx, settings: Partial<TenantSettings>) => Promise<PolicyVersion>,
  ): Promise<PolicyVersion> {
    try {
      return await this.database.within({ tenantId: place.tenantId }).transaction(async (tx) => {
        const [tenant] = await tx.query<{ settings: Partial<TenantSettings> }>(LOCK_TENANT, [place.tenantId]);
        if (tenant === undefined) throw new Problem('not_found', 'There is no such tenant.');
        return write(tx, tenant.settings);
      });
    } finally {
      this.board.forget(place);
    }
  }

  /** Whether each provider can do what its rule sends it, and those not in use yet answer. Throws Problem `validation_failed`. */
  async #requireServable(actor: string, place: PolicyPlace, policy: RoutingPolicy): Promise<void> {
    const errors = policy.rules.flatMap(({ when, provider }, index) =>
      this.capabilities
        .missing(this.providers.get(provider), {
          checks: when.checks ?? [],
          documentTypes: when.documentTypes ?? [],
        })
        .map((missing) => ({
          pointer: `/rules/${index}/provider`,
          detail: `does not support what the rule sends it: ${missing}`,
        })),
    );
    if (errors.length > 0)
      throw new Problem('validation_failed', 'A rule sends a provider what it cannot do.', { errors });
    const { policy: present } = await this.board.of(place);
    const inUse = present === null ? [] : providersOf(present.policy);
    const sent = [
      { provider: policy.provider, pointer: '/provider' },
      ...policy.rules.map(({ provider }, index) => ({ provider, pointer: `/rules/${index}/provider` })),
    ];
    // Whoever is in a fallback may be away now, or the way out of an outage would be closed by it.
    const added = sent.filter(
      ({ provider }, index) =>
        !inUse.includes(provider) && sent.findIndex((other) => other.provider === provider) === index,
    );
    for (const { provider, pointer } of added) {
      const detail = await this.#unreachable(actor, place, provider);
      if (detail !== null)
        throw new Problem('validation_failed', 'A provider of the policy cannot be used now.', {
          errors: [{ pointer, detail }],
        });
    }
  }

  /** What speaks against sending people there, as the provider's own check found it; null: nothing that is known. */
  async #unreachable(actor: string, place: PolicyPlace, name: string): Promise<string | null> {
    const scope = tenantScope(place.tenantId, place.environment, actor);
    const connection = await this.connections.open(scope, name);
    // Whether it is connected at all is looked at under the lock.
    if (connection?.provider.check === undefined) return null;
    const [access] = await connection.provider.check(connection, connection.webhookUrl);
    return access === undefined || access.ok ? null : `did not pass its check: ${access.detail}`;
  }

  async #requireConnected(
    tx: Queryable,
    actor: string,
    { tenantId, environment }: PolicyPlace,
    policy: RoutingPolicy,
  ): Promise<void> {
    const connected = await this.connections.connected(tenantScope(tenantId, environment, actor), tx);
    const missing = providersOf(policy).find((provider) => !connected.includes(provider));
    if (missing === undefined) return;
    throw new Problem(
      'provider_not_configured',
      'The policy names a provider that this tenant has not connected.',
      { provider: missing },
    );
  }

  async #record(
    tx: Queryable,
    kind: Extract<LedgerKind, `routing.${string}`>,
    actor: string,
    { tenantId, environment }: PolicyPlace,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId,
      environment,
      verificationId: null,
      version: null,
      actor,
      data,
    });
  }
}
