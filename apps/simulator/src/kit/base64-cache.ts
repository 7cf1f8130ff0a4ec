/** Base64 of files that are asked for again and again: each is made once. The oldest go when there are too many characters. */
export class Base64Cache {
  readonly #limit: number;
  readonly #texts = new Map<string, string>();
  #characters = 0;

  constructor(limitInCharacters: number) {
    this.#limit = limitInCharacters;
  }

  /** The same key must always make the same file. */
  get(key: string, make: () => Buffer): string {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const made = make().toString('base64');
    this.#texts.set(key, made);
    this.#characters += made.length;
    for (const [oldest, text] of this.#texts) {
      if (this.#characters <= this.#limit || oldest === key) break;
      this.#texts.delete(oldest);
      this.#characters -= text.length;
    }
    return made;
  }
}

/** Ten images of ten megabytes and something beside. */
export const base64Files = new Base64Cache(256_000_000);
