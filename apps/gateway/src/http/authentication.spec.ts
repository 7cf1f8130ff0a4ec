import { type Principal } from '@gatehouse/core';
import { describe, expect, it } from '@jest/globals';

import { bearerKey, requireAccess } from './authentication.js';

describe('bearerKey', () => {
  it('reads the key, whatever the case of the scheme', () => {
    expect(bearerKey('Bearer gk_test_x')).toBe('gk_test_x');
    expect(bearerKey('bearer  gk_test_x')).toBe('gk_test_x');
  });

  it.each([
    undefined,
    '',
    'gk_test_x',
    'Basic gk_test_x',
    'Bearer',
    'Bearer a b',
    `Bearer ${'x'.repeat(600)}`,
  ])('finds none in %j', (header) => {
    expect(bearerKey(header)).toBeNull();
  });
});

describe('requireAccess', () => {
  const tenant: Principal = {
    kind: 'tenant',
    keyId: 'k',
    tenantId: 't',
    environment: 'test',
    scopes: ['verifications:read'],
  };
  const support: Principal = { kind: 'admin', keyId: 'k', role: 'support' };
  const denied = expect.objectContaining({ code: 'insufficient_scope' });

  it('lets a key in where its scope or role is asked for', () => {
    requireAccess({ kind: 'tenant', scope: 'verifications:read' }, tenant);
    requireAccess({ kind: 'tenant', scope: null }, tenant);
    requireAccess({ kind: 'admin', roles: ['admin', 'support'] }, support);
  });

  it('lets nobody in where a route says nothing', () => {
    expect(() => {
      requireAccess(undefined, tenant);
    }).toThrow(denied);
    expect(() => {
      requireAccess(undefined, support);
    }).toThrow(denied);
  });

  it('keeps out other scopes, other roles, and each kind of key from the other’s routes', () => {
    expect(() => {
      requireAccess({ kind: 'tenant', scope: 'identity:read' }, tenant);
    }).toThrow(denied);
    expect(() => {
      requireAccess({ kind: 'admin', roles: ['admin'] }, support);
    }).toThrow(denied);
    expect(() => {
      requireAccess({ kind: 'admin', roles: ['admin'] }, tenant);
    }).toThrow(denied);
    expect(() => {
      requireAccess({ kind: 'tenant', scope: null }, support);
    }).toThrow(denied);
  });
});
