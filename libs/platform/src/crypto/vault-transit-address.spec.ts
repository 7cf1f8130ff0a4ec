import { describe, expect, it } from '@jest/globals';

import { parseVaultTransit } from './vault-transit-address.js';

describe('parseVaultTransit', () => {
  it('reads where a key is', () => {
    expect(parseVaultTransit('vault-transit://vault.internal:8200/transit/gatehouse')).toEqual({
      origin: 'https://vault.internal:8200',
      namespace: null,
      mount: 'transit',
      key: 'gatehouse',
    });
    expect(parseVaultTransit('vault-transit://vault.test/team/transit/k-1.a?namespace=admin/eu')).toEqual({
      origin: 'https://vault.test',
      namespace: 'admin/eu',
      mount: 'team/transit',
      key: 'k-1.a',
    });
  });

  it.each(['localhost', '127.0.0.1', '127.8.0.1', '[::1]'])('does without TLS at %s', (host) => {
    expect(parseVaultTransit(`vault-transit+http://${host}:8200/transit/gatehouse`)?.origin).toBe(
      `http://${host}:8200`,
    );
  });

  it.each([
    'vault-transit+http://vault.internal:8200/transit/gatehouse',
    'vault-transit+http://localhost.vault.test:8200/transit/gatehouse',
    'vault-transit+http://127.0.0.1.vault.test:8200/transit/gatehouse',
    'vault-transit+http://10.0.0.1:8200/transit/gatehouse',
    'https://vault.internal:8200/transit/gatehouse',
    'vault-transit:vault.internal:8200/transit/gatehouse',
    'vault-transit://vault.internal:8200/gatehouse',
    'vault-transit://vault.internal:8200/transit/',
    'vault-transit://vault.internal:8200//gatehouse',
    'vault-transit://vault.internal:8200/transit/gate%2fhouse',
    'vault-transit://vault.internal:8200/transit/-gatehouse',
    'vault-transit://vault.internal:99999/transit/gatehouse',
    'vault-transit:///transit/gatehouse/key',
    'vault-transit://user:pass@vault.internal:8200/transit/gatehouse',
    'vault-transit://vault.internal:8200/transit/gatehouse#f',
    'vault-transit://vault.internal:8200/transit/gatehouse?token=hvs.x',
    'vault-transit://vault.internal:8200/transit/gatehouse?namespace=',
    'vault-transit://vault.internal:8200/transit/gatehouse?namespace=a%0d%0ab',
    `vault-transit://vault.internal:8200/transit/${'k'.repeat(200)}`,
    '',
  ])('does not take %j', (text) => {
    expect(parseVaultTransit(text)).toBeNull();
  });
});
