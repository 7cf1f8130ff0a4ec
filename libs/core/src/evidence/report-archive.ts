import { type ByteStream, FAULTS, InvalidShape, Problem, ProviderError } from '@gatehouse/contract';
import { type Clock, type Database, type Log, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { context } from '../privacy/tenant-vault.js';
import { can } from '../routing/capabilities.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { type Environment, reachOf, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { FIND, type VerificationRow } from '../verifications/verification.rows.js';

interface ArchiveRow {
  readonly tenant_id: string;
  readonly verification_id: string;
  readonly confidences: boolean;
  readonly environment: Environment;
  readonly attempts: number;
  readonly created_at: Date;
}

/** After it, another worker tries. */
const LEASE_MS = 5 * 60_000;
/** So that a fetch has ended before the next one begins. */
const FETCH_TIMEOUT_MS = LEASE_MS - 30_000;
/** Providers give a report for a day at most (providers/dentity.md 4.3); after it there is nothing left to try for. */
const GIVE_UP_AFTER_MS = 26 * 3_600_000;
const LONGEST_PAUSE_S = 1800;
/** One sealed piece: small enough to hold many at once, large enough to be few. */
const PART_BYTES = 256 * 1024;

/** Both forms, in the transaction that learns that there is a report, if the tenant wants them. */
export const SCHEDULE_REPORTS: Statement = {
  name: 'archived_reports_schedule',
  text: `INSERT INTO archived_reports (tenant_id, verification_id, confidences, environment, state, bucket, due_at, created_at)
         SELECT t.id, $2, form, $3, 'pending', $4, $5, $5 FROM tenants t, unnest(ARRAY[false, true]) AS form
          WHERE t.id = $1 AND t.settings ->> 'reportArchive' = 'encrypted'
         ON CONFLICT DO NOTHING`,
};
/**
 * What a person has withdrawn is not kept: to be run in the transaction that revokes. By the primary keys; the
 * row comes first, so that nobody writes a part once the parts are gone.
 */
export const FORGET_REPORTS: readonly Statement[] = [
  {
    name: 'archived_reports_forget',
    text: `UPDATE archived_reports SET state = 'withdrawn', media_type = NULL, byte_length = NULL, due_at = NULL
            WHERE tenant_id = $1 AND verification_id = $2`,
  },
  {
    name: 'archived_report_parts_forget',
    text: 'DELETE FROM archived_report_parts WHERE tenant_id = $1 AND verification_id = $2',
  },
];
/** Served by archived_reports_due. */
const CLAIM: Statement = {
  name: 'archived_reports_claim',
  text: `UPDATE archived_reports r SET due_at = $2, attempts = attempts + 1
           FROM (SELECT tenant_id, verification_id, confidences FROM archived_reports
                  WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE r.tenant_id = due.tenant_id AND r.verification_id = due.verification_id AND r.confidences = due.confidences
         RETURNING r.tenant_id, r.verification_id, r.confidences, r.environment, r.attempts, r.created_at`,
};
/**
 * All by the primary keys. `attempts` fences: whoever has been overtaken by another worker, or by a withdrawn consent, writes
 * nothing any more.
 */
const DELETE_PARTS: Statement = {
  name: 'archived_report_parts_delete',
  text: `WITH mine AS (SELECT FROM archived_reports
                        WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3
                          AND state = 'pending' AND attempts = $4 FOR SHARE)
         DELETE FROM archived_report_parts
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND EXISTS (SELECT FROM mine)`,
};
const INSERT_PART: Statement = {
  name: 'archived_report_parts_insert',
  text: `WITH mine AS (SELECT FROM archived_reports
                        WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3
                          AND state = 'pending' AND attempts = $4 FOR SHARE)
         INSERT INTO archived_report_parts (tenant_id, verification_id, confidences, position, sealed)
         SELECT $1, $2, $3, $5, $6 FROM mine RETURNING position`,
};
const SETTLE: Statement = {
  name: 'archived_reports_settle',
  text: `UPDATE archived_reports SET state = $5, media_type = $6, byte_length = $7, due_at = NULL
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND state = 'pending' AND attempts = $4
         RETURNING verification_id`,
};
const POSTPONE: Statement = {
  name: 'archived_reports_postpone',
  text: `UPDATE archived_reports SET due_at = $5
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND state = 'pending' AND attempts = $4`,
};
const FIND_ARCHIVED: Statement = {
  name: 'archived_reports_find',
  text: `SELECT media_type, byte_length FROM archived_reports
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND state = 'archived'`,
};
const FIND_PART: Statement = {
  name: 'archived_report_parts_find',
  text: `SELECT sealed FROM archived_report_parts
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND position = $4`,
};

interface Outcome {
  readonly state: 'archived' | 'lost';
  readonly mediaType: string | null;
  readonly byteLength: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ArchiveParts {
  readonly database: Database;
  readonly sealer: VerificationSealer;
  readonly connections: ConnectionOpener;
  readonly ledger: Ledger;
  readonly log: Log;
}

/**
 * Reports that a tenant wants kept because the provider gives them for a day only (`reportArchive` of the tenant). What is to
 * be fetched is a row written together with the verdict; what was fetched is sealed piece by piece under the person's key.
 */
export class ReportArchive {
  constructor(
    private readonly parts: ArchiveParts,
    private readonly clock: Clock,
  ) {}

  /** The archived report, opened piece by piece as it is read; null when there is none. */
  async open(row: VerificationRow, subjectKey: SubjectKey, confidences: boolean): Promise<ByteStream | null> {
    const [found] = await this.parts.database
      .within(reachOf(row))
      .query<{ media_type: string; byte_length: number }>(FIND_ARCHIVED, [
        row.tenant_id,
        row.id,
        confidences,
      ]);
    if (found === undefined) return null;
    return {
      mediaType: found.media_type,
      bytes: this.#pieces(row, confidences, subjectKey, found.byte_length),
    };
  }

  /** Fetches one report that is due; whether there was one. Never throws for a failing provider. */
  async fetchDue(): Promise<boolean> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS);
    const [due] = await this.parts.database.across.query<ArchiveRow>(CLAIM, [now, lease]);
    if (due === undefined) return false;
    const scope = tenantScope(due.tenant_id, due.environment, 'system');
    if (now.getTime() - due.created_at.getTime() > GIVE_UP_AFTER_MS) {
      await this.#lost(scope, due, 'too_late');
      return true;
    }
    try {
      await this.#fetch(scope, due);
    } catch (error) {
      if (!(error instanceof ProviderError || error instanceof Problem || error instanceof InvalidShape))
        throw error;
      await this.#failed(scope, due, error);
    }
    return true;
  }

  async #fetch(scope: TenantScope, due: ArchiveRow): Promise<void> {
    const { database, sealer, connections } = this.parts;
    const [row] = await database
      .within(scope)
      .query<VerificationRow>(FIND, [scope.tenantId, scope.environment, due.verification_id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    const { key, handle } = await sealer.open(row);
    const connection = await connections.requireById(scope, row);
    const { provider } = connection;
    if (handle === null || !can(provider, 'report')) {
      throw new Problem('not_found', 'There is no report to fetch.');
    }
    const report = await provider.report(connection, provider.handle.parse(handle), {
      confidences: due.confidences,
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (report === null) throw new Problem('evidence_lost', 'The provider has no report, or no more.');
    const byteLength = await this.#store(due, key, report);
    if (byteLength === null) return;
    await this.#settle(scope, due, {
      state: 'archived',
      mediaType: report.mediaType,
      byteLength,
      data: { byteLength },
    });
  }

  /** How many bytes there are now; null: it is no longer ours to write. */
  async #store(due: ArchiveRow, key: SubjectKey, report: ByteStream): Promise<number | null> {
    const { database } = this.parts;
    // What an attempt that broke off has left.
    await database.within(reachOf(due)).query(DELETE_PARTS, claimOf(due));
    let position = 0;
    let length = 0;
    for await (const piece of inPieces(report.bytes, PART_BYTES)) {
      const sealed = key.seal(piece, placeOf(due.tenant_id, due.verification_id, due.confidences, position));
      const written = await database
        .within(reachOf(due))
        .query(INSERT_PART, [...claimOf(due), position, sealed]);
      if (written.length === 0) return null;
      position += 1;
      length += piece.length;
    }
    return length;
  }

  async #failed(
    scope: TenantScope,
    due: ArchiveRow,
    error: ProviderError | Problem | InvalidShape,
  ): Promise<void> {
    const { database, log } = this.parts;
    const isTransient = error instanceof ProviderError && FAULTS[error.fault].retryable;
    const reason =
      error instanceof ProviderError ? error.fault : error instanceof Problem ? error.code : 'invalid_shape';
    log.warn('a report could not be archived', { verificationId: due.verification_id, reason });
    if (isTransient) {
      const pause = Math.min(LONGEST_PAUSE_S, 5 * 2 ** Math.min(due.attempts, 10));
      await database
        .within(scope)
        .query(POSTPONE, [...claimOf(due), new Date(this.clock.now().getTime() + pause * 1000)]);
      return;
    }
    await this.#lost(scope, due, reason);
  }

  async #lost(scope: TenantScope, due: ArchiveRow, reason: string): Promise<void> {
    await this.#settle(scope, due, { state: 'lost', mediaType: null, byteLength: null, data: { reason } });
  }

  async #settle(scope: TenantScope, due: ArchiveRow, outcome: Outcome): Promise<void> {
    await this.parts.database.within(scope).transaction(async (tx) => {
      const { state, mediaType, byteLength, data } = outcome;
      const settled = await tx.query(SETTLE, [...claimOf(due), state, mediaType, byteLength]);
      if (settled.length > 0) await this.#record(tx, scope, due, `report.${state}`, data);
    });
  }

  async #record(
    tx: Tx,
    scope: TenantScope,
    due: ArchiveRow,
    kind: 'report.archived' | 'report.lost',
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.parts.ledger.append(tx, {
      kind,
      tenantId: due.tenant_id,
      environment: due.environment,
      verificationId: due.verification_id,
      version: null,
      actor: scope.actor,
      data: { confidences: due.confidences, ...data },
    });
  }

  async *#pieces(
    row: VerificationRow,
    confidences: boolean,
    key: SubjectKey,
    byteLength: number,
  ): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for (let position = 0; sent < byteLength; position += 1) {
      const [part] = await this.parts.database
        .within(reachOf(row))
        .query<{ sealed: Buffer }>(FIND_PART, [row.tenant_id, row.id, confidences, position]);
      if (part === undefined) throw new Error('an archived report has lost a part');
      const piece = key.open(part.sealed, placeOf(row.tenant_id, row.id, confidences, position));
      sent += piece.length;
      yield piece;
    }
  }
}

function claimOf(due: ArchiveRow): readonly [string, string, boolean, number] {
  return [due.tenant_id, due.verification_id, due.confidences, due.attempts];
}

/** Bound to its place, so that pieces cannot change theirs. */
function placeOf(tenantId: string, verificationId: string, confidences: boolean, position: number): string {
  const row = `${verificationId}/${confidences ? 'confidences' : 'plain'}/${position}`;
  return context(tenantId, { table: 'archived_report_parts', row, column: 'sealed' });
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    kept.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    yield Buffer.concat(kept);
    kept = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(kept);
}
