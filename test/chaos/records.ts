import { type KeyObject } from 'node:crypto';

import { fromTypeId, type MasterKey, toTypeId } from '@gatehouse/platform';
import type pg from 'pg';

import { tenantKeyContext } from '../../libs/core/src/privacy/tenant-vault.js';

/** A verification as the database holds it, with what its history says of how it began. */
export interface Row {
  readonly id: string;
  readonly provider: string;
  readonly providerReference: string | null;
  readonly startState: string;
  readonly status: string;
  /** The provider's own word for what was read last, or ours for what was wrong with it. */
  readonly rawStatus: string | null;
  readonly reasonCodes: readonly string[];
  readonly version: number;
  readonly dueAt: Date | null;
  /** A start failed, was given up, or was cut off with its gateway, at the provider that has it: nobody was given that link. */
  readonly hasFailedStart: boolean;
  /** A start whose gateway had died was done again: nobody was given the link of the first. */
  readonly resumedAt: Date | null;
  /** A read was answered that the person has withdrawn their consent. */
  readonly lastReadFailure: string | null;
}

export class Records {
  constructor(
    readonly pool: pg.Pool,
    readonly tenantId: string,
    private readonly masterKey: MasterKey,
  ) {}

  static of(pool: pg.Pool, tenant: { readonly id: string }, masterKey: MasterKey): Records {
    const tenantId = fromTypeId('tnt', tenant.id);
    if (tenantId === null) throw new Error(`${tenant.id} is no tenant's id`);
    return new Records(pool, tenantId, masterKey);
  }

  /** What the tenant's hashes are made with. */
  async lookupKey(): Promise<KeyObject> {
    const { rows } = await this.pool.query<{ version: number; wrapped: Buffer }>(
      "SELECT version, wrapped FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'lookup'",
      [this.tenantId],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the tenant has no lookup key');
    return this.masterKey.unwrap(row.wrapped, tenantKeyContext(this.tenantId, 'lookup', row.version));
  }

  async rows(): Promise<readonly Row[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT v.id, v.provider, v.provider_reference AS "providerReference", v.start_state AS "startState", v.status,
              v.raw_status AS "rawStatus", v.reason_codes AS "reasonCodes", v.version, v.due_at AS "dueAt",
              EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = v.tenant_id AND e.verification_id = v.id
                        AND e.data->>'signal' = 'start_failed')
                OR (v.start_state = 'started' AND NOT EXISTS (
                      SELECT FROM ledger_entries e WHERE e.tenant_id = v.tenant_id AND e.verification_id = v.id
                         AND e.kind = 'verification.started')) AS "hasFailedStart",
              (SELECT max(e.at) FROM ledger_entries e WHERE e.tenant_id = v.tenant_id AND e.verification_id = v.id
                  AND e.kind = 'verification.started' AND e.data->>'start' = 'resume') AS "resumedAt",
              (SELECT e.data->>'fault' FROM ledger_entries e WHERE e.tenant_id = v.tenant_id AND e.verification_id = v.id
                  AND e.kind = 'read.failed' ORDER BY e.id DESC LIMIT 1) AS "lastReadFailure"
         FROM verifications v WHERE v.tenant_id = $1`,
      [this.tenantId],
    );
    return rows.map((row) => ({ ...row, id: toTypeId('ver', row.id) }));
  }

  /** Work that is not done: names of the kinds, with how much there is of each. */
  async unfinished(): Promise<readonly (readonly [what: string, count: number])[]> {
    const { rows } = await this.pool.query<{ what: string; count: number }>(
      `SELECT 'starts' AS what, count(*)::int AS count FROM verifications WHERE tenant_id = $1 AND start_state = 'starting'
       UNION ALL SELECT 'reads that are due', count(*)::int FROM verifications WHERE tenant_id = $1 AND due_at <= now()
       UNION ALL SELECT 'signals', count(*)::int FROM signals WHERE tenant_id = $1 AND state = 'pending'
       UNION ALL SELECT 'deliveries', count(*)::int FROM webhook_deliveries WHERE tenant_id = $1 AND state = 'pending'
       UNION ALL SELECT 'entries without a position', count(*)::int FROM ledger_queue WHERE tenant_id = $1`,
      [this.tenantId],
    );
    return rows.filter(({ count }) => count > 0).map(({ what, count }) => [what, count]);
  }
}
