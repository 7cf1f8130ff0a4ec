import {
  type Contact,
  type HeldRecord,
  type LIST_PAGE_SIZES,
  type ListRequest,
  type LookupHit,
  Problem,
} from '@gatehouse/contract';
import { type Clock, type Database } from '@gatehouse/platform';

import { type SignalCorrelator } from '../inbox/signal-correlator.js';
import { type Ledger } from '../ledger/ledger.js';
import { shownFields } from './shown-fields.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type ProviderChoice } from '../routing/provider-choice.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { NO_FACTS } from './facts.js';
import { transition, type View } from './transition.js';
import { FIND_KNOWN_REFERENCES, type KnownReference } from './verification.rows.js';

/** What a provider holds on a person, read as a verification's record would be. */
export interface FoundPerson {
  readonly record: HeldRecord;
  /** What the record comes to by the same rules as any read. */
  readonly view: View;
  /** The newest verification of ours with this record; null: none. */
  readonly verificationId: string | null;
}

export interface LookedUp extends FoundPerson {
  readonly provider: string;
  readonly matchedBy: LookupHit['matchedBy'];
  readonly retrievedAt: Date;
}

export interface CustomerPage {
  readonly provider: string;
  readonly retrievedAt: Date;
  readonly page: number;
  readonly pageSize: (typeof LIST_PAGE_SIZES)[number];
  readonly total: number | null;
  readonly isLast: boolean;
  readonly people: readonly FoundPerson[];
}

/** Asks providers about people, whoever verified them. Everything shown is in the ledger first. */
export class PeopleService {
  constructor(
    private readonly database: Database,
    private readonly choice: ProviderChoice,
    private readonly correlator: SignalCorrelator,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** Throws Problem `not_found`, `provider_not_configured`, `capability_unsupported`, and ProviderError. */
  async lookUp(scope: TenantScope, contact: Contact, providerName: string | null): Promise<LookedUp> {
    const connection = await this.choice.choose(scope, providerName, 'lookup', 'be asked for a person');
    const { provider } = connection;
    const now = this.clock.now();
    const hit = await provider.lookup(connection, contact, now);
    const verificationId = hit === null ? null : await this.#verificationOf(scope, connection.id, hit.record);
    await this.#record(scope, 'identity.looked_up', verificationId, {
      provider: provider.name,
      matchedBy: hit?.matchedBy ?? null,
      ...(hit?.record.identity != null && { fields: shownFields(hit.record.identity) }),
    });
    if (hit === null) {
      throw new Problem('not_found', 'The provider knows nobody by this contact.', {
        provider: provider.name,
      });
    }
    return {
      provider: provider.name,
      matchedBy: hit.matchedBy,
      retrievedAt: now,
      record: hit.record,
      view: viewOfRecord(hit.record, now),
      verificationId,
    };
  }

  /** One page of everybody the provider holds. Throws as {@link lookUp}. */
  async list(scope: TenantScope, request: ListRequest, providerName: string | null): Promise<CustomerPage> {
    const connection = await this.choice.choose(scope, providerName, 'list', 'list the people it holds');
    const { provider } = connection;
    const now = this.clock.now();
    const { records, total, isLast } = await provider.list(connection, request, now);
    const known = await knownReferences(this.database, scope, connection.id, records);
    await this.#record(scope, 'customers.listed', null, {
      provider: provider.name,
      page: request.page,
      people: records.length,
    });
    return {
      provider: provider.name,
      retrievedAt: now,
      page: request.page,
      pageSize: request.pageSize,
      total,
      isLast,
      people: records.map((record) => ({
        record,
        view: viewOfRecord(record, now),
        verificationId: known.get(record.reference) ?? null,
      })),
    };
  }

  async #verificationOf(
    scope: TenantScope,
    connectionId: string,
    record: HeldRecord,
  ): Promise<string | null> {
    const { reference, contact } = record;
    const { matches } = await this.correlator.find(scope, connectionId, {
      verificationId: null,
      reference,
      emails: contact.email === null ? [] : [contact.email],
      phones: contact.phone === null ? [] : [contact.phone],
    });
    return matches.find((match) => match.isCertain)?.id ?? null;
  }

  async #record(
    scope: TenantScope,
    kind: LedgerKind,
    verificationId: string | null,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(this.database.within(scope), {
      kind,
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId,
      version: null,
      actor: scope.actor,
      data,
    });
  }
}

/** The newest verification for each of the provider's references that one of ours has. */
export async function knownReferences(
  database: Database,
  scope: TenantScope,
  connectionId: string,
  records: readonly HeldRecord[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database
    .within(scope)
    .query<KnownReference>(FIND_KNOWN_REFERENCES, [
      scope.tenantId,
      connectionId,
      records.map(({ reference }) => reference),
    ]);
  return new Map(rows.map((row) => [row.provider_reference, row.id]));
}

/** A record as a caller would see it, had a verification just read it. */
function viewOfRecord({ observation }: HeldRecord, now: Date): View {
  return transition(NO_FACTS, { kind: 'read', at: now.toISOString(), observation }).view;
}
