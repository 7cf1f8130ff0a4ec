import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

/** 32 bytes. */
export function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer');
}

const LENGTH_BYTES = 4;

/**
 * HMAC-SHA256 over the parts, each with its length before it: `('ab', 'c')` and `('a', 'bc')` differ. For lookups by a value
 * that is not stored (e-mail, phone, reference). 32 bytes.
 */
export function keyedHash(key: KeyObject, ...parts: string[]): Buffer {
  const size = parts.reduce((sum, part) => sum + LENGTH_BYTES + Buffer.byteLength(part), 0);
  // One call into OpenSSL instead of two for each part.
  const whole = Buffer.allocUnsafe(size);
  let end = 0;
  for (const part of parts) {
    const length = whole.write(part, end + LENGTH_BYTES);
    whole.writeUInt32BE(length, end);
    end += LENGTH_BYTES + length;
  }
  return createHmac('sha256', key).update(whole).digest();
}

/** Compares secrets in a time that tells nothing about where, or in what length, they differ. Never throws. */
export function constantTimeEqual(a: string | Buffer, b: string | Buffer): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** A 32-byte key for one purpose, by HKDF-SHA256: the same key and label give the same result, different labels unrelated ones. */
export function deriveKey(key: KeyObject, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), label, 32)));
}
