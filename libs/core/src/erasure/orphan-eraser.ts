import { type InboundSignal } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Log,
  LOWEST_ID,
  type Queryable,
  SealError,
  type Statement,
} from '@gatehouse/platform';

import { NoTenantKey, type TenantVault } from '../privacy/tenant-vault.js';
import { type ErasureRow } from './erasure.rows.js';

/** Served by signals_orphans. */
const PAGE: Statement = {
  name: 'signals_page_orphans',
  text: `SELECT id, body_sealed FROM signals
          WHERE tenant_id = $1 AND state = 'orphan' AND id > $2 AND environment = ANY($3)
          ORDER BY id LIMIT $4`,
};
/** Of those that are orphans still. By the primary key. */
const EMPTY: Statement = {
  name: 'signals_empty_orphans',
  text: `UPDATE signals SET body_sealed = '', state = 'set_aside', state_reason = $3, due_at = NULL, applied_at = $4
          WHERE tenant_id = $1 AND id = ANY($2) AND state = 'orphan'
         RETURNING id`,
};
/** Served by signals_oldest_orphans. */
const FORGET: Statement = {
  name: 'signals_forget_orphans',
  text: `UPDATE signals s SET body_sealed = '', state = 'set_aside', state_reason = 'forgotten', due_at = NULL, applied_at = $2
           FROM (SELECT tenant_id, id FROM signals WHERE state = 'orphan' AND received_at < $1
                  ORDER BY received_at LIMIT $3 FOR UPDATE SKIP LOCKED) old
          WHERE s.tenant_id = old.tenant_id AND s.id = old.id
         RETURNING s.id`,
};

const PAGE_SIZE = 200;

/** What a step through the orphans came to. */
export interface OrphanPage {
  readonly emptied: readonly string[];
  /** The last one looked at; null: there are no more. */
  readonly last: string | null;
}

interface OrphanRow {
  readonly id: string;
  readonly body_sealed: Buffer;
}

/** Finds a person in what was said about nobody we knew, which is under the tenant's key and not under theirs. */
export class OrphanEraser {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The next orphans after where the erasure stands that name its person. Changes nothing. */
  async look(erasure: ErasureRow): Promise<OrphanPage> {
    const { tenant_id: tenantId } = erasure;
    const environments = erasure.environment === null ? ['test', 'live'] : [erasure.environment];
    const rows = await this.database
      .within({ tenantId })
      .query<OrphanRow>(PAGE, [tenantId, erasure.orphans_after ?? LOWEST_ID, environments, PAGE_SIZE]);
    const emptied: string[] = [];
    for (const row of rows) if (await this.#isAbout(erasure, row)) emptied.push(row.id);
    return { emptied, last: rows.length < PAGE_SIZE ? null : (rows.at(-1)?.id ?? null) };
  }

  /** Those that were emptied now. */
  async empty(tx: Queryable, tenantId: string, ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<{ id: string }>(EMPTY, [tenantId, ids, 'erased', this.clock.now()]);
    return rows.map(({ id }) => id);
  }

  /** Empties up to `limit` of those that came before `before`, whomever they are about. How many. */
  async forget(before: Date, limit: number): Promise<number> {
    const rows = await this.database.across.query(FORGET, [before, this.clock.now(), limit]);
    return rows.length;
  }

  async #isAbout(erasure: ErasureRow, { id, body_sealed }: OrphanRow): Promise<boolean> {
    const { tenant_id: tenantId, email_hashes, phone_hashes, provider_references } = erasure;
    const correlation = await this.#open(tenantId, id, body_sealed);
    if (correlation === null) return false;
    const { emails, phones, reference } = correlation;
    if (reference !== null && provider_references.includes(reference)) return true;
    const isAmong = async (
      kind: 'email' | 'phone',
      value: string,
      hashes: readonly Buffer[],
    ): Promise<boolean> => {
      const hash = await this.vault.lookupHash(tenantId, kind, value.toLowerCase());
      return hashes.some((known) => known.equals(hash));
    };
    for (const email of emails) if (await isAmong('email', email, email_hashes)) return true;
    for (const phone of phones) if (await isAmong('phone', phone, phone_hashes)) return true;
    return false;
  }

  /** Null for what does not open: it names nobody to anybody, and must not keep others from being erased. */
  async #open(tenantId: string, id: string, sealed: Buffer): Promise<InboundSignal['correlation'] | null> {
    const place = { table: 'signals', row: id, column: 'body_sealed' };
    try {
      // Sealed by the inbox.
      const kept = (await this.vault.openForTenant(tenantId, sealed, place)) as {
        readonly correlation: InboundSignal['correlation'];
      };
      return kept.correlation;
    } catch (error) {
      // That a key cannot be had at the moment is no fault of the signal's.
      if (!(error instanceof SealError || error instanceof NoTenantKey)) throw error;
      this.log.error('a webhook of an unknown person does not open', {
        tenantId,
        kind: 'signals',
        rowId: id,
        error,
      });
      return null;
    }
  }
}
