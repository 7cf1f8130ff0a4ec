import { Problem } from '@gatehouse/contract';
import { sha256 } from '@gatehouse/platform';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * The key of the `Idempotency-Key` header, bare or as a quoted string (RFC 8941); null when there is no such line.
 * Throws Problem `validation_failed`, also for several lines: they could not be told from one key with commas in it.
 */
export function parseIdempotencyKey(lines: readonly string[] | undefined): string | null {
  if (lines === undefined) return null;
  const [line = '', ...others] = lines;
  const key = others.length === 0 ? unquote(line.trim()) : null;
  if (key !== null && PRINTABLE.test(key)) return key;
  throw new Problem('validation_failed', 'The idempotency key is not valid.', {
    errors: [
      {
        pointer: 'Idempotency-Key',
        detail: 'must be 1 to 255 printable ASCII characters, bare or in quotes, in one line',
      },
    ],
  });
}

/** Null for quotes that do not match. */
function unquote(text: string): string | null {
  if (!text.startsWith('"')) return text;
  return QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? null;
}

/** What makes two requests the same one: method, route, parameters of the path, the query, and the body's bytes. */
export function requestHash(
  route: string,
  params: Readonly<Record<string, string>>,
  query: string,
  body: Buffer | null,
): Buffer {
  const head = JSON.stringify([route, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)), query]);
  return sha256(Buffer.concat([Buffer.from(`${head}\n`), body ?? Buffer.alloc(0)]));
}
