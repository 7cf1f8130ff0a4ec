import { type Clock, type Log, SealError, type Statement, type Tx } from '@gatehouse/platform';

import { NEWEST_KEY_KEPT_MS, NoTenantKey, SYSTEM_TENANT_ID, type TenantVault } from '../tenant-vault.js';
import { type RotationRow } from './key-rotation.rows.js';
import { KEPT_UNDER_DATA_KEY, type KeptUnderDataKey, type PageRow } from './kept-under-data-key.js';
import { type AfterStep, type RotationSteps } from './rotation-steps.js';

/** By the primary keys, as far as there are any rows: once per rotation. */
const COUNT: Statement = {
  name: 'rotation_count',
  text: `SELECT ((SELECT count(*) FROM subjects WHERE tenant_id = $1) + (SELECT count(*) FROM connections WHERE tenant_id = $1)
                + (SELECT count(*) FROM webhook_endpoints WHERE tenant_id = $1)
                + (SELECT count(*) FROM signals WHERE tenant_id = $1 AND verification_id IS NULL)
                + (SELECT count(*) FROM idempotency_keys WHERE tenant_id = $1)
                + (SELECT count(*) FROM webhook_attempts WHERE tenant_id = $1 AND response_sealed IS NOT NULL))::int AS total`,
};
/** By the primary key. */
const NEWEST: Statement = {
  name: 'rotation_newest_version',
  text: `SELECT version FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'data' ORDER BY version DESC LIMIT 1`,
};
/** By the primary key. */
const RETIRE: Statement = {
  name: 'rotation_retire',
  text: `UPDATE tenant_keys SET retired_at = $3
          WHERE tenant_id = $1 AND purpose = 'data' AND version < $2 AND retired_at IS NULL`,
};
/** By the primary key. */
const DESTROY: Statement = {
  name: 'rotation_destroy',
  text: `DELETE FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'data' AND version < $2 AND retired_at IS NOT NULL
         RETURNING version`,
};

/** Few enough that a page takes milliseconds, of the database and of this process. */
const PAGE_SIZE = 500;
/** Far longer than a write may take that was begun with the old key in hand. */
const SETTLE_MS = NEWEST_KEY_KEPT_MS + 10 * 60_000;
/** Between the last use of a data key and its end. */
const KEPT_AFTER_RETIREMENT_MS = 24 * 3_600_000;

interface Fresh {
  readonly at: readonly string[];
  readonly was: Buffer;
  readonly sealed: Buffer;
}

/**
 * Replaces a tenant's data key: makes a newer version, puts under it what the older ones hold, page by page and each row only if it is
 * still what was read, and once more after the last process has learnt of it; a day later deletes the older ones, if nothing needs them.
 */
