import { type Action, type Handle, type Identity, Problem, type Subject } from '@gatehouse/contract';

import { type Opening } from '../ledger/commitment.js';
import { type SubjectKey } from '../privacy/subject-key.js';
import { context, type SubjectKeyColumns, type TenantVault, wrappedKeyOf } from '../privacy/tenant-vault.js';
import { canonical } from './facts.js';
import { type Verification } from './verification.js';
import { type ShownRow, type VerificationRow } from './verification.rows.js';

/** What the caller asked for beyond the subject. Sealed under the subject's key. */
export interface SealedRequest {
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly redirectUrl: string | null;
  readonly reviewRedirectUrl: string | null;
  readonly message: string | null;
  readonly expiresInSeconds: number;
}

export interface SealedIdentity {
  readonly identity: Identity;
  readonly retrievedAt: string;
  /** Of the ledger's commitment to the identity ({@link commitmentTo}); absent in what was stored before there were any. */
  readonly salt?: string;
}

/** What the ledger's commitment to an identity opens with; null where there is none. */
export function openingOf({ identity, salt }: SealedIdentity): Opening | null {
  return salt === undefined ? null : { salt, value: canonical(identity) };
}

/** What a reviewer decided, in their own words. */
export interface SealedDecision {
  readonly decision: 'approve' | 'reject';
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
}

export type SealedColumn =
  'request_sealed' | 'handle_sealed' | 'action_sealed' | 'identity_sealed' | 'decision_sealed';

/** Sealed columns, as far as they were read. */
type SealedRow = Pick<VerificationRow, 'tenant_id' | 'id'> & Partial<Pick<VerificationRow, SealedColumn>>;

/** A verification's sealed parts, opened with its subject's key. */
export interface Opened {
  readonly key: SubjectKey;
  readonly subject: Subject;
  readonly request: SealedRequest;
  readonly handle: Handle | null;
  readonly action: Action | null;
}

const NO_ACTION: Action = { type: 'none' };

/**
 * What we sealed ourselves comes back as we sealed it; authenticated encryption is the check. Each part costs a decryption, is opened when
 * it is first asked for, and hardly anybody asks for all of them. A class: an object literal with accessors gets a hidden class of its own
 * each time, which holds the row and all that was opened of it until the next collection of the whole heap.
 */
class OpenedRow implements Opened {
  readonly key: SubjectKey;
  readonly #details: () => unknown;
  readonly #column: (name: SealedColumn) => unknown;
  #subject: Subject | undefined;
  #request: SealedRequest | undefined;

  constructor(of: {
    readonly key: SubjectKey;
    readonly details: () => unknown;
    readonly column: (name: SealedColumn) => unknown;
  }) {
    this.key = of.key;
    this.#details = of.details;
    this.#column = of.column;
  }

  get subject(): Subject {
    this.#subject ??= this.#details() as Subject;
    return this.#subject;
  }

  get request(): SealedRequest {
    this.#request ??= this.#column('request_sealed') as SealedRequest;
    return this.#request;
  }

  get handle(): Handle | null {
    return this.#column('handle_sealed') as Handle | null;
  }

  get action(): Action | null {
    return this.#column('action_sealed') as Action | null;
  }
}

/**
 * Seals and opens what verification rows keep of a person. What was sealed here is kept with the bytes that were made of it, and goes with
 * them: a row that a signal has changed shares most of them with the one before. What was opened is not: young objects that a WeakMap
 * leads to outlive a collection, which is more work than opening them again.
 */
export class VerificationSealer {
  readonly #keys = new WeakMap<Buffer, SubjectKey>();
  readonly #values = new WeakMap<Buffer, unknown>();

  constructor(private readonly vault: TenantVault) {}

  /** A key that this process has just made: what rows keep of it needs not be opened. */
  remember(wrapped: Buffer, key: SubjectKey): void {
    this.#keys.set(wrapped, key);
  }

  sealSubject(key: SubjectKey, tenantId: string, subjectId: string, subject: Subject): Buffer {
    const place = context(tenantId, { table: 'subjects', row: subjectId, column: 'details_sealed' });
    return this.#seal(key, subject, place);
  }

