import { sha256 } from '@gatehouse/platform';

/*
 * The Merkle tree of RFC 6962, section 2, over SHA-256. Only complete subtrees are kept, as nodes: node (0, i) is the hash of leaf i,
 * node (l, i) that of (l-1, 2i) and (l-1, 2i+1). A node never changes once it is there, so a tree of any earlier size is among them.
 * Sizes and indexes are whole numbers up to Number.MAX_SAFE_INTEGER; hence divisions where one expects shifts, which stop at 32 bits.
 */

/** Where a complete subtree is: it covers the leaves from `index * 2 ** level` on, `2 ** level` of them. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

/** A complete subtree: its place, and its hash of 32 bytes. */
export interface TreeNode extends NodePlace {
  readonly hash: Buffer;
}

/** What reads a stored node. It should throw where there is none: a proof cannot be made without it. */
export type NodeReader = (level: number, index: number) => Buffer;

/** Leaves `start` to `start + size`, not included. */
interface Span {
  readonly start: number;
  readonly size: number;
}

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
const HASH_BYTES = 32;

/** The root of a tree without leaves. */
export const EMPTY_ROOT = sha256('');

/** The hash of a leaf that holds `data`. */
export function leafHash(data: Buffer): Buffer {
  return sha256(Buffer.concat([LEAF, data]));
}

/** The hash of a node over two subtrees. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/** The complete subtrees that make up a tree of that size, largest first. Throws RangeError for what is no size. */
export function frontierOf(size: number): readonly NodePlace[] {
  if (!isSize(size)) throw new RangeError(`${size} is no size of a tree`);
  return placesOf({ start: 0, size });
}

/** A tree that leaves are appended to. It keeps its frontier only, some fifty hashes at most. */
export class GrowingTree {
  #size: number;
  /** Largest first. */
  readonly #frontier: TreeNode[];

