import { Problem } from '@gatehouse/contract';
import { type Database, type Statement, type Tx } from '@gatehouse/platform';

import { type TenantScope } from '../tenancy/tenant-scope.js';
import { storedNodes } from './tree-nodes.js';
import { inclusionNodes, inclusionProof } from './tree/merkle-tree.js';

/** What proves that a status was written down, to anybody who has the public key and none of our software. */
export interface Receipt {
  readonly tenantId: string;
  readonly verificationId: string;
  /** From 1 on. */
  readonly position: number;
  /** The exact text of the leaf. */
  readonly entry: string;
  readonly proof: {
    readonly leafIndex: number;
    readonly treeSize: number;
    /** RFC 6962 audit path, each 32 bytes. */
    readonly hashes: readonly Buffer[];
  };
  /** C2SP signed note. */
  readonly checkpoint: string;
}

const entry = (name: string, which: string): Statement => ({
  name,
  text: `SELECT ledger_text(e) AS entry, l.position::text
           FROM ledger_entries e
           LEFT JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
          WHERE e.tenant_id = $1 AND e.environment = $2 AND e.verification_id = $3 AND ${which} LIMIT 1`,
});
/** Which entry a receipt is of; the leaf is found by ledger_leaves_by_entry. */
const ENTRIES = {
  /** That made the present version. Served by ledger_one_entry_per_version. */
  status: entry('ledger_present_entry', 'e.version IS NOT NULL ORDER BY e.version DESC'),
  /** That committed to the identity last. Served by ledger_by_verification. */
  identity: entry(
    'ledger_identity_entry',
    "e.data -> 'commitments' ? 'identity' ORDER BY l.position DESC NULLS FIRST, e.id DESC",
  ),
} as const;
export type ReceiptOf = keyof typeof ENTRIES;
/** Served by the primary key. */
const NEWEST_CHECKPOINT: Statement = {
  name: 'ledger_newest_checkpoint',
  text: 'SELECT c.size::text, c.note FROM ledger_checkpoints c WHERE c.tenant_id = $1 ORDER BY c.size DESC LIMIT 1',
};

/** For how long an entry that was just written may wait for its place in the tree before a caller is sent away. */
const PATIENCE_MS = 2_000;
const RETRY_AFTER_S = 1;

/** Receipts for the statuses of verifications. */
export class LedgerReceipts {
  constructor(
    private readonly database: Database,
    private readonly watch: { grown(tenantId: string, size: number, signal: AbortSignal): Promise<boolean> },
  ) {}

  /**
   * Of the status as it is, or of the identity that is kept. Waits shortly for an entry that is not sealed yet. Throws Problem
   * `not_found`; `conflict`, to be asked again, where the seal is late.
   */
  async of(scope: TenantScope, verificationId: string, what: ReceiptOf): Promise<Receipt> {
    const end = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const seen = await this.database
        .within({ tenantId: scope.tenantId })
        .transaction((tx) => this.#read(tx, scope, verificationId, what), { isolation: 'repeatable read' });
      if (typeof seen !== 'number') return seen;
      if (!(await this.watch.grown(scope.tenantId, seen, end))) {
        throw new Problem('conflict', 'The newest entry is not sealed yet; ask again in a moment.', {
          retryAfterSeconds: RETRY_AFTER_S,
        });
      }
    }
  }

  /** The size of the tree, where the entry is not in it yet. */
  async #read(
    tx: Tx,
    { tenantId, environment }: TenantScope,
    verificationId: string,
    what: ReceiptOf,
  ): Promise<Receipt | number> {
    const [present] = await tx.query<{ entry: string; position: string | null }>(ENTRIES[what], [
      tenantId,
      environment,
      verificationId,
    ]);
    if (present === undefined)
      throw new Problem('not_found', 'The ledger has no such entry of this verification.');
    const [head] = await tx.query<{ size: string; note: string }>(NEWEST_CHECKPOINT, [tenantId]);
    const treeSize = Number(head?.size ?? 0);
    const position = Number(present.position ?? Infinity);
    if (head === undefined || position > treeSize) return treeSize;
    const leafIndex = position - 1;
    const nodes = await storedNodes(tx, tenantId, inclusionNodes(leafIndex, treeSize));
    const hashes = inclusionProof(leafIndex, treeSize, nodes);
    const proof = { leafIndex, treeSize, hashes };
    return { tenantId, verificationId, position, entry: present.entry, proof, checkpoint: head.note };
  }
}