  seal(
    key: SubjectKey,
    tenantId: string,
    verificationId: string,
    column: SealedColumn,
    value: unknown,
  ): Buffer {
    const place = context(tenantId, { table: 'verifications', row: verificationId, column });
    return this.#seal(key, value, place);
  }

  /** Throws Problem `erased` when the subject's key is gone, or what the verification kept of them. */
  async open(row: VerificationRow): Promise<Opened> {
    return this.#openRead(row);
  }

  /** Of a column that was not read nothing is known: `handle` is for who has read it. */
  async #openRead(row: ShownRow & SealedRow): Promise<Opened> {
    const key = await this.#key(row);
    const { details_sealed, request_sealed } = row;
    if (key === null || details_sealed === null || request_sealed === null) {
      throw new Problem('erased', 'The person’s data has been erased.');
    }
    const subjectPlace = context(row.tenant_id, {
      table: 'subjects',
      row: row.subject_id,
      column: 'details_sealed',
    });
    return new OpenedRow({
      key,
      details: () => this.#value(key, details_sealed, subjectPlace),
      column: (name) => this.#openColumn(key, row, name),
    });
  }

  async openIdentity(row: VerificationRow): Promise<SealedIdentity | null> {
    const key = await this.#key(row);
    if (key === null || row.erased_at !== null)
      throw new Problem('erased', 'The person’s data has been erased.');
    return this.#openColumn(key, row, 'identity_sealed') as SealedIdentity | null;
  }

  /** The record for a caller. An erased person leaves the record without them. */
  async toVerification(row: ShownRow): Promise<Verification> {
    const isErased = row.key_wrapped === null || row.erased_at !== null;
    const opened: Omit<Opened, 'handle'> | null = isErased ? null : await this.#openRead(row);
    // What there was at the provider is not to be had here any more.
    const evidence = isErased ? null : row.evidence;
    return {
      tenantId: row.tenant_id,
      id: row.id,
      environment: row.environment,
      version: row.version,
      status: row.status,
      reasonCodes: row.reason_codes,
      attempt: row.attempt,
      provider: {
        name: row.provider,
        reference: row.provider_reference,
        rawStatus: row.raw_status,
        observedAt: row.observed_at,
        source: row.source,
      },
      reference: opened?.request.reference ?? null,
      metadata: opened?.request.metadata ?? {},
      subject: opened?.subject ?? null,
      checks: row.checks,
      documentTypes: row.document_types,
      action: hasAction(row) ? (opened?.action ?? NO_ACTION) : NO_ACTION,
      delivery: row.delivery,
      validity: row.validity,
      riskLevel: row.risk_level,
      consent: row.consent,
      evidence: {
        identity: !isErased && row.identity_sealed !== null,
        images: evidence?.images ?? 0,
        imagesUntil: evidence?.imagesUntil ?? null,
        report: evidence?.report ?? false,
        reportUntil: evidence?.reportUntil ?? null,
      },
      warnings: row.warnings,
      previousVerificationId: row.previous_id,
      importId: row.import_id,
      redirectUrl: opened?.request.redirectUrl ?? null,
      expiresAt: row.expires_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      completedAt: row.completed_at,
      erasedAt: row.erased_at,
    };
  }

  async #key(row: SubjectKeyColumns & Pick<VerificationRow, 'tenant_id'>): Promise<SubjectKey | null> {
    const wrapped = wrappedKeyOf(row);
    if (wrapped === null) return null;
    return this.#keys.get(wrapped.wrapped) ?? this.vault.openSubjectKey(row.tenant_id, wrapped);
  }

  #seal(key: SubjectKey, value: unknown, place: string): Buffer {
    const sealed = key.sealJson(value, place);
    this.#values.set(sealed, value);
    return sealed;
  }

  #openColumn(key: SubjectKey, row: SealedRow, column: SealedColumn): unknown {
    const sealed = row[column] ?? null;
    if (sealed === null) return null;
    return this.#value(key, sealed, context(row.tenant_id, { table: 'verifications', row: row.id, column }));
  }

  #value(key: SubjectKey, sealed: Buffer, place: string): unknown {
    return this.#values.has(sealed) ? this.#values.get(sealed) : key.openJson(sealed, place);
  }
}

/** A link is of use only while the person has something to do with it. */
function hasAction(row: ShownRow): boolean {
  return row.status === 'requires_input';
}
