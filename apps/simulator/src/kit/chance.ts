import { createHash, randomBytes } from 'node:crypto';

/**
 * Where the ids, tokens and orders of one account come from: real chance, or a seed. With a seed, the n-th drawing is always
 * the same, whatever the machine and the time.
 */
export class Chance {
  #seed: string | null;
  #drawn = 0;

  constructor(seed: string | null = null) {
    this.#seed = seed;
  }

  get seed(): string | null {
    return this.#seed;
  }

  get isSeeded(): boolean {
    return this.#seed !== null;
  }

  /** Goes on counting, so that changing an account never repeats an id; only {@link restart} begins anew. */
  reseed(seed: string | null): void {
    this.#seed = seed;
  }

  /** Back to the first drawing of the seed. */
  restart(): void {
    this.#drawn = 0;
  }

  bytes(count: number): Buffer {
    if (this.#seed === null) return randomBytes(count);
    this.#drawn += 1;
    return seededBytes(`${this.#seed}/${this.#drawn}`, count);
  }

  hex(byteCount: number): string {
    return this.bytes(byteCount).toString('hex');
  }

  /** A version 4 UUID. */
  uuid(): string {
    const bytes = this.bytes(16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.bytes(6).readUIntBE(0, 6) }));
    return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
  }
}

/** `count` numbers from 0 up to 1, always the same for the same text. */
export function seededFractions(text: string, count: number): number[] {
  const bytes = seededBytes(text, count * 4);
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(index * 4) / 2 ** 32);
}

function seededBytes(text: string, count: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < count; block += 1)
    blocks.push(createHash('sha256').update(`${block}/${text}`).digest());
  return Buffer.concat(blocks).subarray(0, count);
}
