import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toTypeId } from '@gatehouse/platform';

import { checkpointText } from './checkpoint.js';
import { GrowingTree, inclusionProof, leafHash, type TreeNode } from './merkle-tree.js';
import { noteKeyId, NoteSigner } from './signed-note.js';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', '..', '..', 'tools', 'verify-ledger.mjs');
const TENANT = toTypeId('tnt', '01890a5d-ac96-774b-bcce-b302099a8057');
const ORIGIN = `gatehouse/${TENANT}`;
const { privateKey } = generateKeyPairSync('ed25519');
const signer = new NoteSigner(ORIGIN, privateKey);
const stranger = new NoteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
const KEY = signer.publicKey.toString('base64');

/** What the script is run on, and what it said. */
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-ledger-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the script', () => {
  const source = readFileSync(SCRIPT, 'utf8');

  it('needs nothing but Node, and can be read in one go', () => {
    const imported = [...source.matchAll(/\bfrom '([^']*)'|\bimport\(|\brequire\(/gu)].map(
      ([, name]) => name,
    );
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((name) => name?.startsWith('node:') !== true)).toEqual([]);
    // As docs/VERIFYING-THE-LEDGER.md promises; with evidence packs there are four commands.
    expect(source.split('\n').length - 1).toBeLessThan(200);
  });
});

