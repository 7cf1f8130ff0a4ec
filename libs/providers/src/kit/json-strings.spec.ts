import { describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';

import fc from 'fast-check';

import { type IsLong } from './json-events.js';
import { readJson } from './json-strings.js';
import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';

type Flat = readonly (readonly [path: string, value: unknown])[];

const never: IsLong = () => false;
const always: IsLong = () => true;

/** A source of the bytes in pieces of the given sizes, repeated as often as needed. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return Readable.from(chunks);
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function entriesOf(source: Readable, isLong: IsLong): Promise<Flat> {
  const flat: [string, unknown][] = [];
  for await (const entry of readJson(source, isLong))
    flat.push([
      JSON.stringify(entry.path),
      entry.kind === 'scalar' ? entry.value : (await listOf(entry.chunks)).join(''),
    ]);
  return flat;
}

const read = (text: string | Uint8Array, isLong: IsLong = never): Promise<Flat> =>
  entriesOf(pieces(Buffer.from(text), [Infinity]), isLong);

function flatten(value: unknown, path: readonly (string | number)[] = []): Flat {
  if (typeof value !== 'object' || value === null) return [[JSON.stringify(path), value]];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  if (members.length === 0) return [[JSON.stringify(path), value]];
  return members.flatMap(([key, member]) => flatten(member, [...path, key]));
}

/** JSON with white space and with the escapes that JSON.stringify never writes. */
const jsonText = fc
  .tuple(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), fc.nat(3), fc.boolean())
  .map(([value, indent, escaped]) => {
    const text = JSON.stringify(value, null, indent);
    return escaped
      ? text
          .replaceAll('/', '\\/')
          .replaceAll(/[^\x20-\x7e\n]/gu, (character) =>
            [...Array(character.length).keys()]
              .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
              .join(''),
          )
      : text;
  });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

