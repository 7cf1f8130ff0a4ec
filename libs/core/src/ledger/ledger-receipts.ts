import { Problem } from '@gatehouse/contract';
import { type Database, type Statement, type Tx } from '@gatehouse/platform';

import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type LedgerKind } from './ledger-kind.js';
import { storedNodes } from './tree-nodes.js';
import { inclusionNodes, inclusionProof, type NodePlace } from './tree/merkle-tree.js';

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

/** An entry with what proves that it is in the tree of the checkpoint. */
export interface ProvenEntry {
  readonly kind: LedgerKind;
  readonly actor: string;
  readonly version: number | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly receipt: Receipt;
}

/** What the ledger says of one verification, all under one checkpoint. */
export interface ProvenHistory {
  /** In the order of the ledger. */
  readonly entries: readonly ProvenEntry[];
  /** False: there are more, and these are the newest. */
  readonly isComplete: boolean;
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
/** Served by ledger_by_verification; the leaves by ledger_leaves_by_entry. */
const HISTORY: Statement = {
  name: 'ledger_history_proven',
  text: `SELECT e.kind, e.actor, e.version, e.data, e.at, ledger_text(e) AS entry, l.position::text
           FROM ledger_entries e
           LEFT JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
          WHERE e.tenant_id = $1 AND e.environment = $2 AND e.verification_id = $3 ORDER BY e.id DESC LIMIT $4`,
};
/** A verification that is read for years has more entries than anybody looks through. */
const MOST_PROVEN = 2_000;
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
    return this.#sealed(scope, (tx) => this.#read(tx, scope, verificationId, what));
  }

  /** Of everything that the ledger says of a verification. Waits, and throws, as {@link of}. */
  async history(scope: TenantScope, verificationId: string): Promise<ProvenHistory> {
    return this.#sealed(scope, (tx) => this.#readHistory(tx, scope, verificationId));
  }

  /** Reads until what is read is in the tree; until then, `read` says how large that is. */
  async #sealed<T extends object>(scope: TenantScope, read: (tx: Tx) => Promise<T | number>): Promise<T> {
    const end = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const seen = await this.database
        .within({ tenantId: scope.tenantId })
        .transaction(read, { isolation: 'repeatable read' });
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

  /** The size of the tree, where one of the entries is not in it yet. */
  async #readHistory(
    tx: Tx,
    { tenantId, environment }: TenantScope,
    verificationId: string,
  ): Promise<ProvenHistory | number> {
    const rows = await tx.query<HistoryRow>(HISTORY, [
      tenantId,
      environment,
      verificationId,
      MOST_PROVEN + 1,
    ]);
    if (rows.length === 0) throw new Problem('not_found', 'The ledger has no entry of this verification.');
    const [head] = await tx.query<{ size: string; note: string }>(NEWEST_CHECKPOINT, [tenantId]);
    const treeSize = Number(head?.size ?? 0);
    const told = rows
      .slice(0, MOST_PROVEN)
      .map((row) => ({ ...row, place: Number(row.position ?? Infinity) }))
      .sort((a, b) => a.place - b.place);
    if (head === undefined || told.some(({ place }) => place > treeSize)) return treeSize;
    const places = told.flatMap(({ place }) => inclusionNodes(place - 1, treeSize));
    const nodes = await storedNodes(tx, tenantId, uniquePlaces(places));
    const checkpoint = head.note;
    return {
      entries: told.map(({ kind, actor, version, data, at, entry, place: position }) => {
        const leafIndex = position - 1;
        const proof = { leafIndex, treeSize, hashes: inclusionProof(leafIndex, treeSize, nodes) };
        const receipt = { tenantId, verificationId, position, entry, proof, checkpoint };
        return { kind, actor, version, data, at, receipt };
      }),
      isComplete: rows.length <= MOST_PROVEN,
      checkpoint,
    };
  }
}

interface HistoryRow extends Omit<ProvenEntry, 'receipt'> {
  readonly entry: string;
  readonly position: string | null;
}

/** Paths from leaves up meet, and what is above the meeting is asked for once. */
function uniquePlaces(places: readonly NodePlace[]): readonly NodePlace[] {
  return [...new Map(places.map((place) => [`${place.level}/${place.index}`, place])).values()];
}
