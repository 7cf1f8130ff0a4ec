import { randomBytes } from 'node:crypto';
import { link, mkdir, open as openFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../clock.js';
import { type GatewayConfig } from '../config.js';
import { asDataDirError, ConfigError } from '../start-error.js';
import { hasCode } from '../system-error.js';
import { LocalMasterKey, type MasterKey, type MasterKeys } from './master-key.js';
import { MASTER_KEY_BYTES, MASTER_KEY_RULE, readMasterKey } from './master-key-format.js';
import { parseVaultTransit } from './vault-transit-address.js';
import { VaultTransitMasterKey } from './vault-transit-master-key.js';
import { VaultToken } from './vault-token.js';

/** A variable of the environment that names a master key, and the one with the token for its keeper. */
interface Named {
  readonly variable: 'MASTER_KEY' | 'MASTER_KEY_PREVIOUS';
  readonly text: string;
  readonly tokenVariable: 'MASTER_KEY_TOKEN' | 'MASTER_KEY_PREVIOUS_TOKEN';
  readonly token: string | null;
}

type MasterKeyConfig = Pick<
  GatewayConfig,
  'masterKey' | 'masterKeyToken' | 'masterKeyPrevious' | 'masterKeyPreviousToken' | 'databaseUrl' | 'dataDir'
>;

/**
 * The master keys of MASTER_KEY and MASTER_KEY_PREVIOUS. Without the first and with the embedded database, the current one is that of
 * `dataDir/master.key`, made on the first start (mode 0600) and kept. Calls no keeper. Throws ConfigError naming the variable,
 * StartError naming DATA_DIR.
 */
export async function loadMasterKeys(
  config: MasterKeyConfig,
  clock: Clock = new SystemClock(),
): Promise<MasterKeys> {
  const current =
    config.masterKey === null
      ? await ownMasterKey(config)
      : masterKeyOf(
          {
            variable: 'MASTER_KEY',
            text: config.masterKey,
            tokenVariable: 'MASTER_KEY_TOKEN',
            token: config.masterKeyToken,
          },
          clock,
        );
  if (config.masterKeyPrevious === null) return { current, previous: null };
  const previous = masterKeyOf(
    {
      variable: 'MASTER_KEY_PREVIOUS',
      text: config.masterKeyPrevious,
      tokenVariable: 'MASTER_KEY_PREVIOUS_TOKEN',
      token: config.masterKeyPreviousToken,
    },
    clock,
  );
  if (previous.id === current.id) {
    throw new ConfigError([
      'MASTER_KEY_PREVIOUS: must be another key than MASTER_KEY; keys at two Vaults need different names',
    ]);
  }
  return { current, previous };
}

function masterKeyOf({ variable, text, tokenVariable, token }: Named, clock: Clock): MasterKey {
  const address = parseVaultTransit(text);
  if (address !== null) {
    const read = token === null ? null : VaultToken.read(token);
    if (read === null) throw new ConfigError([`${tokenVariable}: ${VaultToken.RULE}`]);
    return new VaultTransitMasterKey(address, read, clock);
  }
  const bytes = readMasterKey(text);
  if (bytes === null) throw new ConfigError([`${variable}: ${MASTER_KEY_RULE}`]);
  return new LocalMasterKey(bytes);
}

async function ownMasterKey(config: Pick<GatewayConfig, 'databaseUrl' | 'dataDir'>): Promise<MasterKey> {
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