describe('readJson', () => {
  test('tells the values with their paths, in their order', async () => {
    const text = '{"data":{"n":-1.5e3,"list":[true,null,{"a":"\\u00e9"},[],"x"]},"0":false}';
    expect(await read(text)).toEqual([
      ['["data","n"]', -1500],
      ['["data","list",0]', true],
      ['["data","list",1]', null],
      ['["data","list",2,"a"]', 'é'],
      ['["data","list",3]', []],
      ['["data","list",4]', 'x'],
      ['["0"]', false],
    ]);
  });

  test.each(['7', '-0', '"x"', 'null', ' true ', '{}', '[ ]'])(
    'reads a document of one value: %s',
    async (text) => {
      expect(await read(text)).toEqual([['[]', JSON.parse(text)]]);
    },
  );

  test('tells what JSON.parse tells, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(jsonText, sizes, fc.boolean(), async (text, chunks, long) => {
        fc.pre(!text.includes('__proto__'));
        const source = pieces(Buffer.from(text), chunks);
        const parsed: unknown = long ? JSON.parse(text) : parseUntrustedJson(Buffer.from(text));
        expect(await entriesOf(source, long ? always : never)).toEqual(flatten(parsed));
      }),
      { numRuns: 200 },
    );
  });

  test('refuses exactly what JSON.parse refuses, whatever the chunks', async () => {
    const damaged = fc
      .tuple(
        jsonText,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', ',', ']', '}', '"', '0', '\\', '-', 'e', '\n', 'null'),
      )
      .map(([text, at, cut, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + cut);
      });
    await fc.assert(
      fc.asyncProperty(damaged, sizes, fc.boolean(), async (text, chunks, long) => {
        fc.pre(!/__proto__|constructor/u.test(text));
        const bytes = Buffer.from(text);
        const expected = outcome(() => {
          const parsed: unknown = parseUntrustedJson(bytes);
          return flatten(long ? JSON.parse(bytes.toString()) : parsed);
        });
        const found = await entriesOf(pieces(bytes, chunks), long ? always : never).catch(nameOf);
        if (typeof expected === 'string' || !text.includes('{')) expect(found).toEqual(expected);
        // The damage may have made two keys one, of which JSON.parse keeps the last.
        else expect(found).toEqual(expect.arrayContaining([...expected]));
      }),
      { numRuns: 300 },
    );
  });

  test('throws nothing but UnreadableJson, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), sizes, async (bytes, chunks) => {
        const found = await entriesOf(pieces(bytes, chunks), always).catch(nameOf);
        if (typeof found === 'string') expect(found).toBe('UnreadableJson');
      }),
    );
  });

  test('takes the same as parseUntrustedJson for what no text in PostgreSQL can hold', async () => {
    expect(await read('["x\\u0000y","\\ud800","\\ud83d\\ude00"]')).toEqual([
      ['[0]', 'x\ufffdy'],
      ['[1]', '\ufffd'],
      ['[2]', '😀'],
    ]);
  });

  test('accepts lengths up to its limits', async () => {
    const text = JSON.stringify({ ['k'.repeat(1024)]: 'v'.repeat(64 * 1024) });
    expect(await read(text)).toHaveLength(1);
    expect(await read(`${'['.repeat(32)}1${']'.repeat(32)}`)).toHaveLength(1);
    expect(await read('9'.repeat(64))).toHaveLength(1);
  });

  test.each([
    ['empty', '', 'not JSON'],
    ['HTML', '<!doctype html><h1>Bad gateway</h1>', 'not JSON'],
    ['cut off in an object', '{"a":1', 'not JSON'],
    ['cut off in a string', '{"a":"b', 'not JSON'],
    ['cut off in an escape', '"\\u00', 'not JSON'],
    ['cut off in a word', 'tru', 'not JSON'],
    ['cut off in a number', '1.', 'not JSON'],
    ['followed by more', '{} {}', 'not JSON'],
    ['a control character in a string', '"a\nb and more"', 'not JSON'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['UTF-8 cut off', Buffer.from([0x22, 0xe2, 0x82]), 'not UTF-8'],
    ['a prototype', '{"a":{"__proto__":{"admin":true}}}', 'a forbidden key'],
    ['an escaped prototype', '{"\\u005f_proto__":{"admin":true}}', 'a forbidden key'],
    ["a constructor's prototype", '{"constructor":{"prototype":{"admin":true}}}', 'a forbidden key'],
    ['a depth of 33', `${'['.repeat(33)}${']'.repeat(33)}`, 'nested too deeply'],
    ['a string of 64 KiB and one', JSON.stringify('v'.repeat(64 * 1024 + 1)), 'a text too long'],
    ['a key of 1 KiB and one', JSON.stringify({ ['k'.repeat(1025)]: 1 }), 'a text too long'],
    ['a number of 65 digits', '9'.repeat(65), 'a text too long'],
  ])('refuses %s', async (_name, text, reason) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'UnreadableJson', reason });
  });

  test('refuses an endless string, key or number before it has ended', async () => {
    for (const [start, more] of [
      ['"', 'v'],
      ['{"', 'k'],
      ['', '9'],
    ] as const) {
      const source = Readable.from(endless(start, more));
      await expect(entriesOf(source, never)).rejects.toMatchObject({ reason: 'a text too long' });
      expect(source.destroyed).toBe(true);
    }
  });

  test('allows a harmless member called constructor, and a prototype elsewhere', async () => {
    expect(await read('{"constructor":"Gaudi","car":{"prototype":1}}')).toHaveLength(2);
  });

  test('says nothing of the bytes', async () => {
    await expect(read('{"secret":"hunter2hunter2"')).rejects.toThrow(
      /^The bytes cannot be read as JSON: not JSON$/u,
    );
  });
});

