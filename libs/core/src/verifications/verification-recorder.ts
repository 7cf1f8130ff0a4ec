import { type Check, type DocumentType, Problem, type Subject } from '@gatehouse/contract';
import { type Clock, type Ids, type Queryable, type Tx } from '@gatehouse/platform';

import { type IdempotencyClaim, renewLease } from '../idempotency/idempotency.service.js';
import { type Ledger, type LedgerEvent } from '../ledger/ledger.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { type TenantVault, type WrappedSubjectKey } from '../privacy/tenant-vault.js';
import { type RoutingRecord } from '../routing/decide.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { NO_FACTS } from './facts.js';
import { viewOf } from './transition.js';
import { type CorrectedSubject } from './verification-applier.js';
import { type SealedRequest, type VerificationSealer } from './verification-sealer.js';
import { bucketOf, INSERT_MANY, KEEP_SUBJECT, type VerificationRow } from './verification.rows.js';

/** A person who is not in the database yet, sealed and ready to be. */
export interface NewSubject extends CorrectedSubject {
  readonly id: string;
  readonly key: SubjectKey;
  readonly wrapped: WrappedSubjectKey;
}

/** A person who is in the database, as a verification of theirs was read with them. */
export interface KnownSubject {
  readonly id: string;
  readonly key: SubjectKey;
  readonly row: SubjectColumns;
}

type SubjectColumns = Pick<
  VerificationRow,
  'key_wrapped' | 'key_version' | 'spare_key_sealed' | 'details_sealed'
>;

/** A verification to be written down. */
export interface NewRecord {
  readonly id: string;
  /** Who asked for it. */
  readonly actor: string;
  /** Somebody new, or somebody who is here already. */
  readonly subject: NewSubject | KnownSubject;
  readonly request: SealedRequest;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
  readonly reuse: 'never' | 'allow';
  readonly provider: string;
  readonly connectionId: string;
  readonly routing: {
    readonly policyVersion: number | null;
    readonly reason: string;
    /** Null for a record that no policy decided about. */
    readonly record: RoutingRecord | null;
  };
  /** How long whoever begins it at its provider has for it, from when it is written; null: nobody does. */
  readonly leaseMs: number | null;
  readonly previousId: string | null;
  /** Set for a record that a provider held already. */
  readonly adopted: { readonly importId: string; readonly providerReference: string } | null;
  /** The right to carry out the request, where it is to be taken together with the record. */
  readonly claim: IdempotencyClaim | null;
}

