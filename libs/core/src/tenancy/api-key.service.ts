import { Problem } from '@gatehouse/contract';
import {
  BrieflyHeld,
  type Clock,
  type Database,
  type Ids,
  type RandomSource,
  type Queryable,
  sha256,
  type Statement,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type AdminRole } from './admin-key.service.js';
import { hintOf, newTenantKey, parseKey, type ParsedKey } from './key-format.js';
import { type KeyUse } from './key-use.js';
import { type Principal, type Scope } from './principal.js';
import { type Environment } from './tenant-scope.js';

export interface ApiKey {
  readonly id: string;
  readonly environment: Environment;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

type TenantKey = Extract<ParsedKey, { readonly kind: 'tenant' }>;

/** A key in force, as a request needs it. */
interface KnownKey {
  readonly id: string;
  readonly scopes: Scope[];
  readonly expires_at: Date | null;
}

interface ApiKeyRow {
  readonly id: string;
  readonly environment: Environment;
  readonly name: string;
  readonly hint: string;
  readonly scopes: Scope[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

const COLUMNS = 'id, environment, name, hint, scopes, created_at, expires_at, revoked_at';

/** Another replica refuses a revoked key, or one of a suspended tenant, within a second: this, and the time that one read takes. */
const FRESH_MS = 500;

/** Served by api_keys_hash; the tenant by its primary key. */
const AUTHENTICATE: Statement = {
  name: 'api_keys_authenticate',
  text: `SELECT k.id, k.scopes, k.expires_at FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
          WHERE k.tenant_id = $1 AND k.hash = $2 AND k.environment = $3 AND k.revoked_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > $4) AND t.status = 'active'`,
};
const AUTHENTICATE_ADMIN: Statement = {
  name: 'admin_keys_authenticate',
  text: `SELECT id, role FROM admin_keys WHERE hash = $1 AND revoked_at IS NULL`,
};
const INSERT: Statement = {
  name: 'api_keys_insert',
  text: `INSERT INTO api_keys (tenant_id, id, environment, name, hash, hint, scopes, created_at)
         SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM tenants WHERE id = $1
         RETURNING ${COLUMNS}`,
};
const LIST: Statement = {
  name: 'api_keys_list',
  text: `SELECT ${COLUMNS} FROM api_keys WHERE tenant_id = $1 ORDER BY id DESC`,
};
const LOCK: Statement = {
  name: 'api_keys_lock',
  text: `SELECT ${COLUMNS} FROM api_keys WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
};
const REVOKE: Statement = {
  name: 'api_keys_revoke',
  text: `UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2`,
};
const EXPIRE: Statement = {
  name: 'api_keys_expire',
  text: `UPDATE api_keys SET expires_at = least(expires_at, $3) WHERE tenant_id = $1 AND id = $2`,
};
/** Keys of product backends: stored as hashes, shown once. And who it is that calls with any key, an operator's too. */
export class ApiKeyService {
  /** By the key's hash. */
  readonly #known = new BrieflyHeld<KnownKey | null>(FRESH_MS);

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly random: RandomSource,
    private readonly use: KeyUse,
  ) {}

  /** Null for anything that is not a key in force: unknown, malformed, revoked, expired, tenant suspended. */
  async authenticate(text: string): Promise<Principal | null> {
    const parsed = parseKey(text);
    if (parsed === null) {
      this.use.refused('malformed', null);
      return null;
    }
    const principal = await this.#principalOf(text, parsed);
    if (principal === null) this.use.refused('not_in_force', parsed.kind === 'tenant' ? parsed : null);
    else this.use.used(principal);
    return principal;
  }

  async #principalOf(text: string, parsed: ParsedKey): Promise<Principal | null> {
    if (parsed.kind === 'admin') {
      const [admin] = await this.database.across.query<{ id: string; role: AdminRole }>(AUTHENTICATE_ADMIN, [
        sha256(text),
      ]);
      return admin === undefined ? null : { kind: 'admin', keyId: admin.id, role: admin.role };
    }
    const hash = sha256(text);
    const name = hash.toString('base64');
    const known = await this.#known.get(name, () => this.#find(parsed, hash));
    if (known !== null) {
      const isInForce = known.expires_at === null || known.expires_at > this.clock.now();
      return isInForce ? { ...parsed, keyId: known.id, scopes: known.scopes } : null;
    }
    // What is no key takes no room from those that are.
    this.#known.forget(name);
    return null;
  }

  async #find(key: TenantKey, hash: Buffer): Promise<KnownKey | null> {
    const [row] = await this.database
      .within(key)
      .query<KnownKey>(AUTHENTICATE, [key.tenantId, hash, key.environment, this.clock.now()]);
    return row ?? null;
  }

  /** This process has revoked a key, or shortened its time, or suspended a tenant. */
  forget(): void {
    this.#known.forgetAll();
  }

  /** Somebody called what needs a key, without one. */
  noteKeyless(): void {
    this.use.refused('absent', null);
  }

  /** Throws Problem `not_found`. */
  async create(
    actor: string,
    tenantId: string,
    input: { readonly name: string; readonly environment: Environment; readonly scopes: readonly Scope[] },
  ): Promise<{ apiKey: ApiKey; key: string }> {
    return this.database
      .within({ tenantId })
      .transaction((tx) => this.#create(tx, actor, 'api_key.created', tenantId, input));
  }

  async list(tenantId: string): Promise<readonly ApiKey[]> {
    return (await this.database.within({ tenantId }).query<ApiKeyRow>(LIST, [tenantId])).map(apiKeyOf);
  }

  /** In force at once. Revoking twice is no error. Throws Problem `not_found`. */
  async revoke(actor: string, tenantId: string, keyId: string): Promise<void> {
    await this.database.within({ tenantId }).transaction(async (tx) => {
      const apiKey = await lockKey(tx, tenantId, keyId);
      if (apiKey.revokedAt !== null) return;
      await tx.query(REVOKE, [tenantId, keyId, this.clock.now()]);
      await this.#record(tx, 'api_key.revoked', tenantId, apiKey, actor);
      tx.afterCommit(() => {
        this.forget();
      });
    });
  }

  /**
   * A new key with the same name, environment and scopes; the old one goes on working for `overlapSeconds`.
   * Throws Problem `not_found`, and `conflict` for a key that is not in force.
   */
  async rotate(
    actor: string,
    tenantId: string,
    keyId: string,
    overlapSeconds: number,
  ): Promise<{ apiKey: ApiKey; key: string }> {
    return this.database.within({ tenantId }).transaction(async (tx) => {
      const old = await lockKey(tx, tenantId, keyId);
      const now = this.clock.now();
      if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) {
        throw new Problem('conflict', 'The key is no longer in force and cannot be rotated.');
      }
      await tx.query(EXPIRE, [tenantId, keyId, new Date(now.getTime() + overlapSeconds * 1000)]);
      tx.afterCommit(() => {
        this.forget();
      });
      return this.#create(tx, actor, 'api_key.rotated', tenantId, old);
    });
  }

  async #create(
    tx: Queryable,
    actor: string,
    kind: 'api_key.created' | 'api_key.rotated',
    tenantId: string,
    input: { readonly name: string; readonly environment: Environment; readonly scopes: readonly Scope[] },
  ): Promise<{ apiKey: ApiKey; key: string }> {
    const key = newTenantKey(this.random, tenantId, input.environment);
    const [row] = await tx.query<ApiKeyRow>(INSERT, [
      tenantId,
      this.ids.next(),
      input.environment,
      input.name,
      sha256(key),
      hintOf(key),
      input.scopes,
      this.clock.now(),
    ]);
    if (row === undefined) throw new Problem('not_found', 'There is no such tenant.');
    const apiKey = apiKeyOf(row);
    await this.#record(tx, kind, tenantId, apiKey, actor);
    return { apiKey, key };
  }

  async #record(
    tx: Queryable,
    kind: LedgerKind,
    tenantId: string,
    apiKey: ApiKey,
    actor: string,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId,
      environment: apiKey.environment,
      verificationId: null,
      version: null,
      actor,
      data: { keyId: apiKey.id, scopes: apiKey.scopes },
    });
  }
}

async function lockKey(tx: Queryable, tenantId: string, keyId: string): Promise<ApiKey> {
  const [row] = await tx.query<ApiKeyRow>(LOCK, [tenantId, keyId]);
  if (row === undefined) throw new Problem('not_found', 'There is no such key.');
  return apiKeyOf(row);
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    environment: row.environment,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
