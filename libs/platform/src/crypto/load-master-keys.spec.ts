import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../start-error.js';
import { loadMasterKeys } from './load-master-keys.js';
import { LocalMasterKey, type MasterKeys } from './master-key.js';

describe('loadMasterKeys', () => {
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-key-'));
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  const loadBoth = (
    masterKey: string | null,
    masterKeyPrevious: string | null,
    databaseUrl: string | null = null,
  ): Promise<MasterKeys> =>
    loadMasterKeys({
      masterKey,
      masterKeyToken: 'hvs.of-the-current',
      masterKeyPrevious,
      masterKeyPreviousToken: 'hvs.of-the-previous',
      databaseUrl,
      dataDir,
    });
  const load = async (masterKey: string | null, databaseUrl: string | null = null): Promise<string> => {
    const { current, previous } = await loadBoth(masterKey, null, databaseUrl);
    expect(previous).toBeNull();
    return current.id;
  };

  it('reads base64, a file of base64 and a file of bytes alike', async () => {
    const bytes = randomBytes(32);
    await writeFile(join(dataDir, 'text'), `${bytes.toString('base64')}\n`);
    await writeFile(join(dataDir, 'bytes'), bytes);
    const ids = await Promise.all(
      [bytes.toString('base64'), join(dataDir, 'text'), join(dataDir, 'bytes')].map((from) => load(from)),
    );
    expect(new Set(ids)).toEqual(new Set([new LocalMasterKey(bytes).id]));
  });

  it('makes a key beside the embedded database, for the owner only, and keeps it', async () => {
    const first = await load(null);
    expect(await load(null)).toBe(first);
    expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['master.key']);
  });

  it('makes one key when several processes start at once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => load(null)));
    expect(new Set(ids).size).toBe(1);
  });

  it('never replaces a key file that it cannot read', async () => {
    await writeFile(join(dataDir, 'master.key'), 'half a k');
    await expect(load(null)).rejects.toThrow(ConfigError);
    await expect(load(null)).rejects.toThrow(/^MASTER_KEY: /);
    expect(await readFile(join(dataDir, 'master.key'), 'utf8')).toBe('half a k');
  });

  it('refuses a wrong key, and a database without one, naming MASTER_KEY and no value', async () => {
    await expect(load('c2hvcnQ=')).rejects.toThrow(/^MASTER_KEY: must be 32 bytes/);
    await expect(load('c2hvcnQ=')).rejects.not.toThrow(/c2hvcnQ/);
    await expect(load(null, 'postgres://localhost/x')).rejects.toThrow(/^MASTER_KEY: is required/);
  });

  it('takes a key of every kind for the current and for the previous one', async () => {
    const bytes = randomBytes(32);
    const local = bytes.toString('base64');
    const vault = 'vault-transit://vault.internal:8200/transit/gatehouse';
    const ids = async (masterKey: string | null, previous: string): Promise<readonly unknown[]> => {
      const { current, previous: before } = await loadBoth(masterKey, previous);
      return [current.id, before?.id];
    };
    const { id } = new LocalMasterKey(bytes);
    expect(await ids(vault, local)).toEqual(['vault:transit/gatehouse', id]);
    expect(await ids(local, vault)).toEqual([id, 'vault:transit/gatehouse']);
    // From the key beside the embedded database, by its path.
    const made = await load(null);
    expect(await ids(local, join(dataDir, 'master.key'))).toEqual([id, made]);
  });

  it('refuses a previous key that is the current one, by its value or by its name at another Vault', async () => {
    const local = randomBytes(32).toString('base64');
    await expect(loadBoth(local, local)).rejects.toThrow(/^MASTER_KEY_PREVIOUS: must be another key/);
    const at = (host: string): string => `vault-transit://${host}/transit/gatehouse`;
    const both = loadBoth(at('a.vault.test'), at('b.vault.test'));
    await expect(both).rejects.toThrow(/^MASTER_KEY_PREVIOUS: must be another key/);
    await expect(both).rejects.not.toThrow(/vault\.test/);
  });
});
