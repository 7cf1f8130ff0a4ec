import { type Check, type DocumentType, Problem, type Subject } from '@gatehouse/contract';
import { type Clock, type Ids, type Tx } from '@gatehouse/platform';

import { type IdempotencyClaim } from '../idempotency/idempotency.service.js';
import { type Ledger, type LedgerEvent } from '../ledger/ledger.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { type TenantVault, type WrappedSubjectKey } from '../privacy/tenant-vault.js';
import { type RoutingRecord } from '../routing/decide.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { NO_FACTS } from './facts.js';
import { viewOf } from './transition.js';
import { type CorrectedSubject } from './verification-applier.js';
import { type SealedRequest, type VerificationSealer } from './verification-sealer.js';
import { bucketOf, INSERT_MANY, KEEP_SUBJECT } from './verification.rows.js';

/** A person who is not in the database yet, sealed and ready to be. */
export interface NewSubject extends CorrectedSubject {
  readonly id: string;
  readonly key: SubjectKey;
  readonly wrapped: WrappedSubjectKey;
}

/** A verification to be written down. */
export interface NewRecord {
  readonly id: string;
  /** Who asked for it. */
  readonly actor: string;
  /** Somebody new, or somebody who is here already. */
  readonly subject: NewSubject | { readonly id: string; readonly key: SubjectKey };
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
  readonly dueAt: Date | null;
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
   * All or nothing, within the caller's transaction. Returns the ids of those that were written: of the others the idempotency key was
   * another request's, or the provider's record was adopted before.
   */
  async insert(tx: Tx, scope: TenantScope, records: readonly NewRecord[]): Promise<ReadonlySet<string>> {
    // Whoever takes several keys takes them in one order.
    const inOrder = [...records].sort((a, b) => ((a.claim?.key ?? '') < (b.claim?.key ?? '') ? -1 : 1));
    const rows = await Promise.all(inOrder.map((record) => this.#rowOf(scope, record)));
    const told = records.map((record) => this.ledger.told(beginningOf(scope, record)));
    const written = await tx.query<{ id: string; is_published: boolean }>(INSERT_MANY, [
      scope.tenantId,
      scope.environment,
      JSON.stringify(rows),
      JSON.stringify(told),
    ]);
    if (written[0]?.is_published === true) this.ledger.published(tx);
    return new Set(written.map(({ id }) => id));
  }

  async #rowOf({ tenantId }: TenantScope, record: NewRecord): Promise<Readonly<Record<string, unknown>>> {
    const { request, subject, adopted, routing, claim } = record;
    const now = this.clock.now();
    const view = viewOf(NO_FACTS);
    const isNew = 'details' in subject;
    return {
      id: record.id,
      subject_id: subject.id,
      is_new_subject: isNew,
      ...(isNew && {
        key_wrapped: base64(subject.wrapped.wrapped),
        key_version: subject.wrapped.keyVersion,
        details_sealed: base64(this.sealer.sealSubject(subject.key, tenantId, subject.id, subject.details)),
        email_hash: base64(subject.emailHash),
        phone_hash: base64(subject.phoneHash),
      }),
      provider: record.provider,
      connection_id: record.connectionId,
      policy_version: routing.policyVersion,
      routing_reason: routing.reason,
      request_sealed: base64(this.sealer.seal(subject.key, tenantId, record.id, 'request_sealed', request)),
      reference_hash: base64(await this.#hash(tenantId, 'reference', request.reference)),
      checks: record.checks,
      document_types: record.documentTypes,
      reuse: record.reuse,
      facts: NO_FACTS,
      status: view.status,
      reason_codes: view.reasonCodes,
      bucket: bucketOf(tenantId),
      due_at: record.dueAt,
      expires_at: new Date(now.getTime() + request.expiresInSeconds * 1000),
      created_at: now,
      previous_id: record.previousId,
      import_id: adopted?.importId ?? null,
      provider_reference: adopted?.providerReference ?? null,
      routing: routing.record,
      ...(claim !== null && {
        route: claim.route,
        key: claim.key,
        request_hash: base64(claim.requestHash),
        locked_until: claim.lockedUntil,
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
