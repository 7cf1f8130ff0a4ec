import { type Readable } from 'node:stream';

import { decodeBase64 } from './base64-stream.js';
import { peek, streamOf } from './byte-stream.js';
import { MAGIC_LENGTH, sniffMediaType } from './media-type.js';
import { type Broken } from './provider-failures.js';
import { UnreadableJson } from './untrusted-json.js';

const MAX_URL = 8 * 1024;
const MAX_DATA_URI_HEAD = 1024;

/**
 * What a vendor's text for an image holds. Which of the forms it uses may be unknown (providers/sardine.md 4.4). The
 * type is what the bytes may be served as; whoever gets them reads them to the end or destroys them.
 */
export type ImageText =
  | {
      readonly kind: 'bytes';
      readonly mediaType: string;
      readonly encoding: 'data_uri' | 'base64';
      readonly bytes: Readable;
    }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'absent' };

/**
 * Reads the text of an image: a data URI, bare base64, or the image's address. Resolves once its first bytes are there;
 * the rest is decoded as it is read. Throws what `broken` makes of anything else, also on the stream of bytes.
 */
export async function decodeImage(chunks: AsyncIterable<string>, broken: Broken): Promise<ImageText> {
  const texts = new TextHead(chunks, broken);
  const scheme = await texts.scheme();
  if (scheme === 'http' || scheme === 'https') return { kind: 'url', url: await texts.url() };
  const declared = scheme === 'data' ? await texts.dataUriType() : null;
  const bytes = streamOf(decodeBase64(texts.rest(), broken));
  const head = await peek(bytes, MAGIC_LENGTH);
  if (head.length === 0) return { kind: 'absent' };
  const encoding = scheme === 'data' ? 'data_uri' : 'base64';
  return { kind: 'bytes', mediaType: sniffMediaType(head, declared), encoding, bytes };
}

/** The beginning of a text whose pieces may be of any size, and what comes after it. */
class TextHead {
  readonly #pieces: AsyncIterator<string, unknown>;
  #head = '';
  #ended = false;

  constructor(
    chunks: AsyncIterable<string>,
    private readonly broken: Broken,
  ) {
    this.#pieces = chunks[Symbol.asyncIterator]();
  }

  /** Told by its colon, which base64 does not have; no scheme that is known is longer than five letters. */
  async scheme(): Promise<string | null> {
    do this.#head = this.#head.trimStart();
    while (this.#head.length <= 5 && (await this.#more()));
    return /^(data|https?):/iu.exec(this.#head)?.[1]?.toLowerCase() ?? null;
  }

  async url(): Promise<string> {
    while (this.#head.length <= MAX_URL && (await this.#more()));
    const url = this.#head.trim();
    if (url.length > MAX_URL || /\s/u.test(url) || !URL.canParse(url))
      throw this.broken('holds no address of an image');
    return url;
  }

  /** `data:image/jpeg;charset=x;base64,`: the type in lower case, and the head is taken off. */
  async dataUriType(): Promise<string> {
    while (!this.#head.includes(',') && this.#head.length <= MAX_DATA_URI_HEAD && (await this.#more()));
    const comma = this.#head.indexOf(',');
    const [type = '', ...parameters] = this.#head.slice('data:'.length, comma).toLowerCase().split(';');
    const isBase64 = parameters.some((parameter) => parameter.trim() === 'base64');
    if (comma === -1 || comma > MAX_DATA_URI_HEAD || !isBase64)
      throw this.broken('holds a data URI that is not base64');
    this.#head = this.#head.slice(comma + 1);
    return type.trim();
  }

  async *rest(): AsyncGenerator<string, void, undefined> {
    try {
      do {
        yield this.#head;
        this.#head = '';
      } while (await this.#more());
    } finally {
      await this.#pieces.return?.();
    }
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    try {
      const { done, value } = await this.#pieces.next();
      this.#ended = done === true;
      if (done !== true) this.#head += value;
    } catch (error) {
      throw error instanceof UnreadableJson ? this.broken('is not readable JSON', error) : error;
    }
    return !this.#ended;
  }
}
