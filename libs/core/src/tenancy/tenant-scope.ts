import { type Reach } from '@gatehouse/platform';

export const ENVIRONMENTS = ['test', 'live'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

declare const brand: unique symbol;

/**
 * On whose behalf something is done. The first argument of everything that touches a tenant's rows, so that a query
 * without a tenant does not compile. Made from an authenticated key, a webhook's connection, or a claimed row.
 */
export interface TenantScope {
  readonly [brand]: true;
  readonly tenantId: string;
  readonly environment: Environment;
  /** Who acts, for the ledger: `key:<id>`, `admin:<id>`, `provider:<name>`, `browser`, `system`. */
  readonly actor: string;
}

/** Whose rows a claimed row's work may see. */
export function reachOf(row: { readonly tenant_id: string; readonly environment: Environment }): Reach {
  return { tenantId: row.tenant_id, environment: row.environment };
}

export function tenantScope(tenantId: string, environment: Environment, actor: string): TenantScope {
  return { tenantId, environment, actor } as TenantScope;
}
