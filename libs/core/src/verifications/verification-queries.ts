import { Problem } from '@gatehouse/contract';
import { type Database, type Statement } from '@gatehouse/platform';

import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Condition, conditionsOf, narrowed } from './verification-conditions.js';
import { verificationPage } from './verification-page.js';
import {
  FIND,
  FIND_MANY,
  FIND_MANY_SHOWN,
  FIND_SHOWN,
  SELECT_SHOWN_OF_SUBJECT,
  type ShownRow,
  type VerificationRow,
} from './verification.rows.js';
import { type VerificationSealer } from './verification-sealer.js';
import {
  type Page,
  type PageRequest,
  type StoredIdentity,
  type TimelineEvent,
  type Verification,
  type VerificationFilter,
} from './verification.js';

/** Served by subjects_email, subjects_phone and verifications_by_subject. */
const SEARCH: Statement = {
  name: 'verifications_search',
  text: `${SELECT_SHOWN_OF_SUBJECT}
          WHERE v.tenant_id = $1 AND v.environment = $2 AND s.environment = $2
            AND (s.email_hash = $3 OR s.phone_hash = $4)
            AND ($5::timestamptz IS NULL OR (v.created_at, v.id) < ($5, $6::uuid))
          ORDER BY v.created_at DESC, v.id DESC LIMIT $7`,
};

/** Served by ledger_by_verification. Entries' ids are in time order. */
const EVENTS: Statement = {
  name: 'ledger_events_of_verification',
  text: `SELECT id, kind, actor, version, data, at FROM ledger_entries
          WHERE tenant_id = $1 AND verification_id = $2 AND ($3::uuid IS NULL OR id < $3)
          ORDER BY id DESC LIMIT $4`,
};

interface EventRow {
  readonly id: string;
  readonly kind: string;
  readonly actor: string;
  readonly version: number | null;
  readonly data: Record<string, unknown>;
  readonly at: Date;
}

/** Reads of the store. Nothing here changes a row or calls a provider. */
export class VerificationQueries {
  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly vault: TenantVault,
  ) {}

  /** Throws Problem `not_found`, also for another tenant's or environment's. */
  async row(scope: TenantScope, id: string): Promise<VerificationRow> {
    const [row] = await this.database
      .within(scope)
      .query<VerificationRow>(FIND, [scope.tenantId, scope.environment, id]);
    return found(row);
  }

  /** Throws as {@link row}. */
  async get(scope: TenantScope, id: string): Promise<Verification> {
    const [row] = await this.database
      .within(scope)
      .query<ShownRow>(FIND_SHOWN, [scope.tenantId, scope.environment, id]);
    return this.sealer.toVerification(found(row));
  }

  /** Of some ids, those that name something of the caller's, in no order. */
  async rows(scope: TenantScope, ids: readonly string[]): Promise<readonly VerificationRow[]> {
    return this.database
      .within(scope)
      .query<VerificationRow>(FIND_MANY, [scope.tenantId, scope.environment, ids]);
  }

  async many(scope: TenantScope, ids: readonly string[]): Promise<ReadonlyMap<string, Verification>> {
    const rows = await this.database
      .within(scope)
      .query<ShownRow>(FIND_MANY_SHOWN, [scope.tenantId, scope.environment, ids]);
    const verifications = await Promise.all(rows.map((row) => this.sealer.toVerification(row)));
    return new Map(verifications.map((verification) => [verification.id, verification]));
  }

  async list(scope: TenantScope, filter: VerificationFilter, page: PageRequest): Promise<Page<Verification>> {
    const referenceHash =
      filter.reference === undefined
        ? undefined
        : await this.vault.lookupHash(scope.tenantId, 'reference', filter.reference);
    const { conditions, after } = narrowed({
      conditions: conditionsOf(filter, referenceHash),
      after: decodeCursor(page.cursor),
    });
    const query = listQuery(conditions, after !== null);
    const rows = await this.database
      .within(scope)
      .query<ShownRow>(query.statement, [
        scope.tenantId,
        scope.environment,
        page.limit + 1,
        ...query.values,
        ...(after === null ? [] : [after.at, after.id]),
      ]);
    return this.#page(rows, page.limit);
  }

  async search(
    scope: TenantScope,
    by: { readonly email: string | null; readonly phone: string | null },
    page: PageRequest,
  ): Promise<Page<Verification>> {
    const after = decodeCursor(page.cursor);
    const hash = (kind: 'email' | 'phone', value: string | null): Promise<Buffer | null> =>
      value === null ? Promise.resolve(null) : this.vault.lookupHash(scope.tenantId, kind, value);
    const rows = await this.database
      .within(scope)
      .query<ShownRow>(SEARCH, [
        scope.tenantId,
        scope.environment,
        await hash('email', by.email?.toLowerCase() ?? null),
        await hash('phone', by.phone),
        after?.at ?? null,
        after?.id ?? null,
        page.limit + 1,
      ]);
    return this.#page(rows, page.limit);
  }

  async events(scope: TenantScope, id: string, page: PageRequest): Promise<Page<TimelineEvent>> {
    await this.row(scope, id);
    const after = decodeCursor(page.cursor);
    const rows = await this.database
      .within(scope)
      .query<EventRow>(EVENTS, [scope.tenantId, id, after?.id ?? null, page.limit + 1]);
    const events = rows.map(({ kind, ...row }): TimelineEvent => ({ ...row, type: kind }));
    return pageOf(events, page.limit, (event) => ({ at: event.at, id: event.id }));
  }

  /** Throws Problem `not_found` while the provider has given none, `erased` afterwards. */
  async identity(scope: TenantScope, id: string): Promise<StoredIdentity> {
    const row = await this.row(scope, id);
    const stored = await this.sealer.openIdentity(row);
    if (stored === null)
      throw new Problem('not_found', 'The provider has given no identity for this verification.');
    return {
      verificationId: id,
      provider: row.provider,
      retrievedAt: new Date(stored.retrievedAt),
      identity: stored.identity,
    };
  }

  async #page(rows: readonly ShownRow[], limit: number): Promise<Page<Verification>> {
    const verifications = await Promise.all(rows.map((row) => this.sealer.toVerification(row)));
    return pageOf(verifications, limit, (verification) => ({
      at: verification.createdAt,
      id: verification.id,
    }));
  }
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
  return row;
}

/**
 * One statement per combination of filters. Served by verifications_newest, …_by_status, …_by_provider and …_by_reference.
 */
function listQuery(
  used: readonly Condition[],
  hasCursor: boolean,
): { statement: Statement; values: readonly unknown[] } {
  const where = used.map(({ sql }, index) => `AND ${sql} $${index + 4}`);
  const cursor = hasCursor
    ? [`AND (v.created_at, v.id) < ($${used.length + 4}, $${used.length + 5}::uuid)`]
    : [];
  return {
    statement: {
      name: ['verifications_list', ...used.map(({ name }) => name), ...(hasCursor ? ['on'] : [])].join('_'),
      isPlannedAnew: true,
      text: verificationPage(used, {
        tenant: '$1',
        environments: 'ARRAY[$2::text]',
        limit: '$3',
        conditions: [...where, ...cursor].join(' '),
      }),
    },
    values: used.map(({ value }) => value),
  };
}
