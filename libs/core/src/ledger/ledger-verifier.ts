import { Problem } from '@gatehouse/contract';
import { type Database, type Statement, type Tx } from '@gatehouse/platform';

import { type LedgerKeys } from './ledger-keys.js';
import { originOf, tenantOf } from './origin.js';
import { type Checkpoint, parseCheckpoint } from './tree/checkpoint.js';
import { GrowingTree, type TreeNode } from './tree/merkle-tree.js';
import { parseNote, verifyNote } from './tree/signed-note.js';

/** What is wrong with a ledger. */
export const LEDGER_FAULTS = [
  /** A leaf's entry has another content than when it was sealed. */
  'entry_changed',
  'entry_missing',
  /** A leaf says another kind or environment than its entry, so that the feed would leave it out or tell it elsewhere. */
  'leaf_changed',
  /** An entry that was written past the gateway: it never came to the sequencer. */
  'entry_not_sealed',
  'position_missing',
  /** Above leaves that are sound, the tree is not the one that was built: leaves were exchanged, changed together with entries, or put in. */
  'tree_changed',
  'checkpoint_differs',
  /** The newest head is gone, which was written with the newest leaves. */
  'checkpoint_missing',
  /** A checkpoint that none of our keys signed. */
  'checkpoint_forged',
  /** The row that says how long the ledger is says less, or is gone. */
  'head_differs',
  /** Entries that a checkpoint tells of are gone. */
  'tail_missing',
  /** The ledger is not the one that was told outside: the past was written anew. */
  'exported_checkpoint_differs',
  /** What was kept outside was signed by nobody whom the database knows: one of the two was forged. */
  'exported_checkpoint_forged',
] as const;
export type LedgerFault = (typeof LEDGER_FAULTS)[number];

export interface FirstBad {
  readonly tenantId: string;
  /** From here on nothing is proven. */
  readonly position: number;
  readonly fault: LedgerFault;
}

export interface LedgerVerdict {
  /** Entries that were looked at. */
  readonly checked: number;
  readonly firstBad: FirstBad | null;
}

export interface LedgerProgress {
  /** Entries that were looked at. */
  readonly checked: number;
  /** Entries that were sealed when it began, as the ledgers' heads say it: what is sealed meanwhile comes on top. */
  readonly total: number;
}

export interface LookingOn {
  /** Told at the beginning, once the question is known to be sound, and after each few thousand entries. */
  readonly onProgress?: (progress: LedgerProgress) => void;
  /** Ends the work; `verify` then throws its reason. */
  readonly signal?: AbortSignal;
}

interface LeafRow {
  readonly position: string;
  readonly hash: Buffer;
  /** Of the entry as it is now; null where it is gone. */
  readonly actual: Buffer | null;
  /** What it says of its entry, by which the feed passes over it, is what the entry says. */
  readonly isLabelled: boolean;
}
interface CheckpointRow {
  readonly size: string;
  readonly root: Buffer;
  readonly note: string;
}

const AT_ONCE = 5_000;

