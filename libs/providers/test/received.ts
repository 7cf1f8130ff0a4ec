import fc from 'fast-check';
import { z } from 'zod';

import { parseUntrustedJson, UnreadableJson } from '../src/kit/untrusted-json.js';

/**
 * A body as an adapter gets it: the bytes read as JSON and held against the wire schema, which throws where it does not
 * fit. A text is taken as the bytes themselves; members that are `undefined` are absent.
 */
export function received<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return schema.parse(parseUntrustedJson(Buffer.from(text)));
}

/** As {@link received}, or null where the bytes or the schema refuse the body; nothing else may be thrown. */
export function receivedOrRefused<S extends z.ZodType>(schema: S, body: unknown): z.output<S> | null {
  try {
    return received(schema, body);
  } catch (error) {
    if (error instanceof UnreadableJson || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** A copy with one member changed, named by its path: `data.passport.authority`. */
export function changed(body: unknown, path: string, value: unknown): unknown {
  const [key = '', ...rest] = path.split('.');
  const members = isObject(body) ? body : {};
  return { ...members, [key]: rest.length === 0 ? value : changed(members[key], rest.join('.'), value) };
}

/** A copy with members that nobody knows in every object of it. */
export function withUnknownMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknownMembers);
  if (!isObject(value)) return value;
  const known = Object.entries(value).map(([key, member]) => [key, withUnknownMembers(member)] as const);
  return {
    ...Object.fromEntries(known),
    databaseRow: { id: 88, pointer: 's3://bucket/88' },
    newInTheirNextVersion: ['a', { b: null }],
  };
}

/** Bodies near to a sample: members missing, of another type, odd in their own type, or strangers. */
export function nearTo(sample: unknown): fc.Arbitrary<unknown> {
  if (!isObject(sample))
    return fc.oneof(
      { weight: 4, arbitrary: fc.constant(sample) },
      { weight: 2, arbitrary: fc.constantFrom(...ODD) },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    );
  const members = Object.fromEntries(Object.entries(sample).map(([key, member]) => [key, nearTo(member)]));
  const near = fc
    .tuple(
      fc.record(members, { requiredKeys: [] }),
      fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
    )
    .map(([known, strange]) => ({ ...strange, ...known }));
  return fc.oneof({ weight: 15, arbitrary: near }, { weight: 1, arbitrary: fc.constantFrom(...ODD) });
}

const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.97,
  100,
  100.5,
  1e308,
  19871103,
  [],
  {},
  [{}],
  '',
  '  ',
  'null',
  'x'.repeat(3000),
  '\u202eعمر\u202c',
  '\u200b',
  '\u0000',
  '2026-02-30',
  '2026-02-30T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59-10:00',
  '02/11/1994',
  '2026-05-02T09:21:44Z',
  'D<<',
  'XK',
  'Kosovo',
  'GBR',
  'US',
  '+1',
  '+491234',
  '+971500000042',
  '4155550123',
  'ana@mail.test',
  'data:image/jpeg;base64,AAAA',
  'PASSPORT',
  'F',
];

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
