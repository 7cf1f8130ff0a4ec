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
/** Of each byte, with the letters of ASCII made small. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

/** Taken once: in the test runner's own global object each look for `Math` costs more than the rest of a step. */
const { imul } = Math;

/** Finds thousands of needles in one pass over the haystack, which may be many megabytes of anything. */
export class NeedleIndex {
  /** Whether a needle begins so: nearly no position of a haystack passes. */
  readonly #mayBegin = new Uint8Array(BUCKETS);
  readonly #byBeginning = new Map<number, Needle[]>();

  add(needle: Needle): void {
    if (needle.bytes.length < BEGINNING) throw new Error(`${needle.label}: too short to be searched for`);
    const beginning = beginningOf(needle.bytes);
    this.#mayBegin[bucketOf(beginning)] = 1;
    this.#byBeginning.set(beginning, [...(this.#byBeginning.get(beginning) ?? []), needle]);
  }

  in(haystack: Buffer): ReadonlySet<Needle> {
    const found = new Set<Needle>();
    let beginning = 0;
    for (let end = 0; end < haystack.length; end += 1) {
      beginning = (beginning << 8) | (LOWER[haystack[end] ?? 0] ?? 0);
      if (this.#mayBegin[bucketOf(beginning)] !== 1) continue;
      const at = end + 1 - BEGINNING;
      for (const needle of this.#byBeginning.get(beginning) ?? []) {
        if (!found.has(needle) && standsAt(needle, haystack, at)) found.add(needle);
      }
    }
    return found;
  }
}

function beginningOf(bytes: Buffer): number {
  return bytes.subarray(0, BEGINNING).reduce((all, byte) => (all << 8) | lower(byte), 0);
}

function bucketOf(beginning: number): number {
  return imul(beginning, 2_654_435_761) >>> 12;
}

function standsAt({ bytes, anyCase }: Needle, haystack: Buffer, at: number): boolean {
  if (at < 0 || at + bytes.length > haystack.length) return false;
  if (!anyCase) return bytes.compare(haystack, at, at + bytes.length) === 0;
  return bytes.every((byte, index) => byte === lower(haystack[at + index] ?? 0));
}

function lower(byte: number): number {
  return LOWER[byte] ?? 0;
}
