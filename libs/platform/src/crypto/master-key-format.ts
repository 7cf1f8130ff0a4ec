import { readFileSync } from 'node:fs';

export const MASTER_KEY_BYTES = 32;

/** What MASTER_KEY and MASTER_KEY_PREVIOUS must be. */
export const MASTER_KEY_RULE =
  'must be 32 bytes in base64, the path of a file that holds them, or vault-transit://HOST:PORT/MOUNT/KEY ' +
  '(vault-transit+http:// for this machine only)';

const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The 32 bytes of a master key that is held here, from their base64 text or from the file at that path (which holds the text, or the bytes).
 * Null when it is neither.
 */
export function readMasterKey(textOrPath: string): Buffer | null {
  return decode(textOrPath) ?? fromFile(textOrPath);
}

function decode(text: string): Buffer | null {
  const trimmed = text.trim();
  if (!BASE64_OF_32_BYTES.test(trimmed)) return null;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === MASTER_KEY_BYTES ? bytes : null;
}

function fromFile(path: string): Buffer | null {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch {
    // Absent, unreadable, a folder: the caller reports the rule, which covers each of them.
    return null;
  }
  return content.length === MASTER_KEY_BYTES ? content : decode(content.toString('latin1'));
}
