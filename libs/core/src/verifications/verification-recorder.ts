import { type Check, type DocumentType, Problem, type Subject } from '@gatehouse/contract';
import { type Clock, type Ids, type Tx } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { type TenantVault, type WrappedSubjectKey } from '../privacy/tenant-vault.js';
import { type RoutingRecord } from '../routing/decide.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { NO_FACTS } from './facts.js';
import { viewOf } from './transition.js';
import { type CorrectedSubject } from './verification-applier.js';
import { type SealedRequest, type VerificationSealer } from './verification-sealer.js';
import { bucketOf, DELETE_SUBJECT, INSERT, INSERT_SUBJECT, KEEP_SUBJECT } from './verification.rows.js';

/** A person who is not in the database yet, sealed and ready to be. */
export interface NewSubject extends CorrectedSubject {
  readonly id: string;
  readonly key: SubjectKey;
  readonly wrapped: WrappedSubjectKey;
}

/** A verification to be written down. */
export interface NewRecord {
  readonly id: string;
  readonly subject: { readonly id: string; readonly key: SubjectKey };
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

  async insertSubject(tx: Tx, { tenantId, environment }: TenantScope, subject: NewSubject): Promise<void> {
    await tx.query(INSERT_SUBJECT, [
      tenantId,
      subject.id,
      environment,
      subject.wrapped.wrapped,
      subject.wrapped.keyVersion,
      this.sealer.sealSubject(subject.key, tenantId, subject.id, subject.details),
      subject.emailHash,
      subject.phoneHash,
      this.clock.now(),
    ]);
  }

  /** Before something more is written about somebody who is here. Throws Problem `erased` when they are no longer. */
  async keepSubject(tx: Tx, { tenantId }: TenantScope, subjectId: string): Promise<void> {
    const [subject] = await tx.query<{ is_kept: boolean }>(KEEP_SUBJECT, [tenantId, subjectId]);
    if (subject?.is_kept !== true) throw new Problem('erased', 'The person’s data has been erased.');
  }

  /** Of a person who turned out to be here already. */
  async discardSubject(tx: Tx, { tenantId }: TenantScope, subject: NewSubject): Promise<void> {
    await tx.query(DELETE_SUBJECT, [tenantId, subject.id]);
  }

  /** False, and nothing written, when the provider's record was adopted before. */
  async insert(tx: Tx, scope: TenantScope, record: NewRecord): Promise<boolean> {
    const { tenantId, environment } = scope;
    const { request, subject, adopted, routing } = record;
    const now = this.clock.now();
    const view = viewOf(NO_FACTS);
    const rows = await tx.query<{ id: string }>(INSERT, [
      tenantId,
      record.id,
      environment,
      subject.id,
      record.provider,
      record.connectionId,
      routing.policyVersion,
      routing.reason,
      this.sealer.seal(subject.key, tenantId, record.id, 'request_sealed', request),
      await this.#hash(tenantId, 'reference', request.reference),
      record.checks,
      record.documentTypes,
      record.reuse,
      JSON.stringify(NO_FACTS),
      view.status,
      view.reasonCodes,
      bucketOf(tenantId),
      record.dueAt,
      0,
      new Date(now.getTime() + request.expiresInSeconds * 1000),
      now,
      record.previousId,
      adopted?.importId ?? null,
      adopted?.providerReference ?? null,
      routing.record === null ? null : JSON.stringify(routing.record),
    ]);
    if (rows.length === 0) return false;
    await this.ledger.append(tx, {
      kind: adopted === null ? 'verification.created' : 'verification.imported',
      tenantId,
      environment,
      verificationId: record.id,
      version: 1,
      actor: scope.actor,
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
    });
    return true;
  }

  async #hash(
    tenantId: string,
    kind: 'email' | 'phone' | 'reference',
    value: string | null,
  ): Promise<Buffer | null> {
    return value === null ? null : this.vault.lookupHash(tenantId, kind, value);
  }
}
