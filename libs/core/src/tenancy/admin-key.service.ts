import { Problem } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Queryable,
  type RandomSource,
  sha256,
  type Statement,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { SYSTEM_TENANT_ID } from '../privacy/tenant-vault.js';
import { hintOf, newAdminKey } from './key-format.js';

export const ADMIN_ROLES = ['admin', 'support', 'auditor', 'approver'] as const;
/** What an operator's key may do. */
export type AdminRole = (typeof ADMIN_ROLES)[number];

export interface AdminKey {
  readonly id: string;
  readonly name: string;
  readonly role: AdminRole;
  readonly hint: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

interface AdminKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: AdminRole;
  readonly hash: Buffer;
  readonly hint: string;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
}

const COLUMNS = 'id, name, role, hash, hint, created_at, revoked_at';

/*
 * The table holds a handful of rows. Whoever decides by counting them locks it first, so that what was counted is still
 * true when it is written; authentication, which only reads, never waits.
 */
const LOCK_TABLE: Statement = {
  name: 'admin_keys_lock',
  text: 'LOCK TABLE admin_keys IN SHARE ROW EXCLUSIVE MODE',
};
const COUNT_ADMINS: Statement = {
  name: 'admin_keys_count_admins',
  text: `SELECT count(*)::int AS count FROM admin_keys WHERE role = 'admin' AND revoked_at IS NULL`,
};
const INSERT: Statement = {
  name: 'admin_keys_insert',
  text: `INSERT INTO admin_keys (id, name, role, hash, hint, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING ${COLUMNS}`,
};
/** A key that is known already, whatever it was until now, is the configured one from here on. */
const TAKE_CONFIGURED: Statement = {
  name: 'admin_keys_take_configured',
  text: `INSERT INTO admin_keys (id, name, role, hash, hint, created_at) VALUES ($1, $2, 'admin', $3, $4, $5)
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, role = excluded.role, revoked_at = NULL`,
};
/** With its sessions: a key that is in force again later brings none of them back. */
const REVOKE_EARLIER_CONFIGURED: Statement = {
  name: 'admin_keys_revoke_earlier_configured',
  text: `WITH revoked AS (
           UPDATE admin_keys SET revoked_at = $2 WHERE name = $3 AND hash <> $1 AND revoked_at IS NULL RETURNING id)
         UPDATE admin_sessions SET ended_at = $2 WHERE admin_key_id IN (SELECT id FROM revoked) AND ended_at IS NULL`,
};
const LIST: Statement = {
  name: 'admin_keys_list',
  text: `SELECT ${COLUMNS} FROM admin_keys ORDER BY id DESC`,
};
const FIND: Statement = {
  name: 'admin_keys_find',
  text: `SELECT ${COLUMNS} FROM admin_keys WHERE id = $1`,
};
const REVOKE: Statement = {
  name: 'admin_keys_revoke',
  text: `WITH revoked AS (UPDATE admin_keys SET revoked_at = $2 WHERE id = $1 RETURNING id)
         UPDATE admin_sessions SET ended_at = $2 WHERE admin_key_id IN (SELECT id FROM revoked) AND ended_at IS NULL`,
};

/** The name by which the key of the environment is known; no other key may have it, since a start revokes by it. */
const CONFIGURED = 'ADMIN_API_KEY';