describe('a long string', () => {
  const isImage: IsLong = (path) => path.at(-1) === 'image';

  test('comes in pieces, without escapes and with its characters whole', async () => {
    const image = 'AB\\/CD\\u003d€😀';
    const source = pieces(Buffer.from(`{"image":"${image}","after":1}`), [1]);
    expect(await entriesOf(source, isImage)).toEqual([
      ['["image"]', 'AB/CD=€😀'],
      ['["after"]', 1],
    ]);
  });

  test('may be empty', async () => {
    expect(await read('{"image":""}', isImage)).toEqual([['["image"]', '']]);
  });

  test.each([
    ['not at all', 0],
    ['in part', 1],
  ])('that is read %s is skipped', async (_name, take) => {
    const text = JSON.stringify({ before: 1, image: 'x'.repeat(500), after: 2 });
    const seen: unknown[] = [];
    for await (const entry of readJson(pieces(Buffer.from(text), [50]), isImage)) {
      if (entry.kind === 'scalar') seen.push(entry.value);
      else for await (const piece of entry.chunks) if (seen.push(piece.length > 0) > take) break;
    }
    expect(seen).toEqual([1, true, 2]);
  });

  test('cannot be taken for whole once it was skipped', async () => {
    const text = JSON.stringify({ image: 'x'.repeat(500), after: 2 });
    const entries = readJson(pieces(Buffer.from(text), [50]), isImage);
    const { value: image } = await entries.next();
    const { value: after } = await entries.next();
    expect(after).toMatchObject({ value: 2 });
    if (image?.kind !== 'long') throw new Error('Expected a long string');
    await expect(listOf(image.chunks)).rejects.toThrow('skipped');
  });

  test('may be asked for and skipped at once, and what follows is told whole', async () => {
    const text = JSON.stringify({ image: 'x'.repeat(100), after: [1, 2, 3] });
    const entries = readJson(pieces(Buffer.from(text), [60]), isImage);
    const { value: image } = await entries.next();
    if (image?.kind !== 'long') throw new Error('Expected a long string');
    const reading = listOf(image.chunks);
    const rest = listOf(entries);
    await expect(reading).rejects.toThrow('skipped');
    expect((await rest).map((entry) => entry.kind === 'scalar' && entry.value)).toEqual([1, 2, 3]);
  });

  test.each([
    ['cut off', '{"image":"abc', 'not JSON'],
    ['malformed', '{"image":"abc\\x0123456789"}', 'not JSON'],
  ])(
    'that is %s is refused to its reader and to who asks for the next entry',
    async (_name, text, reason) => {
      const entries = readJson(pieces(Buffer.from(text), [5]), isImage);
      const { value: image } = await entries.next();
      if (image?.kind !== 'long') throw new Error('Expected a long string');
      await expect(listOf(image.chunks)).rejects.toMatchObject({ reason });
      await expect(entries.next()).rejects.toMatchObject({ reason });
    },
  );

  test('ends with the source’s own error', async () => {
    const source = Readable.from(failing('{"image":"abc', new Error('reset')));
    const entries = readJson(source, isImage);
    const { value: image } = await entries.next();
    if (image?.kind !== 'long') throw new Error('Expected a long string');
    await expect(listOf(image.chunks)).rejects.toThrow('reset');
    await expect(entries.next()).rejects.toThrow('reset');
  });

  test('is refused at an escape that is none, not at its end', async () => {
    const source = Readable.from(endless('{"image":"abc', '\\x'));
    await expect(entriesOf(source, isImage)).rejects.toMatchObject({ reason: 'not JSON' });
    expect(source.destroyed).toBe(true);
  });

  test('need not be read: whoever ends the iteration destroys the source', async () => {
    const source = Readable.from(endless('{"image":"', 'x'));
    for await (const entry of readJson(source, isImage)) {
      expect(entry.kind).toBe('long');
      break;
    }
    expect(source.destroyed).toBe(true);
  });
});

function* endless(start: string, more: string): Generator<Buffer> {
  yield Buffer.from(start);
  for (;;) yield Buffer.alloc(4096, more);
}

function* failing(text: string, error: Error): Generator<Buffer> {
  yield Buffer.from(text);
  throw error;
}

function outcome(parse: () => Flat): Flat | string {
  try {
    return parse();
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  return error instanceof UnreadableJson ? 'UnreadableJson' : String(error);
}
