import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { link, mkdir, open as openFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayConfig } from '../config.js';
import { asDataDirError, ConfigError } from '../start-error.js';
import { hasCode } from '../system-error.js';
import { keyedHash } from './hash.js';
import { MASTER_KEY_BYTES, readMasterKey } from './master-key-format.js';
import { open, seal } from './seal.js';

/**
 * The key above all tenant keys. It wraps and unwraps and never leaves its keeper, so that a key management service can stand
 * behind it. `context` names the key that is wrapped and must be the same both times.
 */
export interface MasterKey {
  /** Stored beside what it wrapped, to tell which master key is needed. Reveals nothing of the key. */
  readonly id: string;
  /** `key` is 32 bytes. */
  wrap(key: Buffer, context: string): Promise<Buffer>;
  /** Throws SealError when it was wrapped by another key, for another context, or changed. */
  unwrap(wrapped: Buffer, context: string): Promise<KeyObject>;
}

/** A master key held in memory. */
export class LocalMasterKey implements MasterKey {
  readonly id: string;
  readonly #key: KeyObject;

  /** Throws RangeError unless given exactly 32 bytes. */
  constructor(bytes: Buffer) {
    if (bytes.length !== MASTER_KEY_BYTES) throw new RangeError('a master key has 32 bytes');
    this.#key = createSecretKey(bytes);
    this.id = `local:${keyedHash(this.#key, 'gatehouse master key id').toString('hex', 0, 8)}`;
  }

  wrap(key: Buffer, context: string): Promise<Buffer> {
    return Promise.resolve(seal(this.#key, key, wrapContext(context)));
  }

  // async, so that a failure is a rejection as it would be with a remote keeper.
  // eslint-disable-next-line @typescript-eslint/require-await
  async unwrap(wrapped: Buffer, context: string): Promise<KeyObject> {
    const bytes = open(this.#key, wrapped, wrapContext(context));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  }
}

function wrapContext(context: string): string {
  return `gatehouse wrapped key: ${context}`;
}

/**
 * The master key of MASTER_KEY; without one and with the embedded database, that of `dataDir/master.key`, made on the first
 * start (mode 0600) and kept. Throws ConfigError naming MASTER_KEY, StartError naming DATA_DIR.
 */
export async function loadMasterKey(
  config: Pick<GatewayConfig, 'masterKey' | 'databaseUrl' | 'dataDir'>,
): Promise<MasterKey> {
  if (config.masterKey !== null) {
    const bytes = readMasterKey(config.masterKey);
    if (bytes === null) {
      throw new ConfigError([
        'MASTER_KEY: must be 32 bytes in base64, or the path of a file that holds them',
      ]);
    }
    return new LocalMasterKey(bytes);
  }
  if (config.databaseUrl !== null) throw new ConfigError(['MASTER_KEY: is required with DATABASE_URL']);

  const path = join(config.dataDir, 'master.key');
  let bytes = readMasterKey(path);
  if (bytes === null) {
    await createOnce(path, config.dataDir).catch((error: unknown) => {
      throw asDataDirError(error);
    });
    bytes = readMasterKey(path);
  }
  if (bytes === null) {
    throw new ConfigError([
      'MASTER_KEY: is not set, and DATA_DIR/master.key does not hold 32 bytes in base64; ' +
        'restore that file, or start with an empty DATA_DIR',
    ]);
  }
  return new LocalMasterKey(bytes);
}

/** Written beside it and linked into place: two first starts agree on one key, and no crash leaves half a key. */
async function createOnce(path: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await openFile(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
    // What this key seals must not outlive it: it is on disk before anything is sealed.
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
}
