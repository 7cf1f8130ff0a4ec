import { createHmac } from 'node:crypto';

import { constantTimeEqual } from '@gatehouse/platform';

/** base64(HMAC-SHA256), 44 characters. */
export function hmacBase64(secret: string, message: Uint8Array | string): string {
  return createHmac('sha256', secret).update(message).digest('base64');
}

/**
 * Whether `signature` is the base64 HMAC-SHA256 of the message. Constant time and never throws, whatever the signature's
 * length: `timingSafeEqual` throws on unequal lengths, which would turn a forged header into a 500 (providers/dentity.md
 * 6.1, trap 2). The text is compared, not what it decodes to, because base64 has several spellings of the same bytes.
 */
export function isHmacBase64(secret: string, message: Uint8Array | string, signature: string): boolean {
  return constantTimeEqual(hmacBase64(secret, message), signature);
}
