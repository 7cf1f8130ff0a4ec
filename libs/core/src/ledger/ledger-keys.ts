import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { type Clock, type Database, type Ids, type Statement } from '@gatehouse/platform';

import { type Place, SYSTEM_TENANT_ID, type TenantVault } from '../privacy/tenant-vault.js';
import { rawPublicKey } from './tree/signed-note.js';

/** A public half, for whoever verifies. */
export interface PublishedKey {
  readonly id: string;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Buffer;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

interface KeyRow {
  readonly id: string;
  readonly public_key: Buffer;
  readonly private_sealed: Buffer;
  readonly created_at: Date;
  readonly retired_at: Date | null;
}

/** Whoever comes first makes it; the partial unique index keeps the others out. */
const INSERT: Statement = {
  name: 'ledger_keys_insert',
  text: `INSERT INTO ledger_keys (id, public_key, private_sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
};
const IN_USE: Statement = {
  name: 'ledger_keys_in_use',
  text: 'SELECT * FROM ledger_keys WHERE retired_at IS NULL',
};
const ALL: Statement = { name: 'ledger_keys_all', text: 'SELECT * FROM ledger_keys ORDER BY id' };

/** The keys that sign checkpoints and certificates: one in use, made by the first start of a database. */
export class LedgerKeys {
  #inUse: Promise<KeyObject> | null = null;

  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Makes the first one where there is none. */
  async ensure(): Promise<void> {
    if ((await this.#row()) !== undefined) return;
    await this.vault.ensureSystemKeys();
    const { privateKey } = generateKeyPairSync('ed25519');
    const id = this.ids.next();
    const sealed = await this.vault.sealForTenant(
      SYSTEM_TENANT_ID,
      privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      placeOf(id),
    );
    const publicKey = rawPublicKey(createPublicKey(privateKey));
    await this.database.across.query(INSERT, [id, publicKey, sealed, this.clock.now()]);
  }

  /** The private key in use, kept in memory for the life of the process. */
  async signingKey(): Promise<KeyObject> {
    this.#inUse ??= this.#open().catch((error: unknown) => {
      // A failure must not be remembered: the next caller tries again.
      this.#inUse = null;
      throw error;
    });
    return this.#inUse;
  }

  /** All there ever were, oldest first: what an old key signed stays valid. */
  async published(): Promise<readonly PublishedKey[]> {
    const rows = await this.database.across.query<KeyRow>(ALL);
    return rows.map((row) => ({
      id: row.id,
      publicKey: row.public_key,
      createdAt: row.created_at,
      retiredAt: row.retired_at,
    }));
  }

  async #open(): Promise<KeyObject> {
    await this.ensure();
    const row = await this.#row();
    if (row === undefined) throw new Error('no key of the ledger is in use');
    const sealed = await this.vault.openForTenant(SYSTEM_TENANT_ID, row.private_sealed, placeOf(row.id));
    const der = Buffer.from(sealed as string, 'base64');
    const key = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
    der.fill(0);
    return key;
  }

  async #row(): Promise<KeyRow | undefined> {
    const [row] = await this.database.across.query<KeyRow>(IN_USE);
    return row;
  }
}

function placeOf(id: string): Place {
  return { table: 'ledger_keys', row: id, column: 'private_sealed' };
}
