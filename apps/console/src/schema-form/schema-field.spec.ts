import { describe, expect, it } from '@jest/globals';

import { errorAt, stepInto } from './field-errors.js';
import { fieldOf, titleOf } from './schema-field.js';

describe('the field for a schema', () => {
  it.each([
    ['a text', { type: 'string' }, { kind: 'text', isSecret: false, isAddress: false }],
    ['a secret', { type: 'string', writeOnly: true }, { kind: 'text', isSecret: true }],
    ['an address', { type: 'string', format: 'uri' }, { kind: 'text', isAddress: true }],
    ['a whole number', { type: 'integer' }, { kind: 'number', isWhole: true }],
    ['a number', { type: 'number' }, { kind: 'number', isWhole: false }],
    ['one of several', { type: 'string', enum: ['a', 'b'] }, { kind: 'choice', options: ['a', 'b'] }],
    ['a constant', { const: 'a' }, { kind: 'choice', options: ['a'] }],
    ['yes or no', { type: 'boolean' }, { kind: 'flag' }],
    ['texts', { type: 'array', items: { type: 'string' } }, { kind: 'list', of: 'text', oneAlone: false }],
    ['numbers', { type: 'array', items: { type: 'integer' } }, { kind: 'list', of: 'number' }],
    [
      'a number or numbers',
      { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
      { kind: 'list', of: 'number', oneAlone: true },
    ],
    [
      'a number or null',
      { anyOf: [{ type: 'number' }, { type: 'null' }] },
      { kind: 'nullable', inner: { kind: 'number' } },
    ],
    ['a type or null', { type: ['string', 'null'] }, { kind: 'nullable', inner: { kind: 'text' } }],
  ])('is fit for %s', (_, schema, field) => {
    expect(fieldOf(schema)).toMatchObject(field);
  });

  it.each([
    ['lists of objects', { type: 'array', items: { type: 'object' } }],
    ['lists of secrets', { type: 'array', items: { type: 'string', writeOnly: true } }],
    ['objects of free members', { type: 'object', additionalProperties: { type: 'string' } }],
    ['unlike alternatives', { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [
      'a number, numbers or null',
      { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }, { type: 'null' }] },
    ],
    ['references', { $ref: '#/$defs/other' }],
    ['mixed choices', { enum: ['a', null] }],
    ['no schema', true],
  ])('is JSON for %s', (_, schema) => {
    expect(fieldOf(schema).kind).toBe('json');
  });

  it('of an object has its members, and which of them are required', () => {
    const schema = {
      type: 'object',
      properties: {
        apiKey: { type: 'string', title: 'API key' },
        callsPerMinute: { type: 'integer', default: 600 },
      },
      required: ['apiKey'],
    };
    expect(fieldOf(schema)).toMatchObject({
      kind: 'object',
      members: [
        { name: 'apiKey', isRequired: true, field: { title: 'API key' } },
        { name: 'callsPerMinute', isRequired: false, field: { fallback: 600 } },
      ],
    });
  });
});

it('a member without a title is named by its words', () => {
  expect(titleOf('callsPerMinute', { title: null })).toBe('Calls per minute');
  expect(titleOf('callsPerMinute', { title: 'Quota' })).toBe('Quota');
});

describe('an error of the server', () => {
  const errors = [
    { pointer: '/settings/hosts/0', detail: 'is empty' },
    { pointer: '/settings/hostsOfOthers', detail: 'is unknown' },
  ];

  it('stands at the field that holds its place', () => {
    expect(errorAt(errors, '/settings/hosts', 'here and below')).toBe('is empty');
    expect(errorAt(errors, '/settings/hosts', 'here')).toBeNull();
  });

  it('is found under a name with a slash and a tilde in it', () => {
    expect(stepInto('/settings', 'a/b~c')).toBe('/settings/a~1b~0c');
  });
});