/** Whoever has or had a ledger: wherever there is a trace of it, since whoever takes one away may leave another. Served by primary keys. */
const TENANTS: Statement = {
  name: 'ledger_tenants',
  text: `WITH RECURSIVE written AS (
           (SELECT tenant_id FROM ledger_entries ORDER BY tenant_id LIMIT 1)
           UNION ALL
           SELECT (SELECT e.tenant_id FROM ledger_entries e WHERE e.tenant_id > written.tenant_id ORDER BY e.tenant_id LIMIT 1)
             FROM written WHERE written.tenant_id IS NOT NULL)
         SELECT tenant_id FROM written WHERE tenant_id IS NOT NULL
         UNION SELECT tenant_id FROM ledger_heads
         UNION SELECT id FROM tenants`,
};
const SIZE: Statement = {
  name: 'ledger_verify_size',
  text: 'SELECT size::text FROM ledger_heads WHERE tenant_id = $1',
};
/** A row for each tenant, by the primary key. */
const SIZE_OF_ALL: Statement = {
  name: 'ledger_verify_size_of_all',
  text: 'SELECT coalesce(sum(size), 0)::text AS size FROM ledger_heads',
};
/** Served by the primary keys. */
const LEAVES: Statement = {
  name: 'ledger_verify_leaves',
  text: `SELECT l.position::text, l.hash, CASE WHEN e.id IS NULL THEN NULL ELSE ledger_leaf_hash(ledger_text(e)) END AS actual,
                (l.kind, l.environment) IS NOT DISTINCT FROM (e.kind, e.environment) AS "isLabelled"
           FROM ledger_leaves l LEFT JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
          WHERE l.tenant_id = $1 AND l.position > $2 ORDER BY l.position LIMIT ${AT_ONCE}`,
};
/** Where the kept node differs from what the leaves make, the lowest of its leaves. Served by the primary key. */
const WRONG_NODES: Statement = {
  name: 'ledger_verify_nodes',
  text: `SELECT min(made.index * (1::bigint << made.level))::text AS "leafIndex"
           FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS made(level, index, hash)
           LEFT JOIN ledger_nodes node ON node.tenant_id = $1 AND node.level = made.level AND node.index = made.index
          WHERE node.hash IS DISTINCT FROM made.hash
            AND made.level = (SELECT min(below.level) FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS below(level, index, hash)
                                LEFT JOIN ledger_nodes kept ON kept.tenant_id = $1 AND kept.level = below.level AND kept.index = below.index
                               WHERE kept.hash IS DISTINCT FROM below.hash)`,
};
const CHECKPOINTS: Statement = {
  name: 'ledger_verify_checkpoints',
  text: `SELECT c.size::text, c.root, c.note FROM ledger_checkpoints c
          WHERE c.tenant_id = $1 AND c.size > $2 AND c.size <= $3 ORDER BY c.size`,
};
/** Where no node can be yet: the next leaves could not be kept. */
const EARLY_NODE: Statement = {
  name: 'ledger_verify_early_node',
  text: 'SELECT 1 AS found FROM ledger_nodes n WHERE n.tenant_id = $1 AND ((n.index + 1) << n.level) > $2 LIMIT 1',
};
/** Taken away while it waited for its seal. Served by the primary keys. */
const LOST: Statement = {
  name: 'ledger_verify_lost',
  text: `SELECT 1 AS found FROM ledger_queue q
          WHERE q.tenant_id = $1
            AND NOT EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = q.tenant_id AND e.id = q.entry_id) LIMIT 1`,
};
/** Served by the primary keys, one probe for each entry. */
const STRAY: Statement = {
  name: 'ledger_verify_stray',
  text: `SELECT 1 AS found FROM ledger_entries e
          WHERE e.tenant_id = $1
            AND NOT EXISTS (SELECT FROM ledger_leaves l WHERE l.tenant_id = e.tenant_id AND l.entry_id = e.id)
            AND NOT EXISTS (SELECT FROM ledger_queue q WHERE q.tenant_id = e.tenant_id AND q.entry_id = e.id) LIMIT 1`,
};

/** Recomputes the trees of the ledger from its entries, and compares with everything that was signed. */
export class LedgerVerifier {
  constructor(
    private readonly database: Database,
    private readonly keys: LedgerKeys,
  ) {}

  /**
   * Of one tenant, or of all and of those that `exported` tells of: checkpoints that were kept outside of the database. The first fault
   * by tenant and position. Throws Problem `validation_failed` for what is no checkpoint, or of another tenant than asked for.
   */
  async verify(
    tenantId: string | null,
    exported: readonly string[] = [],
    { onProgress, signal }: LookingOn = {},
  ): Promise<LedgerVerdict> {
    const publicKeys = (await this.keys.published()).map(({ publicKey }) => publicKey);
    const told = Map.groupBy(exported.map(exportedCheckpoint), (one) => one.tenantId);
    const stranger = [...told.keys()].find((of) => tenantId !== null && of !== tenantId);
    if (stranger !== undefined) {
      throw strangeCheckpoint(exported.findIndex((note) => told.get(stranger)?.[0]?.note === note));
    }
    const total = await this.#size(tenantId);
    let checked = 0;
    const tell = (further: number): void => {
      signal?.throwIfAborted();
      onProgress?.({ checked: checked + further, total });
    };
    tell(0);
    for (const id of tenantId === null ? await this.#tenants(told.keys()) : [tenantId]) {
      // One snapshot, so that what is sealed meanwhile is neither missing nor too much.
      const verdict = await this.database
        .within({ tenantId: id })
        .transaction((tx) => new Walk(tx, id, publicKeys, told.get(id) ?? [], tell).verdict(), {
          isolation: 'repeatable read',
        });
      checked += verdict.checked;
      if (verdict.firstBad !== null) return { checked, firstBad: verdict.firstBad };
    }
    return { checked, firstBad: null };
  }

