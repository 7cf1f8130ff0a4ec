import fc from 'fast-check';

import { type Attempt } from './fuzz-target.js';

/** Stands for a number that no JavaScript value can stand for. */
const RAW = '@raw:';
const MAX_DEPTH = 20;

/** JSON text of a value, with `@raw:…` texts written as they are. */
export function jsonText(value: unknown): string {
  return ((JSON.stringify(value) as string | undefined) ?? '').replaceAll(/"@raw:([^"]*)"/g, '$1');
}

/** A value with one place of it changed: replaced, removed, or given a member that nobody knows. */
export function mutated(valid: fc.Arbitrary<unknown>, marker: string): fc.Arbitrary<unknown> {
  const change = fc.oneof(
    { weight: 6, arbitrary: hostileValue(marker).map((value) => ({ kind: 'replace', value }) as const) },
    { weight: 2, arbitrary: fc.constant({ kind: 'remove' } as const) },
    {
      weight: 2,
      arbitrary: hostileName().map((name) => ({ kind: 'add', name, value: `${marker} added` }) as const),
    },
  );
  return fc.tuple(valid, fc.nat({ max: 1_000 }), change).map(([value, which, how]) => {
    const copy: unknown = structuredClone(value);
    const places = placesOf(copy);
    const place = places[which % places.length] ?? [];
    return changed(copy, place, how);
  });
}

type Change =
  | { readonly kind: 'replace'; readonly value: unknown }
  | { readonly kind: 'remove' }
  | { readonly kind: 'add'; readonly name: string; readonly value: unknown };

function changed(root: unknown, place: readonly string[], change: Change): unknown {
  if (change.kind === 'add') {
    const holder = place.length === 0 ? root : memberAt(root, place);
    const target = isContainer(holder) ? holder : root;
    if (isContainer(target)) define(target, change.name, change.value);
    return root;
  }
  const name = place.at(-1);
  if (name === undefined) return change.kind === 'replace' ? change.value : root;
  const holder = memberAt(root, place.slice(0, -1));
  if (!isContainer(holder)) return root;
  if (change.kind === 'replace') define(holder, name, change.value);
  else if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else Reflect.deleteProperty(holder, name);
  return root;
}

/** Also names like `__proto__`, which an assignment would not make a member of. */
function define(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

function placesOf(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (!isContainer(value)) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...at, name]))];
}

