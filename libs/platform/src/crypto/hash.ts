import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

/** 32 bytes. */
export function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer');
}

/**
 * HMAC-SHA256 over the parts, each with its length before it: `('ab', 'c')` and `('a', 'bc')` differ. For lookups by a value
 * that is not stored (e-mail, phone, reference). 32 bytes.
 */
export function keyedHash(key: KeyObject, ...parts: string[]): Buffer {
  const hmac = createHmac('sha256', key);
  const length = Buffer.alloc(4);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest();
}

/** Compares secrets in a time that tells nothing about where, or in what length, they differ. Never throws. */
export function constantTimeEqual(a: string | Buffer, b: string | Buffer): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** A 32-byte key for one purpose, by HKDF-SHA256: the same key and label give the same result, different labels unrelated ones. */
export function deriveKey(key: KeyObject, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), label, 32)));
}
