import { Problem } from '@gatehouse/contract';
import { type Database, type Statement } from '@gatehouse/platform';

import { decodeCursor, pageOf } from '../paging.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Environment, ENVIRONMENTS, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type Condition, conditionsOf, narrowed } from './verification-conditions.js';
import { verificationPage } from './verification-page.js';
import { type VerificationSealer } from './verification-sealer.js';
import { SELECT_SHOWN_OF_SUBJECT, type ShownRow } from './verification.rows.js';
import { type Page, type PageRequest, type Verification, type VerificationFilter } from './verification.js';

/** Without a tenant, what verifications_of_all and verifications_in_review serve: the moment, the environment, and the reviews. */
export type DirectoryFilter = Pick<VerificationFilter, 'createdAfter' | 'createdBefore'> & {
  /** Null: both. */
  readonly environment: Environment | null;
} & (
    | { readonly tenantId: null; readonly status?: 'needs_review' }
    | ({ readonly tenantId: string } & VerificationFilter)
  );

/** Whose data a search looks through. */
export interface SearchedTenant {
  readonly tenantId: string;
  /** Null: both. */
  readonly environment: Environment | null;
}

/** Served by the primary key: one probe for each tenant, which costs the writers of verifications no index. */
const FIND_SCOPE: Statement = {
  name: 'verifications_find_scope',
  text: `SELECT v.tenant_id, v.environment FROM tenants t CROSS JOIN LATERAL (
           SELECT tenant_id, environment FROM verifications WHERE tenant_id = t.id AND id = $1 LIMIT 1) v`,
};

/** Served by subjects_email, subjects_phone and verifications_by_subject. */
const SEARCH: Statement = {
  name: 'directory_search',
  text: `SELECT v.* FROM unnest($2::text[]) AS e(environment) CROSS JOIN LATERAL (
           ${SELECT_SHOWN_OF_SUBJECT} WHERE v.environment = e.environment
              AND v.tenant_id = $1 AND s.environment = e.environment AND (s.email_hash = $3 OR s.phone_hash = $4)
              AND ($5::timestamptz IS NULL OR (v.created_at, v.id) < ($5, $6::uuid))
            ORDER BY v.created_at DESC, v.id DESC LIMIT $7) v
          ORDER BY v.created_at DESC, v.id DESC LIMIT $7`,
};

/** The verifications of all tenants, for operators. Whoever acts on one does so in the scope of its tenant. */
export class VerificationDirectory {
  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly vault: TenantVault,
  ) {}

  /** Where a verification is, for somebody who acts there. Throws Problem `not_found`. */
  async scopeOf(actor: string, id: string): Promise<TenantScope> {
    const [found] = await this.database.across.query<{ tenant_id: string; environment: Environment }>(
      FIND_SCOPE,
      [id],
    );
    if (found === undefined) throw new Problem('not_found', 'There is no such verification.');
    return tenantScope(found.tenant_id, found.environment, actor);
  }

  /** Newest first. */
  async list(filter: DirectoryFilter, page: PageRequest): Promise<Page<Verification>> {
    const { tenantId } = filter;
    const { conditions, after } = narrowed({
      conditions: await this.#conditions(filter),
      after: decodeCursor(page.cursor),
    });
    const query = listQuery(tenantId, conditions, after !== null);
    const session = tenantId === null ? this.database.across : this.database.within({ tenantId });
    const rows = await session.query<ShownRow>(query.statement, [
      environmentsOf(filter),
      page.limit + 1,
      ...query.values,
      ...(after === null ? [] : [after.at, after.id]),
    ]);
    return this.#page(rows, page.limit);
  }

  /** Of one tenant, newest first; with both given, those that match either. */
  async search(
    of: SearchedTenant,
    by: { readonly email: string | null; readonly phone: string | null },
    page: PageRequest,
  ): Promise<Page<Verification>> {
    const { tenantId } = of;
    const after = decodeCursor(page.cursor);
    const hash = (kind: 'email' | 'phone', value: string | null): Promise<Buffer | null> =>
      value === null ? Promise.resolve(null) : this.vault.lookupHash(tenantId, kind, value);
    const rows = await this.database
      .within({ tenantId })
      .query<ShownRow>(SEARCH, [
        tenantId,
        environmentsOf(of),
        await hash('email', by.email?.toLowerCase() ?? null),
        await hash('phone', by.phone),
        after?.at ?? null,
        after?.id ?? null,
        page.limit + 1,
      ]);
    return this.#page(rows, page.limit);
  }

  async #conditions(filter: DirectoryFilter): Promise<readonly Condition[]> {
    if (filter.tenantId === null || filter.reference === undefined) return conditionsOf(filter, undefined);
    return conditionsOf(filter, await this.vault.lookupHash(filter.tenantId, 'reference', filter.reference));
  }

  async #page(rows: readonly ShownRow[], limit: number): Promise<Page<Verification>> {
    const verifications = await Promise.all(rows.map((row) => this.sealer.toVerification(row)));
    return pageOf(verifications, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }
}

function environmentsOf({ environment }: { readonly environment: Environment | null }): readonly string[] {
  return environment === null ? ENVIRONMENTS : [environment];
}

/**
 * One statement per combination. A tenant's are served by verifications_newest,
 * …_by_status, …_by_provider and …_by_reference; those of all by verifications_of_all, and the reviews by verifications_in_review.
 */
function listQuery(
  tenantId: string | null,
  given: readonly Condition[],
  hasCursor: boolean,
): { statement: Statement; values: readonly unknown[] } {
  const isOfAll = tenantId === null;
  // Of all tenants there is one status to ask for, and the partial index is found by its word alone.
  const used = isOfAll ? given.filter(({ name }) => name !== 'status') : given;
  const isReviews = used.length < given.length;
  const first = isOfAll ? 3 : 4;
  const next = first + used.length;
  const conditions = [
    ...used.map(({ sql }, index) => `AND ${sql} $${index + first}`),
    ...(isReviews ? ["AND v.status = 'needs_review'"] : []),
    ...(hasCursor ? [`AND (v.created_at, v.id) < ($${next}, $${next + 1}::uuid)`] : []),
  ];
  return {
    statement: {
      name: [
        'directory',
        isOfAll ? (isReviews ? 'reviews' : 'all') : 'tenant',
        ...used.map(({ name }) => name),
        ...(hasCursor ? ['on'] : []),
      ].join('_'),
      isPlannedAnew: true,
      text: verificationPage(used, {
        ...(!isOfAll && { tenant: '$3' }),
        environments: '$1::text[]',
        limit: '$2',
        conditions: conditions.join(' '),
      }),
    },
    values: [...(isOfAll ? [] : [tenantId]), ...used.map(({ value }) => value)],
  };
}
