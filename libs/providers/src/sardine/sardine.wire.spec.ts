import { describe, expect, test } from '@jest/globals';

import { changed, received, withUnknownMembers } from '../../test/received.js';
import { ENTITY } from '../../test/sardine-bodies.js';
import { createdCustomer, entity, foundCustomer, widget } from './sardine.wire.js';

describe('an entity', () => {
  test('may have any members besides', () => {
    expect(received(entity, withUnknownMembers(ENTITY))).toEqual(received(entity, ENTITY));
  });

  test.each<[string, readonly unknown[]]>([
    ['profile', ['Ana Ruiz', [], true, 7]],
    ['documentData', ['X99', [], true, 7]],
    ['profile.userId', [0, true, {}, [], 'x'.repeat(101)]],
    ['profile.consentedAt', [0, 1_777_000_000, true, {}, [], 'x'.repeat(101)]],
    // None of these may be taken for a consent in force.
    ['profile.revokedAt', [0, 1_777_000_000, false, true, {}, [], 'x'.repeat(101)]],
  ])('is refused for its %s', (path, values) => {
    for (const value of values) expect(() => received(entity, changed(ENTITY, path, value))).toThrow();
  });

  test.each([[[]], [[ENTITY]], ['"text"'], [7], [true]])('is not %j', (body) => {
    expect(() => received(entity, body)).toThrow();
  });

  test.each<[string, readonly unknown[]]>([
    ['documentKyc', [null, [], 'aW1hZ2U=', 7]],
    ['documentKyc.front', [null, 7, {}, '', ' ']],
    ['documentData.documentType', [7, ['PASSPORT'], {}]],
    ['documentData.documentNumber', [99]],
    ['documentData.expiryDate', [20290211, {}]],
    ['documentData.issuingCountry', [{ code: 'US' }]],
    ['documentData.gender', [7, true]],
    ['documentData.address', ['9 Elm St', [], {}, { street: null, city: '' }]],
    ['profile.userId', [null, '', ' ']],
    ['profile.consentId', [7, {}, '']],
    ['profile.clientName', [{}]],
    ['profile.fullName', [{ first: 'Ana' }, '']],
    ['profile.emailAddress', [['ana@mail.test']]],
    ['profile.phoneNumber', [14155550188]],
    ['profile.address', ['9 Elm St', null]],
    ['profile.address.postalCode', [89501]],
  ])('of which %s cannot be read is as good as without it', (path, values) => {
    const without = received(entity, changed(ENTITY, path, undefined));
    for (const value of values) expect(received(entity, changed(ENTITY, path, value))).toEqual(without);
  });

  test.each<[string, readonly unknown[]]>([
    ['documentData', [{}, { documentType: ' ', address: {} }, { documentNumber: 99 }, { unknown: 'x' }]],
    ['profile', [{}, { clientId: 'northwind', primaryIdentity: true }, { fullName: '' }]],
  ])('of which %s is empty is without it', (path, values) => {
    const without = received(entity, changed(ENTITY, path, undefined));
    for (const value of values) expect(received(entity, changed(ENTITY, path, value))).toEqual(without);
  });

  test.each([[['low']], [{ level: 'low' }], [3], ['LOW'], [null]])(
    'keeps a level of %j for the policy to judge',
    (level) => {
      expect(received(entity, { ...ENTITY, level })?.level).toEqual(level);
    },
  );

  test('is nothing where the body is null', () => {
    expect(received(entity, 'null')).toBeNull();
  });
});

describe('a customer', () => {
  test.each([
    [{ customerId: 'c-1', createdAt: '2026-05-02T09:15:00Z' }, 'c-1'],
    [{ customerId: 'c-1', createdAt: 7, more: {} }, 'c-1'],
    [{ customerId: null, createdAt: null }, null],
    [{ customerId: '' }, null],
    [{ customerId: ' ' }, null],
    [{}, null],
    [null, null],
  ])('found in %j is %j', (body, customerId) => {
    expect(received(foundCustomer, body)).toBe(customerId);
  });

  test.each([[{ customerId: 7 }], [{ customerId: {} }], [{ customerId: 'x'.repeat(201) }], [[]], [7]])(
    'is not found in %j, which is no answer',
    (body) => {
      expect(() => received(foundCustomer, body)).toThrow();
    },
  );

  test.each([
    [{}],
    [{ customerId: null }],
    [{ customerId: '' }],
    [{ customerId: ' ' }],
    [{ customerId: 7 }],
    [null],
    [[]],
  ])('was not created with %j', (body) => {
    expect(() => received(createdCustomer, body)).toThrow();
  });
});

test.each([
  [{}],
  [{ widgetUrl: null }],
  [{ widgetUrl: '' }],
  [{ widgetUrl: 'javascript:alert(1)' }],
  [{ url: 'https://a.test' }],
])('a widget is not at %j', (body) => {
  expect(() => received(widget, body)).toThrow();
});