export class TenantKeyRotation {
  constructor(
    private readonly steps: RotationSteps,
    private readonly vault: TenantVault,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async step(row: RotationRow): Promise<void> {
    await (row.to_version === null ? this.#begin(row) : this.#walk(row, row.to_version));
  }

  async #begin(row: RotationRow): Promise<void> {
    const { tenant_id: tenantId } = row;
    const sessions = this.steps.sessionsFor(row);
    const [newest] = await sessions.query<{ version: number }>(NEWEST, [tenantId]);
    if (newest === undefined) throw new NoTenantKey();
    const [counted] = await sessions.query<{ total: number }>(COUNT, [tenantId]);
    const key = await this.vault.newDataKey(tenantId, newest.version);
    await this.steps.write(row, async (tx) => {
      await this.vault.insertDataKey(tx, key);
      return {
        phase: 'move',
        from_version: newest.version,
        to_version: key.version,
        total: counted?.total ?? null,
        settles_at: this.#in(SETTLE_MS),
      };
    });
  }

  async #walk(row: RotationRow, version: number): Promise<void> {
    const tables = KEPT_UNDER_DATA_KEY.filter(
      ({ isOurs }) => isOurs !== true || row.tenant_id === SYSTEM_TENANT_ID,
    );
    const index = Math.max(
      0,
      tables.findIndex(({ table }) => table === row.at_table),
    );
    const kept = tables[index];
    if (kept === undefined) throw new Error('there is nothing to walk over');
    const rows = await this.steps
      .sessionsFor(row)
      .query<PageRow>(kept.page, [
        row.tenant_id,
        JSON.stringify(row.after ?? kept.start),
        PAGE_SIZE,
        version,
      ]);
    const fresh = await this.#refresh(row, kept, rows, version);
    const isOver = rows.length < PAGE_SIZE;
    const last = rows.at(-1)?.at ?? null;
    const next = isOver ? tables[index + 1]?.table : kept.table;
    await this.steps.write(row, async (tx) => {
      const moved = fresh.done.length === 0 ? [] : await tx.query(kept.replace, valuesOf(row, fresh.done));
      const counted = {
        ...row,
        moved: row.moved + moved.length,
        failed: (row.at_table === null ? 0 : row.failed) + fresh.failed,
      };
      if (next === undefined)
        return { ...(await this.#end(tx, counted, version)), at_table: null, after: null };
      return { ...counted, at_table: next, after: isOver ? null : last };
    });
  }

  async #refresh(
    row: RotationRow,
    kept: KeptUnderDataKey,
    rows: readonly PageRow[],
    version: number,
  ): Promise<{ readonly done: readonly Fresh[]; readonly failed: number }> {
    const done: Fresh[] = [];
    let failed = 0;
    for (const { at, sealed, version: from } of rows) {
      if (sealed === null) continue;
      try {
        done.push({ at, was: sealed, sealed: await this.#fresh(row, kept, at, sealed, from, version) });
      } catch (error) {
        // That a key cannot be had at the moment is no fault of the row's.
        if (!(error instanceof SealError || error instanceof NoTenantKey)) throw error;
        failed += 1;
        this.log.error('what a data key sealed does not open, and stays as it is', {
          tenantId: row.tenant_id,
          jobId: row.id,
          kind: kept.table,
          rowId: at.at(-1),
          error,
        });
      }
    }
    return { done, failed };
  }

  async #fresh(
    { tenant_id: tenantId }: RotationRow,
    kept: KeptUnderDataKey,
    at: readonly string[],
    sealed: Buffer,
    from: number | null,
    version: number,
  ): Promise<Buffer> {
    if (kept.placeOf !== null) return this.vault.resealForTenant(tenantId, sealed, kept.placeOf(at), version);
    const subject = { subjectId: at[0] ?? '', wrapped: sealed, keyVersion: from ?? 0 };
    return this.vault.rewrapSubjectKey(tenantId, subject, version);
  }

  /** Of a walk over everything. */
  async #end(tx: Tx, row: RotationRow, version: number): Promise<AfterStep> {
    const now = this.clock.now();
    switch (row.phase) {
      case 'move':
        return { ...row, phase: 'check', due_at: row.settles_at ?? now };
      case 'check': {
        await tx.query(RETIRE, [row.tenant_id, version, now]);
        const { moved, failed, from_version: fromVersion, to_version: toVersion } = row;
        await this.steps.record(tx, row, 'keys.rotation_ended', { fromVersion, toVersion, moved, failed });
        const due = this.#in(KEPT_AFTER_RETIREMENT_MS);
        return { ...row, state: 'done', phase: 'destroy', completed_at: now, due_at: due };
      }
      case 'destroy':
        return this.#destroy(tx, row, version);
      default:
        throw new Error('not a phase of the rotation of a data key');
    }
  }

  /** Not while something needs them that could not be moved; it is looked at again until it is repaired or gone. */
  async #destroy(tx: Tx, row: RotationRow, version: number): Promise<AfterStep> {
    if (row.failed > 0) {
      this.log.warn('a retired data key is kept, because not all that it sealed could be moved', {
        tenantId: row.tenant_id,
        jobId: row.id,
        count: row.failed,
      });
      return { ...row, due_at: this.#in(KEPT_AFTER_RETIREMENT_MS) };
    }
    const destroyed = await tx.query<{ version: number }>(DESTROY, [row.tenant_id, version]);
    await this.steps.record(tx, row, 'keys.destroyed', {
      versions: destroyed.map((key) => key.version).sort((a, b) => a - b),
    });
    return { ...row, destroyed_at: this.clock.now(), due_at: null };
  }

  #in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

function valuesOf(row: RotationRow, fresh: readonly Fresh[]): readonly unknown[] {
  return [
    row.tenant_id,
    fresh.map(({ at }) => JSON.stringify(at)),
    fresh.map(({ was }) => was),
    fresh.map(({ sealed }) => sealed),
    row.to_version,
  ];
}
