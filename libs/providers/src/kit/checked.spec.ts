import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import { complaintsOf } from '../../test/failures.js';
import { checked, secret } from './checked.js';

const shape = checked(
  z.object({
    id: z.guid(),
    key: secret(z.string().min(6), 'Key'),
    mode: z.enum(['one', 'two']).default('one'),
    inner: z.strictObject({ 'a/b': z.int().optional() }).prefault({}),
  }),
);
const ID = '5b0f4b57-1b0e-4a6d-8f6c-0d6f2d1c9a10';

describe('checked', () => {
  test('passes what fits and fills in defaults', () => {
    expect(shape.parse({ id: ID, key: 'long enough' })).toEqual({
      id: ID,
      key: 'long enough',
      mode: 'one',
      inner: {},
    });
  });

  test('names every wrong member by JSON Pointer and never its value', () => {
    const complaints = complaintsOf(() =>
      shape.parse({
        id: 'hunter2',
        key: 'short',
        mode: 'hunter2',
        inner: { 'a/b': 'hunter2' },
        'x~y': 'hunter2',
      }),
    );
    expect(Object.keys(complaints).sort()).toEqual(['/id', '/inner/a~1b', '/key', '/mode', '/x~0y']);
    expect(JSON.stringify(complaints)).not.toContain('hunter2');
    expect(complaints['/mode']).toBe('must be one of one, two');
    expect(complaints['/key']).toBe('must have at least 6 characters');
  });

  test('tells a missing member from a wrong one', () => {
    expect(complaintsOf(() => shape.parse({ key: 3 }))).toEqual({
      '/id': 'is required',
      '/key': 'must be of type string',
    });
  });

  test.each([null, undefined, 'text', 3, []])('refuses %j as a whole', (value) => {
    expect(Object.keys(complaintsOf(() => shape.parse(value)))).toEqual(['']);
  });

  test('gives a JSON Schema that closes the object and marks secrets as write-only', () => {
    expect(shape.jsonSchema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['id', 'key'],
      properties: { key: { type: 'string', minLength: 6, writeOnly: true, title: 'Key' } },
    });
  });
});
