import { describe, expect, it } from '@jest/globals';
import { sha256 } from '@gatehouse/platform';
import fc from 'fast-check';

import {
  consistencyNodes,
  consistencyProof,
  EMPTY_ROOT,
  frontierOf,
  GrowingTree,
  inclusionNodes,
  inclusionProof,
  leafHash,
  nodeHash,
  type NodePlace,
  type NodeReader,
  type TreeNode,
  verifyConsistency,
  verifyInclusion,
} from './merkle-tree.js';

const ALL_SIZES = 70;

describe('with the reference vectors of Certificate Transparency', () => {
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map(bytes);
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the roots of every size', () => {
    const tree = new GrowingTree(0, []);
    expect(tree.root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    const grown = leaves.map((leaf) => {
      tree.append(leaf);
      return tree.root().toString('hex');
    });
    expect(grown).toEqual(roots);
  });

  it.each([
    [0, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [5, 8, ['bc1a0643b12e4d2d', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [2, 3, ['fac54203e7cc696c']],
    [1, 5, ['6e340b9cffb37a98', '5f083f0a1a33ca07', 'bc1a0643b12e4d2d']],
    [0, 1, []],
  ])('proves leaf %i of a tree of %i', (index, size, expected) => {
    const proof = inclusionProof(index, size, readerOf(grownFrom(leaves).nodes));
    expect(proof.map(beginning)).toEqual(expected);
  });

  it.each([
    [2, 5, ['5f083f0a1a33ca07', 'bc1a0643b12e4d2d']],
    [6, 8, ['0ebc5d3437fbe2db', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [1, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [1, 1, []],
  ])('proves the tree of %i to be the beginning of that of %i', (oldSize, newSize, expected) => {
    const proof = consistencyProof(oldSize, newSize, readerOf(grownFrom(leaves).nodes));
    expect(proof.map(beginning)).toEqual(expected);
  });
});

describe('leafHash and nodeHash', () => {
  it('tells a leaf from a node with the same bytes', () => {
    const [left, right] = [sha256('left'), sha256('right')];
    expect(leafHash(Buffer.concat([left, right])).equals(nodeHash(left, right))).toBe(false);
  });
});

describe('frontierOf', () => {
  it('names the complete subtrees, largest first', () => {
    expect(frontierOf(0)).toEqual([]);
    expect(frontierOf(8)).toEqual([{ level: 3, index: 0 }]);
    expect(frontierOf(7)).toEqual([
      { level: 2, index: 0 },
      { level: 1, index: 2 },
      { level: 0, index: 6 },
    ]);
  });

  it('covers every leaf once, also in trees beyond 32 bits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (size) => {
        const end = frontierOf(size).reduce((at, { level, index }) => {
          expect(index * 2 ** level).toBe(at);
          return at + 2 ** level;
        }, 0);
        expect(end).toBe(size);
      }),
    );
  });

  it.each([-1, 0.5, NaN, Infinity, 2 ** 53])('refuses %d', (size) => {
    expect(() => frontierOf(size)).toThrow(RangeError);
  });
});

describe('GrowingTree', () => {
  it('has the root that the definition gives, at every size', () => {
    const data = leavesOf(ALL_SIZES);
    const tree = new GrowingTree(0, []);
    for (const [index, leaf] of data.entries()) {
      tree.append(leaf);
      expect(tree.size).toBe(index + 1);
      expect(tree.root()).toEqual(definedRoot(data.slice(0, index + 1)));
    }
  });

  it('tells each complete subtree once, when its last leaf comes', () => {
    const data = leavesOf(ALL_SIZES);
    const tree = new GrowingTree(0, []);
    for (const [index, leaf] of data.entries()) {
      const completed = tree.append(leaf);
      expect(completed).toEqual(
        completed.map(({ level }, height) => {
          expect(level).toBe(height);
          const width = 2 ** level;
          const covered = data.slice(index + 1 - width, index + 1);
          return { level, index: (index + 1) / width - 1, hash: definedRoot(covered) };
        }),
      );
    }
    const places = grownFrom(data).nodes.map(nameOf);
    expect(new Set(places).size).toBe(places.length);
    expect(places).toHaveLength(70 + 35 + 17 + 8 + 4 + 2 + 1);
  });

  it('goes on from its frontier as if it had never stopped', () => {
    const data = leavesOf(ALL_SIZES);
    fc.assert(
      fc.property(fc.nat(ALL_SIZES), (stop) => {
        const stopped = grownFrom(data.slice(0, stop)).tree;
        const resumed = new GrowingTree(stop, stopped.frontier().toReversed());
        for (const leaf of data.slice(stop)) resumed.append(leaf);
        expect(resumed.root()).toEqual(definedRoot(data));
        expect(resumed.frontier()).toEqual(grownFrom(data).tree.frontier());
      }),
    );
  });

  it('keeps its frontier at the places that frontierOf names', () => {
    for (let size = 0; size <= ALL_SIZES; size += 1) {
      const { tree } = grownFrom(leavesOf(size));
      expect(tree.frontier().map(({ level, index }) => ({ level, index }))).toEqual(frontierOf(size));
    }
  });

  it('refuses nodes that are not the frontier of its size', () => {
    const frontier = grownFrom(leavesOf(7)).tree.frontier();
    const [first, second, third] = frontier;
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    expect(new GrowingTree(7, frontier).size).toBe(7);
    for (const [size, nodes] of [
      [6, frontier],
      [8, frontier],
      [7, [first, second]],
      [7, [first, second, second]],
      [7, [first, second, third, third]],
      [7, [first, second, { ...third, index: 7 }]],
      [7, []],
      [0, frontier],
      [-1, []],
    ] as const) {
      expect(() => new GrowingTree(size, nodes)).toThrow(RangeError);
    }
  });

  it('does not hand out its own state', () => {
    const { tree } = grownFrom(leavesOf(3));
    const before = tree.frontier();
    tree.append(Buffer.from('one more'));
    expect(before).toHaveLength(2);
  });
});

describe('inclusionProof', () => {
  it('is the path that the definition gives, for every leaf of every size, and verifies', () => {
    const data = leavesOf(ALL_SIZES);
    const nodes = readerOf(grownFrom(data).nodes);
    for (let size = 1; size <= ALL_SIZES; size += 1) {
      const shorter = data.slice(0, size);
      const root = definedRoot(shorter);
      for (const [index, leaf] of shorter.entries()) {
        const proof = inclusionProof(index, size, nodes);
        expect(same(proof, definedPath(index, shorter))).toBe(true);
        expect(verifyInclusion(leafHash(leaf), index, size, proof, root)).toBe(true);
      }
    }
  });

  it('is so in bigger trees', () => {
    const data = leavesOf(2500);
    const nodes = readerOf(grownFrom(data).nodes);
    fc.assert(
      fc.property(leafInTree(data.length), ({ index, size }) => {
        const shorter = data.slice(0, size);
        expect(same(inclusionProof(index, size, nodes), definedPath(index, shorter))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('verifies in trees as big as numbers go', () => {
    const { leaf, nodes, rootAt } = treeOfEqualLeaves();
    fc.assert(
      fc.property(leafInTree(Number.MAX_SAFE_INTEGER), ({ index, size }) => {
        expect(verifyInclusion(leaf, index, size, inclusionProof(index, size, nodes), rootAt(size))).toBe(
          true,
        );
      }),
    );
  });

  it('reads the nodes that inclusionNodes names, and no others', () => {
    const data = leavesOf(ALL_SIZES);
    fc.assert(
      fc.property(leafInTree(data.length), ({ index, size }) => {
        const { read, nodes } = recording(grownFrom(data.slice(0, size)).nodes);
        inclusionProof(index, size, nodes);
        expect(read).toEqual(inclusionNodes(index, size).map(nameOf));
      }),
    );
  });

  it.each([
    [0, 0],
    [3, 3],
    [-1, 3],
    [0.5, 3],
    [NaN, 3],
    [0, NaN],
    [0, 2 ** 53],
  ])('refuses leaf %d of a tree of %d', (index, size) => {
    expect(() => inclusionNodes(index, size)).toThrow(RangeError);
    expect(() => inclusionProof(index, size, readerOf([]))).toThrow(RangeError);
    expect(verifyInclusion(leafHash(Buffer.of()), index, size, [], leafHash(Buffer.of()))).toBe(false);
  });
});

describe('verifyInclusion', () => {
  const data = leavesOf(ALL_SIZES);
  const { nodes } = grownFrom(data);
  const caseOf = (index: number, size: number) => ({
    leaf: leafHash(data[index] ?? Buffer.of()),
    index,
    size,
    proof: inclusionProof(index, size, readerOf(nodes)),
    root: definedRoot(data.slice(0, size)),
  });
  const cases = leafInTree(ALL_SIZES).map(({ index, size }) => caseOf(index, size));

  it('refuses one flipped bit, wherever it is', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ leaf, index, size, proof, root }, bit) => {
        const [badLeaf = leaf, badRoot = root, ...badProof] = withBitFlipped([leaf, root, ...proof], bit);
        expect(verifyInclusion(badLeaf, index, size, badProof, badRoot)).toBe(false);
      }),
    );
  });

  it('refuses a hash too few or too many, wherever it is, and hashes out of order', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ leaf, index, size, proof, root }, choice) => {
        for (const bad of [...misshapen(proof, choice), ...swapped(proof, choice)]) {
          expect(verifyInclusion(leaf, index, size, bad, root)).toBe(false);
        }
      }),
    );
  });

  it('refuses every other index, and every other size with its own root', () => {
    fc.assert(
      fc.property(cases, fc.nat(ALL_SIZES), ({ leaf, index, size, proof, root }, other) => {
        expect(verifyInclusion(leaf, other, size, proof, root)).toBe(other === index);
        const otherRoot = definedRoot(data.slice(0, other));
        expect(verifyInclusion(leaf, index, other, proof, otherRoot)).toBe(other === size);
      }),
    );
  });

  it('refuses a size that the proof is too short for, and an index just beyond the size, whatever the root', () => {
    const { leaf, proof, root } = caseOf(3, 4);
    expect(verifyInclusion(leaf, 3, 4, proof, root)).toBe(true);
    expect(verifyInclusion(leaf, 3, 5, proof, root)).toBe(false);
    expect(verifyInclusion(leaf, 3, 3, proof, root)).toBe(false);
    expect(verifyInclusion(leaf, 0, 2, [], leaf)).toBe(false);
  });

  it('refuses hashes of another length', () => {
    const [leaf, sibling] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
    const root = nodeHash(leaf, sibling);
    expect(verifyInclusion(leaf, 0, 2, [sibling], root)).toBe(true);
    // The same bytes in the same order, cut elsewhere.
    const moved = [leaf.subarray(0, 31), Buffer.concat([leaf.subarray(31), sibling])] as const;
    expect(nodeHash(...moved)).toEqual(root);
    expect(verifyInclusion(moved[0], 0, 2, [moved[1]], root)).toBe(false);
    expect(verifyInclusion(root.subarray(1), 0, 1, [], root.subarray(1))).toBe(false);
  });
});