describe('verify-ledger receipt', () => {
  const tree = ledgerOf(11);

  it('accepts what is so, at every position and size', async () => {
    for (const [position, size] of [
      [1, 1],
      [1, 11],
      [4, 4],
      [5, 7],
      [11, 11],
    ] as const) {
      const receipt = receiptOf(ledgerOf(size), position);
      expect(await verifyReceipt(receipt)).toEqual({
        code: 0,
        stdout: `OK: ${receipt.verificationId} is in entry ${position} of the ${size} signed ones of ${ORIGIN}\n`,
        stderr: '',
      });
    }
  });

  it('accepts any of the keys that the gateway lists', async () => {
    const listed = { algorithm: 'Ed25519', keyId: 'x', createdAt: '2026-11-28T00:00:00.000Z' };
    const other = { ...listed, publicKey: stranger.publicKey.toString('base64') };
    const file = await written('receipt.json', JSON.stringify(receiptOf(tree, 3)));
    const later = { ...listed, algorithm: 'ML-DSA-44', publicKey: 'AAAA' };
    const keys = [later, other, { ...listed, publicKey: KEY }];
    const both = await written('keys.json', JSON.stringify({ keys }));
    expect(run('receipt', file, '--key', both).code).toBe(0);
    const wrong = await written('keys.json', JSON.stringify({ keys: [other] }));
    expect(run('receipt', file, '--key', wrong)).toEqual(
      refused(`The checkpoint is not signed by this key as ${ORIGIN}`),
    );
  });

  it('accepts a checkpoint that others have signed too', async () => {
    const receipt = receiptOf(tree, 3);
    const { checkpoint } = receipt;
    const theirs = `\u2014 witness.test/w1 ${Buffer.alloc(76, 3).toString('base64')}\n`;
    expect((await verifyReceipt({ ...receipt, checkpoint: checkpoint + theirs })).code).toBe(0);
    const sameId = forgedLine().replace(ORIGIN, 'witness.test/w1');
    expect((await verifyReceipt({ ...receipt, checkpoint: checkpoint + sameId })).code).toBe(0);
  });

  it.each<[string, (receipt: Receipt) => unknown, string]>([
    [
      'the entry was changed',
      (receipt) => ({ ...receipt, entry: receipt.entry.replace('verified', 'rejected') }),
      'The entry is not in the signed ledger, or the proof was changed',
    ],
    [
      'the entry was written otherwise',
      (receipt) => ({ ...receipt, entry: receipt.entry.replace(':', ': ') }),
      'The entry is not in the signed ledger, or the proof was changed',
    ],
    [
      'it says to be about another verification',
      (receipt) => ({ ...receipt, verificationId: verificationId(4) }),
      'The entry is about another verification',
    ],
    [
      'its id is not in canonical form',
      (receipt) => ({ ...receipt, verificationId: receipt.verificationId.toUpperCase() }),
      'The entry is about another verification',
    ],
    [
      'it has no id, and the entry neither',
      () =>
        receiptOf(
          ledgerOf(1, () => '{}'),
          1,
          { verificationId: 'ver_null' },
        ),
      'The entry is about no verification',
    ],
    [
      'the entry is not JSON',
      () =>
        receiptOf(
          ledgerOf(1, () => 'nothing'),
          1,
        ),
      'The entry is not JSON',
    ],
    [
      'it says another tenant',
      (receipt) => ({ ...receipt, tenantId: toTypeId('tnt', '01890a5d-ac96-774b-bcce-b302099a8058') }),
      "The checkpoint is of another tenant's ledger",
    ],
    [
      'it says another position',
      (receipt) => ({ ...receipt, position: receipt.position + 1 }),
      'The proof is not for this position of the ledger that was signed',
    ],
    [
      'position and proof say another one',
      (receipt) => ({ ...receipt, position: 2, proof: { ...receipt.proof, leafIndex: 1 } }),
      'The entry is not in the signed ledger, or the proof was changed',
    ],
    [
      'position and proof say one before the first',
      () => {
        const first = receiptOf(tree, 1);
        return { ...first, position: 0, proof: { ...first.proof, leafIndex: -1 } };
      },
      'The proof is not for this position of the ledger that was signed',
    ],
    [
      'position and proof say one after the last',
      () => {
        const last = receiptOf(tree, 11);
        return { ...last, position: 12, proof: { ...last.proof, leafIndex: 11 } };
      },
      'The proof is not for this position of the ledger that was signed',
    ],
    [
      'the proof says another size',
      (receipt) => ({ ...receipt, proof: { ...receipt.proof, treeSize: 12 } }),
      'The proof is not for this position of the ledger that was signed',
    ],
    ['the proof is gone', (receipt) => ({ ...receipt, proof: undefined }), 'The file is not a receipt'],
    [
      'the hashes are gone',
      (receipt) => ({ ...receipt, proof: { leafIndex: 2, treeSize: 11 } }),
      'The proof is not for this position of the ledger that was signed',
    ],
    [
      'a hash is too few',
      (receipt) => withHashes(receipt, (hashes) => hashes.slice(1)),
      'The proof has too few hashes, or too many',
    ],
    [
      'a hash is too many',
      (receipt) => withHashes(receipt, (hashes) => [...hashes, ...hashes.slice(0, 1)]),
      'The proof has too few hashes, or too many',
    ],
    [
      'two hashes were swapped',
      (receipt) => withHashes(receipt, ([a = '', b = '', ...rest]) => [b, a, ...rest]),
      'The entry is not in the signed ledger, or the proof was changed',
    ],
    [
      'a hash is too short',
      (receipt) => withHashes(receipt, ([, ...rest]) => ['AAAA', ...rest]),
      'The proof is not for this position of the ledger that was signed',
    ],
    [
      'the checkpoint is of another size',
      (receipt) => ({ ...receipt, checkpoint: receipt.checkpoint.replace('\n11\n', '\n12\n') }),
      'The checkpoint is not what was signed: the signature does not verify',
    ],
    [
      'the checkpoint is of another ledger, and signed so',
      (receipt) => ({ ...receipt, checkpoint: signedHead(ledgerOf(11, (n) => entryOf(n + 1))) }),
      'The entry is not in the signed ledger, or the proof was changed',
    ],
    [
      'somebody else signed the checkpoint',
      (receipt) => ({ ...receipt, checkpoint: signedHead(tree, stranger) }),
      `The checkpoint is not signed by this key as ${ORIGIN}`,
    ],
    [
      'the checkpoint is signed twice, once wrongly',
      (receipt) => ({ ...receipt, checkpoint: receipt.checkpoint + forgedLine() }),
      'The checkpoint is not what was signed: the signature does not verify',
    ],
    [
      'the checkpoint has no signature',
      (receipt) => ({ ...receipt, checkpoint: receipt.checkpoint.split('\n\n')[0] ?? '' }),
      'The checkpoint is not a signed note',
    ],
    [
      'the checkpoint is gone',
      (receipt) => ({ ...receipt, checkpoint: undefined }),
      'The checkpoint is not a signed note',
    ],
    [
      'the checkpoint is another note of the same key',
      (receipt) => ({ ...receipt, checkpoint: signer.sign(`${ORIGIN}\nerased\n`) }),
      'The checkpoint is signed, but is not the checkpoint of a ledger',
    ],
    [
      'the checkpoint has a size that is not written as one',
      (receipt) => ({ ...receipt, checkpoint: signer.sign(headOf(tree).replace('\n11\n', '\n011\n')) }),
      'The checkpoint is signed, but is not the checkpoint of a ledger',
    ],
    [
      'the position is text',
      (receipt) => ({ ...receipt, position: '3' }),
      'The proof is not for this position of the ledger that was signed',
    ],
    ['it says that it is none', (receipt) => ({ ...receipt, object: 'export' }), 'The file is not a receipt'],
    ['it is something else', () => ({ object: 'verification' }), 'The file is not a receipt'],
    ['it is null', () => null, 'The file is not a receipt'],
  ])('refuses when %s', async (_, tampered, why) => {
    expect(await verifyReceipt(tampered(receiptOf(tree, 3)))).toEqual(refused(why));
  });

  it('refuses what is not JSON', async () => {
    const file = await written('receipt.json', '{');
    expect(run('receipt', file, '--key', KEY)).toEqual(refused('The receipt is not JSON'));
  });
});

