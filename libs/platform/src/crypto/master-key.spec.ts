import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LocalMasterKey } from './master-key.js';
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
