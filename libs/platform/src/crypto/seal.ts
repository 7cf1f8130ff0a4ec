import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

import { RandomPool } from './random-pool.js';

/*
 * A sealed value is: version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16), AES-256-GCM. The associated data names the place
 * the value belongs to (table, row, column), so that a sealed value moved elsewhere does not open.
 */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;

/** A sealed value was changed, cut, moved, or sealed under another key; which of them cannot be told. Carries no data. */
export class SealError extends Error {
  override readonly name = 'SealError';

  constructor() {
    super('a sealed value does not open');
  }
}

const nonces = new RandomPool(NONCE_BYTES);

/** Encrypts under a 32-byte key from `createSecretKey`. `associatedData` is not stored; `open` needs the same. */
export function seal(key: KeyObject, plaintext: Buffer, associatedData: string): Buffer {
  const nonce = nonces.next();
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associatedData));
  const sealed = Buffer.allocUnsafe(HEADER_BYTES + plaintext.length + TAG_BYTES);
  sealed[0] = VERSION;
  nonce.copy(sealed, 1);
  // Of a stream cipher: as many bytes as were given, and nothing more at the end.
  cipher.update(plaintext).copy(sealed, HEADER_BYTES);
  cipher.final();
  cipher.getAuthTag().copy(sealed, HEADER_BYTES + plaintext.length);
  return sealed;
}

/** The reverse of `seal`. Throws SealError on anything wrong. */
export function open(key: KeyObject, sealed: Buffer, associatedData: string): Buffer {
  if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new SealError();
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEADER_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(associatedData));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES));
    // Says whether it was sealed so; of a stream cipher there are no more bytes at the end.
    decipher.final();
    return plaintext;
  } catch {
    // OpenSSL has one failure for every cause; its own text helps nobody but an attacker.
    throw new SealError();
  }
}

/** Seals a value as JSON. `undefined` and functions are no JSON and throw TypeError. */
export function sealJson(key: KeyObject, value: unknown, associatedData: string): Buffer {
  // JSON.stringify is typed as always returning text, which is wrong for these.
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError('only a JSON value can be sealed');
  return seal(key, Buffer.from(json), associatedData);
}

/** What `sealJson` sealed, to be checked by the caller's schema. Throws SealError. */
export function openJson(key: KeyObject, sealed: Buffer, associatedData: string): unknown {
  const json = open(key, sealed, associatedData).toString();
  try {
    return JSON.parse(json);
  } catch {
    // Sealed by `seal`, not by `sealJson`. The parser's message would quote the plaintext.
    throw new SealError();
  }
}