describe('verify-ledger export', () => {
  it.each([0, 1, 2, 13, 64])('accepts a ledger of %i entries', async (size) => {
    expect(await verifyExport(exportOf(ledgerOf(size)))).toEqual({
      code: 0,
      stdout: `OK: ${size} entries of ${ORIGIN} as they were signed; 0 earlier checkpoints agree\n`,
      stderr: '',
    });
  });

  it('accepts whatever text entries are, in a file longer than one read', async () => {
    const odd = ['\u2028', '\u2029', '\u0085', '\r\n', '\ufeff', '"', 'é', '\u{1f600}'];
    const ledger = ledgerOf(3000, (n) => JSON.stringify({ n, text: odd[n % odd.length] }));
    expect((await verifyExport(exportOf(ledger))).code).toBe(0);
  });

  it('accepts a file without its last newline, and one with the line ends of Windows', async () => {
    const lines = exportOf(ledgerOf(5));
    const bare = await written('ledger.jsonl', lines.join('\n'));
    expect(run('export', bare, '--key', KEY).code).toBe(0);
    const windows = await written('ledger.jsonl', lines.map((line) => `${line}\r\n`).join(''));
    expect(run('export', windows, '--key', KEY).code).toBe(0);
  });

  it('accepts earlier checkpoints, in any order, however they are given', async () => {
    const file = await written('ledger.jsonl', textOf(exportOf(ledgerOf(13))));
    const notes = await Promise.all(
      [8, 0, 13, 5].map((size) => written(`note-${size}.txt`, signedHead(ledgerOf(size)))),
    );
    const [first = '', ...rest] = notes;
    const ok = {
      code: 0,
      stdout: `OK: 13 entries of ${ORIGIN} as they were signed; 4 earlier checkpoints agree\n`,
      stderr: '',
    };
    expect(run('export', file, '--key', KEY, ...notes.flatMap((note) => ['--checkpoint', note]))).toEqual(ok);
    expect(run('export', file, '--key', KEY, '--checkpoint', first, ...rest)).toEqual(ok);
  });

  it.each<[string, (lines: string[]) => readonly string[], string]>([
    [
      'an entry was changed',
      (lines) => lines.with(4, (lines[4] ?? '').replace('verified', 'rejected')),
      "The export's own checkpoint has another root: something in positions 1 to 9 was changed",
    ],
    ['an entry was taken out', (lines) => lines.toSpliced(4, 1), 'Position 5 is missing or out of place'],
    [
      'an entry was taken out and the others moved up',
      (lines) => renumbered(lines.toSpliced(4, 1)),
      "The export's own checkpoint is of 9 entries, the export has 8: its tail was cut",
    ],
    [
      'an entry was put in',
      (lines) => renumbered(lines.toSpliced(4, 0, lines[0] ?? '')),
      'Position 10 and what follows it was never signed',
    ],
    [
      'two entries changed places',
      (lines) => renumbered([...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)]),
      "The export's own checkpoint has another root: something in positions 1 to 9 was changed",
    ],
    [
      'lines are out of order',
      (lines) => [...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)],
      'Position 4 is missing or out of place',
    ],
    ['it begins later', (lines) => lines.slice(1), 'Position 1 is missing or out of place'],
    [
      'a position is text',
      (lines) => lines.with(0, (lines[0] ?? '').replace('"position":1', '"position":"1"')),
      'Position 1 is missing or out of place',
    ],
    [
      'an entry is no text',
      (lines) => lines.with(1, '{"position":2,"entry":{}}'),
      'Position 2 is missing or out of place',
    ],
    [
      'the last entries are gone',
      (lines) => lines.toSpliced(6, 3),
      "The export's own checkpoint is of 9 entries, the export has 6: its tail was cut",
    ],
    [
      'the checkpoint is gone',
      (lines) => lines.slice(0, -1),
      'The export has no checkpoint after position 9: its tail was cut',
    ],
    ['all is gone', () => [], 'The export has no checkpoint after position 0: its tail was cut'],
    [
      'something follows the checkpoint',
      (lines) => [...lines, '{"position":10,"entry":"{}"}'],
      'The export goes on after its checkpoint',
    ],
    [
      'the checkpoint comes twice',
      (lines) => [...lines, lines[9] ?? ''],
      'The export goes on after its checkpoint',
    ],
    [
      'a line is cut',
      (lines) => lines.with(5, (lines[5] ?? '').slice(0, -5)),
      'The line after position 5 is not JSON',
    ],
    ['an empty line is in it', (lines) => lines.toSpliced(5, 0, ''), 'The line after position 5 is not JSON'],
    ['a line is null', (lines) => lines.with(5, 'null'), 'Position 6 is missing or out of place'],
    [
      'the checkpoint was changed',
      (lines) => lines.with(9, (lines[9] ?? '').replace('\\n9\\n', '\\n8\\n')),
      "The export's own checkpoint is not what was signed: the signature does not verify",
    ],
    [
      'somebody else signed it all',
      (lines) => lines.with(9, JSON.stringify({ checkpoint: signedHead(ledgerOf(9), stranger) })),
      `The export's own checkpoint is not signed by this key as ${ORIGIN}`,
    ],
  ])('refuses when %s', async (_, tampered, why) => {
    expect(await verifyExport(tampered([...exportOf(ledgerOf(9))]))).toEqual(refused(why));
  });

  it('says between which checkpoints the past was changed, though it was signed anew', async () => {
    const rewritten = exportOf(ledgerOf(13, (n) => (n === 7 ? '{"rewritten":true}' : entryOf(n))));
    const before = await written('before.txt', signedHead(ledgerOf(6)));
    const after = await written('after.txt', signedHead(ledgerOf(8)));
    const latest = await written('latest.txt', signedHead(ledgerOf(11)));
    const file = await written('ledger.jsonl', textOf(rewritten));
    expect(run('export', file, '--key', KEY).code).toBe(0);
    expect(run('export', file, '--key', KEY, '--checkpoint', before).code).toBe(0);
    expect(run('export', file, '--key', KEY, '--checkpoint', latest, before, after)).toEqual(
      refused(`${after} has another root: something in positions 7 to 8 was changed`),
    );
  });

  it('says that the tail was cut, though what is left was signed anew', async () => {
    const note = await written('note.txt', signedHead(ledgerOf(13)));
    const file = await written('ledger.jsonl', textOf(exportOf(ledgerOf(9))));
    expect(run('export', file, '--key', KEY).code).toBe(0);
    expect(run('export', file, '--key', KEY, '--checkpoint', note)).toEqual(
      refused(`${note} is of 13 entries, the export has 9: its tail was cut`),
    );
  });

  it('refuses an empty tree with a root of something', async () => {
    const head = checkpointText({ origin: ORIGIN, size: 0, root: Buffer.alloc(32) });
    const note = await written('note.txt', signer.sign(head));
    const file = await written('ledger.jsonl', textOf(exportOf(ledgerOf(2))));
    expect(run('export', file, '--key', KEY, '--checkpoint', note)).toEqual(
      refused(`${note} has another root: something in positions 1 to 0 was changed`),
    );
  });

  it('refuses an earlier checkpoint that is not signed, or of another ledger', async () => {
    const file = await written('ledger.jsonl', textOf(exportOf(ledgerOf(9))));
    const forged = await written('forged.txt', signedHead(ledgerOf(5), stranger));
    expect(run('export', file, '--key', KEY, '--checkpoint', forged)).toEqual(
      refused(`${forged} is not signed by this key as ${ORIGIN}`),
    );
    const origin = `gatehouse/${toTypeId('tnt', '01890a5d-ac96-774b-bcce-b302099a8058')}`;
    const other = await written('other.txt', signedHead(ledgerOf(5), new NoteSigner(origin, privateKey)));
    expect(run('export', file, '--key', KEY, '--checkpoint', other)).toEqual(
      refused(`${other} is of another ledger, ${origin}`),
    );
  });
});

