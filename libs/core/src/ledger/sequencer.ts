import {
  type Clock,
  type Database,
  HIGHEST_ID,
  LOWEST_ID,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type LedgerKeys } from './ledger-keys.js';
import { originOf } from './origin.js';
import { storedNodes } from './tree-nodes.js';
import { checkpointText } from './tree/checkpoint.js';
import { frontierOf, GrowingTree, type TreeNode } from './tree/merkle-tree.js';
import { NoteSigner } from './tree/signed-note.js';

/** Tenants looked after, and entries of one tenant placed, in one go. */
const TENANTS_AT_ONCE = 50;
const ENTRIES_AT_ONCE = 2000;

/**
 * Served by the primary key. One probe of it per tenant, however much of a tenant's waits: a DISTINCT would read all of that again
 * before each batch of it.
 */
export const WAITING: Statement = {
  name: 'ledger_waiting_tenants',
  text: `WITH RECURSIVE waiting AS (
           (SELECT tenant_id FROM ledger_queue WHERE (tenant_id, entry_id) > ($1, $2) ORDER BY tenant_id, entry_id LIMIT 1)
           UNION ALL
           SELECT (SELECT q.tenant_id FROM ledger_queue q
                    WHERE q.tenant_id > waiting.tenant_id
                    ORDER BY q.tenant_id, q.entry_id LIMIT 1)
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
 * What waits without its entry is left: it tells whoever verifies that somebody took the entry away.
 * A statement of its own, so that it sees all that was committed before the head was locked. Within a batch, ids order by the clocks
 * of the replicas that made them; a verification's entries stand in the order of its versions whatever those clocks said. The array
 * and the lateral LIMIT leave PostgreSQL no choice: joined, and without statistics, it read all that a busy tenant has, or what waits once
 * more for each entry. Served by the primary keys.
 */
const PLACE: Statement = {
  name: 'ledger_place',
  text: `WITH waiting AS MATERIALIZED (
           SELECT entry.* FROM ledger_queue q CROSS JOIN LATERAL (
             SELECT e.id, e.verification_id, e.version, e.environment, e.kind, ledger_leaf_hash(ledger_text(e)) AS hash
               FROM ledger_entries e WHERE e.tenant_id = $1 AND e.id = q.entry_id LIMIT 1) entry
            WHERE q.tenant_id = $1 ORDER BY q.entry_id LIMIT $3),
         taken AS (DELETE FROM ledger_queue WHERE tenant_id = $1 AND entry_id = ANY(ARRAY(SELECT id FROM waiting))),
         ranked AS (
           SELECT waiting.*,
                  CASE WHEN version IS NULL THEN id::text
                       ELSE max(id::text) OVER (PARTITION BY verification_id ORDER BY version)
                  END COLLATE "C" AS latest
             FROM waiting),
         placed AS (
           INSERT INTO ledger_leaves (tenant_id, position, entry_id, hash, environment, kind)
           SELECT $1, $2::bigint + row_number() OVER (ORDER BY latest, version, id), id, hash, environment, kind FROM ranked
           RETURNING position, hash)
         SELECT hash FROM placed ORDER BY position`,
};
const KEEP_NODES: Statement = {
  name: 'ledger_keep_nodes',
  text: `INSERT INTO ledger_nodes (tenant_id, level, index, hash)
         SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[])`,
};
const MOVE_HEAD: Statement = {
  name: 'ledger_move_head',
  text: `WITH moved AS (UPDATE ledger_heads SET size = $2 WHERE tenant_id = $1)
         INSERT INTO ledger_checkpoints (tenant_id, size, root, note, at) VALUES ($1, $2, $3, $4, $5)`,
};

/**
 * Gives a tenant's ledger entries the positions 1, 2, 3 …, after they were committed: an entry that becomes visible late gets a later
 * position, so that whoever reads on from a position misses nothing. Each batch becomes the next leaves of the tenant's Merkle tree, whose
 * head is signed in the same transaction. Any replica may run it; one at a time does, for each tenant.
 */
export class Sequencer {
  /** The tenant looked after last: those behind it come next, so that busy tenants do not keep others waiting. */
  #last: string | null = null;

  constructor(
    private readonly database: Database,
    private readonly keys: LedgerKeys,
    private readonly clock: Clock,
  ) {}

  /** False when no entry was waiting for its position. */
  async placeWaiting(): Promise<boolean> {
    const from = this.#last === null ? [LOWEST_ID, LOWEST_ID] : [this.#last, HIGHEST_ID];
    const tenants = await this.database.across.query<{ tenant_id: string }>(WAITING, [
      ...from,
      TENANTS_AT_ONCE,
    ]);
    const isWholeRound = this.#last === null && tenants.length < TENANTS_AT_ONCE;
    let placed = 0;
    for (const { tenant_id } of tenants) {
      // Before the work: a tenant at whom it fails is not the first one tried again.
      this.#last = tenant_id;
      const signer = new NoteSigner(originOf(tenant_id), await this.keys.signingKey());
      placed += await this.database
        .within({ tenantId: tenant_id })
        .transaction((tx) => this.#place(tx, tenant_id, signer), { isPipelined: true });
    }
    if (tenants.length < TENANTS_AT_ONCE) this.#last = null;
    return placed > 0 || !isWholeRound;
  }

  async #place(tx: Tx, tenantId: string, signer: NoteSigner): Promise<number> {
    await tx.query(MAKE_HEAD, [tenantId]);
    const [head] = await tx.query<{ size: string }>(LOCK_HEAD, [tenantId]);
    if (head === undefined) return 0;
    const size = Number(head.size);
    const leaves = await tx.query<{ hash: Buffer }>(PLACE, [tenantId, size, ENTRIES_AT_ONCE]);
    if (leaves.length === 0) return 0;
    const tree = new GrowingTree(size, await frontier(tx, tenantId, size));
    const nodes = leaves.flatMap(({ hash }) => tree.appendHash(hash)).filter(({ level }) => level > 0);
    if (nodes.length > 0) await tx.query(KEEP_NODES, [tenantId, ...columnsOf(nodes)]);
    const root = tree.root();
    const note = signer.sign(checkpointText({ origin: signer.name, size: tree.size, root }));
    await tx.query(MOVE_HEAD, [tenantId, tree.size, root, note, this.clock.now()]);
    return leaves.length;
  }
}

async function frontier(tx: Tx, tenantId: string, size: number): Promise<readonly TreeNode[]> {
  const places = frontierOf(size);
  const node = await storedNodes(tx, tenantId, places);
  return places.map(({ level, index }) => ({ level, index, hash: node(level, index) }));
}

function columnsOf(nodes: readonly TreeNode[]): readonly unknown[] {
  return [nodes.map(({ level }) => level), nodes.map(({ index }) => index), nodes.map(({ hash }) => hash)];
}
