import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../start-error.js';
import { loadMasterKey, LocalMasterKey } from './master-key.js';
import { SealError } from './seal.js';

describe('LocalMasterKey', () => {
  const bytes = randomBytes(32);
  const master = new LocalMasterKey(bytes);

  it('unwraps what it wrapped, in the same context only', async () => {
    const key = randomBytes(32);
    const wrapped = await master.wrap(key, 'tenant a');
    expect((await master.unwrap(wrapped, 'tenant a')).export()).toEqual(key);
    await expect(master.unwrap(wrapped, 'tenant b')).rejects.toThrow(SealError);
    await expect(new LocalMasterKey(randomBytes(32)).unwrap(wrapped, 'tenant a')).rejects.toThrow(SealError);
  });

  it('has an id that is the same for the same key and tells nothing of it', () => {
    expect(new LocalMasterKey(Buffer.from(bytes)).id).toBe(master.id);
    expect(new LocalMasterKey(randomBytes(32)).id).not.toBe(master.id);
    expect(master.id).toMatch(/^local:[0-9a-f]{16}$/);
    expect(bytes.toString('hex')).not.toContain(master.id.slice(6));
  });

  it('is of 32 bytes', () => {
    expect(() => new LocalMasterKey(randomBytes(16))).toThrow(RangeError);
  });
});

describe('loadMasterKey', () => {
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-key-'));
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  const load = (masterKey: string | null, databaseUrl: string | null = null): Promise<string> =>
    loadMasterKey({ masterKey, databaseUrl, dataDir }).then((key) => key.id);

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
});
