import { randomFillSync } from 'node:crypto';

const AT_ONCE = 256;

/** Random bytes for what is no secret (nonces, ids), drawn many at a time: a few at a time cost more than what they are for. */
export class RandomPool {
  readonly #bytes: Buffer;
  #next: number;

  /** `size`: bytes at each call of {@link next}. */
  constructor(private readonly size: number) {
    this.#bytes = Buffer.alloc(size * AT_ONCE);
    this.#next = this.#bytes.length;
  }

  /** To be read before the pool is asked {@link AT_ONCE} times more. */
  next(): Buffer {
    if (this.#next === this.#bytes.length) {
      randomFillSync(this.#bytes);
      this.#next = 0;
    }
    return this.#bytes.subarray(this.#next, (this.#next += this.size));
  }
}