/** Keys of our own operators: stored as hashes, shown once. */
export class AdminKeyService {
  /** `configured`: the value of ADMIN_API_KEY in this process. */
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly random: RandomSource,
    private readonly configured: string | null,
  ) {}

  /**
   * Makes sure that somebody can administer: takes the key of ADMIN_API_KEY (an earlier value of it is revoked), or,
   * where no key with the role `admin` is in force, makes one.
   * Returns a key that it made, to be shown once, else null.
   */
  async ensure(): Promise<string | null> {
    return this.database.across.transaction(async (tx) => {
      // Of several replicas that start at once, one makes the first key.
      await tx.query(LOCK_TABLE);
      if (this.configured !== null) {
        const hash = sha256(this.configured);
        const now = this.clock.now();
        await tx.query(TAKE_CONFIGURED, [this.ids.next(), CONFIGURED, hash, hintOf(this.configured), now]);
        await tx.query(REVOKE_EARLIER_CONFIGURED, [hash, now, CONFIGURED]);
        return null;
      }
      if ((await countAdmins(tx)) > 0) return null;
      return (await this.#insert(tx, 'first key', 'admin')).key;
    });
  }

  /** Throws Problem `validation_failed` for the name of the configured key. */
  async create(
    actor: string,
    input: { readonly name: string; readonly role: AdminRole },
  ): Promise<{ adminKey: AdminKey; key: string }> {
    if (input.name === CONFIGURED) {
      throw new Problem('validation_failed', 'The name is taken.', {
        errors: [{ pointer: '/name', detail: `must not be ${CONFIGURED}, the name of the configured key` }],
      });
    }
    return this.database.across.transaction(async (tx) => {
      const created = await this.#insert(tx, input.name, input.role);
      await this.#record(tx, 'admin_key.created', actor, created.adminKey);
      return created;
    });
  }

  /** All of them, newest first, those that are revoked included. */
  async list(): Promise<readonly AdminKey[]> {
    return (await this.database.across.query<AdminKeyRow>(LIST)).map(adminKeyOf);
  }

  /** Throws Problem `not_found`. */
  async get(keyId: string): Promise<AdminKey> {
    const [row] = await this.database.across.query<AdminKeyRow>(FIND, [keyId]);
    if (row === undefined) throw new Problem('not_found', 'There is no such key.');
    return adminKeyOf(row);
  }

  /**
   * In force at once. Revoking twice is no error.
   * Throws Problem `not_found`, and `conflict` for the configured key and for the last one with the role `admin`.
   */
  async revoke(actor: string, keyId: string): Promise<void> {
    await this.database.across.transaction(async (tx) => {
      // Two admins who revoke each other at the same moment would else both find the other still there.
      await tx.query(LOCK_TABLE);
      const [row] = await tx.query<AdminKeyRow>(FIND, [keyId]);
      if (row === undefined) throw new Problem('not_found', 'There is no such key.');
      if (row.revoked_at !== null) return;
      if (this.#isConfigured(row)) {
        throw new Problem(
          'conflict',
          `The key is configured by ${CONFIGURED} and would come back at the next start; change that instead.`,
        );
      }
      if (row.role === 'admin' && (await countAdmins(tx)) === 1) {
        throw new Problem('conflict', 'The key is the last one with the role admin; create another first.');
      }
      await tx.query(REVOKE, [keyId, this.clock.now()]);
      await this.#record(tx, 'admin_key.revoked', actor, adminKeyOf(row));
    });
  }

  #isConfigured(row: AdminKeyRow): boolean {
    return this.configured !== null && sha256(this.configured).equals(row.hash);
  }

  async #insert(tx: Queryable, name: string, role: AdminRole): Promise<{ adminKey: AdminKey; key: string }> {
    const key = newAdminKey(this.random);
    const [row] = await tx.query<AdminKeyRow>(INSERT, [
      this.ids.next(),
      name,
      role,
      sha256(key),
      hintOf(key),
      this.clock.now(),
    ]);
    if (row === undefined) throw new Error('an admin key was not inserted');
    return { adminKey: adminKeyOf(row), key };
  }

  /** What belongs to no tenant is the system's. The name stays out: it may be a person's. */
  async #record(
    tx: Queryable,
    kind: 'admin_key.created' | 'admin_key.revoked',
    actor: string,
    { id, role }: AdminKey,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId: SYSTEM_TENANT_ID,
      environment: null,
      verificationId: null,
      version: null,
      actor,
      data: { keyId: id, role },
    });
  }
}

async function countAdmins(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ count: number }>(COUNT_ADMINS);
  return row?.count ?? 0;
}

function adminKeyOf(row: AdminKeyRow): AdminKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    hint: row.hint,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
