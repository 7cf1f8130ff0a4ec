import { type Clock, type Database, LOWEST_ID } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';
import { bucketOf } from '../verifications/verification.rows.js';
import { type ErasureGround, type NamedBy, NOTHING_ERASED } from './erasure.js';
import { type ErasureRow, PAGE_OF_ALL, REPEAT } from './erasure.rows.js';
import { type ErasureWorker } from './erasure-worker.js';
import { type LegalHolds } from './legal-holds.js';
import { type OrphanEraser } from './orphan-eraser.js';

/** One erasure, as the list outside of the database keeps it: ids only. */
export interface ListedErasure {
  readonly tenantId: string;
  readonly id: string;
  readonly environment: Environment | null;
  readonly ground: ErasureGround;
  readonly namedBy: NamedBy;
  readonly requestedAt: string;
  readonly verificationIds: readonly string[];
  readonly orphanIds: readonly string[];
}

const PAGE_SIZE = 500;

/**
 * The erasures that a restored backup has to be told of: one that is older than they are holds what they erased, and those of its keys
 * that are in it open that.
 */
export class ErasureList {
  constructor(
    private readonly database: Database,
    private readonly orphans: OrphanEraser,
    private readonly holds: LegalHolds,
    private readonly worker: ErasureWorker,
    private readonly clock: Clock,
  ) {}

  /** All that erased something, tenant by tenant. */
  async *all(): AsyncGenerator<ListedErasure, void, undefined> {
    let after = [LOWEST_ID, LOWEST_ID];
    for (;;) {
      const rows = await this.database.across.query<ErasureRow>(PAGE_OF_ALL, [...after, PAGE_SIZE]);
      yield* rows.map(listedOf);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = [last.tenant_id, last.id];
    }
  }

  /** Carries out again what is listed, and waits for it; what is erased already stays so. How many there were to do. */
  async repeat(listed: Iterable<ListedErasure> | AsyncIterable<ListedErasure>): Promise<number> {
    let repeated = 0;
    for await (const erasure of listed) if (await this.#repeat(erasure)) repeated += 1;
    while (await this.worker.workDue());
    return repeated;
  }

  async #repeat(erasure: ListedErasure): Promise<boolean> {
    const { tenantId } = erasure;
    return this.database.within({ tenantId }).transaction(async (tx) => {
      const rows = await tx.query(REPEAT, [
        tenantId,
        erasure.id,
        erasure.environment,
        erasure.ground,
        // The contact that it was named by is known to nobody any more; whom it found is.
        erasure.namedBy,
        erasure.verificationIds,
        JSON.stringify(NOTHING_ERASED),
        'system',
        bucketOf(tenantId),
        new Date(erasure.requestedAt),
        this.clock.now(),
      ]);
      await this.orphans.empty(tx, tenantId, erasure.orphanIds);
      // What was erased was held by nobody any more, so a hold on it is one that was over when the backup was not told.
      if (rows.length > 0) await this.holds.releaseThoseOf(tx, tenantId, erasure.verificationIds);
      return rows.length > 0;
    });
  }
}

function listedOf(row: ErasureRow): ListedErasure {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    environment: row.environment,
    ground: row.ground,
    namedBy: row.named_by,
    requestedAt: row.created_at.toISOString(),
    verificationIds: row.erased_ids,
    orphanIds: row.orphan_ids,
  };
}