  async #size(tenantId: string | null): Promise<number> {
    const [row] =
      tenantId === null
        ? await this.database.across.query<{ size: string }>(SIZE_OF_ALL)
        : await this.database.within({ tenantId }).query<{ size: string }>(SIZE, [tenantId]);
    return Number(row?.size ?? 0);
  }

  async #tenants(further: Iterable<string>): Promise<readonly string[]> {
    const rows = await this.database.across.query<{ tenant_id: string }>(TENANTS);
    return [...new Set([...rows.map(({ tenant_id }) => tenant_id), ...further])].sort();
  }
}

/** A checkpoint as it was kept, whoever signed it. */
interface Exported extends Checkpoint {
  readonly tenantId: string;
  readonly note: string;
}

function exportedCheckpoint(note: string, index: number): Exported {
  const text = parseNote(note)?.text;
  const checkpoint = text === undefined ? null : parseCheckpoint(text);
  const tenantId = checkpoint === null ? null : tenantOf(checkpoint.origin);
  if (checkpoint === null || tenantId === null) throw strangeCheckpoint(index);
  return { ...checkpoint, tenantId, note };
}

function strangeCheckpoint(index: number): Problem {
  return new Problem('validation_failed', 'A checkpoint is not one of this ledger.', {
    errors: [
      {
        pointer: `/checkpoints/${index}`,
        detail: 'must be a checkpoint as the ledger gave it, of the tenant asked for',
      },
    ],
  });
}

/** Along the leaves of one tenant. */
class Walk {
  readonly #tree = new GrowingTree(0, []);
  readonly #exported: readonly Exported[];
  /** Of the stored checkpoints that are sound. */
  #newestKept = 0;

  constructor(
    private readonly tx: Tx,
    private readonly tenantId: string,
    private readonly publicKeys: readonly Buffer[],
    exported: readonly Exported[],
    /** How many of this tenant's leaves are sound so far. Throws to end the walk. */
    private readonly tell: (checked: number) => void,
  ) {
    this.#exported = [...exported].sort((a, b) => a.size - b.size);
  }

