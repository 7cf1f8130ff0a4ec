/** Deepest nesting that is read. The vendors' own bodies stay below ten. */
export const MAX_DEPTH = 32;

/** Bytes from outside that are not JSON we are willing to read. Holds nothing of the bytes. */
export class UnreadableJson extends Error {
  constructor(
    readonly reason: 'not UTF-8' | 'not JSON' | 'nested too deeply' | 'a forbidden key' | 'a text too long',
  ) {
    super(`The bytes cannot be read as JSON: ${reason}`);
    this.name = 'UnreadableJson';
  }
}

/** Escapes of what no text in PostgreSQL can hold, U+0000 and half a surrogate pair; pairs, which are fine, look alike. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/iu;

/**
 * Parses bytes that somebody else wrote; characters that cannot be stored become U+FFFD. Refuses what later code could
 * trip over: invalid UTF-8, deep nesting (recursive code would exhaust the stack), and keys that reach an object's
 * prototype when copied. Throws {@link UnreadableJson}.
 */
export function parseUntrustedJson(bytes: Uint8Array): unknown {
  const value = parse(decode(bytes));
  refuseHostileShape(value);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableJson('not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return UNSTORABLE_ESCAPE.test(text) ? JSON.parse(text, storable) : JSON.parse(text);
  } catch {
    // The engine's message quotes the text, so it is not passed on.
    throw new UnreadableJson('not JSON');
  }
}

function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? storableText(value) : value;
}

/** The text with U+FFFD for what no text in PostgreSQL can hold. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function refuseHostileShape(root: unknown): void {
  // A list of its own instead of recursion: the depth is the attacker's.
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) throw new UnreadableJson('nested too deeply');
    for (const [key, member] of Object.entries(value)) {
      if (reachesPrototype(key, member)) throw new UnreadableJson('a forbidden key');
      pending.push({ value: member, depth: depth + 1 });
    }
  }
}

function reachesPrototype(key: string, member: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' &&
    typeof member === 'object' &&
    member !== null &&
    Object.hasOwn(member, 'prototype')
  );
}
