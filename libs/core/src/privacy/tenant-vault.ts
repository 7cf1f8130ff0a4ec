import { createSecretKey, type KeyObject } from 'node:crypto';

import {
  type Clock,
  type Database,
  keyedHash,
  type MasterKey,
  open,
  openJson,
  type Queryable,
  type RandomSource,
  seal,
  sealJson,
  type Statement,
} from '@gatehouse/platform';

/** Served by the primary key. */
const FIND_TENANT_KEY: Statement = {
  name: 'tenant_keys_find',
  text: `SELECT version, wrapped FROM tenant_keys
          WHERE tenant_id = $1 AND purpose = $2 AND ($3::int IS NULL OR version = $3)
          ORDER BY version DESC LIMIT 1`,
};

const INSERT_TENANT_KEY: Statement = {
  name: 'tenant_keys_insert',
  text: `INSERT INTO tenant_keys (tenant_id, purpose, version, master_key_id, wrapped, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
};

type Purpose = 'data' | 'lookup';
interface TenantKey {
  readonly version: number;
  readonly key: KeyObject;
}

/** There is no such tenant: each has its keys from the transaction that made it. */
export class NoTenantKey extends Error {
  override readonly name = 'NoTenantKey';

  constructor() {
    super('the tenant has no key');
  }
}

/** A subject's key as its row keeps it. */
export interface WrappedSubjectKey {
  readonly subjectId: string;
  readonly wrapped: Buffer;
  /** Version of the tenant's data key that wraps it. */
  readonly keyVersion: number;
}

const KEY_BYTES = 32;

/** Stands for ourselves where something sealed belongs to no tenant: outcomes of admins' requests. */
export const SYSTEM_TENANT_ID = '00000000-0000-0000-0000-000000000000';

/**
 * The key hierarchy: master → tenant (versioned) → subject. Seals and opens what rows keep, and makes the keyed hashes
 * they are found by. Everything sealed is bound to its tenant, table, row and column, so that it opens nowhere else.
 *
 * Unwrapped tenant keys are kept in memory for the life of the process; they are immutable per version.
 */
export class TenantVault {
  readonly #tenantKeys = new Map<string, Promise<TenantKey>>();

  constructor(
    private readonly database: Database,
    private readonly masterKey: MasterKey,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** The first keys of a new tenant, in the transaction that makes it. Keys that are there already stay. */
  async createTenantKeys(tx: Queryable, tenantId: string): Promise<void> {
    for (const purpose of ['data', 'lookup'] as const) {
      const wrapped = await this.masterKey.wrap(
        this.random.bytes(KEY_BYTES),
        wrapContext(tenantId, purpose, 1),
      );
      await tx.query(INSERT_TENANT_KEY, [tenantId, purpose, 1, this.masterKey.id, wrapped, this.clock.now()]);
    }
  }

  /** A fresh key for one person, wrapped under the tenant's newest data key. */
  async createSubjectKey(
    tenantId: string,
    subjectId: string,
  ): Promise<{ key: KeyObject; wrapped: WrappedSubjectKey }> {
    const tenantKey = await this.#tenantKey(tenantId, 'data', null);
    const bytes = this.random.bytes(KEY_BYTES);
    const wrapped = seal(tenantKey.key, bytes, subjectContext(tenantId, subjectId));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return { key, wrapped: { subjectId, wrapped, keyVersion: tenantKey.version } };
  }

  async openSubjectKey(tenantId: string, subject: WrappedSubjectKey): Promise<KeyObject> {
    const tenantKey = await this.#tenantKey(tenantId, 'data', subject.keyVersion);
    return createSecretKey(open(tenantKey.key, subject.wrapped, subjectContext(tenantId, subject.subjectId)));
  }

  /** Seals a secret of the tenant itself. The data key's version is part of the value. */
  async sealForTenant(tenantId: string, value: unknown, place: Place): Promise<Buffer> {
    const { key, version } = await this.#tenantKey(tenantId, 'data', null);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(version);
    return Buffer.concat([prefix, sealJson(key, value, context(tenantId, place))]);
  }

  async openForTenant(tenantId: string, sealed: Buffer, place: Place): Promise<unknown> {
    const { key } = await this.#tenantKey(tenantId, 'data', sealed.readUInt32BE(0));
    return openJson(key, sealed.subarray(4), context(tenantId, place));
  }

  /**
   * The keyed hash that a value is found by; equal values of two tenants or of two kinds have unrelated hashes.
   * `value` must already be in its normal form (e-mail in lower case, phone in E.164).
   */
  async lookupHash(
    tenantId: string,
    kind: 'email' | 'phone' | 'reference' | 'idempotency' | 'reading',
    value: string,
  ): Promise<Buffer> {
    const { key } = await this.#tenantKey(tenantId, 'lookup', null);
    return keyedHash(key, kind, value);
  }

  /** Authenticates our own tokens (browser returns). */
  async tokenMac(tenantId: string, ...parts: string[]): Promise<Buffer> {
    const { key } = await this.#tenantKey(tenantId, 'lookup', null);
    return keyedHash(key, 'token', ...parts);
  }

  #tenantKey(tenantId: string, purpose: Purpose, version: number | null): Promise<TenantKey> {
    const name = `${tenantId}/${purpose}/${version ?? 'newest'}`;
    const known = this.#tenantKeys.get(name);
    if (known !== undefined) return known;
    const loading = this.#load(tenantId, purpose, version);
    this.#tenantKeys.set(name, loading);
    // A failure must not be remembered: the next caller tries again, and this one gets the error from `loading`.
    loading.catch(() => this.#tenantKeys.delete(name));
    return loading;
  }

  async #load(tenantId: string, purpose: Purpose, version: number | null): Promise<TenantKey> {
    const [row] = await this.database
      .within({ tenantId })
      .query<{ version: number; wrapped: Buffer }>(FIND_TENANT_KEY, [tenantId, purpose, version]);
    if (row === undefined) throw new NoTenantKey();
    const key = await this.masterKey.unwrap(row.wrapped, wrapContext(tenantId, purpose, row.version));
    return { version: row.version, key };
  }
}

/** Where a sealed value lives. */
export interface Place {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** Associated data of a value sealed at `place`. */
export function context(tenantId: string, place: Place): string {
  return `${tenantId}/${place.table}/${place.row}/${place.column}`;
}

function wrapContext(tenantId: string, purpose: Purpose, version: number): string {
  return `${tenantId}/tenant_keys/${purpose}/${version}`;
}

function subjectContext(tenantId: string, subjectId: string): string {
  return context(tenantId, { table: 'subjects', row: subjectId, column: 'key_wrapped' });
}