describe('consistencyProof', () => {
  it('is the proof that the definition gives, between every two sizes, and verifies', () => {
    const data = leavesOf(ALL_SIZES);
    const nodes = readerOf(grownFrom(data).nodes);
    const roots = Array.from({ length: ALL_SIZES + 1 }, (_, size) => definedRoot(data.slice(0, size)));
    for (const [newSize, newRoot] of roots.entries()) {
      for (const [oldSize, oldRoot] of roots.slice(0, newSize + 1).entries()) {
        const proof = consistencyProof(oldSize, newSize, nodes);
        expect(same(proof, definedConsistency(oldSize, data.slice(0, newSize)))).toBe(true);
        expect(verifyConsistency(oldSize, oldRoot, newSize, newRoot, proof)).toBe(true);
      }
    }
  });

  it('is so in bigger trees', () => {
    const data = leavesOf(2500);
    const nodes = readerOf(grownFrom(data).nodes);
    fc.assert(
      fc.property(twoSizes(data.length), ([oldSize, newSize]) => {
        const proof = consistencyProof(oldSize, newSize, nodes);
        expect(same(proof, definedConsistency(oldSize, data.slice(0, newSize)))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('verifies between trees as big as numbers go', () => {
    const { nodes, rootAt } = treeOfEqualLeaves();
    fc.assert(
      fc.property(twoSizes(Number.MAX_SAFE_INTEGER), ([oldSize, newSize]) => {
        const proof = consistencyProof(oldSize, newSize, nodes);
        expect(proof.length).toBeLessThanOrEqual(63);
        expect(verifyConsistency(oldSize, rootAt(oldSize), newSize, rootAt(newSize), proof)).toBe(true);
      }),
    );
  });

  it('reads the nodes that consistencyNodes names, and no others', () => {
    const data = leavesOf(ALL_SIZES);
    fc.assert(
      fc.property(twoSizes(data.length), ([oldSize, newSize]) => {
        const { read, nodes } = recording(grownFrom(data.slice(0, newSize)).nodes);
        consistencyProof(oldSize, newSize, nodes);
        expect(read).toEqual(consistencyNodes(oldSize, newSize).map(nameOf));
      }),
    );
  });

  it.each([
    [4, 3],
    [-1, 3],
    [0.5, 3],
    [NaN, 3],
    [1, 2 ** 53],
  ])('refuses to lead from %d to %d', (oldSize, newSize) => {
    expect(() => consistencyNodes(oldSize, newSize)).toThrow(RangeError);
    expect(() => consistencyProof(oldSize, newSize, readerOf([]))).toThrow(RangeError);
    expect(verifyConsistency(oldSize, EMPTY_ROOT, newSize, EMPTY_ROOT, [])).toBe(false);
  });
});

describe('verifyConsistency', () => {
  const data = leavesOf(ALL_SIZES);
  const { nodes } = grownFrom(data);
  const rootAt = (size: number): Buffer => definedRoot(data.slice(0, size));
  const cases = twoSizes(ALL_SIZES).map(([oldSize, newSize]) => ({
    oldSize,
    newSize,
    proof: consistencyProof(oldSize, newSize, readerOf(nodes)),
  }));
  // Nothing binds the new root to the empty tree: every tree begins with it.
  const bound = cases.filter(({ oldSize }) => oldSize > 0);

  it('refuses one flipped bit, wherever it is', () => {
    fc.assert(
      fc.property(bound, fc.nat(), ({ oldSize, newSize, proof }, bit) => {
        const right = [rootAt(oldSize), rootAt(newSize)];
        const [oldRoot = EMPTY_ROOT, newRoot = EMPTY_ROOT, ...bad] = withBitFlipped(
          [...right, ...proof],
          bit,
        );
        expect(verifyConsistency(oldSize, oldRoot, newSize, newRoot, bad)).toBe(false);
      }),
    );
  });

  it('refuses a hash too few or too many, wherever it is, and hashes out of order', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ oldSize, newSize, proof }, choice) => {
        for (const bad of [...misshapen(proof, choice), ...swapped(proof, choice)]) {
          expect(verifyConsistency(oldSize, rootAt(oldSize), newSize, rootAt(newSize), bad)).toBe(false);
        }
      }),
    );
  });

  it('refuses every other size with its own root', () => {
    fc.assert(
      fc.property(bound, fc.integer({ min: 1, max: ALL_SIZES }), ({ oldSize, newSize, proof }, other) => {
        expect(verifyConsistency(other, rootAt(other), newSize, rootAt(newSize), proof)).toBe(
          other === oldSize,
        );
        expect(verifyConsistency(oldSize, rootAt(oldSize), other, rootAt(other), proof)).toBe(
          other === newSize,
        );
      }),
    );
  });

  it('refuses a new size that the proof is too short for, whatever the root', () => {
    const proof = consistencyProof(1, 2, readerOf(nodes));
    expect(verifyConsistency(1, rootAt(1), 2, rootAt(2), proof)).toBe(true);
    expect(verifyConsistency(1, rootAt(1), 3, rootAt(2), proof)).toBe(false);
  });

  it('refuses a tree whose past was changed', () => {
    fc.assert(
      fc.property(
        twoSizes(ALL_SIZES).filter(([oldSize]) => oldSize > 0),
        fc.nat(),
        ([oldSize, newSize], choice) => {
          const changed = data.slice(0, newSize).with(choice % oldSize, Buffer.from('another'));
          const proof = consistencyProof(oldSize, newSize, readerOf(grownFrom(changed).nodes));
          expect(verifyConsistency(oldSize, rootAt(oldSize), newSize, definedRoot(changed), proof)).toBe(
            false,
          );
        },
      ),
    );
  });

  it('knows the root of the empty tree', () => {
    expect(verifyConsistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])).toBe(true);
    expect(verifyConsistency(0, EMPTY_ROOT, 3, rootAt(3), [])).toBe(true);
    expect(verifyConsistency(0, rootAt(1), 3, rootAt(3), [])).toBe(false);
    expect(verifyConsistency(0, rootAt(1), 0, rootAt(1), [])).toBe(false);
  });

  it('refuses hashes of another length', () => {
    expect(verifyConsistency(3, rootAt(3).subarray(1), 3, rootAt(3).subarray(1), [])).toBe(false);
    expect(verifyConsistency(0, EMPTY_ROOT, 3, Buffer.of(), [])).toBe(false);
  });
});

