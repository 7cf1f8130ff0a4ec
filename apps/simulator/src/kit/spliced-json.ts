import { randomUUID } from 'node:crypto';

/** Longer texts than anything but an image or a PDF. */
const LONG = 64 * 1024;
const KEPT = 48;

/** Characters that stand for themselves in JSON and in UTF-8: base64 and data URIs. */
const PLAIN = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;
// Nothing that anybody could have put into an answer.
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(\\d+)"`);

const bytesOf = new Map<string, Buffer>();

/**
 * An answer as JSON, in which long plain texts are put as bytes that were made once: an answer of ninety megabytes takes a copy
 * instead of a second of the only thread that all twins have.
 */
export function splicedJson(answer: unknown): string | Buffer {
  const long: Buffer[] = [];
  const text = JSON.stringify(answer, (_key, value: unknown) => {
    if (typeof value !== 'string' || value.length < LONG) return value;
    const bytes = plainBytes(value);
    return bytes === null ? value : `${MARK}${long.push(bytes) - 1}`;
  });
  if (long.length === 0) return text;
  const pieces = text.split(MARKED).map((piece, index) => {
    // The odd ones are the numbers between the pieces.
    const bytes = index % 2 === 0 ? undefined : long[Number(piece)];
    return bytes ?? Buffer.from(piece);
  });
  return Buffer.concat(pieces);
}

/** With its quotation marks; null for a text that JSON would have to escape. */
function plainBytes(text: string): Buffer | null {
  const known = bytesOf.get(text);
  if (known !== undefined) return known;
  if (!PLAIN.test(text)) return null;
  const made = Buffer.from(`"${text}"`, 'latin1');
  bytesOf.set(text, made);
  const [oldest] = bytesOf.keys();
  if (bytesOf.size > KEPT && oldest !== undefined) bytesOf.delete(oldest);
  return made;
}
