import { type Clock, type Database, type Log, type Sessions, type Statement } from '@gatehouse/platform';

import { storedNodes } from '../tree-nodes.js';
import { consistencyNodes, consistencyProof, frontierOf, GrowingTree } from '../tree/merkle-tree.js';
import { type Testimony, type ToldCheckpoint, type Witness } from './witness.js';

/** How often a tenant's newest checkpoint is told: one that comes later tells all that is between. */
const EVERY_MS = 10_000;
const TENANTS_AT_ONCE = 20;

/** One probe for each tenant, every few seconds. Served by the primary keys. */
const UNTOLD: Statement = {
  name: 'ledger_untold',
  text: `SELECT h.tenant_id, newest.size::text, newest.note, coalesce(w.size, 0)::text AS old_size
           FROM ledger_heads h
           LEFT JOIN ledger_witnessed w ON w.tenant_id = h.tenant_id AND w.witness = $1
          CROSS JOIN LATERAL (SELECT c.size, c.note FROM ledger_checkpoints c
                               WHERE c.tenant_id = h.tenant_id ORDER BY c.size DESC LIMIT 1) newest
          WHERE newest.size <> coalesce(w.size, 0) AND (w.attempted_at IS NULL OR w.attempted_at <= $2)
          ORDER BY w.attempted_at NULLS FIRST LIMIT $3`,
};
const REMEMBER: Statement = {
  name: 'ledger_witnessed_remember',
  text: `INSERT INTO ledger_witnessed AS w (tenant_id, witness, size, cosignatures, refusal, attempted_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, witness) DO UPDATE
            SET size = greatest(w.size, EXCLUDED.size), refusal = EXCLUDED.refusal, attempted_at = EXCLUDED.attempted_at,
                cosignatures = CASE WHEN EXCLUDED.size > w.size THEN EXCLUDED.cosignatures ELSE w.cosignatures END`,
};

interface UntoldRow {
  readonly tenant_id: string;
  readonly size: string;
  readonly note: string;
  readonly old_size: string;
}

/** Tells witnesses the newest checkpoints. One that does not fit what a witness remembers is an alarm: the past was changed. */
export class CheckpointTelling {
  #lookedAt = 0;

  constructor(
    private readonly database: Database,
    private readonly witnesses: readonly Witness[],
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** False when no witness had to be told of anything. */
  async tellDue(): Promise<boolean> {
    const now = this.clock.now();
    if (this.witnesses.length === 0 || now.getTime() - this.#lookedAt < EVERY_MS / 2) return false;
    this.#lookedAt = now.getTime();
    let isBusy = false;
    for (const witness of this.witnesses) {
      const rows = await this.database.across.query<UntoldRow>(UNTOLD, [
        witness.name,
        new Date(now.getTime() - EVERY_MS),
        TENANTS_AT_ONCE,
      ]);
      for (const row of rows) await this.#tell(witness, row);
      isBusy ||= rows.length === TENANTS_AT_ONCE;
    }
    if (isBusy) this.#lookedAt = 0;
    return isBusy;
  }

  async #tell(witness: Witness, row: UntoldRow): Promise<void> {
    const sessions = this.database.within({ tenantId: row.tenant_id });
    const testimony = await this.#testimony(witness, told(sessions, row));
    if (!testimony.isTaken) {
      this.log.error(
        testimony.reason === 'inconsistent'
          ? 'a witness remembers another past of the ledger: verify it at once'
          : 'a checkpoint was not taken by the witness',
        { tenantId: row.tenant_id, reason: testimony.reason, source: witness.name },
      );
    }
    await sessions.query(REMEMBER, [
      row.tenant_id,
      witness.name,
      testimony.isTaken ? row.size : row.old_size,
      testimony.isTaken ? testimony.cosignatures : null,
      testimony.isTaken ? null : testimony.reason,
      this.clock.now(),
    ]);
  }

  async #testimony(witness: Witness, checkpoint: ToldCheckpoint): Promise<Testimony> {
    // It took more than there is now.
    if (checkpoint.oldSize > checkpoint.size) return { isTaken: false, reason: 'inconsistent' };
    try {
      return await witness.tell(checkpoint);
    } catch (error) {
      // One tenant's must not keep the others from being told.
      this.log.warn('a witness of the ledger could not be told', { error, tenantId: checkpoint.tenantId });
      return { isTaken: false, reason: 'unavailable' };
    }
  }
}

function told(sessions: Sessions, row: UntoldRow): ToldCheckpoint {
  const tenantId = row.tenant_id;
  const size = Number(row.size);
  return {
    tenantId,
    size,
    note: row.note,
    oldSize: Number(row.old_size),
    proofFrom: async (from) =>
      consistencyProof(from, size, await storedNodes(sessions, tenantId, consistencyNodes(from, size))),
    rootAt: async (at) => {
      if (at > size) return null;
      const places = frontierOf(at);
      const node = await storedNodes(sessions, tenantId, places);
      return new GrowingTree(
        at,
        places.map(({ level, index }) => ({ level, index, hash: node(level, index) })),
      ).root();
    },
  };
}
