import { createSecretKey, type KeyObject } from 'node:crypto';

import {
  type Clock,
  type Database,
  keyedHash,
  masterKeyNamed,
  type MasterKeys,
  open,
  openJson,
  type Queryable,
  type RandomSource,
  seal,
  SealError,
  sealJson,
  type Statement,
} from '@gatehouse/platform';

import { SubjectKey } from './subject-key.js';
import { wrapSurely } from './wrap-surely.js';

/** Served by the primary key. */
const FIND_TENANT_KEY: Statement = {
  name: 'tenant_keys_find',
  text: `SELECT version, master_key_id, wrapped FROM tenant_keys
          WHERE tenant_id = $1 AND purpose = $2 AND version = $3`,
};

/** Served by the primary key. */
const FIND_NEWEST_VERSION: Statement = {
  name: 'tenant_keys_newest_version',
  text: `SELECT version FROM tenant_keys WHERE tenant_id = $1 AND purpose = $2 ORDER BY version DESC LIMIT 1`,
};

const INSERT_TENANT_KEY: Statement = {
  name: 'tenant_keys_insert',
  text: `INSERT INTO tenant_keys (tenant_id, purpose, version, master_key_id, wrapped, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
};

export type KeyPurpose = 'data' | 'lookup';
/** What is found, or found to be there already, by a keyed hash. */
export type LookupKind = 'email' | 'phone' | 'reference' | 'idempotency' | 'request' | 'reading' | 'signal';
interface TenantKey {
  readonly version: number;
  readonly key: KeyObject;
}

/** The first keys of a tenant, wrapped and not yet written. */
export interface NewTenantKeys {
  readonly tenantId: string;
  readonly masterKeyId: string;
  readonly wrapped: Readonly<Record<KeyPurpose, Buffer>>;
}

/** A data key that is not in the database yet. */
export interface NewDataKey {
  readonly tenantId: string;
  readonly version: number;
  readonly masterKeyId: string;
  readonly wrapped: Buffer;
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
  /** While it is being replaced: the other key, sealed under this one. */
  readonly spare: Buffer | null;
}

/** The columns of a subject that hold their key. */
export interface SubjectKeyColumns {
  readonly subject_id: string;
  readonly key_wrapped: Buffer | null;
  readonly key_version: number;
  readonly spare_key_sealed: Buffer | null;
}

/** Null, once the person has been erased. */
export function wrappedKeyOf(row: SubjectKeyColumns): WrappedSubjectKey | null {
  if (row.key_wrapped === null) return null;
  const {
    subject_id: subjectId,
    key_wrapped: wrapped,
    key_version: keyVersion,
    spare_key_sealed: spare,
  } = row;
  return { subjectId, wrapped, keyVersion, spare };
}

/** Of one purpose, by their tenants. */
class KnownKeys {
  readonly versions = new Map<string, Map<number, Promise<TenantKey>>>();
  readonly newest = new Map<string, { readonly key: Promise<TenantKey>; readonly until: number }>();
}

const KEY_BYTES = 32;

/** How long after a newer data key was made a process may still seal with the one before it. */
export const NEWEST_KEY_KEPT_MS = 30_000;

/** Stands for ourselves where something sealed belongs to no tenant: outcomes of admins' requests. */
export const SYSTEM_TENANT_ID = '00000000-0000-0000-0000-000000000000';

/**
 * The key hierarchy: master → tenant (versioned) → subject. Seals and opens what rows keep, and makes the keyed hashes
 * they are found by. Everything sealed is bound to its tenant, table, row and column, so that it opens nowhere else.
 *
 * Unwrapped tenant keys are kept in memory for the life of the process; they are immutable per version, whichever master key wraps
 * them. Which one is the newest is asked again after {@link NEWEST_KEY_KEPT_MS}, because another process may have made a newer one.
 */
export class TenantVault {
  readonly #known: Readonly<Record<KeyPurpose, KnownKeys>> = {
    data: new KnownKeys(),
    lookup: new KnownKeys(),
  };

  constructor(
    private readonly database: Database,
    private readonly masterKeys: MasterKeys,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Before the transaction that makes the tenant: the master key may be kept elsewhere. Throws MasterKeyUnavailable. */
  async newTenantKeys(tenantId: string): Promise<NewTenantKeys> {
    const { current } = this.masterKeys;
    const wrap = (purpose: KeyPurpose): Promise<Buffer> =>
      current.wrap(this.random.bytes(KEY_BYTES), tenantKeyContext(tenantId, purpose, 1));
    const [data, lookup] = await Promise.all([wrap('data'), wrap('lookup')]);
    return { tenantId, masterKeyId: current.id, wrapped: { data, lookup } };
  }

  /** In the transaction that makes the tenant. Keys that are there already stay. */
  async insertTenantKeys(tx: Queryable, { tenantId, masterKeyId, wrapped }: NewTenantKeys): Promise<void> {
    const now = this.clock.now();
    for (const purpose of ['data', 'lookup'] as const)
      await tx.query(INSERT_TENANT_KEY, [tenantId, purpose, 1, masterKeyId, wrapped[purpose], now]);
  }

  /** Makes those of {@link SYSTEM_TENANT_ID} where there are none, and has them in memory, whatever becomes of the master key's keeper. */
  async ensureSystemKeys(): Promise<void> {
    // Not by its version: the first one is gone once it was rotated away.
    const [newest] = await this.database
      .within({ tenantId: SYSTEM_TENANT_ID })
      .query<{ version: number }>(FIND_NEWEST_VERSION, [SYSTEM_TENANT_ID, 'data']);
    if (newest === undefined) {
      const keys = await this.newTenantKeys(SYSTEM_TENANT_ID);
      // Both or none: the next start looks for one of them only.
      await this.database
        .within({ tenantId: SYSTEM_TENANT_ID })
        .transaction((tx) => this.insertTenantKeys(tx, keys));
    }
    await this.#tenantKey(SYSTEM_TENANT_ID, 'data', null);
    await this.#tenantKey(SYSTEM_TENANT_ID, 'lookup', null);
  }

  /**
   * A data key newer than `version`, wrapped and not yet written; 0: where the tenant has none. Everything is sealed under it from then
   * on, so it is seen to open. Throws MasterKeyUnavailable.
   */
  async newDataKey(tenantId: string, version: number): Promise<NewDataKey> {
    const next = version + 1;
    const { current } = this.masterKeys;
    const place = tenantKeyContext(tenantId, 'data', next);
    const wrapped = await wrapSurely(current, this.random.bytes(KEY_BYTES), place);
    return { tenantId, version: next, masterKeyId: current.id, wrapped };
  }

  /** From the commit on this process seals with it, all others {@link NEWEST_KEY_KEPT_MS} later. A version that is there stays. */
  async insertDataKey(tx: Queryable, key: NewDataKey): Promise<void> {
    const { tenantId, version, masterKeyId, wrapped } = key;
    await tx.query(INSERT_TENANT_KEY, [tenantId, 'data', version, masterKeyId, wrapped, this.clock.now()]);
    tx.afterCommit(() => this.#known.data.newest.delete(tenantId));
  }

  /** A fresh key for one person, wrapped under the tenant's newest data key. */
  async createSubjectKey(
    tenantId: string,
    subjectId: string,
  ): Promise<{ key: SubjectKey; wrapped: WrappedSubjectKey }> {
    const tenantKey = await this.#tenantKey(tenantId, 'data', null);
    const bytes = this.random.bytes(KEY_BYTES);
    const wrapped = seal(tenantKey.key, bytes, subjectContext(tenantId, subjectId));
    const key = new SubjectKey(createSecretKey(bytes), null);
    bytes.fill(0);
    return { key, wrapped: { subjectId, wrapped, keyVersion: tenantKey.version, spare: null } };
  }

  async openSubjectKey(tenantId: string, subject: WrappedSubjectKey): Promise<SubjectKey> {
    const { present, spare } = await this.#subjectKeys(tenantId, subject);
    const key = new SubjectKey(createSecretKey(present), spare === null ? null : createSecretKey(spare));
    present.fill(0);
    spare?.fill(0);
    return key;
  }

  /** A fresh spare key for a person who has none, as `spare` keeps it. Throws SealError. */
  async offerSubjectKey(tenantId: string, subject: WrappedSubjectKey): Promise<Buffer> {
    const { present } = await this.#subjectKeys(tenantId, subject);
    const bytes = this.random.bytes(KEY_BYTES);
    const spare = seal(createSecretKey(present), bytes, spareContext(tenantId, subject.subjectId));
    present.fill(0);
    bytes.fill(0);
    return spare;
  }

  /** The spare key in the place of the present one, and the other way round. Throws SealError. */
  async switchSubjectKeys(tenantId: string, subject: WrappedSubjectKey): Promise<WrappedSubjectKey> {
    const { subjectId } = subject;
    const { present, spare } = await this.#subjectKeys(tenantId, subject);
    if (spare === null) throw new SealError();
    const tenantKey = await this.#tenantKey(tenantId, 'data', null);
    const switched = {
      subjectId,
      wrapped: seal(tenantKey.key, spare, subjectContext(tenantId, subjectId)),
      keyVersion: tenantKey.version,
      spare: seal(createSecretKey(spare), present, spareContext(tenantId, subjectId)),
    };
    present.fill(0);
    spare.fill(0);
    return switched;
  }

  async #subjectKeys(
    tenantId: string,
    { subjectId, wrapped, keyVersion, spare }: WrappedSubjectKey,
  ): Promise<{ readonly present: Buffer; readonly spare: Buffer | null }> {
    const { key } = await this.#tenantKey(tenantId, 'data', keyVersion);
    const present = open(key, wrapped, subjectContext(tenantId, subjectId));
    if (spare === null) return { present, spare };
    return { present, spare: open(createSecretKey(present), spare, spareContext(tenantId, subjectId)) };
  }

  /**
   * The same subject's key under another version of the data key. Throws SealError for bytes that are not such a key, NoTenantKey
   * where their data key is gone.
   */
  async rewrapSubjectKey(
    tenantId: string,
    subject: Omit<WrappedSubjectKey, 'spare'>,
    keyVersion: number,
  ): Promise<Buffer> {
    const place = subjectContext(tenantId, subject.subjectId);
    const from = await this.#tenantKey(tenantId, 'data', subject.keyVersion);
    const to = await this.#tenantKey(tenantId, 'data', keyVersion);
    const bytes = open(from.key, subject.wrapped, place);
    const wrapped = seal(to.key, bytes, place);
    bytes.fill(0);
    return wrapped;
  }

  /** Seals a secret of the tenant itself. The data key's version is part of the value. */
  async sealForTenant(tenantId: string, value: unknown, place: Place): Promise<Buffer> {
    const { key, version } = await this.#tenantKey(tenantId, 'data', null);
    return Buffer.concat([versionPrefix(version), sealJson(key, value, context(tenantId, place))]);
  }

  /** Throws SealError, and NoTenantKey where its data key is gone. */
  async openForTenant(tenantId: string, sealed: Buffer, place: Place): Promise<unknown> {
    if (sealed.length < PREFIX_BYTES) throw new SealError();
    const { key } = await this.#tenantKey(tenantId, 'data', sealed.readUInt32BE(0));
    return openJson(key, sealed.subarray(PREFIX_BYTES), context(tenantId, place));
  }

  /** The same value under another version of the data key. Throws as {@link rewrapSubjectKey} does. */
  async resealForTenant(tenantId: string, sealed: Buffer, place: Place, version: number): Promise<Buffer> {
    if (sealed.length < PREFIX_BYTES) throw new SealError();
    const from = await this.#tenantKey(tenantId, 'data', sealed.readUInt32BE(0));
    const to = await this.#tenantKey(tenantId, 'data', version);
    const bound = context(tenantId, place);
    const bytes = open(from.key, sealed.subarray(PREFIX_BYTES), bound);
    const fresh = Buffer.concat([versionPrefix(version), seal(to.key, bytes, bound)]);
    bytes.fill(0);
    return fresh;
  }

  /**
   * The keyed hash that a value is found by; equal values of two tenants or of two kinds have unrelated hashes.
   * `value` must already be in its normal form (e-mail in lower case, phone in E.164).
   */
  async lookupHash(tenantId: string, kind: LookupKind, value: string): Promise<Buffer> {
    const { key } = await this.#tenantKey(tenantId, 'lookup', null);
    return keyedHash(key, kind, value);
  }

  /** Authenticates our own tokens (browser returns), of one tenant. */
  async tokenMacs(tenantId: string): Promise<(...parts: readonly string[]) => Buffer> {
    const { key } = await this.#tenantKey(tenantId, 'lookup', null);
    return (...parts) => keyedHash(key, 'token', ...parts);
  }

  #tenantKey(tenantId: string, purpose: KeyPurpose, version: number | null): Promise<TenantKey> {
    return version === null ? this.#newest(tenantId, purpose) : this.#version(tenantId, purpose, version);
  }

  #version(tenantId: string, purpose: KeyPurpose, version: number): Promise<TenantKey> {
    const { versions } = this.#known[purpose];
    const known = versions.get(tenantId)?.get(version);
    if (known !== undefined) return known;
    const loading = this.#load(tenantId, purpose, version);
    const ofTenant = versions.get(tenantId) ?? new Map<number, Promise<TenantKey>>();
    versions.set(tenantId, ofTenant.set(version, loading));
    // A failure must not be remembered: the next caller tries again, and this one gets the error from `loading`.
    loading.catch(() => ofTenant.delete(version));
    return loading;
  }

  #newest(tenantId: string, purpose: KeyPurpose): Promise<TenantKey> {
    const { newest } = this.#known[purpose];
    // Of the time before the question: what is made meanwhile is known in time.
    const now = this.clock.now().getTime();
    const known = newest.get(tenantId);
    if (known !== undefined && now < known.until) return known.key;
    const key = this.#askNewestVersion(tenantId, purpose).then((version) =>
      this.#version(tenantId, purpose, version),
    );
    // The lookup key has one version for ever: another one would need all hashes made anew.
    const asked = { key, until: purpose === 'data' ? now + NEWEST_KEY_KEPT_MS : Infinity };
    newest.set(tenantId, asked);
    key.catch(() => {
      if (newest.get(tenantId) === asked) newest.delete(tenantId);
    });
    return key;
  }

  async #askNewestVersion(tenantId: string, purpose: KeyPurpose): Promise<number> {
    // Across, because who asks may be in a transaction: all of the tenants' sessions could be waiting for one more of them.
    const [row] = await this.database.across.query<{ version: number }>(FIND_NEWEST_VERSION, [
      tenantId,
      purpose,
    ]);
    if (row === undefined) throw new NoTenantKey();
    return row.version;
  }

  async #load(tenantId: string, purpose: KeyPurpose, version: number): Promise<TenantKey> {
    // Across, as above.
    const [row] = await this.database.across.query<{
      version: number;
      master_key_id: string;
      wrapped: Buffer;
    }>(FIND_TENANT_KEY, [tenantId, purpose, version]);
    if (row === undefined) throw new NoTenantKey();
    const masterKey = masterKeyNamed(this.masterKeys, row.master_key_id);
    const key = await masterKey.unwrap(row.wrapped, tenantKeyContext(tenantId, purpose, row.version));
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

const PREFIX_BYTES = 4;

function versionPrefix(version: number): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(version);
  return prefix;
}

/** What a tenant's key is bound to when the master key wraps it. */
export function tenantKeyContext(tenantId: string, purpose: KeyPurpose, version: number): string {
  return `${tenantId}/tenant_keys/${purpose}/${version}`;
}

function spareContext(tenantId: string, subjectId: string): string {
  return context(tenantId, { table: 'subjects', row: subjectId, column: 'spare_key_sealed' });
}

function subjectContext(tenantId: string, subjectId: string): string {
  return context(tenantId, { table: 'subjects', row: subjectId, column: 'key_wrapped' });
}
