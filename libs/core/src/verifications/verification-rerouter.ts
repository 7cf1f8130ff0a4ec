import { type ProviderError } from '@gatehouse/contract';
import { type Clock, type Database } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type RoutingRecord } from '../routing/decide.js';
import { type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { REROUTE, type VerificationRow } from './verification.rows.js';

/** Gives a verification that nobody has begun to another provider, and writes down whom it was taken from. */
export class VerificationRerouter {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** False: it was called off meanwhile, or somebody else has taken it over. `leaseMs`: as of any start. */
  async move(
    scope: TenantScope,
    row: VerificationRow,
    to: OpenConnection,
    error: ProviderError,
    leaseMs: number,
  ): Promise<boolean> {
    const now = this.clock.now();
    const { rule = null, skipped = [], attempts = [] } = row.routing ?? {};
    const failed = { provider: row.provider, fault: error.fault, at: now.toISOString() };
    const routing: RoutingRecord = { rule, skipped, attempts: [...attempts, failed] };
    return this.database.within(scope).transaction(async (tx) => {
      const [moved] = await tx.query<{ version: number }>(REROUTE, [
        scope.tenantId,
        row.id,
        to.provider.name,
        to.id,
        JSON.stringify(routing),
        new Date(now.getTime() + leaseMs),
        now,
        row.connection_id,
      ]);
      if (moved === undefined) return false;
      await this.ledger.append(tx, {
        kind: 'verification.rerouted',
        tenantId: scope.tenantId,
        environment: scope.environment,
        verificationId: row.id,
        version: moved.version,
        actor: scope.actor,
        data: {
          provider: to.provider.name,
          failedProvider: row.provider,
          fault: error.fault,
          effect: error.effect,
          routingReason: 'fallback',
          // The status is as it was; the entry of the present version says what it is.
          to: row.status,
          reasonCodes: row.reason_codes,
          attempt: row.attempt,
        },
      });
      return true;
    });
  }
}
