import { Problem } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Queryable,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantService } from '../tenancy/tenant.service.js';
import { type Environment } from '../tenancy/tenant-scope.js';
import { type Page, type PageRequest } from '../verifications/verification.js';
import { WAKE_HELD } from './erasure.rows.js';

/** Keeps a verification from being erased. Ids are UUIDs here and TypeIDs at the API. */
export interface LegalHold {
  readonly id: string;
  readonly environment: Environment;
  readonly verificationId: string;
  /** As the operator wrote it; null once the verification has been erased, because it may name the person. */
  readonly reason: string | null;
  /** Null: until it is released. */
  readonly until: Date | null;
  readonly placedBy: string;
  readonly createdAt: Date;
  readonly releasedAt: Date | null;
}

interface HoldRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment;
  readonly verification_id: string;
  readonly reason_sealed: Buffer;
  readonly until: Date | null;
  readonly placed_by: string;
  readonly created_at: Date;
  readonly released_at: Date | null;
}

/** Locked, so that what is being erased is erased before the hold is placed, or not at all. */
const LOCK_VERIFICATION: Statement = {
  name: 'verifications_lock_to_hold',
  text: 'SELECT environment, erased_at FROM verifications WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
};
const INSERT: Statement = {
  name: 'legal_holds_insert',
  text: `INSERT INTO legal_holds (tenant_id, id, environment, verification_id, reason_sealed, until, placed_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
};
/** Newest first: ids are in time order. Served by the primary key. */
const LIST: Statement = {
  name: 'legal_holds_list',
  text: 'SELECT * FROM legal_holds WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3',
};
const RELEASE: Statement = {
  name: 'legal_holds_release',
  text: `UPDATE legal_holds SET released_at = $3, released_by = $4 WHERE tenant_id = $1 AND id = $2 AND released_at IS NULL
         RETURNING environment, verification_id`,
};
/** Served by legal_holds_in_force. */
const RELEASE_THOSE_OF: Statement = {
  name: 'legal_holds_release_those_of',
  text: `UPDATE legal_holds SET released_at = $3, released_by = $4
          WHERE tenant_id = $1 AND verification_id = ANY($2) AND released_at IS NULL AND (until IS NULL OR until > $3)
         RETURNING id, environment, verification_id`,
};
/** Served by the tenant's part of the primary key: there are few. */
const EMPTY: Statement = {
  name: 'legal_holds_empty',
  text: `UPDATE legal_holds SET reason_sealed = '' WHERE tenant_id = $1 AND verification_id = $2 AND length(reason_sealed) > 0
         RETURNING id`,
};
/** Served by legal_holds_in_force. */
const IN_FORCE: Statement = {
  name: 'legal_holds_in_force',
  text: `SELECT verification_id, max(coalesce(until, 'infinity')) AS until FROM legal_holds
          WHERE tenant_id = $1 AND verification_id = ANY($2) AND released_at IS NULL AND (until IS NULL OR until > $3)
          GROUP BY verification_id`,
};

/** SQL: no hold is in force on verification `v` at the time `$now`. Served by legal_holds_in_force. */
export function notHeld(now: string): string {
  return `NOT EXISTS (SELECT FROM legal_holds h WHERE h.tenant_id = v.tenant_id AND h.verification_id = v.id
                         AND h.released_at IS NULL AND (h.until IS NULL OR h.until > ${now}))`;
}

export class LegalHolds {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly ledger: Ledger,
    private readonly tenants: TenantService,
    private readonly surroundings: { readonly clock: Clock; readonly ids: Ids },
    private readonly onWork: () => void,
  ) {}

  /** Throws Problem `not_found`, `erased` when it comes too late, and `validation_failed` for one that is over already. */
  async place(
    actor: string,
    tenantId: string,
    hold: { readonly verificationId: string; readonly reason: string; readonly until: Date | null },
  ): Promise<LegalHold> {
    await this.tenants.get(tenantId);
    const { clock, ids } = this.surroundings;
    // Whoever got a hold must not find out later that nothing was held.
    if (hold.until !== null && hold.until <= clock.now())
      throw new Problem('validation_failed', 'The hold would be over before it began.', {
        errors: [{ pointer: '/until', detail: 'must be in the future' }],
      });
    const id = ids.next();
    const sealed = await this.vault.sealForTenant(tenantId, hold.reason, placeOf(id));
    const row = await this.database.within({ tenantId }).transaction(async (tx) => {
      const [verification] = await tx.query<{ environment: Environment; erased_at: Date | null }>(
        LOCK_VERIFICATION,
        [tenantId, hold.verificationId],
      );
      if (verification === undefined) throw new Problem('not_found', 'There is no such verification.');
      if (verification.erased_at !== null) throw new Problem('erased', 'The person’s data has been erased.');
      const { environment } = verification;
      const values = [tenantId, id, environment, hold.verificationId, sealed, hold.until, actor, clock.now()];
      const [placed] = await tx.query<HoldRow>(INSERT, values);
      if (placed === undefined) throw new Error('an insert returned no row');
      await this.#record(tx, 'hold.placed', tenantId, placed, actor, {
        holdId: id,
        until: hold.until?.toISOString() ?? null,
      });
      return placed;
    });
    return this.#holdOf(row);
  }

  /** All that there ever were, newest first. Throws Problem `not_found`. */
  async list(tenantId: string, page: PageRequest): Promise<Page<LegalHold>> {
    await this.tenants.get(tenantId);
    const after = decodeCursor(page.cursor);
    const rows = await this.database
      .within({ tenantId })
      .query<HoldRow>(LIST, [tenantId, after?.id ?? null, page.limit + 1]);
    const holds = await Promise.all(rows.map((row) => this.#holdOf(row)));
    return pageOf(holds, page.limit, (hold) => ({ at: hold.createdAt, id: hold.id }));
  }

  /** What waited for it goes on. Throws Problem `not_found`, also for one that was released before. */
  async release(actor: string, tenantId: string, id: string): Promise<void> {
    const now = this.surroundings.clock.now();
    await this.database.within({ tenantId }).transaction(async (tx) => {
      const [released] = await tx.query<Pick<HoldRow, 'environment' | 'verification_id'>>(RELEASE, [
        tenantId,
        id,
        now,
        actor,
      ]);
      if (released === undefined) throw new Problem('not_found', 'There is no such hold.');
      await this.#record(tx, 'hold.released', tenantId, released, actor, { holdId: id });
      await tx.query(WAKE_HELD, [tenantId, now]);
      tx.afterCommit(this.onWork);
    });
  }

  /** Those that are in force on these verifications, which is known to be out of date. */
  async releaseThoseOf(tx: Tx, tenantId: string, verificationIds: readonly string[]): Promise<void> {
    const actor = 'system';
    const values = [tenantId, verificationIds, this.surroundings.clock.now(), actor];
    const released = await tx.query<Pick<HoldRow, 'id' | 'environment' | 'verification_id'>>(
      RELEASE_THOSE_OF,
      values,
    );
    for (const hold of released)
      await this.#record(tx, 'hold.released', tenantId, hold, actor, { holdId: hold.id });
  }

  /** The words of those that were ever placed on a verification which is being erased. How many. */
  async empty(tx: Tx, tenantId: string, verificationId: string): Promise<number> {
    return (await tx.query(EMPTY, [tenantId, verificationId])).length;
  }

  /** Of some verifications, those that are held, and until when; null: until the hold is released. */
  async inForce(
    on: Queryable,
    tenantId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Date | null>> {
    if (ids.length === 0) return new Map();
    const rows = await on.query<{ verification_id: string; until: unknown }>(IN_FORCE, [
      tenantId,
      ids,
      this.surroundings.clock.now(),
    ]);
    return new Map(
      rows.map(
        ({ verification_id, until }) => [verification_id, until instanceof Date ? until : null] as const,
      ),
    );
  }

  async #record(
    tx: Queryable,
    kind: 'hold.placed' | 'hold.released',
    tenantId: string,
    about: Pick<HoldRow, 'environment' | 'verification_id'>,
    actor: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId,
      environment: about.environment,
      verificationId: about.verification_id,
      version: null,
      actor,
      data,
    });
  }

  async #holdOf(row: HoldRow): Promise<LegalHold> {
    const { reason_sealed: sealed } = row;
    return {
      id: row.id,
      environment: row.environment,
      verificationId: row.verification_id,
      reason:
        sealed.length === 0
          ? null
          : // Sealed by `place`.
            ((await this.vault.openForTenant(row.tenant_id, sealed, placeOf(row.id))) as string),
      until: row.until,
      placedBy: row.placed_by,
      createdAt: row.created_at,
      releasedAt: row.released_at,
    };
  }
}

function placeOf(id: string): { table: string; row: string; column: string } {
  return { table: 'legal_holds', row: id, column: 'reason_sealed' };
}
