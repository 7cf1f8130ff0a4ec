import { type KeyObject } from 'node:crypto';

import { type ByteStream, FAULTS, InvalidShape, Problem, ProviderError } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Log,
  open,
  seal,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { context } from '../privacy/tenant-vault.js';
import { can } from '../routing/capabilities.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { type Environment, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
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

/** Longer than fetching one report may take; after it, another worker tries. */
const LEASE_MS = 5 * 60_000;
/** Providers give a report for a day at most (providers/dentity.md 4.3); after it there is nothing left to try for. */
const GIVE_UP_AFTER_MS = 26 * 3_600_000;
const LONGEST_PAUSE_S = 1800;
/** One sealed piece: small enough to hold many at once, large enough to be few. */
const PART_BYTES = 256 * 1024;

/** Both forms, in the transaction of the verdict, if the tenant wants them. */
export const SCHEDULE_REPORTS: Statement = {
  name: 'archived_reports_schedule',
  text: `INSERT INTO archived_reports (tenant_id, verification_id, confidences, environment, state, bucket, due_at, created_at)
         SELECT t.id, $2, form, $3, 'pending', $4, $5, $5 FROM tenants t, unnest(ARRAY[false, true]) AS form
          WHERE t.id = $1 AND t.settings ->> 'reportArchive' = 'encrypted'
         ON CONFLICT DO NOTHING`,
};
/** Served by archived_reports_due. */
const CLAIM: Statement = {
  name: 'archived_reports_claim',
  text: `UPDATE archived_reports r SET due_at = $2, attempts = attempts + 1
           FROM (SELECT tenant_id, verification_id, confidences FROM archived_reports
                  WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE r.tenant_id = due.tenant_id AND r.verification_id = due.verification_id AND r.confidences = due.confidences
         RETURNING r.tenant_id, r.verification_id, r.confidences, r.environment, r.attempts, r.created_at`,
};
/** All by the primary keys. */
const LOCK_PENDING: Statement = {
  name: 'archived_reports_lock_pending',
  text: `SELECT state FROM archived_reports
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND state = 'pending' FOR UPDATE`,
};
const INSERT_PART: Statement = {
  name: 'archived_report_parts_insert',
  text: `INSERT INTO archived_report_parts (tenant_id, verification_id, confidences, position, sealed)
         VALUES ($1, $2, $3, $4, $5)`,
};
const SETTLE: Statement = {
  name: 'archived_reports_settle',
  text: `UPDATE archived_reports SET state = $4, media_type = $5, byte_length = $6, due_at = NULL, archived_at = $7
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3`,
};
const POSTPONE: Statement = {
  name: 'archived_reports_postpone',
  text: `UPDATE archived_reports SET due_at = $4
          WHERE tenant_id = $1 AND verification_id = $2 AND confidences = $3 AND state = 'pending'`,
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
  async open(row: VerificationRow, confidences: boolean): Promise<ByteStream | null> {
    const key = [row.tenant_id, row.id, confidences] as const;
    const [found] = await this.parts.database.query<{ media_type: string; byte_length: number }>(
      FIND_ARCHIVED,
      key,
    );
    if (found === undefined) return null;
    const { key: subjectKey } = await this.parts.sealer.open(row);
    return {
      mediaType: found.media_type,
      bytes: this.#pieces(row, confidences, subjectKey, found.byte_length),
    };
  }

  /** Fetches one report that is due; whether there was one. Never throws for a failing provider. */
  async fetchDue(): Promise<boolean> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS);
    const [due] = await this.parts.database.query<ArchiveRow>(CLAIM, [now, lease]);
    if (due === undefined) return false;
    const scope = tenantScope(due.tenant_id, due.environment, 'system');
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
    const [row] = await database.query<VerificationRow>(FIND, [
      scope.tenantId,
      scope.environment,
      due.verification_id,
    ]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    const { key, handle } = await sealer.open(row);
    const connection = await connections.requireById(scope, row);
    const { provider } = connection;
    if (handle === null || !can(provider, 'report')) {
      throw new Problem('not_found', 'There is no report to fetch.');
    }
    // Read within the transaction, so that one which has to be repeated reads it anew.
    await database.transaction(async (tx) => {
      if (!(await isPending(tx, due))) return;
      const report = await provider.report(connection, provider.handle.parse(handle), {
        confidences: due.confidences,
        signal: AbortSignal.timeout(LEASE_MS),
      });
      if (report === null) throw new Problem('evidence_lost', 'The provider has no report, or no more.');
      await this.#store(tx, scope, due, key, report);
    });
  }

  async #store(
    tx: Tx,
    scope: TenantScope,
    due: ArchiveRow,
    key: KeyObject,
    report: ByteStream,
  ): Promise<void> {
    const id = [due.tenant_id, due.verification_id, due.confidences] as const;
    let position = 0;
    let length = 0;
    for await (const piece of inPieces(report.bytes, PART_BYTES)) {
      const sealed = seal(key, piece, placeOf(due.tenant_id, due.verification_id, due.confidences, position));
      await tx.query(INSERT_PART, [...id, position, sealed]);
      position += 1;
      length += piece.length;
    }
    await tx.query(SETTLE, [...id, 'archived', report.mediaType, length, this.clock.now()]);
    await this.#record(tx, scope, due, 'report.archived', { byteLength: length });
  }

  async #failed(
    scope: TenantScope,
    due: ArchiveRow,
    error: ProviderError | Problem | InvalidShape,
  ): Promise<void> {
    const { database, log } = this.parts;
    const now = this.clock.now();
    const id = [due.tenant_id, due.verification_id, due.confidences] as const;
    const isTransient = error instanceof ProviderError && FAULTS[error.fault].retryable;
    const isOver = now.getTime() - due.created_at.getTime() > GIVE_UP_AFTER_MS;
    const reason =
      error instanceof ProviderError ? error.fault : error instanceof Problem ? error.code : 'invalid_shape';
    log.warn('a report could not be archived', { verificationId: due.verification_id, reason });
    if (isTransient && !isOver) {
      const pause = Math.min(LONGEST_PAUSE_S, 5 * 2 ** Math.min(due.attempts, 10));
      await database.query(POSTPONE, [...id, new Date(now.getTime() + pause * 1000)]);
      return;
    }
    await database.transaction(async (tx) => {
      if (!(await isPending(tx, due))) return;
      await tx.query(SETTLE, [...id, 'lost', null, null, null]);
      await this.#record(tx, scope, due, 'report.lost', { reason });
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
    key: KeyObject,
    byteLength: number,
  ): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for (let position = 0; sent < byteLength; position += 1) {
      const [part] = await this.parts.database.query<{ sealed: Buffer }>(FIND_PART, [
        row.tenant_id,
        row.id,
        confidences,
        position,
      ]);
      if (part === undefined) throw new Error('an archived report has lost a part');
      const piece = open(key, part.sealed, placeOf(row.tenant_id, row.id, confidences, position));
      sent += piece.length;
      yield piece;
    }
  }
}

async function isPending(tx: Tx, due: ArchiveRow): Promise<boolean> {
  const rows = await tx.query<{ state: string }>(LOCK_PENDING, [
    due.tenant_id,
    due.verification_id,
    due.confidences,
  ]);
  return rows.length > 0;
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
