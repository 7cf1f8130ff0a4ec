import { type Clock, type Ids, type Queryable, type Statement } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';

/** What the ledger speaks of. New kinds are added freely; none is ever renamed. */
export type LedgerKind =
  | 'verification.created'
  | 'verification.started'
  | 'verification.status_changed'
  | 'verification.delivery_updated'
  | 'verification.rerouted'
  | 'verification.link_renewed'
  | 'verification.contact_corrected'
  | 'verification.imported'
  | 'read.failed'
  | 'signal.received'
  | 'signal.set_aside'
  | 'identity.viewed'
  | 'identity.looked_up'
  | 'images.listed'
  | 'image.viewed'
  | 'report.viewed'
  | 'report.archived'
  | 'report.lost'
  | 'customers.listed'
  | 'import.begun'
  | 'import.ended'
  | 'tenant.created'
  | 'tenant.changed'
  | 'tenant.suspended'
  | 'api_key.created'
  | 'api_key.revoked'
  | 'api_key.rotated'
  | 'admin_key.created'
  | 'admin_key.revoked'
  | 'connection.created'
  | 'connection.changed'
  | 'connection.removed'
  | 'connection.checked'
  | 'connection.webhook_registered'
  | 'routing.changed'
  | 'routing.proposed'
  | 'routing.rejected'
  | 'routing.rolled_back';

export interface LedgerEvent {
  readonly kind: LedgerKind;
  readonly tenantId: string;
  readonly environment: Environment | null;
  readonly verificationId: string | null;
  /** The verification's version that this entry made, or null where it made none. */
  readonly version: number | null;
  readonly actor: string;
  /** Facts without personal data and without secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

const APPEND: Statement = {
  name: 'ledger_append',
  text: `INSERT INTO ledger_entries (tenant_id, id, environment, verification_id, kind, version, actor, data, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

/** Append-only record of everything that happened. Always written in the transaction of what it records. */
export class Ledger {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async append(tx: Queryable, event: LedgerEvent): Promise<void> {
    await tx.query(APPEND, [
      event.tenantId,
      this.ids.next(),
      event.environment,
      event.verificationId,
      event.kind,
      event.version,
      event.actor,
      JSON.stringify(event.data),
      this.clock.now(),
    ]);
  }
}
