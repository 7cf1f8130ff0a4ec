import { type Clock, type Database, type Log, type Sessions, type Statement } from '@gatehouse/platform';

import { storedNodes } from '../tree-nodes.js';
import { consistencyNodes, consistencyProof, frontierOf, GrowingTree } from '../tree/merkle-tree.js';
import { type Testimony, type ToldCheckpoint, type Witness } from './witness.js';

/** How often a tenant's newest checkpoint is told: one that comes later tells all that is between. */
const EVERY_MS = 10_000;
const TENANTS_AT_ONCE = 20;

/** One probe for each tenant, every few seconds. Served by the primary keys. */
const NOT_TOLD: Statement = {
  name: 'ledger_not_told',
  text: `SELECT h.tenant_id FROM ledger_heads h
           LEFT JOIN ledger_witnessed w ON w.tenant_id = h.tenant_id AND w.witness = $1
          WHERE h.size <> coalesce(w.size, 0) AND (w.attempted_at IS NULL OR w.attempted_at <= $2)
          ORDER BY w.attempted_at NULLS FIRST LIMIT $3`,
};
/** Nothing where another replica has it in hand: the newer of two heads must not be told before the older one. */
const CLAIM: Statement = {
  name: 'ledger_witnessed_claim',
  text: `INSERT INTO ledger_witnessed AS w (tenant_id, witness, size, attempted_at) VALUES ($1, $2, 0, $3)
         ON CONFLICT (tenant_id, witness) DO UPDATE SET attempted_at = EXCLUDED.attempted_at WHERE w.attempted_at <= $4
         RETURNING size::text`,
};
const NEWEST: Statement = {
  name: 'ledger_newest_head',
  text: `SELECT c.size::text, c.note FROM ledger_checkpoints c WHERE c.tenant_id = $1 ORDER BY c.size DESC LIMIT 1`,
};
const REMEMBER: Statement = {
  name: 'ledger_witnessed_remember',
  text: `INSERT INTO ledger_witnessed AS w (tenant_id, witness, size, cosignatures, refusal, attempted_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, witness) DO UPDATE
            SET size = greatest(w.size, EXCLUDED.size), refusal = EXCLUDED.refusal, attempted_at = EXCLUDED.attempted_at,
                cosignatures = CASE WHEN EXCLUDED.size > w.size THEN EXCLUDED.cosignatures ELSE w.cosignatures END`,
};

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
      const rows = await this.database.across.query<{ tenant_id: string }>(NOT_TOLD, [
        witness.name,
        new Date(now.getTime() - EVERY_MS),
        TENANTS_AT_ONCE,
      ]);
      for (const { tenant_id } of rows) await this.#tell(witness, tenant_id);
      isBusy ||= rows.length === TENANTS_AT_ONCE;
    }
    if (isBusy) this.#lookedAt = 0;
    return isBusy;
  }

  async #tell(witness: Witness, tenantId: string): Promise<void> {
    const sessions = this.database.within({ tenantId });
    const now = this.clock.now();
    const [claimed] = await sessions.query<{ size: string }>(CLAIM, [
      tenantId,
      witness.name,
      now,
      new Date(now.getTime() - EVERY_MS),
    ]);
    if (claimed === undefined) return;
    // Read after the claim, so that nobody has told of more.
    const [newest] = await sessions.query<{ size: string; note: string }>(NEWEST, [tenantId]);
    if (newest === undefined || newest.size === claimed.size) return;
    const [size, oldSize] = [Number(newest.size), Number(claimed.size)];
    const testimony = await this.#testimony(
      witness,
      toTell(sessions, { tenantId, size, oldSize, note: newest.note }),
    );
    if (!testimony.isTaken) {
      this.log.error(
        testimony.reason === 'inconsistent'
          ? 'a witness remembers another past of the ledger: verify it at once'
          : 'a checkpoint was not taken by the witness',
        { tenantId, reason: testimony.reason, source: witness.name },
      );
    }
    await sessions.query(REMEMBER, [
      tenantId,
      witness.name,
      testimony.isTaken ? size : oldSize,
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

function toTell(
  sessions: Sessions,
  head: Pick<ToldCheckpoint, 'tenantId' | 'size' | 'oldSize' | 'note'>,
): ToldCheckpoint {
  const { tenantId, size } = head;
  return {
    ...head,
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
