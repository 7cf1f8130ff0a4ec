import { type Database, type Statement, type Tx } from '@gatehouse/platform';

/** Tenants looked after, and entries of one tenant placed, in one go. */
const TENANTS_AT_ONCE = 50;
const ENTRIES_AT_ONCE = 2000;

/** Below every entry's key, and above every entry of a tenant. */
const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Served by ledger_unsequenced, which holds only what has no position yet. One probe of it per tenant, however much of a tenant's
 * waits: a DISTINCT would read all of that again before each batch of it.
 */
export const WAITING: Statement = {
  name: 'ledger_waiting_tenants',
  text: `WITH RECURSIVE waiting AS (
           (SELECT tenant_id FROM ledger_entries
             WHERE position IS NULL AND (tenant_id, id) > ($1, $2)
             ORDER BY tenant_id, id LIMIT 1)
           UNION ALL
           SELECT (SELECT e.tenant_id FROM ledger_entries e
                    WHERE e.position IS NULL AND e.tenant_id > waiting.tenant_id
                    ORDER BY e.tenant_id, e.id LIMIT 1)
             FROM waiting WHERE waiting.tenant_id IS NOT NULL)
         SELECT tenant_id FROM waiting WHERE tenant_id IS NOT NULL LIMIT $3`,
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
/**
 * A statement of its own, so that it sees all that was committed before the head was locked. Within a batch, ids order by the clocks
 * of the replicas that made them; a verification's entries stand in the order of its versions whatever those clocks said.
 */
const PLACE: Statement = {
  name: 'ledger_place',
  text: `UPDATE ledger_entries e SET position = $2::bigint + next.n
           FROM (SELECT id, row_number() OVER (ORDER BY latest, version, id) AS n
                   FROM (SELECT id, version,
                                CASE WHEN version IS NULL THEN id::text
                                     ELSE max(id::text) OVER (PARTITION BY verification_id ORDER BY version)
                                END COLLATE "C" AS latest
                           FROM (SELECT id, verification_id, version FROM ledger_entries
                                  WHERE tenant_id = $1 AND position IS NULL
                                  ORDER BY id LIMIT $3) waiting) ranked) next
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
  /** The tenant looked after last: those behind it come next, so that busy tenants do not keep others waiting. */
  #last: string | null = null;

  constructor(private readonly database: Database) {}

  /** False when no entry was waiting for its position. */
  async placeWaiting(): Promise<boolean> {
    const from = this.#last === null ? [LOWEST, LOWEST] : [this.#last, HIGHEST];
    const tenants = await this.database.query<{ tenant_id: string }>(WAITING, [...from, TENANTS_AT_ONCE]);
    const isWholeRound = this.#last === null && tenants.length < TENANTS_AT_ONCE;
    let placed = 0;
    for (const { tenant_id } of tenants) {
      // Before the work: a tenant at whom it fails is not the first one tried again.
      this.#last = tenant_id;
      placed += await this.database.transaction((tx) => this.#place(tx, tenant_id));
    }
    if (tenants.length < TENANTS_AT_ONCE) this.#last = null;
    return placed > 0 || !isWholeRound;
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
