import { type Readable } from 'node:stream';

import { type IsLong, type JsonEvent, JsonEvents, type JsonPath, type JsonScalar } from './json-events.js';
import { textOf } from './json-long-string.js';

/** Bytes that are read at a time, whatever the size of the source's chunks. */
const STEP = 16 * 1024;

/** A string in pieces, without its JSON escapes. Can be read once, until the next entry is asked for. */
export interface LongString {
  readonly kind: 'long';
  readonly path: JsonPath;
  readonly chunks: AsyncIterable<string>;
}

export type JsonEntry = JsonScalar | LongString;

/**
 * The values of a JSON document in their order, read as it arrives. A string whose path `isLong` is handed out in pieces
 * and skipped if nobody reads them; of the rest no string may be longer than 64 KiB. Throws {@link UnreadableJson}, and
 * the source's own error if that breaks off. Ending the iteration early destroys the source.
 */
export async function* readJson(
  source: Readable,
  isLong: IsLong,
): AsyncGenerator<JsonEntry, void, undefined> {
  const reader = new EventReader(eventsOf(source, isLong));
  try {
    for (let event = await reader.next(); event !== null; event = await reader.next()) {
      if (event.kind === 'scalar') yield event;
      if (event.kind !== 'begin') continue;
      const long = new Pieces(reader);
      yield { kind: 'long', path: event.path, chunks: long.read() };
      await long.skip();
    }
  } finally {
    source.destroy();
  }
}

async function* eventsOf(source: Readable, isLong: IsLong): AsyncGenerator<JsonEvent, void, undefined> {
  const events = new JsonEvents(isLong);
  for await (const chunk of source as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at += STEP) yield* events.read(chunk.subarray(at, at + STEP));
  yield* events.end();
}

/** A generator that has thrown says that it is done; this one throws again, so that every reader hears of it. */
class EventReader {
  #failure: { readonly error: unknown } | null = null;

  constructor(private readonly events: AsyncGenerator<JsonEvent, void, undefined>) {}

  async next(): Promise<JsonEvent | null> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      const { done, value } = await this.events.next();
      return done === true ? null : value;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

/** The pieces of one string, for who reads them and for who skips what was not read. */
class Pieces {
  /** The request before: one at a time, or whoever asks second would go past the end. */
  #before: Promise<unknown> = Promise.resolve();
  #over = false;
  #skipped = false;

  constructor(private readonly events: EventReader) {}

  async *read(): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const piece = await this.#next();
      // A part must never pass for the whole.
      if (this.#skipped) throw new Error('The string was skipped: the entry after it was asked for');
      if (piece === null) return;
      yield textOf(piece);
    }
  }

  async skip(): Promise<void> {
    this.#skipped = !this.#over;
    while ((await this.#next()) !== null);
  }

  #next(): Promise<Buffer | null> {
    const next = this.#before.then(() => this.#take());
    this.#before = next;
    return next;
  }

  async #take(): Promise<Buffer | null> {
    if (this.#over) return null;
    const event = await this.events.next();
    if (event?.kind === 'piece') return event.bytes;
    this.#over = true;
    return null;
  }
}