  async verdict(): Promise<LedgerVerdict> {
    const forged = this.#exported.find(({ note }) => this.#signed(note) === null);
    if (forged !== undefined) return this.#verdict(this.#bad(forged.size, 'exported_checkpoint_forged'));
    for (;;) {
      const leaves = await this.tx.query<LeafRow>(LEAVES, [this.tenantId, this.#tree.size]);
      if (leaves.length === 0) break;
      const bad = await this.#page(leaves);
      if (bad !== null) return this.#verdict(bad);
      this.tell(this.#tree.size);
    }
    return this.#verdict((await this.#tail()) ?? (await this.#stray()));
  }

  /** Where leaves are unsound, the entry itself tells it best; then the tree above them; then what was signed. */
  async #page(leaves: readonly LeafRow[]): Promise<FirstBad | null> {
    const from = this.#tree.size;
    const roots = new Map<number, Buffer>();
    const checkpoints = await this.tx.query<CheckpointRow>(CHECKPOINTS, [
      this.tenantId,
      from,
      from + leaves.length,
    ]);
    const sizes = new Set([
      ...checkpoints.map(({ size }) => Number(size)),
      ...this.#exported.map(({ size }) => size),
    ]);
    const nodes: TreeNode[] = [];
    for (const leaf of leaves) {
      const position = this.#tree.size + 1;
      if (Number(leaf.position) !== position) return this.#bad(position, 'position_missing');
      if (leaf.actual === null) return this.#bad(position, 'entry_missing');
      if (!leaf.actual.equals(leaf.hash)) return this.#bad(position, 'entry_changed');
      if (!leaf.isLabelled) return this.#bad(position, 'leaf_changed');
      nodes.push(...this.#tree.appendHash(leaf.hash).filter(({ level }) => level > 0));
      if (sizes.has(position)) roots.set(position, this.#tree.root());
    }
    return (
      (await this.#nodes(nodes)) ?? this.#kept(checkpoints, roots) ?? this.#told(from, this.#tree.size, roots)
    );
  }

  async #nodes(nodes: readonly TreeNode[]): Promise<FirstBad | null> {
    if (nodes.length === 0) return null;
    const [wrong] = await this.tx.query<{ leafIndex: string | null }>(WRONG_NODES, [
      this.tenantId,
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
    ]);
    return wrong?.leafIndex == null ? null : this.#bad(Number(wrong.leafIndex) + 1, 'tree_changed');
  }

  #kept(checkpoints: readonly CheckpointRow[], roots: ReadonlyMap<number, Buffer>): FirstBad | null {
    let sound = 0;
    for (const { size, root, note } of checkpoints) {
      const signed = this.#signed(note);
      if (signed?.size !== Number(size) || !signed.root.equals(root)) {
        return this.#bad(Number(size), 'checkpoint_forged');
      }
      if (roots.get(signed.size)?.equals(root) !== true) return this.#bad(sound + 1, 'checkpoint_differs');
      sound = signed.size;
      this.#newestKept = signed.size;
    }
    return null;
  }

  #told(from: number, to: number, roots: ReadonlyMap<number, Buffer>): FirstBad | null {
    const within = this.#exported.filter(({ size }) => size > from && size <= to);
    const wrong = within.find(({ size, root }) => roots.get(size)?.equals(root) !== true);
    if (wrong === undefined) return null;
    const sound = this.#exported.filter(({ size }) => size < wrong.size).at(-1)?.size ?? 0;
    return this.#bad(sound + 1, 'exported_checkpoint_differs');
  }

  async #tail(): Promise<FirstBad | null> {
    const { size } = this.#tree;
    const [head] = await this.tx.query<{ size: string }>(SIZE, [this.tenantId]);
    const beyond = await this.tx.query<CheckpointRow>(CHECKPOINTS, [
      this.tenantId,
      size,
      Number.MAX_SAFE_INTEGER,
    ]);
    const isCut =
      Number(head?.size ?? 0) > size || beyond.length > 0 || this.#exported.some((told) => told.size > size);
    if (isCut) return this.#bad(size + 1, 'tail_missing');
    // Written with the last of the leaves: without it, somebody took away what told of them.
    if (size > 0 && Number(head?.size ?? 0) < size) return this.#bad(size, 'head_differs');
    const [early] = await this.tx.query<{ found: number }>(EARLY_NODE, [this.tenantId, size]);
    if (early !== undefined) return this.#bad(size + 1, 'tree_changed');
    return size > 0 && this.#newestKept < size ? this.#bad(size, 'checkpoint_missing') : null;
  }

  async #stray(): Promise<FirstBad | null> {
    const [lost] = await this.tx.query<{ found: number }>(LOST, [this.tenantId]);
    if (lost !== undefined) return this.#bad(this.#tree.size + 1, 'entry_missing');
    const [found] = await this.tx.query<{ found: number }>(STRAY, [this.tenantId]);
    return found === undefined ? null : this.#bad(this.#tree.size + 1, 'entry_not_sealed');
  }

  /** Null for what is not this tenant's, or not signed by one of our keys. */
  #signed(note: string): Checkpoint | null {
    const origin = originOf(this.tenantId);
    for (const key of this.publicKeys) {
      const text = verifyNote(note, origin, key);
      const checkpoint = text === null ? null : parseCheckpoint(text);
      if (checkpoint?.origin === origin) return checkpoint;
    }
    return null;
  }

  #bad(position: number, fault: LedgerFault): FirstBad {
    return { tenantId: this.tenantId, position, fault };
  }

  #verdict(firstBad: FirstBad | null): LedgerVerdict {
    return { checked: this.#tree.size, firstBad };
  }
}