describe('verify-ledger note', () => {
  const name = `${ORIGIN}/erasure`;
  const certifier = new NoteSigner(name, privateKey);
  const text = `${name}\n${verificationId(1)}\n\n2026-11-28T00:00:00.000Z\n`;

  it('prints the text of what was signed under that name', async () => {
    const file = await written('certificate.txt', certifier.sign(text));
    expect(run('note', file, '--key', KEY, '--name', name)).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  it.each([
    ['under another name', signer.sign(text), `The file is not signed by this key as ${name}`],
    [
      'with another first line',
      certifier.sign(`${ORIGIN}\n`),
      `The file is not signed by this key as ${name}`,
    ],
    [
      'and changed',
      certifier.sign(text).replace('28', '29'),
      'The file is not what was signed: the signature does not verify',
    ],
    ['by nobody', text, 'The file is not a signed note'],
    ['with a tab in it', certifier.sign(text).replace('28', '\t'), 'The file is not a signed note'],
    [
      'with a hyphen for the dash',
      certifier.sign(text).replace('\u2014', '-'),
      'The file is not a signed note',
    ],
    ['and cut', certifier.sign(text).slice(0, -1), 'The file is not a signed note'],
    ['with nothing', '', 'The file is not a signed note'],
  ])('refuses what is signed %s', async (_, note, why) => {
    const file = await written('certificate.txt', note);
    expect(run('note', file, '--key', KEY, '--name', name)).toEqual(refused(why));
  });

  it('does not take a checkpoint that somebody passes off as a certificate', async () => {
    const checkpoint = signedHead(ledgerOf(3));
    const [head = '', signature = ''] = checkpoint.split(`\u2014 ${ORIGIN} `);
    const renamed = Buffer.concat([
      noteKeyId(name, signer.publicKey),
      Buffer.from(signature, 'base64').subarray(4),
    ]);
    const note = `${head}\u2014 ${name} ${renamed.toString('base64')}\n`;
    const file = await written('certificate.txt', note);
    expect(run('note', file, '--key', KEY, '--name', name)).toEqual(
      refused(`The file is not signed by this key as ${name}`),
    );
  });
});

describe('verify-ledger, used wrongly', () => {
  it.each([
    ['without arguments', []],
    ['without file', ['export', '--key', KEY]],
    ['without key', ['export', 'FILE']],
    ['with an unknown command', ['toString', 'FILE', '--key', KEY]],
    ['with an unknown option', ['export', 'FILE', '--key', KEY, '--force']],
    ['with a note and no name', ['note', 'FILE', '--key', KEY]],
    ['with a name and no note', ['export', 'FILE', '--key', KEY, '--name', 'a']],
    ['with two receipts', ['receipt', 'FILE', 'FILE', '--key', KEY]],
    ['with a receipt and checkpoints', ['receipt', 'FILE', '--key', KEY, '--checkpoint', 'FILE']],
    ['with two exports', ['export', 'FILE', 'FILE', '--key', KEY]],
    ['with a file that is not there', ['export', '/nonexistent/ledger.jsonl', '--key', KEY]],
    ['with a receipt that is not there', ['receipt', '/nonexistent/receipt.json', '--key', KEY]],
    ['with a key that is not there', ['export', 'FILE', '--key', '/nonexistent/key.json']],
    ['with a key that is cut', ['export', 'FILE', '--key', KEY.slice(4)]],
  ])('says how, %s', async (_, args) => {
    const file = await written('ledger.jsonl', textOf(exportOf(ledgerOf(1))));
    const { code, stdout, stderr } = run(...args.map((arg) => (arg === 'FILE' ? file : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: node verify-ledger.mjs receipt FILE --key KEY');
  });
});

interface Ledger {
  readonly tree: GrowingTree;
  readonly entries: readonly string[];
  readonly nodes: readonly TreeNode[];
}

type Receipt = ReturnType<typeof receiptOf>;

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `texts` gives the entry at a position. */
function ledgerOf(size: number, texts: (position: number) => string = entryOf): Ledger {
  const tree = new GrowingTree(0, []);
  const entries = Array.from({ length: size }, (_, index) => texts(index + 1));
  return { tree, entries, nodes: entries.flatMap((entry) => tree.append(Buffer.from(entry))) };
}

function entryOf(position: number): string {
  return JSON.stringify({ kind: 'verification.changed', verification_id: uuidOf(position), to: 'verified' });
}

function uuidOf(position: number): string {
  // With and without zeroes in front.
  return `${position % 2 === 0 ? '00' : 'ff'}890a5d-ac96-774b-bcce-${position.toString(16).padStart(12, '0')}`;
}

function verificationId(position: number): string {
  return toTypeId('ver', uuidOf(position));
}

function headOf({ tree }: Ledger, origin = ORIGIN): string {
  return checkpointText({ origin, size: tree.size, root: tree.root() });
}

function signedHead(ledger: Ledger, by: NoteSigner = signer): string {
  return by.sign(headOf(ledger, by.name));
}

function receiptOf(ledger: Ledger, position: number, { verificationId: id = verificationId(position) } = {}) {
  const hashes = inclusionProof(position - 1, ledger.tree.size, (level, index) => {
    const node = ledger.nodes.find((one) => one.level === level && one.index === index);
    return node?.hash ?? leafHash(Buffer.of());
  });
  return {
    object: 'receipt',
    verificationId: id,
    tenantId: TENANT,
    position,
    entry: ledger.entries[position - 1] ?? '',
    proof: {
      leafIndex: position - 1,
      treeSize: ledger.tree.size,
      hashes: hashes.map((hash) => hash.toString('base64')),
    },
    checkpoint: signedHead(ledger),
  };
}

function withHashes(receipt: Receipt, changed: (hashes: readonly string[]) => readonly string[]): unknown {
  return { ...receipt, proof: { ...receipt.proof, hashes: changed(receipt.proof.hashes) } };
}

/** The lines of the file. */
function exportOf(ledger: Ledger): readonly string[] {
  const lines = ledger.entries.map((entry, index) => JSON.stringify({ position: index + 1, entry }));
  return [...lines, JSON.stringify({ checkpoint: signedHead(ledger) })];
}

function renumbered(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => line.replace(/"position":\d+/u, `"position":${index + 1}`));
}

/** A signature that says it is ours. */
function forgedLine(): string {
  const bytes = Buffer.concat([noteKeyId(ORIGIN, signer.publicKey), Buffer.alloc(64, 1)]);
  return `\u2014 ${ORIGIN} ${bytes.toString('base64')}\n`;
}

async function verifyReceipt(receipt: unknown): Promise<Said> {
  return run('receipt', await written('receipt.json', JSON.stringify(receipt)), '--key', KEY);
}

async function verifyExport(lines: readonly string[]): Promise<Said> {
  return run('export', await written('ledger.jsonl', textOf(lines)), '--key', KEY);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function run(...args: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function refused(why: string): Said {
  return { code: 1, stdout: '', stderr: `${why}\n` };
}
