import { type Clock, type Database, type Sessions, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../../ledger/ledger.js';
import { type LedgerKind } from '../../ledger/ledger-kind.js';
import { SYSTEM_TENANT_ID } from '../tenant-vault.js';
import { ADVANCE, LOCK_TURN, type RotationRow } from './key-rotation.rows.js';

/** How a rotation stands after a step; what is left out is as before, and without `due_at` the next step is due at once. */
export type AfterStep = Partial<RotationRow> & { readonly due_at?: Date | null };

/** Writes what the steps of rotations have done, each together with the place where to go on. */
export class RotationSteps {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** The rows that a rotation is about. Our own are of no tenant, so that no tenant's session sees all of them. */
  sessionsFor({ tenant_id: tenantId }: RotationRow): Sessions {
    return tenantId === SYSTEM_TENANT_ID ? this.database.across : this.database.within({ tenantId });
  }

  /** Runs `work` and keeps what it answers; does neither when another worker has taken over since `row` was claimed. */
  async write(row: RotationRow, work: (tx: Tx) => Promise<AfterStep>): Promise<void> {
    await this.sessionsFor(row).transaction(async (tx) => {
      const [mine] = await tx.query<{ turn: number }>(LOCK_TURN, [row.tenant_id, row.id, row.turn]);
      if (mine === undefined) return;
      const now = this.clock.now();
      const next = { ...row, due_at: now, ...(await work(tx)) };
      await tx.query(ADVANCE, [
        next.tenant_id,
        next.id,
        next.state,
        next.phase,
        next.at_table,
        next.after === null ? null : JSON.stringify(next.after),
        next.from_version,
        next.to_version,
        next.total,
        next.moved,
        next.failed,
        next.settles_at,
        next.completed_at,
        next.destroyed_at,
        next.due_at,
        now,
      ]);
    });
  }

  async record(
    tx: Tx,
    { tenant_id, id, level, actor }: RotationRow,
    kind: LedgerKind,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId: tenant_id,
      environment: null,
      verificationId: null,
      version: null,
      actor,
      data: { rotationId: id, level, ...data },
    });
  }
}
