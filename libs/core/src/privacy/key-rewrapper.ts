import {
  type Clock,
  type Database,
  type Log,
  type MasterKey,
  type MasterKeys,
  MasterKeyUnavailable,
  SealError,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type KeyPurpose, SYSTEM_TENANT_ID, tenantKeyContext } from './tenant-vault.js';
import { wrapSurely } from './wrap-surely.js';

/** Served by tenant_keys_by_master_key. */
const WRAPPED_BY: Statement = {
  name: 'tenant_keys_wrapped_by',
  text: `SELECT tenant_id, purpose, version, wrapped FROM tenant_keys
          WHERE master_key_id = $1 AND (tenant_id, purpose, version) > ($2, $3, $4)
          ORDER BY tenant_id, purpose, version LIMIT $5`,
};
/** By the primary key; nothing where another replica was quicker. */
const REWRAP: Statement = {
  name: 'tenant_keys_rewrap',
  text: `UPDATE tenant_keys SET master_key_id = $5, wrapped = $6, rewrapped_at = $7
          WHERE tenant_id = $1 AND purpose = $2 AND version = $3 AND master_key_id = $4
         RETURNING version`,
};
/** One step at a time is written, so that exactly one sees that it was the last. Of all keys, this one is never rotated. By the primary key. */
const LOCK: Statement = {
  name: 'tenant_keys_lock_system',
  text: `SELECT version FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'lookup' AND version = 1 FOR UPDATE`,
};
/** A statement of its own, so that it sees all that was committed before the lock. Served by tenant_keys_by_master_key. */
const IS_LEFT: Statement = {
  name: 'tenant_keys_is_left',
  text: 'SELECT EXISTS (SELECT FROM tenant_keys WHERE master_key_id = $1) AS found',
};
/** Once per rotation: reads all rows of the key. */
const COUNT_REWRAPPED: Statement = {
  name: 'tenant_keys_count_rewrapped',
  text: `SELECT count(*)::int AS count FROM tenant_keys WHERE master_key_id = $1 AND rewrapped_at IS NOT NULL`,
};

/** Opened and wrapped at once, each a call or two where a master key is kept elsewhere. */
const ROWS_AT_ONCE = 8;
/** For what a process that has not the new key yet may still add. */
const LOOK_AGAIN_MS = 60_000;
/** For the keeper of a key to come back. */
const TRY_AGAIN_MS = 10_000;

interface WrappedRow {
  readonly tenant_id: string;
  readonly purpose: KeyPurpose;
  readonly version: number;
  readonly wrapped: Buffer;
}

interface Rewrapped {
  readonly row: WrappedRow;
  readonly wrapped: Buffer;
}

/** Before every row. */
const START: Pick<WrappedRow, 'tenant_id' | 'purpose' | 'version'> = {
  tenant_id: '00000000-0000-0000-0000-000000000000',
  purpose: 'data',
  version: 0,
};

/**
 * Wraps tenant keys by the current master key that the previous one still wraps, a few at a time. What it has done is in the rows, so
 * it goes on after a crash where it was, and any number of replicas may do it; the keys themselves stay what they are, and each row
 * opens before and after. The ledger has when nothing was left.
 */
export class KeyRewrapper {
  #after = START;
  #restsUntil = 0;
  /** Null before the first look. */
  #isWanted: boolean | null = null;
  #isAway = false;

  constructor(
    private readonly database: Database,
    private readonly keys: MasterKeys,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** One step; whether there may be more to do at once. Never throws for a keeper that is away. */
  async rewrapSome(): Promise<boolean> {
    const { previous } = this.keys;
    if (previous === null || this.#isWanted === false) return false;
    if (this.clock.now().getTime() < this.#restsUntil) return false;
    const { tenant_id, purpose, version } = this.#after;
    const rows = await this.database.across.query<WrappedRow>(WRAPPED_BY, [
      previous.id,
      tenant_id,
      purpose,
      version,
      ROWS_AT_ONCE,
    ]);
    // Nothing at the first look: the other key is one to come, and what newer processes wrap by it is theirs.
    this.#isWanted ??= rows.length > 0;
    const rewrapped = await this.#rewrapAll(rows, previous);
    if (rewrapped === null) return false;
    if (rewrapped.length > 0)
      await this.database.across.transaction((tx) => this.#write(tx, rewrapped, previous));
    return this.#goOn(rows);
  }

  #goOn(rows: readonly WrappedRow[]): boolean {
    const last = rows.at(-1);
    const isMore = rows.length === ROWS_AT_ONCE && last !== undefined;
    this.#after = isMore ? last : START;
    if (!isMore) this.#rest(LOOK_AGAIN_MS);
    return isMore;
  }

  #rest(ms: number): void {
    this.#restsUntil = this.clock.now().getTime() + ms;
  }

  /** Null: a keeper is away, and the same rows are for later. */
  async #rewrapAll(rows: readonly WrappedRow[], previous: MasterKey): Promise<readonly Rewrapped[] | null> {
    try {
      const rewrapped = await Promise.all(rows.map((row) => this.#rewrap(row, previous)));
      this.#isAway = false;
      return rewrapped.filter((one) => one !== null);
    } catch (error) {
      if (!(error instanceof MasterKeyUnavailable)) throw error;
      if (!this.#isAway)
        this.log.warn('tenant keys cannot be re-wrapped at the moment', { code: error.code });
      this.#isAway = true;
      this.#rest(TRY_AGAIN_MS);
      return null;
    }
  }

  /** Null for one that does not open: it is damaged, and must not keep the others from being re-wrapped. */
  async #rewrap(row: WrappedRow, previous: MasterKey): Promise<Rewrapped | null> {
    const context = tenantKeyContext(row.tenant_id, row.purpose, row.version);
    try {
      const bytes = (await previous.unwrap(row.wrapped, context)).export();
      const wrapped = await wrapSurely(this.keys.current, bytes, context);
      bytes.fill(0);
      return { row, wrapped };
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.log.error('a tenant key does not open', { tenantId: row.tenant_id, kind: row.purpose });
      return null;
    }
  }

  async #write(tx: Tx, rewrapped: readonly Rewrapped[], previous: MasterKey): Promise<void> {
    const { current } = this.keys;
    await tx.query(LOCK, [SYSTEM_TENANT_ID]);
    let written = 0;
    for (const { row, wrapped } of rewrapped) {
      const key = [row.tenant_id, row.purpose, row.version, previous.id];
      written += (await tx.query(REWRAP, [...key, current.id, wrapped, this.clock.now()])).length;
    }
    const [left] = await tx.query<{ found: boolean }>(IS_LEFT, [previous.id]);
    if (written === 0 || left?.found !== false) return;
    const [counted] = await tx.query<{ count: number }>(COUNT_REWRAPPED, [current.id]);
    await this.ledger.append(tx, {
      kind: 'keys.master_rotated',
      tenantId: SYSTEM_TENANT_ID,
      environment: null,
      verificationId: null,
      version: null,
      actor: 'system',
      data: { rewrapped: counted?.count ?? 0, masterKeyId: current.id },
    });
  }
}
