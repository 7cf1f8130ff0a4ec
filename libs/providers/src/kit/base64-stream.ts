import { type Broken } from './provider-failures.js';

/** The standard and the URL-safe alphabet. Node decodes both, but ignores in silence whatever else it is given. */
const ONLY_BASE64 = /^[\w+/-]*$/u;
const ONLY_PADDING = /^={0,2}$/u;

/** Decodes base64 in either alphabet piece by piece, with or without padding and white space; refuses all else. */
export async function* decodeBase64(
  texts: AsyncIterable<string>,
  broken: Broken,
): AsyncGenerator<Buffer, void, undefined> {
  // Up to three characters whose group of four goes on in the next piece.
  let rest = '';
  let padding = '';
  for await (const piece of texts) {
    const text = /\s/u.test(piece) ? piece.replaceAll(/\s+/gu, '') : piece;
    const end = padding === '' ? text.indexOf('=') : 0;
    const body = end === -1 ? text : text.slice(0, end);
    if (end !== -1) padding += text.slice(end);
    if (!ONLY_BASE64.test(body) || !ONLY_PADDING.test(padding)) throw broken('holds what is not base64');
    const missing = rest === '' ? 0 : 4 - rest.length;
    const whole = body.length - ((body.length - missing) % 4);
    if (body.length >= missing) {
      const bytes = decodeGroups(rest + body.slice(0, missing), body.slice(missing, whole));
      rest = body.slice(whole);
      if (bytes.length > 0) yield bytes;
    } else rest += body;
  }
  // One character is less than a byte, so something is missing.
  if (rest.length === 1) throw broken('holds base64 that is cut short');
  if (rest !== '') yield Buffer.from(rest, 'base64');
}

/** Two texts of whole groups, which are not put together first: the second one is long. */
function decodeGroups(first: string, second: string): Buffer {
  const bytes = Buffer.allocUnsafe(((first.length + second.length) / 4) * 3);
  bytes.write(second, bytes.write(first, 'base64'), 'base64');
  return bytes;
}
