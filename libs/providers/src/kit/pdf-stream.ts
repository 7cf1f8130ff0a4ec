import { type Readable } from 'node:stream';

import { peek } from './byte-stream.js';
import { type Broken } from './provider-failures.js';

/** How far from the start readers of PDF look for its beginning. */
const SEARCHED = 1024;

/**
 * The same stream, once it is known to begin like a PDF; nothing has been taken from it. Otherwise destroys it and
 * throws what `broken` makes of that (the sample of providers/dentity.md 4.3 is none).
 */
export async function requirePdf(bytes: Readable, broken: Broken): Promise<Readable> {
  const head = await peek(bytes, SEARCHED + '%PDF-'.length);
  if (/^(?:\xef\xbb\xbf)?\s*%PDF-/u.test(head.toString('latin1'))) return bytes;
  bytes.destroy();
  throw broken('holds no PDF');
}
