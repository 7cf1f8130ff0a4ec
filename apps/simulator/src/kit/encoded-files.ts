/** A file as an answer holds it: base64, perhaps with what makes a data URI of it. {@link answerJson} sends its bytes as they are. */
export class EncodedFile {
  constructor(
    /** Characters in base64. */
    readonly base64: Buffer,
    readonly prefix = '',
  ) {}

  get length(): number {
    return this.prefix.length + this.base64.length;
  }

  toString(): string {
    return this.prefix + this.base64.toString('latin1');
  }
}

/** Base64 of files that are asked for again and again: each is made once. The oldest go when there are too many bytes. */
export class Base64Cache {
  readonly #limit: number;
  readonly #files = new Map<string, Buffer>();
  #bytes = 0;

  constructor(limitInBytes: number) {
    this.#limit = limitInBytes;
  }

  /** The same key must always make the same file. */
  get(key: string, make: () => Buffer): Buffer {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const made = Buffer.from(make().toString('base64'), 'latin1');
    this.#files.set(key, made);
    this.#bytes += made.length;
    for (const [oldest, file] of this.#files) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#files.delete(oldest);
      this.#bytes -= file.length;
    }
    return made;
  }
}

/** Ten images of ten megabytes and something beside. */
export const base64Files = new Base64Cache(256_000_000);
