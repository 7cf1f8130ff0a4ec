// Checks what Gatehouse's ledger says, with nothing of Gatehouse: this file and Node are all it takes. It reads the files it is
// given, calls nobody, and is short so that you can read it first. KEY is a raw public key in base64, or a file that holds what
// /.well-known/gatehouse-ledger-key answered. Formats: RFC 6962 (the tree), c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const USAGE = `Usage: node verify-ledger.mjs receipt FILE --key KEY
       node verify-ledger.mjs pack FILE --key KEY
       node verify-ledger.mjs export FILE --key KEY [--checkpoint NOTE ...]
       node verify-ledger.mjs note FILE --key KEY --name NAME`;

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafHash = (entry) => sha256(Buffer.of(0), Buffer.from(entry));
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** A row holds, at each level, a complete subtree of 2 ** level leaves, or none. Two become one of the next level. */
function append(row, hash, level = 0) {
  const left = row[level];
  row[level] = left ? null : hash;
  if (left) append(row, nodeHash(left, hash), level + 1);
}
const rootOf = (row) =>
  row.length === 0 ? sha256() : row.filter(Boolean).reduce((right, left) => nodeHash(left, right));

/** The root that a leaf's path, which goes from the leaf up, leads to in a tree of that size. */
function rootFrom(leaf, index, size, path) {
  assert((path.length === 0) === (size === 1), 'The proof has too few hashes, or too many');
  if (size === 1) return leaf;
  const left = 2 ** ((size - 1).toString(2).length - 1);
  const [rest, sibling] = [path.slice(0, -1), path.at(-1)];
  if (index < left) return nodeHash(rootFrom(leaf, index, left, rest), sibling);
  return nodeHash(sibling, rootFrom(leaf, index - left, size - left, rest));
}

// A note's text. The signature is over that alone, not over the name beside it: so the text has to begin with the name.
function signedText(note, keys, what, name = note.split('\n', 1)[0]) {
  const split = note.lastIndexOf('\n\n');
  const [text, lines] = [note.slice(0, split + 1), note.slice(split + 2).split('\n')];
  const isWhole = split !== -1 && lines.pop() === '' && !/[^\n\u0020-\u{10ffff}]/u.test(note);
  const signatures = lines.map((line) => /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line));
  assert(isWhole && !signatures.includes(null), `${what} is not a signed note`);
  const verdicts = signatures.flatMap(([, signer, base64]) => {
    const bytes = Buffer.from(base64, 'base64');
    const key = keys.find((raw) => signer === name && keyId(name, raw).equals(bytes.subarray(0, 4)));
    return key ? [verify(null, Buffer.from(text), publicKey(key), bytes.subarray(4))] : [];
  });
  assert(verdicts.length > 0 && text.startsWith(`${name}\n`), `${what} is not signed by this key as ${name}`);
  assert(!verdicts.includes(false), `${what} is not what was signed: the signature does not verify`);
  return text;
}
const keyId = (name, raw) => sha256(Buffer.from(`${name}\n`), Buffer.of(1), raw).subarray(0, 4);
const publicKey = (raw) =>
  createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') } });

function checkpointOf(note, keys, what) {
  const [origin, size, root] = signedText(String(note), keys, what).split('\n');
  const isHead = /^gatehouse\/tnt_[0-9a-z]{26}\n(?:0|[1-9]\d{0,14})$/u.test(`${origin}\n${size}`);
  assert(isHead && bytes32(root), `${what} is signed, but is not the checkpoint of a ledger`);
  return { what, origin, size: Number(size), root: bytes32(root) };
}

function verifyReceipt(file, keys) {
  const receipt = objectOf(readFileSync(file, 'utf8'), 'The receipt');
  const { verificationId, position, entry, proof, opening } = receipt;
  assert(receipt.object === 'receipt' && typeof entry === 'string' && proof, 'The file is not a receipt');
  const { data } = objectOf(entry, 'The entry');
  const opened = opening && sha256(Buffer.from(`${opening.salt}`, 'hex'), Buffer.from(`${opening.value}`));
  assert(!opened || opened.toString('hex') === data.commitments?.identity, 'It is of another identity');
  const head = checkpointOf(receipt.checkpoint, keys, 'The checkpoint');
  assert(head.origin === `gatehouse/${receipt.tenantId}`, "The checkpoint is of another tenant's ledger");
  provenEntry(receipt, verificationId, head);
  return `OK: ${verificationId} is in entry ${position} of the ${head.size} signed ones of ${head.origin}`;
}

// What a proven entry says, if it is about this verification and in the tree of this head.
function provenEntry({ position, entry, proof }, verificationId, { size, root }) {
  const said = objectOf(entry, 'The entry');
  assert(
    verificationId === `ver_${asTypeId(said.verification_id)}`,
    'The entry is about another verification',
  );
  const isThere = Number.isInteger(position) && position > 0 && position <= size;
  const path = [proof.hashes].flat().map(bytes32);
  const isForIt = proof.leafIndex === position - 1 && proof.treeSize === size && !path.includes(null);
  assert(isThere && isForIt, 'The proof is not for this position of the ledger that was signed');
  const isIn = rootFrom(leafHash(entry), position - 1, size, path).equals(root);
  assert(isIn, 'The entry is not in the signed ledger, or the proof was changed');
  return said;
}

// Each entry, and that the facts and the views beside them are what the entries say. The explanation is prose: not checked.
function verifyPack(file, keys) {
  const { object, verification, entries, views, checkpoint } = objectOf(
    readFileSync(file, 'utf8'),
    'The pack',
  );
  assert(object === 'evidence_pack' && verification && entries && views, 'The file is not an evidence pack');
  const head = checkpointOf(checkpoint, keys, 'The checkpoint');
  assert(
    head.origin === `gatehouse/${verification.tenantId}`,
    "The checkpoint is of another tenant's ledger",
  );
  const said = new Map(entries.map((one) => [one.position, provenEntry(one, verification.id, head)]));
  const versions = [...said.values()].filter(({ version }) => version).sort((a, b) => b.version - a.version);
  const status = versions.find(({ data }) => data.to)?.data.to;
  const isSame = versions[0]?.version === verification.version && status === verification.status;
  assert(isSame, 'The record says something else than the newest entry of the ledger');
  for (const { position, kind, purpose } of views) {
    const entry = said.get(position);
    assert(
      entry?.kind === kind && (entry.data.purpose ?? null) === purpose,
      'A view is not what its entry says',
    );
  }
  return `OK: ${verification.id} is ${verification.status} by ${said.size} of the ${head.size} signed entries of ${head.origin}`;
}

async function verifyExport(file, keys, notes) {
  const earlier = notes.map((note) => checkpointOf(readFileSync(note, 'utf8'), keys, note));
  const [row, roots] = [[], new Map([...earlier.map(({ size }) => [size, null]), [0, sha256()]])];
  let [count, own, agreed] = [0, null, 0];
  // Byte by byte: readline knows line ends other than \n, which may stand within an entry.
  for await (const bytes of createInterface({ input: createReadStream(file, 'latin1') })) {
    assert(own === null, 'The export goes on after its checkpoint');
    const text = Buffer.from(bytes, 'latin1').toString();
    const { position, entry, checkpoint } = objectOf(text, `The line after position ${count}`);
    if (checkpoint) own = checkpointOf(checkpoint, keys, "The export's own checkpoint");
    if (checkpoint) continue;
    count += 1;
    assert(position === count && typeof entry === 'string', `Position ${count} is missing or out of place`);
    append(row, leafHash(entry));
    if (roots.has(count)) roots.set(count, rootOf(row));
  }
  assert(own, `The export has no checkpoint after position ${count}: its tail was cut`);
  assert(count <= own.size, `Position ${own.size + 1} and what follows it was never signed`);
  roots.set(count, rootOf(row));
  for (const { what, origin, size, root } of [...earlier, own].sort((a, b) => a.size - b.size)) {
    assert(origin === own.origin, `${what} is of another ledger, ${origin}`);
    assert(size <= count, `${what} is of ${size} entries, the export has ${count}: its tail was cut`);
    const where = `positions ${agreed + 1} to ${size}`;
    assert(roots.get(size).equals(root), `${what} has another root: something in ${where} was changed`);
    agreed = size;
  }
  return `OK: ${count} entries of ${own.origin} as they were signed; ${earlier.length} earlier checkpoints agree`;
}

function objectOf(text, what) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return assert.fail(`${what} is not JSON`);
  }
}

function bytes32(base64) {
  const bytes = Buffer.from(String(base64), 'base64');
  return bytes.length === 32 && bytes.toString('base64') === base64 ? bytes : null;
}

function asTypeId(uuid) {
  assert(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u.test(uuid), 'The entry is about no verification');
  const bits = BigInt(`0x${uuid.replaceAll('-', '')}`);
  const digits = bits.toString(32).padStart(26, '0');
  return digits.replace(/./gu, (digit) => '0123456789abcdefghjkmnpqrstvwxyz'[parseInt(digit, 32)]);
}

const verifyNote = (file, keys, name) => signedText(readFileSync(file, 'utf8'), keys, 'The file', name);
const commands = { receipt: verifyReceipt, pack: verifyPack, export: verifyExport, note: verifyNote };
try {
  const [text, texts] = [{ type: 'string' }, { type: 'string', multiple: true }];
  const options = { key: text, name: text, checkpoint: texts };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, file, ...more] = positionals;
  const { key, name, checkpoint: notes = [] } = values;
  const isMeant = (command === 'note') === !!name && (notes.length ? command === 'export' : !more.length);
  if (!file || !key || !isMeant || !Object.hasOwn(commands, command)) throw new TypeError('What to check?');
  const raw = bytes32(key) ? [key] : JSON.parse(readFileSync(key, 'utf8')).keys.map((one) => one.publicKey);
  const keys = raw.map(bytes32).filter(Boolean);
  console.log((await commands[command](file, keys, name ?? [...notes, ...more])).replace(/\n$/u, ''));
} catch (error) {
  const isWrong = error instanceof assert.AssertionError;
  console.error(isWrong ? error.message : `${error.message}\n${USAGE}`);
  process.exitCode = isWrong ? 1 : 2;
}
