import { Readable } from 'node:stream';

import { type Reply } from './scripted-vendor.js';

/** An answer of any length that is made while it is taken, and what has become of it. */
export class Pouring {
  /** Bytes that were handed to the connection. */
  written = 0;
  /** Whether the connection is gone. */
  closed = false;
  readonly #chunks: Iterable<Buffer>;
  readonly #headers: Record<string, string>;

  constructor(chunks: Iterable<Buffer>, headers: Record<string, string> = {}) {
    this.#chunks = chunks;
    this.#headers = headers;
  }

  readonly reply: Reply = (_request, response) => {
    response.socket?.once('close', () => {
      this.closed = true;
    });
    response.writeHead(200, this.#headers);
    Readable.from(this.#counted(), { highWaterMark: 1 }).pipe(response);
  };

  /** Returns once the vendor has stopped writing: because it has written everything, or because nobody takes more. */
  async stopped(): Promise<void> {
    for (let before = -1; before !== this.written;) {
      before = this.written;
      for (let turn = 0; turn < 500; turn += 1) await new Promise(setImmediate);
    }
  }

  *#counted(): Generator<Buffer> {
    for (const chunk of this.#chunks) {
      this.written += chunk.length;
      yield chunk;
    }
  }
}

/** The same chunk again and again. */
export function* repeated(chunk: Buffer, times: number): Generator<Buffer> {
  for (let n = 0; n < times; n += 1) yield chunk;
}
