const KEPT_CHARACTERS = 256_000_000;

const kept = new Map<string, string>();
let characters = 0;

/** The base64 of a file that is asked for again and again: made once per key. The oldest go when there is too much of it. */
export function base64Once(key: string, make: () => Buffer): string {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make().toString('base64');
  kept.set(key, made);
  characters += made.length;
  for (const [oldest, text] of kept) {
    if (characters <= KEPT_CHARACTERS || oldest === key) break;
    kept.delete(oldest);
    characters -= text.length;
  }
  return made;
}
