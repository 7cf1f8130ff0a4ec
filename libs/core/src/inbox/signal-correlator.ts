import { type InboundSignal, type VerificationStatus } from '@gatehouse/contract';
import { Batches, type Database } from '@gatehouse/platform';

import {
  type SubjectKeyColumns,
  type TenantVault,
  wrappedKeyOf,
  type WrappedSubjectKey,
} from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { CORRELATE } from '../verifications/verification.rows.js';
import { storable } from './storable.js';

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

/** Whom a signal is about. */
export interface Correlation {
  /** Newest first; those that are over come last. */
  readonly matches: readonly Correlated[];
  /**
   * The erased verification that the signal names, by our own id or the provider's name: their contacts are known to nobody any more.
   */
  readonly erasedId: string | null;
}

interface CorrelatedRow extends SubjectKeyColumns {
  readonly n: number;
  /** By our own name or the provider's; else by contact. */
  readonly is_named: boolean;
  readonly id: string;
  readonly status: VerificationStatus;
  readonly provider_reference: string | null;
  readonly email_hash: Buffer | null;
  readonly created_at: Date;
  readonly erased_at: Date | null;
}

/** What is said of somebody, as it is looked for. */
interface Said {
  readonly scope: TenantScope;
  readonly connectionId: string;
  readonly own: string | null;
  readonly reference: string | null;
  readonly emails: readonly Buffer[];
  readonly phones: readonly Buffer[];
}

/**
 * Finds whom a signal is about, within the connection it came in by: by our own id where the provider echoes it, else by the
 * provider's name for the person, else by contact. Those who look at the same moment look together.
 */
export class SignalCorrelator {
  readonly #together = new Batches<Said, readonly CorrelatedRow[]>((said) => this.#findTogether(said));

  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
  ) {}

  async find(
    scope: TenantScope,
    connectionId: string,
    { verificationId, reference, emails, phones }: InboundSignal['correlation'],
  ): Promise<Correlation> {
    const hashes = (kind: 'email' | 'phone', values: readonly string[]): Promise<readonly Buffer[]> =>
      Promise.all(values.map((value) => this.vault.lookupHash(scope.tenantId, kind, value.toLowerCase())));
    const said: Said = {
      scope,
      connectionId,
      // Whatever the vendor echoes was ours only if it has the form that we sent.
      own: verificationId !== null && UUID.test(verificationId) ? verificationId : null,
      reference: reference === null ? null : storable(reference),
      emails: await hashes('email', emails),
      phones: await hashes('phone', phones),
    };
    const rows = await this.#together.add(`${scope.tenantId}/${scope.environment}`, said);
    const named = rows.filter((row) => row.is_named).map((row): Found => ({ row, isCertain: true }));
    const byContact = rows
      .filter((row) => !row.is_named)
      .map((row): Found => ({ row, isCertain: isSameEmail(row.email_hash, said.emails) }));
    // Somebody whom the provider knows by another name is somebody else, whatever else matches.
    const same = [...named, ...byContact].filter(
      ({ row }) =>
        reference === null || row.provider_reference === null || row.provider_reference === reference,
    );
    const known = same.flatMap(correlatedOf);
    // The first finding of a verification is the most certain one.
    const distinct = [...new Map([...known].reverse().map((match) => [match.id, match])).values()].reverse();
    return {
      matches: [...distinct.filter((row) => !isClosed(row)), ...distinct.filter(isClosed)],
      erasedId: named.find(({ row }) => isErased(row))?.row.id ?? null,
    };
  }

  async #findTogether(said: readonly Said[]): Promise<readonly (readonly CorrelatedRow[])[]> {
    const [first] = said;
    if (first === undefined) return [];
    const { scope } = first;
    const rows = await this.database.within(scope).query<CorrelatedRow>(CORRELATE, [
      scope.tenantId,
      scope.environment,
      JSON.stringify(
        said.map(({ connectionId, own, reference, emails, phones }, n) => ({
          n,
          connection_id: connectionId,
          own,
          reference,
          emails: emails.map((hash) => hash.toString('base64')),
          phones: phones.map((hash) => hash.toString('base64')),
        })),
      ),
    ]);
    const found = Map.groupBy(rows, ({ n }) => n);
    return said.map((_, n) => found.get(n) ?? []);
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