function memberAt(root: unknown, place: readonly string[]): unknown {
  return place.reduce<unknown>(
    (value, name) => (isContainer(value) ? Reflect.get(value, name) : undefined),
    root,
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hostileName(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'extra',
    'tenantId',
    'status',
    'id',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '',
    'a'.repeat(300),
    'nul\0',
    '\ud800',
    '~/~',
  );
}

function hostileValue(marker: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      Number.MAX_SAFE_INTEGER,
      1e308,
      `${RAW}1e999`,
      `${RAW}-0`,
      `${RAW}${'9'.repeat(400)}`,
    ),
    fc.constantFrom<unknown>([], {}, [[]], [null], [marker], { inner: marker }),
    fc.constantFrom(
      '',
      ' ',
      `${marker}\0`,
      `${marker}\ud800`,
      `\udc00${marker}`,
      `${marker}\u001b[31m`,
      `${marker}\r\nX-Injected: 1`,
      `‮${marker}`,
      `${marker}@`,
      `javascript:${marker}`,
      `https://user:${marker}@mail.test/`,
      `${marker}'; DROP TABLE tenants; --`,
      `\${jndi:ldap://${marker}}`,
      marker.repeat(700),
      '😀'.repeat(200),
    ),
    fc.constantFrom<unknown>(
      protoMember(marker),
      { constructor: { prototype: { polluted: marker } } },
      nested(MAX_DEPTH + 1),
      Array.from({ length: 3_000 }, () => marker),
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
}

function protoMember(marker: string): unknown {
  return JSON.parse(`{"__proto__":{"polluted":"${marker}"}}`);
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = { inner: value };
  return value;
}

/** A value once for each of its places and each thing that may stand there. */
export function everyMutation(valid: unknown, values: readonly unknown[]): readonly unknown[] {
  return placesOf(valid).flatMap((place) =>
    values.map((value) => changed(structuredClone(valid), place, { kind: 'replace', value })),
  );
}

/** Whether a parsed body breaks a rule that holds for every body, whatever its schema says. */
export function isHostileShape(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isUnclean(value);
  if (!isContainer(value)) return false;
  if (depth >= MAX_DEPTH) return true;
  return Object.entries(value).some(
    ([name, member]) =>
      isUnclean(name) || name in {} || name === 'prototype' || isHostileShape(member, depth + 1),
  );
}

function isUnclean(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

export interface BrokenBody {
  readonly name: string;
  readonly attempt: Pick<Attempt, 'body' | 'contentType' | 'chunked' | 'headers'>;
  /** Null: nothing is expected but what holds for every answer. */
  readonly statuses: readonly number[] | null;
}

/** What is wrong with a body before anybody looks at its members. `valid` is a body that would do. */
export function brokenBodies(valid: string, marker: string): readonly BrokenBody[] {
  return [
    ...NOT_JSON.map(([name, text]): BrokenBody => textual(name, text(valid, marker), [400])),
    ...NOT_OBJECTS.map(([name, text]): BrokenBody => textual(name, text(valid, marker), [422])),
    // RFC 8259 leaves duplicates to the reader; ours takes the last, as JavaScript does.
    textual('its members twice', `${valid.slice(0, -1)}${valid === '{}' ? '' : ','}${valid.slice(1)}`, null),
    textual('a byte order mark', `\ufeff${valid}`, null),
    ...notText(valid),
    ...tooLarge(valid, marker),
    ...otherMedia(valid, marker),
  ];
}

function textual(name: string, text: string, statuses: readonly number[] | null): BrokenBody {
  return { name, attempt: { body: Buffer.from(text) }, statuses };
}

type TextOf = (valid: string, marker: string) => string;

const NOT_JSON: readonly (readonly [name: string, text: TextOf])[] = [
  ['truncated', (valid) => valid.slice(0, -1)],
  ['with something after it', (valid) => `${valid}x`],
  ['twice', (valid) => valid + valid],
  ['a brace', () => '{'],
  ['NaN', () => '{"a":NaN}'],
  ['single quotes', (_valid, marker) => `{'a':'${marker}'}`],
  ['a trailing comma', () => '{"a":1,}'],
  ['a comment', (_valid, marker) => `{/* ${marker} */}`],
  ['a raw control character', (_valid, marker) => `{"a":"${marker}\n"}`],
  ['a bad escape', (_valid, marker) => `{"a":"${marker}\\x"}`],
  ['200,000 brackets', () => '['.repeat(100_000) + ']'.repeat(100_000)],
  ['21 levels', () => JSON.stringify(nested(MAX_DEPTH + 1))],
  [
    '3,000 members',
    () => JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`m${n}`, n]))),
  ],
  ['__proto__', (_valid, marker) => `{"__proto__":{"admin":"${marker}"}}`],
  ['constructor', (_valid, marker) => `{"constructor":{"prototype":{"admin":"${marker}"}}}`],
];

const NOT_OBJECTS: readonly (readonly [name: string, text: TextOf])[] = [
  ['an array', () => '[]'],
  ['an array of it', (valid) => `[${valid}]`],
  ['null', () => 'null'],
  ['a string', (_valid, marker) => `"${marker}"`],
  ['a number', () => '1'],
  ['true', () => 'true'],
  ['a name of U+0000', () => '{"\\u0000":1}'],
  ['half a surrogate pair', () => '{"a":"\\ud800"}'],
];

function notText(valid: string): readonly BrokenBody[] {
  const bytes: readonly (readonly [string, Buffer])[] = [
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from(valid, 'utf16le')],
  ];
  return bytes.map(([name, body]) => ({ name, attempt: { body }, statuses: [400] }));
}

function tooLarge(valid: string, marker: string): readonly BrokenBody[] {
  const body = Buffer.from(JSON.stringify({ filler: marker.repeat(40_000) }));
  return [
    { name: 'over 256 KiB', attempt: { body }, statuses: [413] },
    { name: 'over 256 KiB, of unsaid length', attempt: { body, chunked: true }, statuses: [413] },
    { name: 'of unsaid length', attempt: { body: Buffer.from(valid), chunked: true }, statuses: null },
  ];
}

function otherMedia(valid: string, marker: string): readonly BrokenBody[] {
  const body = Buffer.from(valid);
  const contentTypes = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    `application/${marker}+json`,
    `;;${marker}`,
    null,
  ];
  return [
    ...contentTypes.map((contentType) => ({
      name: `as ${String(contentType)}`,
      attempt: { body, contentType },
      statuses: [415],
    })),
    ...['gzip', marker].map((encoding) => ({
      name: `encoded as ${encoding}`,
      attempt: { body, headers: [['Content-Encoding', encoding]] as const },
      statuses: [415],
    })),
  ];
}
