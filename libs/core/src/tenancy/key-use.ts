import { type Clock, type Database, type Log, type Statement } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { SYSTEM_TENANT_ID } from '../privacy/tenant-vault.js';
import { type Principal } from './principal.js';
import { type Environment } from './tenant-scope.js';

/** Why somebody was not let in. */
export type Refusal =
  /** No key at all, or not in the one form that is accepted. */
  | 'absent'
  /** What cannot be one of our keys. */
  | 'malformed'
  /** Unknown, revoked, expired, or of a suspended tenant. */
  | 'not_in_force';

interface Use {
  readonly tenantId: string;
  readonly environment: Environment | null;
  readonly keyId: string | null;
  readonly refusal: Refusal | null;
  readonly firstAt: Date;
  lastAt: Date;
  requests: number;
}

/** How long a use may wait to be told; a process that is killed loses as much. */
const TELL_AFTER_MS = 60_000;
/** Whoever makes up tenants must not fill our memory: from here on failures are counted together. */
const REFUSALS_APART = 1_000;

const EXISTING: Statement = { name: 'tenants_existing', text: 'SELECT id FROM tenants WHERE id = ANY($1)' };

/**
 * Which keys were used, and which attempts failed: by first and last time, in bulk, since a ledger entry for each request would be as
 * much as everything else together.
 */
export class KeyUse {
  readonly #uses = new Map<string, Use>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  used(principal: Principal): void {
    const isTenant = principal.kind === 'tenant';
    this.#count(
      isTenant ? principal.tenantId : SYSTEM_TENANT_ID,
      isTenant ? principal.environment : null,
      principal.keyId,
      null,
    );
  }

  /** `claimed`: whose key it said to be. */
  refused(
    refusal: Refusal,
    claimed: { readonly tenantId: string; readonly environment: Environment } | null,
  ): void {
    const isApart = claimed !== null && this.#uses.size < REFUSALS_APART;
    this.#count(
      isApart ? claimed.tenantId : SYSTEM_TENANT_ID,
      isApart ? claimed.environment : null,
      null,
      refusal,
    );
  }

  /** Writes down what was counted so far. Throws nothing: what cannot be written is kept for the next time, and logged. */
  async tell(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const uses = [...this.#uses.entries()];
    this.#uses.clear();
    if (uses.length === 0) return;
    try {
      const claimed = [...new Set(uses.map(([, { tenantId }]) => tenantId))];
      const rows = await this.database.across.query<{ id: string }>(EXISTING, [claimed]);
      const existing = new Set(rows.map(({ id }) => id));
      while (uses.length > 0) {
        const [, use] = uses[0] ?? [];
        if (use !== undefined) await this.#write(use, existing.has(use.tenantId));
        uses.shift();
      }
    } catch (error) {
      for (const [name, use] of uses) this.#putBack(name, use);
      this.log.error('the use of keys could not be written to the ledger', { error, count: uses.length });
      this.#schedule();
    }
  }

  #count(
    tenantId: string,
    environment: Environment | null,
    keyId: string | null,
    refusal: Refusal | null,
  ): void {
    const name = [tenantId, environment, keyId, refusal].join('/');
    const now = this.clock.now();
    const use = this.#uses.get(name);
    if (use === undefined) {
      this.#uses.set(name, { tenantId, environment, keyId, refusal, firstAt: now, lastAt: now, requests: 1 });
    } else {
      use.lastAt = now;
      use.requests += 1;
    }
    this.#schedule();
  }

  #putBack(name: string, { firstAt, requests, ...use }: Use): void {
    const since = this.#uses.get(name);
    this.#uses.set(name, {
      ...use,
      firstAt,
      lastAt: since?.lastAt ?? use.lastAt,
      requests: requests + (since?.requests ?? 0),
    });
  }

  async #write(use: Use, isOfTenant: boolean): Promise<void> {
    const { keyId, refusal, firstAt, lastAt, requests } = use;
    const tenantId = isOfTenant ? use.tenantId : SYSTEM_TENANT_ID;
    await this.ledger.append(this.database.within({ tenantId }), {
      kind: refusal !== null ? 'authentication.failed' : isOfTenant ? 'api_key.used' : 'admin_key.used',
      tenantId,
      environment: isOfTenant ? use.environment : null,
      verificationId: null,
      version: null,
      actor: keyId === null ? 'unknown' : `${isOfTenant ? 'key' : 'admin'}:${keyId}`,
      data: { ...(refusal === null ? { keyId } : { reason: refusal }), firstAt, lastAt, requests },
    });
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.tell(), TELL_AFTER_MS).unref();
  }
}
