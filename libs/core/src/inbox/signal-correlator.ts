import { type InboundSignal, type VerificationStatus } from '@gatehouse/contract';
import { type Database } from '@gatehouse/platform';

import {
  type SubjectKeyColumns,
  type TenantVault,
  wrappedKeyOf,
  type WrappedSubjectKey,
} from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { FIND_BY_CONTACT, FIND_BY_PROVIDER_REFERENCE, FIND_OWN } from '../verifications/verification.rows.js';

/** A verification that a signal may be about. */
export interface Correlated {
  readonly id: string;
  readonly status: VerificationStatus;
  /**
   * False when only the phone matches and the e-mail is somebody else's: worth a look at the provider, but nothing that the
   * signal says about who the person is may be remembered (providers/sentinel.md trap 4).
   */
  readonly isCertain: boolean;
  readonly createdAt: Date;
  /** The person's key, to seal with what was said about them. */
  readonly subjectKey: WrappedSubjectKey;
}

interface CorrelatedRow extends SubjectKeyColumns {
  readonly id: string;
  readonly status: VerificationStatus;
  readonly provider_reference: string | null;
  readonly email_hash: Buffer | null;
  readonly created_at: Date;
  readonly erased_at: Date | null;
}

/**
 * Finds whom a signal is about, within the connection it came in by: by our own id where the provider echoes it, else by the
 * provider's name for the person, else by contact. Newest first; those that are over come last.
 */
export class SignalCorrelator {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
  ) {}

  async find(
    scope: TenantScope,
    connectionId: string,
    correlation: InboundSignal['correlation'],
  ): Promise<readonly Correlated[]> {
    const named = [
      ...(await this.#own(scope, connectionId, correlation.verificationId)),
      ...(await this.#byReference(scope, connectionId, correlation.reference)),
    ].map((row): Found => ({ row, isCertain: true }));
    const found = [...named, ...(await this.#byContact(scope, connectionId, correlation))];
    // Somebody whom the provider knows by another name is somebody else, whatever else matches.
    const { reference } = correlation;
    const same = found.filter(
      ({ row }) =>
        reference === null || row.provider_reference === null || row.provider_reference === reference,
    );
    const known = same.flatMap(correlatedOf);
    // The first finding of a verification is the most certain one.
    const distinct = [...new Map([...known].reverse().map((match) => [match.id, match])).values()].reverse();
    return [...distinct.filter((row) => !isClosed(row)), ...distinct.filter(isClosed)];
  }

  /**
   * The erased verification that the signal names, by our own id or the provider's name: their contacts are known to nobody any
   * more. For a signal that {@link find} has nobody for.
   */
  async findErased(
    scope: TenantScope,
    connectionId: string,
    { verificationId, reference }: InboundSignal['correlation'],
  ): Promise<string | null> {
    const named = [
      ...(await this.#own(scope, connectionId, verificationId)),
      ...(await this.#byReference(scope, connectionId, reference)),
    ];
    return named.find(isErased)?.id ?? null;
  }

  async #own(scope: TenantScope, connectionId: string, id: string | null): Promise<readonly CorrelatedRow[]> {
    // Whatever the vendor echoes was ours only if it has the form that we sent.
    if (id === null || !UUID.test(id)) return [];
    return this.database.within(scope).query<CorrelatedRow>(FIND_OWN, [scope.tenantId, connectionId, id]);
  }

  async #byReference(
    scope: TenantScope,
    connectionId: string,
    reference: string | null,
  ): Promise<readonly CorrelatedRow[]> {
    if (reference === null) return [];
    return this.database
      .within(scope)
      .query<CorrelatedRow>(FIND_BY_PROVIDER_REFERENCE, [scope.tenantId, connectionId, reference]);
  }

  async #byContact(
    scope: TenantScope,
    connectionId: string,
    { emails, phones }: InboundSignal['correlation'],
  ): Promise<readonly Found[]> {
    if (emails.length === 0 && phones.length === 0) return [];
    const hashes = (kind: 'email' | 'phone', values: readonly string[]): Promise<Buffer[]> =>
      Promise.all(values.map((value) => this.vault.lookupHash(scope.tenantId, kind, value.toLowerCase())));
    const emailHashes = await hashes('email', emails);
    const rows = await this.database
      .within(scope)
      .query<CorrelatedRow>(FIND_BY_CONTACT, [
        scope.tenantId,
        connectionId,
        scope.environment,
        emailHashes,
        await hashes('phone', phones),
      ]);
    return rows.map((row) => ({ row, isCertain: isSameEmail(row.email_hash, emailHashes) }));
  }
}

interface Found {
  readonly row: CorrelatedRow;
  readonly isCertain: boolean;
}

/** Nobody, where the person has been erased: what is still said about them is nobody's here. */
function correlatedOf({ row, isCertain }: Found): readonly Correlated[] {
  const subjectKey = wrappedKeyOf(row);
  if (subjectKey === null || isErased(row)) return [];
  return [{ id: row.id, status: row.status, isCertain, createdAt: row.created_at, subjectKey }];
}

function isErased(row: CorrelatedRow): boolean {
  return row.erased_at !== null || row.key_wrapped === null;
}

/** Where we know an e-mail, the phone alone proves nothing: several people can share one. */
function isSameEmail(known: Buffer | null, given: readonly Buffer[]): boolean {
  return known === null || given.some((hash) => hash.equals(known));
}

function isClosed(row: { readonly status: VerificationStatus }): boolean {
  return row.status === 'canceled' || row.status === 'revoked';
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