/** Section 2.1 as it is written. */
function definedRoot(data: readonly Buffer[]): Buffer {
  const [only] = data;
  if (only === undefined) return sha256('');
  if (data.length === 1) return sha256(Buffer.concat([Buffer.of(0), only]));
  const k = splitOf(data.length);
  return sha256(Buffer.concat([Buffer.of(1), definedRoot(data.slice(0, k)), definedRoot(data.slice(k))]));
}

/** Section 2.1.1: PATH(m, D[n]). */
function definedPath(m: number, data: readonly Buffer[]): Buffer[] {
  if (data.length === 1) return [];
  const k = splitOf(data.length);
  const [left, right] = [data.slice(0, k), data.slice(k)];
  return m < k
    ? [...definedPath(m, left), definedRoot(right)]
    : [...definedPath(m - k, right), definedRoot(left)];
}

/** Section 2.1.2: PROOF(m, D[n]), which it defines for 0 < m. */
function definedConsistency(m: number, data: readonly Buffer[], isOldTree = true): Buffer[] {
  if (m === 0) return [];
  if (m === data.length) return isOldTree ? [] : [definedRoot(data)];
  const k = splitOf(data.length);
  const [left, right] = [data.slice(0, k), data.slice(k)];
  return m <= k
    ? [...definedConsistency(m, left, isOldTree), definedRoot(right)]
    : [...definedConsistency(m - k, right, false), definedRoot(left)];
}

