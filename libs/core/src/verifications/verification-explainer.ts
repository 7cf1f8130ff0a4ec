import { type Database, type Statement } from '@gatehouse/platform';

import { type ReadingArchive } from '../readings/reading-archive.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import {
  chainOf,
  EXPLAINED_KINDS,
  type ExplainedEntry,
  type ExplainedSignal,
  type Explanation,
} from './explanation.js';
import { type VerificationQueries } from './verification-queries.js';

/** Links of a kind that are told; a verification that is read for years has more. */
const MOST = 200;

/**
 * What made a version, and what made none: neither can crowd the other out. Served by ledger_one_entry_per_version and
 * ledger_by_verification.
 */
const ENTRIES: Statement = {
  name: 'ledger_explained',
  text: `(SELECT id, kind, version, actor, data, at FROM ledger_entries
           WHERE tenant_id = $1 AND verification_id = $2 AND version IS NOT NULL
           ORDER BY version DESC LIMIT $4)
         UNION ALL
         (SELECT id, kind, version, actor, data, at FROM ledger_entries
           WHERE tenant_id = $1 AND verification_id = $2 AND version IS NULL AND kind = ANY($3)
           ORDER BY id DESC LIMIT $4)`,
};
/** Served by signals_by_verification. The sealed body stays closed. */
const SIGNALS: Statement = {
  name: 'signals_explained',
  text: `SELECT id, provider, event, authenticity, state, state_reason, received_at FROM signals
          WHERE tenant_id = $1 AND verification_id = $2 ORDER BY received_at DESC LIMIT $3`,
};

/** Tells why a verification is where it is, from what was recorded. Opens nothing that is sealed. */
export class VerificationExplainer {
  constructor(
    private readonly database: Database,
    private readonly queries: VerificationQueries,
    private readonly readings: ReadingArchive,
  ) {}

  /** Throws Problem `not_found`. */
  async explain(scope: TenantScope, id: string): Promise<Explanation> {
    const row = await this.queries.row(scope, id);
    const entries = await this.database
      .within(scope)
      .query<ExplainedEntry>(ENTRIES, [scope.tenantId, id, EXPLAINED_KINDS, MOST]);
    const signals = await this.database
      .within(scope)
      .query<ExplainedSignal>(SIGNALS, [scope.tenantId, id, MOST]);
    const chain = chainOf(entries, signals);
    const newest = await this.readings.newestVersion(this.database, scope.tenantId, id);
    const versions = entries.filter(({ version }) => version !== null).length;
    return {
      id: row.id,
      status: row.status,
      reasonCodes: row.reason_codes,
      version: row.version,
      provider: row.provider,
      routing: { policyVersion: row.policy_version, reason: row.routing_reason, record: row.routing },
      mappingVersion:
        newest ?? chain.findLast((link) => link.mappingVersion !== null)?.mappingVersion ?? null,
      chain,
      isComplete: versions < MOST && entries.length - versions < MOST,
    };
  }
}