/** Writes down what begins: subjects and verifications, each with its ledger entry. */
export class VerificationRecorder {
  constructor(
    private readonly vault: TenantVault,
    private readonly sealer: VerificationSealer,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async newSubject(tenantId: string, details: Subject): Promise<NewSubject> {
    const id = this.ids.next();
    const { key, wrapped } = await this.vault.createSubjectKey(tenantId, id);
    return { id, key, wrapped, ...(await this.findable(tenantId, details)) };
  }

  /** A person with the hashes they are found by. */
  async findable(tenantId: string, details: Subject): Promise<CorrectedSubject> {
    return {
      details,
      emailHash: await this.#hash(tenantId, 'email', details.email?.toLowerCase() ?? null),
      phoneHash: await this.#hash(tenantId, 'phone', details.phone),
    };
  }

  /** Before something more is written about somebody who is here. Throws Problem `erased` when they are no longer. */
  async keepSubject(tx: Tx, { tenantId }: TenantScope, subjectId: string): Promise<void> {
    const [subject] = await tx.query<{ is_kept: boolean }>(KEEP_SUBJECT, [tenantId, subjectId]);
    if (subject?.is_kept !== true) throw new Problem('erased', 'The person’s data has been erased.');
  }

  /**
   * All or nothing, in one statement: within the caller's transaction, or by itself. Returns by their ids those that were written, as they
   * are then: of the others the idempotency key was another request's, or the provider's record was adopted before.
   */
  async insert(
    tx: Queryable,
    scope: TenantScope,
    records: readonly NewRecord[],
  ): Promise<ReadonlyMap<string, VerificationRow>> {
    // Whoever takes several keys takes them in one order.
    const inOrder = [...records].sort((a, b) => ((a.claim?.key ?? '') < (b.claim?.key ?? '') ? -1 : 1));
    const begun = inOrder.map((record) => ({ record, row: this.#begun(scope, record) }));
    const inserted = await Promise.all(begun.map(({ record, row }) => this.#inserted(record, row)));
    const told = records.map((record) => this.ledger.told(beginningOf(scope, record)));
    const written = await tx.query<{ id: string; is_published: boolean }>(INSERT_MANY, [
      scope.tenantId,
      scope.environment,
      JSON.stringify(inserted),
      JSON.stringify(told),
    ]);
    if (written[0]?.is_published === true) this.ledger.published(tx);
    const ids = new Set(written.map(({ id }) => id));
    return new Map(begun.filter(({ row }) => ids.has(row.id)).map(({ row }) => [row.id, row]));
  }

  /** As it can be read once it is written. */
  #begun({ tenantId, environment }: TenantScope, record: NewRecord): VerificationRow {
    const { id, request, subject, adopted, routing } = record;
    const now = this.clock.now();
    const view = viewOf(NO_FACTS);
    return {
      ...('row' in subject ? columnsOf(subject.row) : this.#newColumns(tenantId, subject)),
      tenant_id: tenantId,
      id,
      environment,
      subject_id: subject.id,
      provider: record.provider,
      connection_id: record.connectionId,
      policy_version: routing.policyVersion,
      routing_reason: routing.reason,
      routing: routing.record,
      request_sealed: this.sealer.seal(subject.key, tenantId, id, 'request_sealed', request),
      checks: [...record.checks],
      document_types: [...record.documentTypes],
      reuse: record.reuse,
      provider_reference: adopted?.providerReference ?? null,
      handle_sealed: null,
      action_sealed: null,
      identity_sealed: null,
      start_state: 'starting',
      facts: NO_FACTS,
      status: view.status,
      reason_codes: [...view.reasonCodes],
      version: 1,
      attempt: 1,
      raw_status: null,
      observed_at: null,
      source: 'system',
      delivery: null,
      validity: null,
      risk_level: null,
      consent: null,
      evidence: null,
      warnings: [],
      decision_sealed: null,
      previous_id: record.previousId,
      import_id: adopted?.importId ?? null,
      recheck_seconds: null,
      due_at: record.leaseMs === null ? null : new Date(now.getTime() + record.leaseMs),
      read_count: 0,
      failed_reads: 0,
      expires_at: new Date(now.getTime() + request.expiresInSeconds * 1000),
      created_at: now,
      updated_at: now,
      completed_at: null,
      erased_at: null,
    };
  }

  #newColumns(tenantId: string, { id, key, wrapped, details }: NewSubject): SubjectColumns {
    this.sealer.remember(wrapped.wrapped, key);
    return {
      key_wrapped: wrapped.wrapped,
      key_version: wrapped.keyVersion,
      spare_key_sealed: wrapped.spare,
      details_sealed: this.sealer.sealSubject(key, tenantId, id, details),
    };
  }

  /** What {@link INSERT_MANY} takes of it. */
  async #inserted(
    { subject, claim, request }: NewRecord,
    row: VerificationRow,
  ): Promise<Readonly<Record<string, unknown>>> {
    return {
      id: row.id,
      subject_id: row.subject_id,
      is_new_subject: !('row' in subject),
      ...(!('row' in subject) && {
        key_wrapped: base64(row.key_wrapped),
        key_version: row.key_version,
        details_sealed: base64(row.details_sealed),
        email_hash: base64(subject.emailHash),
        phone_hash: base64(subject.phoneHash),
      }),
      provider: row.provider,
      connection_id: row.connection_id,
      policy_version: row.policy_version,
      routing_reason: row.routing_reason,
      request_sealed: base64(row.request_sealed),
      reference_hash: base64(await this.#hash(row.tenant_id, 'reference', request.reference)),
      checks: row.checks,
      document_types: row.document_types,
      reuse: row.reuse,
      facts: row.facts,
      status: row.status,
      reason_codes: row.reason_codes,
      bucket: bucketOf(row.tenant_id),
      due_at: row.due_at,
      expires_at: row.expires_at,
      created_at: row.created_at,
      previous_id: row.previous_id,
      import_id: row.import_id,
      provider_reference: row.provider_reference,
      routing: row.routing,
      ...(claim !== null && {
        route: claim.route,
        key: claim.key,
        request_hash: base64(claim.requestHash),
        locked_until: renewLease(claim, this.clock),
      }),
    };
  }

  async #hash(
    tenantId: string,
    kind: 'email' | 'phone' | 'reference',
    value: string | null,
  ): Promise<Buffer | null> {
    return value === null ? null : this.vault.lookupHash(tenantId, kind, value);
  }
}

/** What the ledger is told of a verification that begins. */
function beginningOf(scope: TenantScope, record: NewRecord): LedgerEvent {
  const { routing, adopted } = record;
  const view = viewOf(NO_FACTS);
  return {
    kind: adopted === null ? 'verification.created' : 'verification.imported',
    tenantId: scope.tenantId,
    environment: scope.environment,
    verificationId: record.id,
    version: 1,
    actor: record.actor,
    data: {
      provider: record.provider,
      policyVersion: routing.policyVersion,
      routingReason: routing.reason,
      ...(routing.record !== null && { rule: routing.record.rule, skipped: routing.record.skipped }),
      checks: record.checks,
      documentTypes: record.documentTypes,
      to: view.status,
      reasonCodes: view.reasonCodes,
      ...(record.previousId !== null && { previousId: record.previousId }),
      ...(adopted !== null && { importId: adopted.importId }),
    },
  };
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64');
}

function columnsOf({
  key_wrapped,
  key_version,
  spare_key_sealed,
  details_sealed,
}: SubjectColumns): SubjectColumns {
  return { key_wrapped, key_version, spare_key_sealed, details_sealed };
}