/** The largest power of two smaller than n. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function leavesOf(size: number): readonly Buffer[] {
  return Array.from({ length: size }, (_, index) => Buffer.from(`{"n":${index}}`));
}

function grownFrom(data: readonly Buffer[]): { tree: GrowingTree; nodes: readonly TreeNode[] } {
  const tree = new GrowingTree(0, []);
  return { nodes: data.flatMap((leaf) => tree.append(leaf)), tree };
}

function readerOf(nodes: readonly TreeNode[]): NodeReader {
  const stored = new Map(nodes.map((node) => [nameOf(node), node.hash]));
  return (level, index) => {
    const hash = stored.get(nameOf({ level, index }));
    if (hash === undefined) throw new Error(`No node ${level}/${index} is stored`);
    return hash;
  };
}

/** A reader that tells what was read, in order. */
function recording(stored: readonly TreeNode[]): { read: string[]; nodes: NodeReader } {
  const read: string[] = [];
  const reader = readerOf(stored);
  const nodes: NodeReader = (level, index) => {
    read.push(nameOf({ level, index }));
    return reader(level, index);
  };
  return { read, nodes };
}

/** In a tree whose leaves are all the same, nodes of one level are too: so any tree, however big, is a few hashes. */
function treeOfEqualLeaves(): { leaf: Buffer; nodes: NodeReader; rootAt: (size: number) => Buffer } {
  const leaf = leafHash(Buffer.from('the same'));
  const levels = [leaf];
  for (let below = leaf; levels.length <= 53; levels.push(below)) below = nodeHash(below, below);
  const nodes: NodeReader = (level) => levels[level] ?? Buffer.of();
  const rootAt = (size: number): Buffer => {
    const frontier = frontierOf(size).map((place) => ({ ...place, hash: nodes(place.level, place.index) }));
    return new GrowingTree(size, frontier).root();
  };
  return { leaf, nodes, rootAt };
}

