import { type Clock, type Database, type Log, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { type Guardrail, providersOf } from './policy.js';
import {
  earlier,
  findVersion,
  inForce,
  insertVersion,
  newest,
  type PolicyPlace,
  type PolicyVersion,
} from './policy-versions.js';
import { type RoutingBoard } from './routing-board.js';

/** How a policy has done so far, of its newest verifications. */
export interface Outcome {
  readonly all: number;
  readonly decided: number;
  readonly passed: number;
  readonly failed: number;
}

/** Which of its floors a policy has fallen through; null: none, or too little is known. */
export function breachOf(
  guardrail: Guardrail,
  outcome: Outcome,
): { readonly of: 'pass_rate' | 'error_rate'; readonly is: number; readonly limit: number } | null {
  const { passRate, errorRate, minimumSample } = guardrail;
  const { all, decided, passed, failed } = outcome;
  if (passRate !== null && decided >= minimumSample && passed / decided < passRate)
    return { of: 'pass_rate', is: passed / decided, limit: passRate };
  if (errorRate !== null && all >= minimumSample && failed / all > errorRate)
    return { of: 'error_rate', is: failed / all, limit: errorRate };
  return null;
}

const ACTOR = 'system:guardrail';
const EVERY_MS = 15_000;

/** Takes one that is due; every worker may. Served by routing_policies_due. */
const CLAIM: Statement = {
  name: 'routing_policies_claim_due',
  text: `UPDATE routing_policies p SET due_at = $2
           FROM (SELECT tenant_id, environment, version FROM routing_policies
                  WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE p.tenant_id = due.tenant_id AND p.environment = due.environment AND p.version = due.version
          RETURNING p.tenant_id, p.environment, p.version`,
};
const LOOK_NO_MORE: Statement = {
  name: 'routing_policies_look_no_more',
  text: `UPDATE routing_policies SET due_at = NULL WHERE tenant_id = $1 AND environment = $2 AND version = $3`,
};
const LOCK_TENANT: Statement = {
  name: 'routing_policies_guardrail_lock_tenant',
  text: 'SELECT id FROM tenants WHERE id = $1 FOR UPDATE',
};
/** Of the newest thousand. Served by verifications_by_policy. */
const OUTCOME: Statement = {
  name: 'routing_policies_outcome',
  text: `SELECT count(*)::int AS all,
                count(*) FILTER (WHERE status IN ('verified', 'rejected'))::int AS decided,
                count(*) FILTER (WHERE status = 'verified')::int AS passed,
                count(*) FILTER (WHERE status = 'error')::int AS failed
           FROM (SELECT status FROM verifications
                  WHERE tenant_id = $1 AND environment = $2 AND policy_version = $3
                  ORDER BY created_at DESC LIMIT 1000) recent`,
};

/** Looks at what policies with a guardrail achieve, and puts an earlier one back in force where that is too little. */
export class PolicyGuardrail {
  constructor(
    private readonly database: Database,
    private readonly board: RoutingBoard,
    private readonly connections: ConnectionOpener,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Looks at one that is due. False: none was. */
  async lookAtDue(): Promise<boolean> {
    const now = this.clock.now();
    const [due] = await this.database.across.query<{
      tenant_id: string;
      environment: Environment;
      version: number;
    }>(CLAIM, [now, new Date(now.getTime() + EVERY_MS)]);
    if (due === undefined) return false;
    const place = { tenantId: due.tenant_id, environment: due.environment };
    const isRolledBack = await this.database
      .within(place)
      .transaction((tx) => this.#look(tx, place, due.version));
    if (isRolledBack) this.board.forget(place);
    return true;
  }

  async #look(tx: Tx, place: PolicyPlace, version: number): Promise<boolean> {
    // The admin's own writes take the same lock.
    await tx.query(LOCK_TENANT, [place.tenantId]);
    const now = this.clock.now();
    const looked = await findVersion(tx, place, version);
    const present = await inForce(tx, place, now);
    const isStillToCome = looked.effectiveAt !== null && looked.effectiveAt > now;
    if (present?.version !== version) {
      if (!isStillToCome) await this.#lookNoMore(tx, place, version);
      return false;
    }
    const { guardrail } = looked.policy;
    const [outcome] = await tx.query<Outcome & Record<string, unknown>>(OUTCOME, [
      place.tenantId,
      place.environment,
      version,
    ]);
    const breach = guardrail === null || outcome === undefined ? null : breachOf(guardrail, outcome);
    if (breach === null || outcome === undefined) return false;
    await this.#lookNoMore(tx, place, version);
    const before = await this.#usableBefore(tx, place, version, now);
    const facts = { ...breach, sample: breach.of === 'pass_rate' ? outcome.decided : outcome.all };
    if (before !== null) {
      const { version: highest } = await newest(tx, place);
      const note = `Guardrail of version ${version}: ${breach.of} is ${breach.is.toFixed(3)}, its limit ${breach.limit}`;
      await insertVersion(tx, place, {
        version: highest + 1,
        policy: { ...before.policy, effectiveAt: null, note },
        author: ACTOR,
        at: now,
        state: 'accepted',
        basedOn: null,
        proposedUntil: null,
      });
    }
    await this.ledger.append(tx, {
      kind: 'routing.rolled_back',
      tenantId: place.tenantId,
      environment: place.environment,
      verificationId: null,
      version: null,
      actor: ACTOR,
      data: { ...facts, policyVersion: version, backTo: before?.version ?? null },
    });
    this.log.warn('a routing policy fell through its guardrail', {
      tenantId: place.tenantId,
      code: breach.of,
    });
    return before !== null;
  }

  /** The newest earlier version whose providers are all connected still; null: there is none to go back to. */
  async #usableBefore(tx: Tx, place: PolicyPlace, version: number, now: Date): Promise<PolicyVersion | null> {
    const scope = tenantScope(place.tenantId, place.environment, ACTOR);
    const connected = await this.connections.connected(scope, tx);
    const isUsable = ({ policy }: PolicyVersion): boolean =>
      providersOf(policy).every((provider) => connected.includes(provider));
    return (await earlier(tx, place, version, now)).find(isUsable) ?? null;
  }

  async #lookNoMore(tx: Tx, { tenantId, environment }: PolicyPlace, version: number): Promise<void> {
    await tx.query(LOOK_NO_MORE, [tenantId, environment, version]);
  }
}
