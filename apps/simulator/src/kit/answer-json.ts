import { randomUUID } from 'node:crypto';

import { EncodedFile } from './encoded-files.js';

/** Shorter ones are copied: many small pieces would cost more than that. */
const LONG = 64 * 1024;
// Nothing that anybody could have put into an answer.
const MARK = randomUUID();
const MARKED = new RegExp(`${MARK}(\\d+)`);

/** A body of which the pieces are still apart. */
export class PiecedBody {
  constructor(readonly pieces: readonly Buffer[]) {}

  get length(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  whole(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/**
 * An answer as JSON. Of long {@link EncodedFile}s the bytes are taken as they are: an answer of ninety megabytes would take a
 * second of the only thread that all twins have, if a text were made of it and bytes of the text.
 */
export function answerJson(answer: unknown): string | PiecedBody {
  const files: Buffer[] = [];
  const text = JSON.stringify(answer, (_key, value: unknown) => {
    if (!(value instanceof EncodedFile)) return value;
    if (value.length < LONG) return value.toString();
    return `${value.prefix}${MARK}${files.push(value.base64) - 1}`;
  });
  if (files.length === 0) return text;
  const pieces = text.split(MARKED).map((piece, index) => {
    // The odd ones are the numbers between the pieces.
    const file = index % 2 === 0 ? undefined : files[Number(piece)];
    return file ?? Buffer.from(piece);
  });
  return new PiecedBody(pieces);
}
