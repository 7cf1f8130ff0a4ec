import {
  ConfigError,
  type Database,
  type MasterKey,
  type MasterKeys,
  MasterKeyUnavailable,
  SealError,
  StartError,
  type Statement,
} from '@gatehouse/platform';

import { type KeyPurpose, tenantKeyContext } from './tenant-vault.js';

/** Every master key in use, at one probe each. Served by tenant_keys_by_master_key. */
const IN_USE: Statement = {
  name: 'tenant_keys_master_keys',
  text: `WITH RECURSIVE used AS (
           (SELECT master_key_id AS id FROM tenant_keys ORDER BY master_key_id LIMIT 1)
           UNION ALL
           SELECT (SELECT k.master_key_id FROM tenant_keys k WHERE k.master_key_id > used.id
                    ORDER BY k.master_key_id LIMIT 1)
             FROM used WHERE used.id IS NOT NULL)
         SELECT id FROM used WHERE id IS NOT NULL`,
};
/** Served by tenant_keys_by_master_key. */
const ONE_WRAPPED_BY: Statement = {
  name: 'tenant_keys_one_wrapped_by',
  text: `SELECT tenant_id, purpose, version, wrapped FROM tenant_keys WHERE master_key_id = $1
          ORDER BY tenant_id, purpose, version LIMIT 1`,
};

interface WrappedRow {
  readonly tenant_id: string;
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly wrapped: Buffer;
}

type Variable = 'MASTER_KEY' | 'MASTER_KEY_PREVIOUS';

const PROBE_BYTES = 32;

/**
 * Sees to it that the master keys open what the database holds, and that the current one keeps what it wraps to its context. Throws
 * ConfigError naming the variable that is wrong; StartError where that cannot be found out, because a key's keeper is away.
 */
export async function requireMasterKey(database: Database, keys: MasterKeys): Promise<void> {
  const used = (await database.across.query<{ id: string }>(IN_USE)).map(({ id }) => id);
  requireKnown(used, keys);
  await tryOut('MASTER_KEY', () => prove(keys.current));
  for (const [variable, key] of [
    ['MASTER_KEY', keys.current],
    ['MASTER_KEY_PREVIOUS', keys.previous],
  ] as const) {
    if (key !== null && used.includes(key.id)) await tryOut(variable, () => openOne(database, key));
  }
}

function requireKnown(used: readonly string[], { current, previous }: MasterKeys): void {
  const known = [current.id, previous?.id];
  if (used.every((id) => known.includes(id))) return;
  const isPartly = used.some((id) => known.includes(id));
  if (isPartly)
    throw new ConfigError([
      'MASTER_KEY_PREVIOUS: must be the other key that this database was written with; not all is re-wrapped yet',
    ]);
  const key = previous === null ? 'MASTER_KEY: is not' : 'MASTER_KEY: neither it nor MASTER_KEY_PREVIOUS is';
  throw new ConfigError([`${key} the key that this database was written with`]);
}

/** What it wraps opens in its own context and in no other; null. Otherwise the rule that it breaks. */
async function prove(key: MasterKey): Promise<string | null> {
  const probe = Buffer.alloc(PROBE_BYTES, 1);
  const wrapped = await key.wrap(probe, 'start/probe');
  const opened = await key.unwrap(wrapped, 'start/probe');
  if (!opened.export().equals(probe)) return 'does not open what it has wrapped';
  const isBound = await key.unwrap(wrapped, 'start/another').then(
    () => false,
    (error: unknown) => {
      if (error instanceof SealError) return true;
      throw error;
    },
  );
  return isBound ? null : 'does not keep what it wraps to its place; Vault must be version 1.13 or newer';
}

async function openOne(database: Database, key: MasterKey): Promise<null> {
  const [row] = await database.across.query<WrappedRow>(ONE_WRAPPED_BY, [key.id]);
  // Re-wrapped since.
  if (row === undefined) return null;
  await key.unwrap(row.wrapped, tenantKeyContext(row.tenant_id, row.purpose, row.version));
  return null;
}

async function tryOut(variable: Variable, attempt: () => Promise<string | null>): Promise<void> {
  const broken = await attempt().catch((error: unknown) => {
    if (error instanceof MasterKeyUnavailable)
      throw new StartError([`${variable}: its keeper cannot be used now (${error.code})`]);
    if (error instanceof SealError)
      return 'has the name of the key that this database was written with, and does not open it';
    throw error;
  });
  if (broken !== null) throw new ConfigError([`${variable}: ${broken}`]);
}
