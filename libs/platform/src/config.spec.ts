import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoConfig, gatewayConfig, migrationConfig, simulatorConfig } from './config.js';
import { ConfigError } from './start-error.js';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const VAULT = 'vault-transit://vault.internal:8200/transit/gatehouse';
const ADMIN_API_KEY = `gk_admin_${'a1'.repeat(16)}`;

function linesOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('gatewayConfig', () => {
  let folder = '';
  let keyFile = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
    keyFile = join(folder, 'master.key');
    writeFileSync(keyFile, `${MASTER_KEY}\n`);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has a default for everything', () => {
    expect(gatewayConfig({})).toEqual({
      databaseUrl: null,
      migrationDatabaseUrl: null,
      databasePoolSize: 10,
      databaseSessions: 'own',
      dataDir: resolve('.data'),
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      adminApiKey: null,
      masterKey: null,
      masterKeyToken: null,
      masterKeyPrevious: null,
      masterKeyPreviousToken: null,
      ledgerWitness: null,
      allowPrivateNetworks: false,
      logLevel: 'info',
      role: 'all',
      shutdownTimeoutMs: 30_000,
      maxConnections: 10_000,
      maxConcurrentRequests: 500,
      maxEventLoopDelayMs: 500,
    });
  });

  it('reads every variable', () => {
    const config = gatewayConfig({
      DATABASE_URL: 'postgresql://user:pass@db.internal:5432/gatehouse?sslmode=require',
      MIGRATION_DATABASE_URL: 'postgres://owner@db.internal/gatehouse',
      DATABASE_POOL_SIZE: '20',
      DATABASE_SESSIONS: 'shared',
      DATA_DIR: '/var/lib/gatehouse',
      HOST: '::',
      PORT: '0',
      PUBLIC_URL: 'https://verify.example.com/',
      ADMIN_API_KEY,
      MASTER_KEY,
      MASTER_KEY_TOKEN: 'hvs.current',
      MASTER_KEY_PREVIOUS: VAULT,
      MASTER_KEY_PREVIOUS_TOKEN: 'hvs.previous',
      LEDGER_WITNESS: 'https://witness.example/gatehouse/',
      LEDGER_WITNESS_KEY: 'witness.example+0123abcd+BAECAw==',
      ALLOW_PRIVATE_NETWORKS: 'true',
      LOG_LEVEL: 'debug',
      ROLE: 'worker',
      SHUTDOWN_TIMEOUT: '5',
      MAX_CONNECTIONS: '300',
      MAX_CONCURRENT_REQUESTS: '40',
      MAX_EVENT_LOOP_DELAY: '0',
    });
    expect(config).toEqual({
      databaseUrl: 'postgresql://user:pass@db.internal:5432/gatehouse?sslmode=require',
      migrationDatabaseUrl: 'postgres://owner@db.internal/gatehouse',
      databasePoolSize: 20,
      databaseSessions: 'shared',
      dataDir: '/var/lib/gatehouse',
      host: '::',
      port: 0,
      publicUrl: 'https://verify.example.com',
      adminApiKey: ADMIN_API_KEY,
      masterKey: MASTER_KEY,
      masterKeyToken: 'hvs.current',
      masterKeyPrevious: VAULT,
      masterKeyPreviousToken: 'hvs.previous',
      ledgerWitness: {
        kind: 'http',
        url: 'https://witness.example/gatehouse',
        key: 'witness.example+0123abcd+BAECAw==',
      },
      allowPrivateNetworks: true,
      logLevel: 'debug',
      role: 'worker',
      shutdownTimeoutMs: 5_000,
      maxConnections: 300,
      maxConcurrentRequests: 40,
      maxEventLoopDelayMs: 0,
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(gatewayConfig({ PORT: '', DATABASE_URL: '', PUBLIC_URL: '' })).toEqual(gatewayConfig({}));
  });

  it('takes the path of a key file as the master key', () => {
    expect(gatewayConfig({ MASTER_KEY: keyFile }).masterKey).toBe(keyFile);
  });

  it('refuses a database without a master key', () => {
    expect(linesOf(() => gatewayConfig({ DATABASE_URL: 'postgres://localhost/x' }))).toEqual([
      expect.stringMatching(/^MASTER_KEY: is required with DATABASE_URL/),
    ]);
  });

  it('refuses shared sessions without one for the migrations', () => {
    const shared = { DATABASE_SESSIONS: 'shared', MASTER_KEY };
    expect(linesOf(() => gatewayConfig(shared))).toEqual([
      'DATABASE_URL: is required with DATABASE_SESSIONS=shared',
      'MIGRATION_DATABASE_URL: is required with DATABASE_SESSIONS=shared',
    ]);
    expect(linesOf(() => gatewayConfig({ ...shared, DATABASE_URL: 'postgres://localhost/x' }))).toEqual([
      'MIGRATION_DATABASE_URL: is required with DATABASE_SESSIONS=shared',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://localhost/leak'],
    ['DATABASE_URL', 'postgres://[leak'],
    ['DATABASE_POOL_SIZE', '0'],
    ['DATABASE_POOL_SIZE', '7 leak'],
    ['DATABASE_SESSIONS', 'leak'],
    ['HOST', 'le ak'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '30e2leak'],
    ['PUBLIC_URL', 'leak.example.com'],
    ['PUBLIC_URL', 'ftp://leak.example.com'],
    ['PUBLIC_URL', 'https://leak.example.com/path'],
    ['PUBLIC_URL', 'https://leak.example.com/?q=1'],
    ['PUBLIC_URL', 'https://leak.example.com?'],
    ['PUBLIC_URL', 'https://leak.example.com/#f'],
    ['PUBLIC_URL', 'https://user:leak@example.com'],
    ['ADMIN_API_KEY', 'gk_admin_leak'],
    ['ADMIN_API_KEY', `gk_live_${'leak'.repeat(8)}`],
    ['MASTER_KEY', 'bGVhaw=='],
    ['MASTER_KEY', '/leak/no-such-file'],
    ['MASTER_KEY', 'vault-transit+http://leak.test:8200/transit/gatehouse'],
    ['MASTER_KEY', 'vault-transit://leak.test'],
    ['MASTER_KEY_TOKEN', 'le ak'],
    ['MASTER_KEY_TOKEN', '/leak/no-such-file'],
    ['MASTER_KEY_PREVIOUS', 'bGVhaw=='],
    ['MASTER_KEY_PREVIOUS_TOKEN', './leak/no-such-file'],
    ['ALLOW_PRIVATE_NETWORKS', 'yes leak'],
    ['LOG_LEVEL', 'leak'],
    ['ROLE', 'leak'],
    ['SHUTDOWN_TIMEOUT', '3601'],
    ['SHUTDOWN_TIMEOUT', '1.5'],
    ['MAX_CONNECTIONS', '0'],
    ['MAX_CONCURRENT_REQUESTS', '0'],
    ['MAX_EVENT_LOOP_DELAY', '-1'],
    ['DATA_DIR', 'leak\0'],
  ])('refuses %s=%j by one line that names the variable and never the value', (name, value) => {
    const lines = linesOf(() => gatewayConfig({ MASTER_KEY, [name]: value }));
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name}: must `))]);
    expect(lines.join()).not.toContain('leak');
  });

  it('needs a token for each key at Vault, and shows none to a Vault that it is not for', () => {
    const token = 'hvs.current';
    const other = VAULT.replace('internal', 'other');
    const both = { MASTER_KEY: VAULT, MASTER_KEY_TOKEN: token };
    expect(linesOf(() => gatewayConfig({ MASTER_KEY: VAULT }))).toEqual([
      expect.stringMatching(/^MASTER_KEY_TOKEN: is required with a key at Vault/),
    ]);
    expect(linesOf(() => gatewayConfig({ ...both, MASTER_KEY_PREVIOUS: other }))).toEqual([
      expect.stringMatching(/^MASTER_KEY_PREVIOUS_TOKEN: is required with a key at Vault/),
    ]);
    const previousToken = (env: Record<string, string>): string | null =>
      gatewayConfig({ MASTER_KEY_TOKEN: token, ...env }).masterKeyPreviousToken;
    expect(previousToken({ MASTER_KEY: VAULT, MASTER_KEY_PREVIOUS: `${VAULT}-2` })).toBe(token);
    expect(previousToken({ MASTER_KEY, MASTER_KEY_PREVIOUS: VAULT })).toBe(token);
    expect(
      previousToken({
        MASTER_KEY: VAULT,
        MASTER_KEY_PREVIOUS: other,
        MASTER_KEY_PREVIOUS_TOKEN: 'hvs.other',
      }),
    ).toBe('hvs.other');
    // Of no use, and of no harm.
    expect(previousToken({ MASTER_KEY: VAULT, MASTER_KEY_PREVIOUS: MASTER_KEY })).toBeNull();
  });

  it('tells all problems at once', () => {
    const lines = linesOf(() =>
      gatewayConfig({ DATABASE_URL: 'postgres://localhost/x', PORT: 'x', ROLE: 'y', LOG_LEVEL: 'z' }),
    );
    expect(lines.map((line) => line.split(':')[0])).toEqual(['PORT', 'LOG_LEVEL', 'ROLE', 'MASTER_KEY']);
  });
});

describe('the other programs', () => {
  it('read where the simulator listens', () => {
    expect(simulatorConfig({})).toEqual({ host: '127.0.0.1', port: 4000, publicUrl: null });
    const SIMULATOR_PUBLIC_URL = 'https://twins.northwind.test';
    expect(simulatorConfig({ SIMULATOR_HOST: '0.0.0.0', SIMULATOR_PORT: '0', SIMULATOR_PUBLIC_URL })).toEqual(
      {
        host: '0.0.0.0',
        port: 0,
        publicUrl: SIMULATOR_PUBLIC_URL,
      },
    );
    expect(linesOf(() => simulatorConfig({ SIMULATOR_PUBLIC_URL: 'twins' }))).toHaveLength(1);
    expect(linesOf(() => simulatorConfig({ SIMULATOR_PORT: 'x' }))).toHaveLength(1);
  });

  it('read what the demo composes', () => {
    expect(demoConfig({})).toEqual({
      host: '127.0.0.1',
      gatewayPort: 3000,
      simulatorPort: 4000,
      dataDir: resolve('.data'),
    });
    expect(linesOf(() => demoConfig({ PORT: '4000' }))).toEqual(['SIMULATOR_PORT: must differ from PORT']);
    expect(demoConfig({ PORT: '0', SIMULATOR_PORT: '0' }).gatewayPort).toBe(0);
  });

  it('read what to migrate, without a master key', () => {
    expect(migrationConfig({ DATABASE_URL: 'postgres://localhost/x' }).databaseUrl).toBe(
      'postgres://localhost/x',
    );
  });
});
