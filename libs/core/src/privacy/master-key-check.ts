import { ConfigError, type Database, type MasterKey, type Statement } from '@gatehouse/platform';

const OTHER_MASTER_KEY: Statement = {
  name: 'tenant_keys_of_another_master_key',
  text: 'SELECT 1 AS found FROM tenant_keys WHERE master_key_id <> $1 LIMIT 1',
};

/** Throws ConfigError when the database holds what this master key cannot open. */
export async function requireMasterKey(database: Database, masterKey: MasterKey): Promise<void> {
  const [found] = await database.across.query<{ found: number }>(OTHER_MASTER_KEY, [masterKey.id]);
  if (found !== undefined) {
    throw new ConfigError(['MASTER_KEY: is not the key that this database was written with']);
  }
}
