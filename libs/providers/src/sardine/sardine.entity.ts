import { peek } from '../kit/byte-stream.js';
import { keepable } from '../kit/evidence.js';
import { fitted } from '../kit/fitted.js';
import { readAnswer } from '../kit/json-answer.js';
import { type IsLong } from '../kit/json-events.js';
import { type JsonEntry, type LongString } from '../kit/json-strings.js';
import { type Broken } from '../kit/provider-failures.js';
import { type OpenAnswer } from '../kit/provider-http.js';
import { UnreadableJson } from '../kit/untrusted-json.js';
import { EntityTree } from './sardine.tree.js';
import { entity, type SardineEntity } from './sardine.wire.js';

export const IMAGE_KEYS = ['front', 'back', 'selfie'] as const;
export type ImageKey = (typeof IMAGE_KEYS)[number];

/** The text of one image. Can be read once, until the next one is asked for. */
export interface EntityImage {
  readonly key: ImageKey;
  readonly chunks: AsyncIterable<string>;
}

/** Stands for the text of an image, which is nowhere kept. */
const AN_IMAGE = 'an image';

/** All that is not looked at may be of any length, and is not kept. */
const isLong: IsLong = ([member]) =>
  typeof member === 'string' && member !== 'documentData' && member !== 'profile' && member !== 'level';

/**
 * One answer about a person, read while it arrives: of up to 40 MB of images (providers/sardine.md trap 9) no more is held
 * than what goes through. Whoever makes one closes it.
 */
export class EntityReader {
  readonly #tree = new EntityTree();
  #entries: AsyncGenerator<JsonEntry, void, undefined> | null = null;

  constructor(private readonly answer: OpenAnswer) {}

  /** The error for an answer that breaks the contract. */
  get broken(): Broken {
    return this.answer.broken;
  }

  /** The next image, in the order of the answer; null when there is none any more. */
  async nextImage(): Promise<EntityImage | null> {
    this.#entries ??= await this.#begin();
    for (let entry = await this.#next(); entry !== null; entry = await this.#next()) {
      if (entry.kind === 'scalar') {
        this.#tree.set(entry.path, entry.value);
        continue;
      }
      this.#tree.set(entry.path, '');
      const key = imageKeyOf(entry);
      if (key !== null) return { key, chunks: this.#textOf(entry) };
    }
    return null;
  }

  /** What the answer comes to, read to its end. An image counts if there is anything in it. */
  async rest(): Promise<SardineEntity | null> {
    for (let image = await this.nextImage(); image !== null; image = await this.nextImage())
      for await (const text of image.chunks) if (isSomething(text)) break;
    return this.soFar();
  }

  /** What has come up to now. */
  soFar(): SardineEntity | null {
    return fitted(entity, this.#tree.root, this.broken);
  }

  /** What of it may be kept: a word stands where an image was. */
  get kept(): unknown {
    return keepable(this.#tree.root);
  }

  /** Gives up what has not been read. */
  close(): void {
    this.answer.body.destroy();
  }

  /** An empty body is an answer too, though no JSON. */
  async #begin(): Promise<AsyncGenerator<JsonEntry, void, undefined>> {
    const isEmpty = (await peek(this.answer.body, 1)).length === 0;
    return isEmpty ? nothing() : readAnswer(this.answer, isLong);
  }

  async #next(): Promise<JsonEntry | null> {
    const next = await this.#entries?.next();
    return next === undefined || next.done === true ? null : next.value;
  }

  async *#textOf(image: LongString): AsyncGenerator<string, void, undefined> {
    try {
      for await (const text of image.chunks) {
        if (isSomething(text)) this.#tree.set(image.path, AN_IMAGE);
        yield text;
      }
    } catch (error) {
      throw error instanceof UnreadableJson ? this.broken('is not readable JSON', error) : error;
    }
  }
}

function imageKeyOf({ path: [part, member, ...deeper] }: LongString): ImageKey | null {
  if (part !== 'documentKyc' || deeper.length > 0) return null;
  return IMAGE_KEYS.find((key) => key === member) ?? null;
}

function isSomething(text: string): boolean {
  return /\S/u.test(text);
}

async function* nothing(): AsyncGenerator<JsonEntry, void, undefined> {
  // There is nothing to tell.
}