  /** `frontier`: the nodes at `frontierOf(size)`, in whatever order. Throws RangeError if they are others. */
  constructor(size: number, frontier: readonly TreeNode[]) {
    const places = frontierOf(size);
    const found = places.flatMap((place) => frontier.find((node) => isAt(node, place)) ?? []);
    if (found.length !== places.length || frontier.length !== places.length) {
      throw new RangeError(`These nodes do not make up a tree of ${size} leaves`);
    }
    this.#size = size;
    this.#frontier = found;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a leaf that holds `leaf`. Returns the nodes this completes, lowest first; the leaf's own is the first of them. */
  append(leaf: Buffer): readonly TreeNode[] {
    return this.appendHash(leafHash(leaf));
  }

  /** The same, for a leaf of which the hash is known. */
  appendHash(hash: Buffer): readonly TreeNode[] {
    let node: TreeNode = { level: 0, index: this.#size, hash };
    const completed = [node];
    for (let left = this.#frontier.at(-1); left?.level === node.level; left = this.#frontier.at(-1)) {
      this.#frontier.pop();
      node = { level: left.level + 1, index: left.index / 2, hash: nodeHash(left.hash, node.hash) };
      completed.push(node);
    }
    this.#frontier.push(node);
    this.#size += 1;
    return completed;
  }

  root(): Buffer {
    return joined(this.#frontier.map(({ hash }) => hash));
  }

  /** The nodes from which this tree could grow on: what the constructor takes. */
  frontier(): readonly TreeNode[] {
    return [...this.#frontier];
  }
}

/** The stored nodes that `inclusionProof` reads. Throws RangeError if the tree has no such leaf. */
export function inclusionNodes(leafIndex: number, treeSize: number): readonly NodePlace[] {
  return inclusionSpans(leafIndex, treeSize).flatMap(placesOf);
}

/** The audit path of RFC 6962, 2.1.1, from the leaf up. Throws RangeError if the tree has no such leaf. */
export function inclusionProof(leafIndex: number, treeSize: number, nodes: NodeReader): Buffer[] {
  return inclusionSpans(leafIndex, treeSize).map((span) => hashOf(span, nodes));
}

/** The stored nodes that `consistencyProof` reads. Throws RangeError unless the new size is at least the old one. */
export function consistencyNodes(oldSize: number, newSize: number): readonly NodePlace[] {
  return consistencySpans(oldSize, newSize).flatMap(placesOf);
}

/**
 * The consistency proof of RFC 6962, 2.1.2; without hashes from the empty tree, or between equal sizes. Throws RangeError unless the
 * new size is at least the old one.
 */
export function consistencyProof(oldSize: number, newSize: number, nodes: NodeReader): Buffer[] {
  return consistencySpans(oldSize, newSize).map((span) => hashOf(span, nodes));
}

/**
 * Whether the proof leads from the leaf of that hash to the root, whatever it is given. Size and root must come from one signed checkpoint: some
 * sizes near each other share the shape of a leaf's path, so that it is the root that tells them apart. (RFC 9162, 2.1.3.2.)
 */
export function verifyInclusion(
  leaf: Buffer,
  leafIndex: number,
  treeSize: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isSize(leafIndex) || !isSize(treeSize) || leafIndex >= treeSize) return false;
  if (![leaf, root, ...proof].every(isHash)) return false;
  let index = leafIndex;
  let last = treeSize - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(index) || index === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(index) && index !== 0) {
        index = half(index);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    index = half(index);
    last = half(last);
  }
  return last === 0 && hash.equals(root);
}

/**
 * Whether the proof shows that the tree of the old root is the beginning of the tree of the new one, whatever it is given. Each size
 * and its root must come from one signed checkpoint. (RFC 9162, 2.1.4.2; anything begins with the empty tree.)
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Buffer,
  newSize: number,
  newRoot: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (![oldRoot, newRoot, ...proof].every(isHash)) return false;
  if (newSize === 0 && !newRoot.equals(EMPTY_ROOT)) return false;
  if (oldSize === newSize) return proof.length === 0 && oldRoot.equals(newRoot);
  if (oldSize === 0) return proof.length === 0 && oldRoot.equals(EMPTY_ROOT);

  let index = oldSize - 1;
  let last = newSize - 1;
  while (isOdd(index)) {
    index = half(index);
    last = half(last);
  }
  // An old tree that is complete is a node of the new one, and a proof does not repeat it.
  const [seed, ...siblings] = index === 0 ? [oldRoot, ...proof] : proof;
  if (seed === undefined) return false;
  let oldHash = seed;
  let newHash = seed;
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (isOdd(index) || index === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (!isOdd(index) && index !== 0) {
        index = half(index);
        last = half(last);
      }
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    index = half(index);
    last = half(last);
  }
  return last === 0 && oldHash.equals(oldRoot) && newHash.equals(newRoot);
}

/** What an inclusion proof has the hashes of: at each fork above the leaf, the side without it. From the leaf up. */
function inclusionSpans(leafIndex: number, treeSize: number): readonly Span[] {
  if (!isSize(leafIndex) || !isSize(treeSize) || leafIndex >= treeSize) {
    throw new RangeError(`A tree of ${treeSize} leaves has no leaf ${leafIndex}`);
  }
  const spans: Span[] = [];
  for (let span: Span = { start: 0, size: treeSize }; span.size > 1;) {
    const [left, right] = forked(span);
    const isLeft = leafIndex < right.start;
    spans.push(isLeft ? right : left);
    span = isLeft ? left : right;
  }
  return spans.reverse();
}

/** Likewise above the old tree's last leaf, down to the subtree that is of both trees; and that one, unless it is the old tree. */
function consistencySpans(oldSize: number, newSize: number): readonly Span[] {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) {
    throw new RangeError(`A tree of ${newSize} leaves cannot begin with one of ${oldSize}`);
  }
  if (oldSize === 0) return [];
  const spans: Span[] = [];
  let span: Span = { start: 0, size: newSize };
  while (span.start + span.size !== oldSize) {
    const [left, right] = forked(span);
    const isLeft = oldSize <= right.start;
    spans.push(isLeft ? right : left);
    span = isLeft ? left : right;
  }
  if (span.start > 0) spans.push(span);
  return spans.reverse();
}

/** The two subtrees under the top of a span: the left one is the largest complete one that is not all of it. */
function forked({ start, size }: Span): readonly [Span, Span] {
  const left = 2 ** floorLog2(size - 1);
  return [
    { start, size: left },
    { start: start + left, size: size - left },
  ];
}

/** The complete subtrees that make up a span, largest first. */
function placesOf({ start, size }: Span): readonly NodePlace[] {
  const places: NodePlace[] = [];
  for (let at = start, left = size; left > 0;) {
    const level = floorLog2(left);
    const width = 2 ** level;
    places.push({ level, index: at / width });
    at += width;
    left -= width;
  }
  return places;
}

function hashOf(span: Span, nodes: NodeReader): Buffer {
  return joined(placesOf(span).map(({ level, index }) => nodes(level, index)));
}

/** The hash over subtrees that lie side by side, largest first. */
function joined(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

function isAt(node: TreeNode, { level, index }: NodePlace): boolean {
  return node.level === level && node.index === index;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: Buffer): boolean {
  return value.length === HASH_BYTES;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

/** Exact for every safe integer above 0, which Math.log2 is not. */
function floorLog2(value: number): number {
  return value.toString(2).length - 1;
}
