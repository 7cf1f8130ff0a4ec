import { isDeepStrictEqual } from 'node:util';

import { Problem } from '@gatehouse/contract';
import { type Clock, type Database, type Ids, type Queryable, type Statement } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Page, type PageRequest } from '../verifications/verification.js';

export interface TenantSettings {
  /** Days that a finished verification is kept; null: until it is erased. */
  readonly retentionDays: number | null;
  /** By how it ended; null: as {@link retentionDays} has it. `other`: expired, canceled, revoked, or ended in an error. */
  readonly retentionDaysByOutcome: {
    readonly verified: number | null;
    readonly rejected: number | null;
    readonly other: number | null;
  };
  /** Who at the tenant sees to what providers have to be asked to erase; stands in certificates. */
  readonly erasureContact: string | null;
  /** `stored`: the identity is kept, sealed, with the verification. */
  readonly identityStorage: 'stored';
  /** `encrypted`: reports that a provider gives for a short while only are fetched and kept, sealed. */
  readonly reportArchive: 'none' | 'encrypted';
  /** The framework under which the tenant lets people be verified, for OpenID identity assurance; never made up by us. */
  readonly trustFramework: string | null;
  /** The assurance level it gives to those that are verified; null: none is stated. */
  readonly assuranceLevel: string | null;
  /** Whether a routing policy that one admin puts waits for another to approve it. */
  readonly twoPersonApproval: boolean;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly settings: TenantSettings;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly settings: Partial<TenantSettings>;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const DEFAULTS: TenantSettings = {
  retentionDays: null,
  retentionDaysByOutcome: { verified: null, rejected: null, other: null },
  erasureContact: null,
  identityStorage: 'stored',
  reportArchive: 'none',
  trustFramework: null,
  assuranceLevel: null,
  twoPersonApproval: false,
};
const COLUMNS = 'id, name, status, settings, version, created_at, updated_at';

const INSERT: Statement = {
  name: 'tenants_insert',
  text: `INSERT INTO tenants (id, name, settings, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         RETURNING ${COLUMNS}`,
};
const FIND: Statement = { name: 'tenants_find', text: `SELECT ${COLUMNS} FROM tenants WHERE id = $1` };
const LOCK: Statement = { name: 'tenants_lock', text: `${FIND.text} FOR UPDATE` };
/** Served by tenants_newest. */
const LIST: Statement = {
  name: 'tenants_list',
  text: `SELECT ${COLUMNS} FROM tenants
          WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
          ORDER BY created_at DESC, id DESC LIMIT $3`,
};
/** Reads all tenants, of whom there are few. */
const WITH_RETENTION: Statement = {
  name: 'tenants_with_retention',
  text: `SELECT ${COLUMNS} FROM tenants
          WHERE settings ->> 'retentionDays' IS NOT NULL
             OR jsonb_path_exists(settings, '$.retentionDaysByOutcome.* ? (@ != null)')
          ORDER BY id`,
};
const UPDATE: Statement = {
  name: 'tenants_update',
  text: `UPDATE tenants SET name = $2, status = $3, settings = $4, version = version + 1, updated_at = $5
          WHERE id = $1 RETURNING ${COLUMNS}`,
};

/** Our customers. Every change is in the ledger with its author. */
export class TenantService {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly ids: Ids,
    /** Told after the commit of a change that may leave its keys without force. */
    private readonly onChanged: () => void,
  ) {}

  async create(
    actor: string,
    input: { readonly name: string; readonly settings?: Partial<TenantSettings> },
  ): Promise<Tenant> {
    const id = this.ids.next();
    const keys = await this.vault.newTenantKeys(id);
    return this.database.within({ tenantId: id }).transaction(async (tx) => {
      const settings = { ...DEFAULTS, ...input.settings };
      const rows = await tx.query<TenantRow>(INSERT, [
        id,
        input.name,
        JSON.stringify(settings),
        this.clock.now(),
      ]);
      await this.vault.insertTenantKeys(tx, keys);
      await this.#record(tx, 'tenant.created', id, actor, { settings });
      return tenantOf(rows[0]);
    });
  }

  /** The keys that seal what belongs to no tenant. Once per database; repeating it changes nothing. */
  async ensureSystemKeys(): Promise<void> {
    await this.vault.ensureSystemKeys();
  }

  /** Throws Problem `not_found`. */
  async get(id: string): Promise<Tenant> {
    return tenantOf((await this.database.within({ tenantId: id }).query<TenantRow>(FIND, [id]))[0]);
  }

  async list(page: PageRequest): Promise<Page<Tenant>> {
    const after = decodeCursor(page.cursor);
    const rows = await this.database.across.query<TenantRow>(LIST, [
      after?.at ?? null,
      after?.id ?? null,
      page.limit + 1,
    ]);
    return pageOf(rows.map(tenantOf), page.limit, (tenant) => ({ at: tenant.createdAt, id: tenant.id }));
  }

  /** Those that keep something for a time only. */
  async withRetention(): Promise<readonly Tenant[]> {
    return (await this.database.across.query<TenantRow>(WITH_RETENTION)).map(tenantOf);
  }

  /** Throws Problem `not_found`, `stale_version`. */
  async update(
    actor: string,
    id: string,
    change: { readonly name?: string; readonly settings?: Partial<TenantSettings> },
    ifVersion: number | null,
  ): Promise<Tenant> {
    return this.#change(actor, 'tenant.changed', id, ifVersion, (tenant) => ({
      ...tenant,
      name: change.name ?? tenant.name,
      settings: { ...tenant.settings, ...change.settings },
    }));
  }

  /** From now on the tenant's keys are refused. Verifications under way are still followed to their end. */
  async suspend(actor: string, id: string, ifVersion: number | null): Promise<Tenant> {
    return this.#change(actor, 'tenant.suspended', id, ifVersion, (tenant) => ({
      ...tenant,
      status: 'suspended',
    }));
  }

  async #change(
    actor: string,
    kind: 'tenant.changed' | 'tenant.suspended',
    id: string,
    ifVersion: number | null,
    change: (tenant: Tenant) => Tenant,
  ): Promise<Tenant> {
    return this.database.within({ tenantId: id }).transaction(async (tx) => {
      const before = tenantOf((await tx.query<TenantRow>(LOCK, [id]))[0]);
      requireVersion(before.version, ifVersion);
      const after = change(before);
      if (isDeepStrictEqual(after, before)) return before;
      const rows = await tx.query<TenantRow>(UPDATE, [
        id,
        after.name,
        after.status,
        JSON.stringify(after.settings),
        this.clock.now(),
      ]);
      await this.#record(tx, kind, id, actor, {
        before: { settings: before.settings, status: before.status },
        after: { settings: after.settings, status: after.status },
        renamed: before.name !== after.name,
      });
      tx.afterCommit(this.onChanged);
      return tenantOf(rows[0]);
    });
  }

  async #record(
    tx: Queryable,
    kind: 'tenant.created' | 'tenant.changed' | 'tenant.suspended',
    tenantId: string,
    actor: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId,
      environment: null,
      verificationId: null,
      version: null,
      actor,
      data,
    });
  }
}

/** The optimistic lock of admin writes. Throws Problem `stale_version`. */
export function requireVersion(current: number, ifVersion: number | null): void {
  if (ifVersion !== null && ifVersion !== current) {
    throw new Problem(
      'stale_version',
      'The resource has another version by now; read it again and repeat the change.',
    );
  }
}

function tenantOf(row: TenantRow | undefined): Tenant {
  if (row === undefined) throw new Problem('not_found', 'There is no such tenant.');
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    settings: { ...DEFAULTS, ...row.settings },
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
