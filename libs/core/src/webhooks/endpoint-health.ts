import { type Database, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type Environment, tenantScope } from '../tenancy/tenant-scope.js';
import { type Attempted } from './delivery-queue.js';
import { FAILING_FOR_MS } from './retry-schedule.js';

interface Change {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly at: Date;
}

const FAILS: Statement = {
  name: 'webhook_endpoint_fails',
  text: `UPDATE webhook_endpoints SET failing_since = $3
          WHERE tenant_id = $1 AND id = $2 AND failing_since IS NULL`,
};
const WORKS: Statement = {
  name: 'webhook_endpoint_works',
  text: `UPDATE webhook_endpoints SET failing_since = NULL
          WHERE tenant_id = $1 AND id = $2 AND failing_since IS NOT NULL`,
};
/** Once, whoever comes first. */
const DISABLE: Statement = {
  name: 'webhook_endpoint_disable',
  text: `UPDATE webhook_endpoints SET disabled_at = $3, disabled_reason = $4, version = version + 1, updated_at = $3
          WHERE tenant_id = $1 AND id = $2 AND disabled_at IS NULL AND deleted_at IS NULL
            AND ($4 = 'gone' OR failing_since <= $5)
          RETURNING environment, failing_since AS "failingSince"`,
};

/** What attempts say about the endpoints: since when one fails, and when it has to be disabled. */
export class EndpointHealth {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  async learn(attempts: readonly Attempted[]): Promise<void> {
    for (const { delivery, at, responseStatus, error } of attempts) {
      const change = { tenantId: delivery.tenantId, endpointId: delivery.endpointId, at };
      const { failingSince } = delivery;
      if (error === null) {
        if (failingSince !== null)
          await this.database.within(change).query(WORKS, [change.tenantId, change.endpointId]);
      } else if (responseStatus === 410) {
        await this.#disable(change, 'gone');
      } else if (failingSince === null) {
        await this.database.within(change).query(FAILS, [change.tenantId, change.endpointId, at]);
      } else if (at.getTime() - failingSince.getTime() >= FAILING_FOR_MS) {
        await this.#disable(change, 'failing');
      }
    }
  }

  async #disable(change: Change, reason: 'gone' | 'failing'): Promise<void> {
    await this.database.within(change).transaction((tx) => this.#disableIn(tx, change, reason));
  }

  async #disableIn(tx: Tx, { tenantId, endpointId, at }: Change, reason: 'gone' | 'failing'): Promise<void> {
    const failedSince = new Date(at.getTime() - FAILING_FOR_MS);
    const [disabled] = await tx.query<{ environment: Environment; failingSince: Date | null }>(DISABLE, [
      tenantId,
      endpointId,
      at,
      reason,
      failedSince,
    ]);
    if (disabled === undefined) return;
    await this.ledger.note(tx, tenantScope(tenantId, disabled.environment, 'system'), 'endpoint.disabled', {
      endpointId,
      reason,
      failingSince: disabled.failingSince,
    });
  }
}
