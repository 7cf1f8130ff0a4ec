import { TextDecoder } from 'node:util';

import { jsonParser, type Token } from 'stream-json/core/parser.js';

import { wholeTextIn } from './json-long-string.js';
import { MAX_DEPTH, storableText, UnreadableJson } from './untrusted-json.js';

/** UTF-16 units. */
const MAX_KEY = 1024;
const MAX_STRING = 64 * 1024;
const MAX_NUMBER = 64;

/** Bytes that the tokenizer is given at most at a time. */
const STEP = 4 * 1024;
const QUOTE = 0x22;
const NOTHING = Buffer.alloc(0);

/** Where a value is: `['data', 'isLiveFaces', 0]`. Empty for the document itself. */
export type JsonPath = readonly (string | number)[];

/** Which strings are handed out in pieces instead of whole. */
export type IsLong = (path: JsonPath) => boolean;

/** One short value. Objects and lists are only the paths of what is in them; an empty one is a value, too. */
export interface JsonScalar {
  readonly kind: 'scalar';
  readonly path: JsonPath;
  readonly value: string | number | boolean | null | Readonly<Record<string, never>> | readonly never[];
}

/** The place in an object or list in which nothing has come yet. */
const NOWHERE = -1;

/**
 * What a piece of a document brought: short values, and long strings from `begin` over their pieces to `end`. A piece is as
 * it came, its escapes included; only who wants it makes text of it.
 */
export type JsonEvent =
  | JsonScalar
  | { readonly kind: 'begin'; readonly path: JsonPath }
  | { readonly kind: 'piece'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

/** Which text the tokenizer is within. */
type Within = 'nothing' | 'key' | 'string' | 'long' | 'number';

const LIMITS: Readonly<Record<Within, number>> = {
  nothing: Infinity,
  key: MAX_KEY,
  string: MAX_STRING,
  long: Infinity,
  number: MAX_NUMBER,
};

/**
 * Reads a JSON document piece by piece, as strict as `parseUntrustedJson`, holding no more of it than the path and one
 * short text. Throws {@link UnreadableJson}. Of a key that occurs twice both values are told.
 */
export class JsonEvents {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #tokenize = jsonParser({ packValues: false, streamValues: true });
  /** The key or index in each open object or list, from the outside in. */
  readonly #path: (string | number)[] = [];
  #within: Within = 'nothing';
  #text = '';
  /** An escape or a character of a long string that is not whole yet. */
  #cut = NOTHING;
  #complete = false;

  constructor(private readonly isLong: IsLong) {}

  read(bytes: Buffer): readonly JsonEvent[] {
    const events: JsonEvent[] = [];
    for (let at = 0; at < bytes.length;)
      at +=
        this.#within === 'long'
          ? this.#readLong(bytes.subarray(at), events)
          : this.#readShort(bytes.subarray(at, at + STEP), events);
    return events;
  }

  /** After the last piece. */
  end(): readonly JsonEvent[] {
    // A number or a word at the very end is only told apart by what follows it.
    const events = this.read(Buffer.from('\n'));
    if (!this.#complete) throw new UnreadableJson('not JSON');
    return events;
  }

  /**
   * Takes bytes up to the end of the long string; says how many. The tokenizer never sees them: its token for every 256
   * characters would be most of the work and of the garbage.
   */
  #readLong(bytes: Buffer, events: JsonEvent[]): number {
    const before = this.#cut.length;
    const all = before === 0 ? bytes : Buffer.concat([this.#cut, bytes]);
    const end = wholeTextIn(all);
    if (end > 0) events.push({ kind: 'piece', bytes: all.subarray(0, end) });
    const isEnd = all[end] === QUOTE;
    // A copy, which does not keep all the other bytes.
    this.#cut = isEnd ? NOTHING : Buffer.from(all.subarray(end));
    return isEnd ? end - before + this.#readShort(all.subarray(end, end + 1), events) : bytes.length;
  }

  /** Takes bytes no further than to a quote, behind which a long string may begin; says how many. */
  #readShort(bytes: Buffer, events: JsonEvent[]): number {
    const quote = bytes.indexOf(QUOTE);
    const length = quote === -1 ? bytes.length : quote + 1;
    for (const token of this.#tokens(this.#decode(bytes.subarray(0, length)))) this.#take(token, events);
    return length;
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch {
      throw new UnreadableJson('not UTF-8');
    }
  }

  #tokens(text: string): readonly Token[] {
    if (text === '') return [];
    try {
      const tokens = this.#tokenize(text);
      return typeof tokens === 'symbol' ? [] : tokens.values;
    } catch {
      // The tokenizer's own words are not passed on.
      throw new UnreadableJson('not JSON');
    }
  }

  #take(token: Token, events: JsonEvent[]): void {
    switch (token.name) {
      case 'startObject':
      case 'startArray':
        this.#open();
        break;
      case 'endObject':
        this.#close({}, events);
        break;
      case 'endArray':
        this.#close([], events);
        break;
      case 'startKey':
        this.#within = 'key';
        break;
      case 'endKey':
        this.#path[this.#path.length - 1] = this.#takeText();
        this.#refuseHostileKey();
        break;
      case 'startString':
        this.#startString(events);
        break;
      case 'startNumber':
        this.#startValue();
        this.#within = 'number';
        break;
      case 'stringChunk':
      case 'numberChunk':
        this.#text += token.value;
        if (this.#text.length > LIMITS[this.#within]) throw new UnreadableJson('a text too long');
        break;
      case 'endString':
        this.#endString(events);
        break;
      case 'endNumber':
        this.#scalar(Number(this.#takeText()), events);
        break;
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        this.#startValue();
        this.#scalar(token.value, events);
        break;
      // Told only by tokenizers that pack or keep what this one does not.
      case 'keyValue':
      case 'stringValue':
      case 'numberValue':
      case 'whitespace':
        break;
    }
  }

  #open(): void {
    this.#startValue();
    this.#path.push(NOWHERE);
    if (this.#path.length > MAX_DEPTH) throw new UnreadableJson('nested too deeply');
  }

  #close(empty: JsonScalar['value'], events: JsonEvent[]): void {
    if (this.#path.pop() === NOWHERE) this.#scalar(empty, events);
    else this.#endValue();
  }

  #startValue(): void {
    const place = this.#path.at(-1);
    if (typeof place === 'number') this.#path[this.#path.length - 1] = place + 1;
  }

  #endValue(): void {
    if (this.#path.length === 0) this.#complete = true;
  }

  #startString(events: JsonEvent[]): void {
    this.#startValue();
    const path = [...this.#path];
    this.#within = this.isLong(path) ? 'long' : 'string';
    if (this.#within === 'long') events.push({ kind: 'begin', path });
  }

  #endString(events: JsonEvent[]): void {
    if (this.#within === 'string') {
      this.#scalar(storableText(this.#takeText()), events);
      return;
    }
    this.#within = 'nothing';
    events.push({ kind: 'end' });
    this.#endValue();
  }

  #scalar(value: JsonScalar['value'], events: JsonEvent[]): void {
    events.push({ kind: 'scalar', path: [...this.#path], value });
    this.#endValue();
  }

  #takeText(): string {
    const text = this.#text;
    this.#text = '';
    this.#within = 'nothing';
    return text;
  }

  /** The keys that `parseUntrustedJson` refuses: `__proto__`, and an object's `prototype` under `constructor`. */
  #refuseHostileKey(): void {
    const key = this.#path.at(-1);
    if (key === '__proto__' || (key === 'prototype' && this.#path.at(-2) === 'constructor'))
      throw new UnreadableJson('a forbidden key');
  }
}