function leafInTree(maxSize: number): fc.Arbitrary<{ index: number; size: number }> {
  return fc
    .integer({ min: 1, max: maxSize })
    .chain((size) => fc.record({ index: fc.integer({ min: 0, max: size - 1 }), size: fc.constant(size) }));
}

function twoSizes(max: number): fc.Arbitrary<readonly [number, number]> {
  const size = fc.integer({ min: 0, max });
  return fc.tuple(size, size).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
}

function withBitFlipped(hashes: readonly Buffer[], choice: number): readonly Buffer[] {
  const bit = choice % (hashes.length * 256);
  const chosen = Math.floor(bit / 256);
  return hashes.map((hash, at) => {
    if (at !== chosen) return hash;
    const flipped = Buffer.from(hash);
    flipped.writeUInt8(flipped.readUInt8((bit % 256) >> 3) ^ (1 << (bit % 8)), (bit % 256) >> 3);
    return flipped;
  });
}

/** The proof with one hash less, and with one more: something else, or a repetition. */
function misshapen(proof: readonly Buffer[], choice: number): readonly (readonly Buffer[])[] {
  const at = choice % (proof.length + 1);
  const more = [sha256('more'), ...proof.slice(at, at + 1)].map((hash) => proof.toSpliced(at, 0, hash));
  return at < proof.length ? [proof.toSpliced(at, 1), ...more] : more;
}

function swapped(proof: readonly Buffer[], choice: number): readonly (readonly Buffer[])[] {
  if (proof.length < 2) return [];
  const at = choice % (proof.length - 1);
  return [[...proof.slice(0, at), ...proof.slice(at, at + 2).reverse(), ...proof.slice(at + 2)]];
}

function same(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return Buffer.concat(a).equals(Buffer.concat(b));
}

function nameOf({ level, index }: NodePlace): string {
  return `${level}/${index}`;
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function beginning(hash: Buffer): string {
  return hash.subarray(0, 8).toString('hex');
}
