import { type Database, type Statement, type Tx } from '@gatehouse/platform';

/** Tenants looked after, and entries of one tenant placed, in one go. */
const TENANTS_AT_ONCE = 50;
const ENTRIES_AT_ONCE = 2000;

/** Served by ledger_unsequenced, which holds only what has no position yet. */
const WAITING: Statement = {
  name: 'ledger_waiting_tenants',
  text: 'SELECT DISTINCT tenant_id FROM ledger_entries WHERE position IS NULL LIMIT $1',
};
const MAKE_HEAD: Statement = {
  name: 'ledger_make_head',
  text: 'INSERT INTO ledger_heads (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING',
};
/** Nothing, while another replica is at this tenant. */
const LOCK_HEAD: Statement = {
  name: 'ledger_lock_head',
  text: 'SELECT size::text FROM ledger_heads WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED',
};
/** A statement of its own, so that it sees all that was committed before the head was locked. */
const PLACE: Statement = {
  name: 'ledger_place',
  text: `UPDATE ledger_entries e SET position = $2::bigint + next.n
           FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
                   FROM (SELECT id FROM ledger_entries WHERE tenant_id = $1 AND position IS NULL
                          ORDER BY id LIMIT $3) waiting) next
          WHERE e.tenant_id = $1 AND e.id = next.id
          RETURNING e.position::text`,
};
const MOVE_HEAD: Statement = {
  name: 'ledger_move_head',
  text: 'UPDATE ledger_heads SET size = size + $2 WHERE tenant_id = $1',
};

/**
 * Gives a tenant's ledger entries the positions 1, 2, 3 …, after they were committed: an entry that becomes visible late gets a later
 * position, so that whoever reads on from a position misses nothing. Any replica may run it; one at a time does, for each tenant.
 */
export class Sequencer {
  constructor(private readonly database: Database) {}

  /** False when no entry was waiting for its position. */
  async placeWaiting(): Promise<boolean> {
    const tenants = await this.database.query<{ tenant_id: string }>(WAITING, [TENANTS_AT_ONCE]);
    let placed = 0;
    for (const { tenant_id } of tenants)
      placed += await this.database.transaction((tx) => this.#place(tx, tenant_id));
    return placed > 0;
  }

  async #place(tx: Tx, tenantId: string): Promise<number> {
    await tx.query(MAKE_HEAD, [tenantId]);
    const [head] = await tx.query<{ size: string }>(LOCK_HEAD, [tenantId]);
    if (head === undefined) return 0;
    const { length } = await tx.query(PLACE, [tenantId, head.size, ENTRIES_AT_ONCE]);
    if (length > 0) await tx.query(MOVE_HEAD, [tenantId, length]);
    return length;
  }
}
