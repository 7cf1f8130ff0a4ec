import { isUtf8 } from 'node:buffer';

import { UnreadableJson } from './untrusted-json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LETTER_U = 0x75;
/** What may follow a backslash, apart from `u` and its digits. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const HEX_DIGITS: ReadonlySet<number> = new Set(Buffer.from('0123456789ABCDEFabcdef'));

/**
 * How many of the bytes, the next ones within a JSON string, are text of it that is whole: up to its quote, or up to an
 * escape or a character that is cut off. Makes no text of them, so a string that nobody wants costs no more than a look.
 * Throws {@link UnreadableJson} at what no JSON string holds.
 */
export function wholeTextIn(bytes: Buffer): number {
  const end = endOfEscaped(bytes);
  const whole = end === bytes.length ? end - cutCharacter(bytes) : end;
  if (!isUtf8(whole === bytes.length ? bytes : bytes.subarray(0, whole)))
    throw new UnreadableJson('not UTF-8');
  return whole;
}

/** The characters of bytes that {@link wholeTextIn} found whole. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return bytes.includes(BACKSLASH) ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Where the quote is, or an escape that is cut off. */
function endOfEscaped(bytes: Buffer): number {
  for (let at = 0; ;) {
    at = nextSpecial(bytes, at);
    const byte = bytes[at];
    if (byte === undefined || byte === QUOTE) return at;
    if (byte !== BACKSLASH) throw new UnreadableJson('not JSON');
    const length = escapeLength(bytes, at);
    if (at + length > bytes.length) return at;
    at += length;
  }
}

/** The next quote, backslash or control character. The one loop over every byte, so there is nothing else in it. */
function nextSpecial(bytes: Buffer, from: number): number {
  const { length } = bytes;
  let at = from;
  for (; at < length; at += 1) {
    const byte = bytes[at] ?? QUOTE;
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) break;
  }
  return at;
}

/** As far as it is there, the escape has to be one. */
function escapeLength(bytes: Buffer, backslash: number): number {
  const kind = bytes[backslash + 1] ?? LETTER_U;
  if (ESCAPED.has(kind)) return 2;
  const digits = bytes.subarray(backslash + 2, backslash + 6);
  if (kind !== LETTER_U || !digits.every((digit) => HEX_DIGITS.has(digit)))
    throw new UnreadableJson('not JSON');
  return 6;
}

/** How many bytes at the end begin a character that goes on after them. */
function cutCharacter(bytes: Buffer): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes.at(-back) ?? 0;
    // The bytes that a character goes on with are 10xxxxxx.
    if ((byte & 0xc0) !== 0x80) return back < characterLength(byte) ? back : 0;
  }
  return 0;
}

/** By the character's first byte: 110xxxxx, 1110xxxx, 11110xxx. */
function characterLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
