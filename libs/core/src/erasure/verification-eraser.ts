import { isSettled } from '@gatehouse/contract';
import { type Clock, type Statement, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationApplier } from '../verifications/verification-applier.js';
import { LOCK, type VerificationRow } from '../verifications/verification.rows.js';
import { type ErasureCounts, type ErasureGround } from './erasure.js';
import { type LegalHolds } from './legal-holds.js';

/** First, because whoever applies a signal locks it before its verification. Served by signals_by_verification. */
const LOCK_SIGNALS: Statement = {
  name: 'signals_lock_of',
  text: `SELECT id FROM signals WHERE tenant_id = $1 AND verification_id = $2 AND state = 'pending' ORDER BY id FOR UPDATE`,
};
/** Served by the primary key. */
const LOCK_SUBJECT: Statement = {
  name: 'subjects_lock_to_erase',
  text: `SELECT email_hash, phone_hash, key_wrapped IS NOT NULL AS has_key,
                num_nonnulls(key_wrapped, details_sealed, email_hash, phone_hash) > 0 AS is_kept
           FROM subjects WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
};
/** Served by verifications_by_subject. */
const IS_NEEDED: Statement = {
  name: 'subjects_is_needed',
  text: `SELECT EXISTS (SELECT FROM verifications
                         WHERE tenant_id = $1 AND subject_id = $2 AND id <> $3 AND erased_at IS NULL) AS is_needed`,
};
/** Destroys the person's key, and with it what it sealed. */
const ERASE_SUBJECT: Statement = {
  name: 'subjects_erase',
  text: `UPDATE subjects SET key_wrapped = NULL, spare_key_sealed = NULL, spare_key_role = NULL, details_sealed = NULL, email_hash = NULL, phone_hash = NULL, erased_at = $3
          WHERE tenant_id = $1 AND id = $2`,
};
const ERASE: Statement = {
  name: 'verifications_erase',
  text: `UPDATE verifications SET request_sealed = NULL, reference_hash = NULL, handle_sealed = NULL, action_sealed = NULL,
             identity_sealed = NULL, decision_sealed = NULL, warnings = '{}', recheck_seconds = NULL, due_at = NULL,
             version = version + 1, updated_at = $3, erased_at = $3
          WHERE tenant_id = $1 AND id = $2
         RETURNING version, status, reason_codes, attempt`,
};
/** What was said stays as a fact; what it said does not. Served by signals_by_verification. */
const EMPTY_SIGNALS: Statement = {
  name: 'signals_empty',
  text: `UPDATE signals SET body_sealed = '', due_at = NULL,
             state_reason = CASE WHEN state = 'pending' THEN 'erased' ELSE state_reason END,
             state = CASE WHEN state = 'pending' THEN 'set_aside' ELSE state END
          WHERE tenant_id = $1 AND verification_id = $2 AND length(body_sealed) > 0
         RETURNING id`,
};
/** Receivers may have named the person. Served by ledger_by_verification, webhook_deliveries_once and the primary key. */
const EMPTY_RESPONSES: Statement = {
  name: 'webhook_attempts_empty',
  text: `UPDATE webhook_attempts a SET response_sealed = NULL
           FROM ledger_entries e JOIN webhook_deliveries d ON d.tenant_id = e.tenant_id AND d.event_id = e.id
          WHERE e.tenant_id = $1 AND e.verification_id = $2
            AND a.tenant_id = d.tenant_id AND a.delivery_id = d.id AND a.response_sealed IS NOT NULL`,
};
/** By the primary keys. The report's row comes first: whoever is fetching it writes no part once it is gone. */
const DELETE_READINGS: Statement = {
  name: 'readings_erase',
  text: 'DELETE FROM readings WHERE tenant_id = $1 AND verification_id = $2 RETURNING verification_id',
};
const DELETE_REPORTS: Statement = {
  name: 'archived_reports_erase',
  text: 'DELETE FROM archived_reports WHERE tenant_id = $1 AND verification_id = $2 RETURNING state',
};
const DELETE_REPORT_PARTS: Statement = {
  name: 'archived_report_parts_erase',
  text: 'DELETE FROM archived_report_parts WHERE tenant_id = $1 AND verification_id = $2',
};

interface SubjectRow {
  readonly email_hash: Buffer | null;
  readonly phone_hash: Buffer | null;
  readonly has_key: boolean;
  readonly is_kept: boolean;
}

/** On whose behalf, and as part of what. */
export interface ErasureMark {
  readonly id: string;
  readonly ground: ErasureGround;
  readonly actor: string;
}

/** What went. */
export interface ErasedVerification {
  /** As it was before. */
  readonly row: VerificationRow;
  readonly counts: Partial<ErasureCounts>;
  /** The person, where this was the last that was kept of them; null while other verifications need them. */
  readonly subject: {
    readonly id: string;
    readonly emailHash: Buffer | null;
    readonly phoneHash: Buffer | null;
  } | null;
}

const SEALED = [
  'request_sealed',
  'handle_sealed',
  'action_sealed',
  'identity_sealed',
  'decision_sealed',
] as const satisfies readonly (keyof VerificationRow)[];

/**
 * Takes the person out of one verification, and destroys the person's key with the last of their verifications. The status, the
 * reason codes and the ledger stay.
 */
export class VerificationEraser {
  constructor(
    private readonly applier: VerificationApplier,
    private readonly holds: LegalHolds,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** Within the caller's transaction; locks the row first. `gone`: there is no such verification, or it is erased already. */
  async erase(
    tx: Tx,
    verification: VerificationRow,
    mark: ErasureMark,
  ): Promise<ErasedVerification | 'held' | 'gone'> {
    const { tenant_id: tenantId, id, environment } = verification;
    const scope = tenantScope(tenantId, environment, mark.actor);
    await tx.query(LOCK_SIGNALS, [tenantId, id]);
    const [row] = await tx.query<VerificationRow>(LOCK, [tenantId, environment, id]);
    if (row === undefined || row.erased_at !== null) return 'gone';
    // Whoever places a hold locks the row as well.
    if ((await this.holds.inForce(tx, tenantId, [id])).size > 0) return 'held';
    await this.#callOff(tx, scope, row, mark);
    const subject = await this.#eraseSubject(tx, row);
    const gone = await this.#eraseRows(tx, scope, row, mark, subject !== null);
    const emptiedHolds = await this.holds.empty(tx, tenantId, id);
    return {
      row,
      subject,
      counts: {
        ...gone,
        verifications: 1,
        keysDestroyed: subject?.hasKey === true ? 1 : 0,
        sealedColumns:
          SEALED.filter((column) => row[column] !== null).length + (subject === null ? 0 : 1) + emptiedHolds,
        searchableHashes: [subject?.emailHash, subject?.phoneHash].filter((hash) => hash != null).length,
      },
    };
  }

  /** So that nobody waits for it. */
  async #callOff(tx: Tx, scope: TenantScope, row: VerificationRow, { id }: ErasureMark): Promise<void> {
    if (isSettled(row.status)) return;
    const at = this.clock.now().toISOString();
    await this.applier.applyIn(
      tx,
      scope,
      row.id,
      { kind: 'cancel', at, isForced: true },
      { cause: { why: 'erasure', erasureId: id } },
    );
  }

  async #eraseSubject(
    tx: Tx,
    { tenant_id, subject_id, id }: VerificationRow,
  ): Promise<(NonNullable<ErasedVerification['subject']> & { readonly hasKey: boolean }) | null> {
    // Locked before it is asked: a verification that is being added to the person is either seen here or not added.
    const [subject] = await tx.query<SubjectRow>(LOCK_SUBJECT, [tenant_id, subject_id]);
    const [need] = await tx.query<{ is_needed: boolean }>(IS_NEEDED, [tenant_id, subject_id, id]);
    if (subject === undefined || need?.is_needed !== false) return null;
    if (subject.is_kept) await tx.query(ERASE_SUBJECT, [tenant_id, subject_id, this.clock.now()]);
    return {
      id: subject_id,
      emailHash: subject.email_hash,
      phoneHash: subject.phone_hash,
      hasKey: subject.has_key,
    };
  }

  async #eraseRows(
    tx: Tx,
    scope: TenantScope,
    { tenant_id: tenantId, id, environment }: VerificationRow,
    mark: ErasureMark,
    isKeyDestroyed: boolean,
  ): Promise<Pick<ErasureCounts, 'readings' | 'reports' | 'signals'>> {
    const which = [tenantId, id];
    const reports = await tx.query<{ state: string }>(DELETE_REPORTS, which);
    await tx.query(DELETE_REPORT_PARTS, which);
    const readings = await tx.query(DELETE_READINGS, which);
    const signals = await tx.query(EMPTY_SIGNALS, which);
    await tx.query(EMPTY_RESPONSES, which);
    const [erased] = await tx.query<Pick<VerificationRow, 'version' | 'status' | 'reason_codes' | 'attempt'>>(
      ERASE,
      [...which, this.clock.now()],
    );
    if (erased === undefined) throw new Error('a locked verification is gone');
    await this.ledger.append(tx, {
      kind: 'verification.erased',
      tenantId,
      environment,
      verificationId: id,
      version: erased.version,
      actor: scope.actor,
      data: {
        to: erased.status,
        reasonCodes: erased.reason_codes,
        attempt: erased.attempt,
        erasureId: mark.id,
        ground: mark.ground,
        isKeyDestroyed,
      },
    });
    return {
      readings: readings.length,
      reports: reports.filter(({ state }) => state === 'archived').length,
      signals: signals.length,
    };
  }
}
