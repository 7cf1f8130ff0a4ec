/** One form of something that is searched for. */
export interface Needle {
  readonly label: string;
  /** `raw`, `base64`, `hex` … */
  readonly form: string;
  readonly bytes: Buffer;
  /** Of ASCII; `bytes` are in lower case then. */
  readonly anyCase: boolean;
}

/** Needles begin with at least as many bytes. */
const BEGINNING = 4;
const BUCKETS = 1 << 20;

/** Finds thousands of needles in one pass over the haystack, which may be many megabytes of anything. */
export class NeedleIndex {
  /** Whether a needle begins so: nearly no position of a haystack passes. */
  readonly #mayBegin = new Uint8Array(BUCKETS);
  readonly #byBeginning = new Map<number, Needle[]>();

  add(needle: Needle): void {
    if (needle.bytes.length < BEGINNING) throw new Error(`${needle.label}: too short to be searched for`);
    const beginning = beginningAt(needle.bytes, 0);
    this.#mayBegin[bucketOf(beginning)] = 1;
    this.#byBeginning.set(beginning, [...(this.#byBeginning.get(beginning) ?? []), needle]);
  }

  in(haystack: Buffer): ReadonlySet<Needle> {
    const found = new Set<Needle>();
    for (let at = 0; at + BEGINNING <= haystack.length; at += 1) {
      const beginning = beginningAt(haystack, at);
      if (this.#mayBegin[bucketOf(beginning)] !== 1) continue;
      for (const needle of this.#byBeginning.get(beginning) ?? []) {
        if (!found.has(needle) && standsAt(needle, haystack, at)) found.add(needle);
      }
    }
    return found;
  }
}

function beginningAt(bytes: Buffer, at: number): number {
  let beginning = 0;
  for (let index = at; index < at + BEGINNING; index += 1) {
    beginning = (beginning << 8) | lower(bytes[index] ?? 0);
  }
  return beginning;
}

function bucketOf(beginning: number): number {
  return Math.imul(beginning, 2_654_435_761) >>> 12;
}

function standsAt({ bytes, anyCase }: Needle, haystack: Buffer, at: number): boolean {
  if (at + bytes.length > haystack.length) return false;
  if (!anyCase) return bytes.compare(haystack, at, at + bytes.length) === 0;
  return bytes.every((byte, index) => byte === lower(haystack[at + index] ?? 0));
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
