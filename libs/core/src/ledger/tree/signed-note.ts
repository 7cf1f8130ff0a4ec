import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

import { sha256 } from '@gatehouse/platform';

import { decodeBase64 } from './base64.js';

/*
 * Signed notes as https://c2sp.org/signed-note has them: a text that ends in a newline, an empty line, and a line for each signature,
 * "— name base64(key id, signature)". The key id is a hint of four bytes; what counts is whether the signature verifies. It is over the
 * text alone: whoever has a note can put another name beside its signature, so a text has to say itself what it is, as a checkpoint does
 * in its first line, and its readers have to look.
 */

/** The signature types that we know: a note's own, and a witness's cosignature (https://c2sp.org/tlog-cosignature). */
export const ED25519 = 0x01;
export const ED25519_COSIGNATURE = 0x04;
export type SignatureType = typeof ED25519 | typeof ED25519_COSIGNATURE;

/** A signature line as it was read; whose it is, and whether it verifies, is not known yet. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  /** What follows the key id; its form depends on the key's type. */
  readonly signature: Buffer;
  /** The whole line, its newline included. */
  readonly line: string;
}

export interface ParsedNote {
  /** Its last newline included. Nothing to rely on before a signature was verified. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A public key with the name it signs under. */
export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

const DASH = '\u2014';
/** More than a note needs, and few enough that a long one does not keep us busy. */
const MAX_SIGNATURES = 100;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_LINE = new RegExp(`^${DASH} ([^\\s\\u0085+]+) ([A-Za-z0-9+/]+={0,2})$`, 'u');
/** U+0085 is a space to Unicode and not to JavaScript. */
const KEY_NAME = /^[^\s\u0085+]+$/u;
const CONTROL = /[^\n\u0020-\u{10ffff}]/u;

/** Signs notes under a name, with an Ed25519 key. */
export class NoteSigner {
  readonly name: string;
  /** The public key, 32 bytes. */
  readonly publicKey: Buffer;
  readonly #privateKey: KeyObject;
  readonly #keyId: Buffer;

  /** Throws RangeError for a name that no key may have, and for a key that is not a private Ed25519 key. */
  constructor(name: string, privateKey: KeyObject) {
    requireName(name);
    if (privateKey.type !== 'private') throw new RangeError('Only a private key signs');
    this.name = name;
    this.publicKey = rawPublicKey(privateKey);
    this.#privateKey = privateKey;
    this.#keyId = noteKeyId(name, this.publicKey);
  }

  /** The note: the text, an empty line, our signature. Throws RangeError for what cannot be a note's text. */
  sign(text: string): string {
    if (!isNoteText(text) || !text.endsWith('\n')) {
      throw new RangeError('The text of a note is lines without control characters, the last one ended too');
    }
    const signature = sign(null, Buffer.from(text), this.#privateKey);
    const encoded = Buffer.concat([this.#keyId, signature]).toString('base64');
    return `${text}\n${DASH} ${this.name} ${encoded}\n`;
  }
}

/** The parts of a note, its unknown signatures included; null for what is no note. Verifies nothing. */
export function parseNote(note: string): ParsedNote | null {
  if (!isNoteText(note)) return null;
  const split = note.lastIndexOf('\n\n');
  if (split === -1) return null;
  const signatures = parseSignatureLines(note.slice(split + 2));
  return signatures === null ? null : { text: note.slice(0, split + 1), signatures };
}

/** The signatures in what follows a note's empty line, or in a witness's answer. Null unless every line is one, and there is one. */
export function parseSignatureLines(lines: string): readonly NoteSignature[] | null {
  if (!lines.endsWith('\n')) return null;
  const parsed = lines
    .slice(0, -1)
    .split('\n', MAX_SIGNATURES + 1)
    .map(parseSignatureLine);
  const signatures = parsed.filter((signature) => signature !== null);
  return signatures.length === parsed.length && parsed.length <= MAX_SIGNATURES ? signatures : null;
}

/**
 * The note's text if the key signed it under that name, otherwise null. A signature that names this key and does not verify spoils
 * the note, whatever else it carries; signatures of other keys are not looked at. Throws RangeError unless the key has 32 bytes.
 */
export function verifyNote(note: string, name: string, publicKey: Buffer): string | null {
  const key = ed25519PublicKey(publicKey);
  const parsed = parseNote(note);
  if (parsed === null) return null;
  const signed = Buffer.from(parsed.text);
  const ours = signaturesOf({ name, type: ED25519, publicKey }, parsed.signatures);
  const isSigned = ours.length > 0 && ours.every(({ signature }) => verify(null, signed, key, signature));
  return isSigned ? parsed.text : null;
}

/** Those that say they are by this key. */
export function signaturesOf(
  { name, type, publicKey }: VerifierKey,
  signatures: readonly NoteSignature[],
): readonly NoteSignature[] {
  const keyId = noteKeyId(name, publicKey, type);
  return signatures.filter((signature) => signature.name === name && signature.keyId.equals(keyId));
}

/** The key as others are told it, a "vkey": `name+hex key id+base64(type, public key)`. Throws RangeError if it is not a key. */
export function noteKey(name: string, publicKey: Buffer, type: SignatureType = ED25519): string {
  const material = Buffer.concat([Buffer.of(type), publicKey]).toString('base64');
  return `${name}+${noteKeyId(name, publicKey, type).toString('hex')}+${material}`;
}

/** The key of a vkey; null if it is none, or of a type that we do not know. */
export function parseNoteKey(vkey: string): VerifierKey | null {
  const [name = '', , ...rest] = vkey.split('+');
  // Its base64 may have a plus of its own.
  const material = decodeBase64(rest.join('+'));
  const type = material?.at(0);
  if (material?.length !== 1 + PUBLIC_KEY_BYTES || !KEY_NAME.test(name)) return null;
  if (type !== ED25519 && type !== ED25519_COSIGNATURE) return null;
  const publicKey = material.subarray(1);
  return noteKey(name, publicKey, type) === vkey ? { name, type, publicKey } : null;
}

/** The first four bytes of SHA-256 over name, newline, type and public key. */
export function noteKeyId(name: string, publicKey: Buffer, type: SignatureType = ED25519): Buffer {
  requireName(name);
  requirePublicKey(publicKey);
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey])).subarray(
    0,
    KEY_ID_BYTES,
  );
}

/** The 32 bytes of an Ed25519 key's public half. Throws RangeError for a key of another kind. */
export function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') throw new RangeError('The key is not an Ed25519 key');
  const { x = '' } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

/** A key to verify with, of its 32 bytes. Throws RangeError for another length. */
export function ed25519PublicKey(publicKey: Buffer): KeyObject {
  requirePublicKey(publicKey);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  return createPublicKey({ format: 'jwk', key: jwk });
}

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || encoded === undefined) return null;
  const bytes = decodeBase64(encoded);
  // A key id alone signs nothing.
  if (bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_BYTES),
    signature: bytes.subarray(KEY_ID_BYTES),
    line: `${line}\n`,
  };
}

/** UTF-8 can spell it, and newlines are its only control characters. */
function isNoteText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

function requireName(name: string): void {
  if (!KEY_NAME.test(name) || !isNoteText(name)) {
    throw new RangeError('The name of a key has neither spaces nor plus signs, and is not empty');
  }
}

function requirePublicKey(publicKey: Buffer): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('An Ed25519 public key has 32 bytes');
}
