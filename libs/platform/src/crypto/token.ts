import { type RandomSource } from '../random.js';

/** Crockford's alphabet: no i, l, o, u, so that a token can be read aloud and is never a word. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `bytes` random bytes as lower-case base32 text, 8 characters for every 5 bytes, rounded up. */
export function randomToken(random: RandomSource, bytes: number): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of random.bytes(bytes)) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((pending >> bits) & 31);
    }
    pending &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((pending << (5 - bits)) & 31) : text;
}
