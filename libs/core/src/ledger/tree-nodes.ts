import { type Queryable, type Statement } from '@gatehouse/platform';

import { type NodePlace, type NodeReader } from './tree/merkle-tree.js';

/**
 * Leaves and what is above them. Served by the primary keys: the lateral LIMITs leave PostgreSQL no choice where it has no statistics
 * yet, and joined it read a whole level for each node.
 */
export const NODES: Statement = {
  name: 'ledger_nodes_find',
  text: `SELECT place.level, place.index::text, coalesce(node.hash, leaf.hash) AS hash
           FROM unnest($2::int[], $3::bigint[]) AS place(level, index)
           LEFT JOIN LATERAL (SELECT n.hash FROM ledger_nodes n
                               WHERE place.level > 0 AND n.tenant_id = $1 AND n.level = place.level AND n.index = place.index
                               LIMIT 1) node ON true
           LEFT JOIN LATERAL (SELECT l.hash FROM ledger_leaves l
                               WHERE place.level = 0 AND l.tenant_id = $1 AND l.position = place.index + 1
                               LIMIT 1) leaf ON true`,
};

/** The nodes at these places, to read a tree or make a proof from. The reader throws where one is missing: the ledger was tampered with. */
export async function storedNodes(
  on: Queryable,
  tenantId: string,
  places: readonly NodePlace[],
): Promise<NodeReader> {
  const rows =
    places.length === 0
      ? []
      : await on.query<{ level: number; index: string; hash: Buffer | null }>(NODES, [
          tenantId,
          places.map(({ level }) => level),
          places.map(({ index }) => index),
        ]);
  const hashes = new Map(rows.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
  return (level, index) => {
    const hash = hashes.get(`${level}/${index}`);
    if (hash == null) throw new Error(`the ledger's tree has no node ${level}/${index}`);
    return hash;
  };
}
