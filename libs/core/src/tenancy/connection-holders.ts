import { type Queryable, type Statement, toTypeId } from '@gatehouse/platform';

import { type Environment } from './tenant-scope.js';

/** What would be left without its connection, in public ids. Members that hold nothing are absent. */
export interface Holders {
  readonly verifications?: {
    readonly count: number;
    /** The newest of them. */
    readonly ids: readonly string[];
  };
  readonly imports?: readonly string[];
  readonly policies?: readonly { readonly version: number }[];
}

/** How many verifications are named: enough to look at, and no page of its own. */
const NAMED = 20;

/** Served by verifications_by_provider_reference. */
const VERIFICATIONS: Statement = {
  name: 'connection_holders_verifications',
  text: `SELECT id, count(*) OVER ()::int AS count FROM verifications
          WHERE tenant_id = $1 AND connection_id = $2 AND status IN ('requires_input', 'processing', 'needs_review')
          ORDER BY created_at DESC, id DESC LIMIT $3`,
};
/** Served by imports_one_at_a_time. */
const IMPORTS: Statement = {
  name: 'connection_holders_imports',
  text: `SELECT id FROM imports WHERE tenant_id = $1 AND connection_id = $2 AND state = 'running'`,
};
/** Served by the primary key, backwards. */
const POLICY_IN_FORCE: Statement = {
  name: 'connection_holders_policy',
  text: `SELECT version, policy FROM routing_policies
          WHERE tenant_id = $1 AND environment = $2 ORDER BY version DESC LIMIT 1`,
};

/** Verifications under way, running imports, and the policy in force of the environment; null: nobody needs the connection. */
export async function holdersOf(
  on: Queryable,
  tenantId: string,
  connection: { readonly id: string; readonly environment: Environment; readonly provider: string },
): Promise<Holders | null> {
  const verifications = await on.query<{ id: string; count: number }>(VERIFICATIONS, [
    tenantId,
    connection.id,
    NAMED,
  ]);
  const imports = await on.query<{ id: string }>(IMPORTS, [tenantId, connection.id]);
  const inForce = await on.query<{ version: number; policy: unknown }>(POLICY_IN_FORCE, [
    tenantId,
    connection.environment,
  ]);
  const policies = inForce.filter(({ policy }) => namesProvider(policy, connection.provider));
  const [newest] = verifications;
  if (newest === undefined && imports.length === 0 && policies.length === 0) return null;
  return {
    ...(newest !== undefined && {
      verifications: { count: newest.count, ids: verifications.map(({ id }) => toTypeId('ver', id)) },
    }),
    ...(imports.length > 0 && { imports: imports.map(({ id }) => toTypeId('imp', id)) }),
    ...(policies.length > 0 && { policies: policies.map(({ version }) => ({ version })) }),
  };
}

/**
 * Whether a policy can send a verification to the provider: as its `provider`, as one of its `fallback`, or by one of its
 * `rules`. Read as it is stored: versions of any age may be in force.
 */
export function namesProvider(policy: unknown, name: string): boolean {
  if (typeof policy !== 'object' || policy === null) return false;
  const { provider, fallback, rules } = policy as {
    readonly provider?: unknown;
    readonly fallback?: unknown;
    readonly rules?: unknown;
  };
  return (
    provider === name ||
    (Array.isArray(fallback) && fallback.includes(name)) ||
    (Array.isArray(rules) && rules.some((rule) => namesProvider(rule, name)))
  );
}
