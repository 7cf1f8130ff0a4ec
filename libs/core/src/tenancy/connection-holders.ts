import { type Queryable, type Statement, toTypeId } from '@gatehouse/platform';

import { providersOf } from '../routing/policy.js';
import { ahead, inForce } from '../routing/policy-versions.js';
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

/**
 * Verifications under way, running imports, and the policies of the environment that are or will be in force; null: nobody needs
 * the connection.
 */
export async function holdersOf(
  on: Queryable,
  tenantId: string,
  connection: { readonly id: string; readonly environment: Environment; readonly provider: string },
  now: Date,
): Promise<Holders | null> {
  const verifications = await on.query<{ id: string; count: number }>(VERIFICATIONS, [
    tenantId,
    connection.id,
    NAMED,
  ]);
  const imports = await on.query<{ id: string }>(IMPORTS, [tenantId, connection.id]);
  const place = { tenantId, environment: connection.environment };
  const present = await inForce(on, place, now);
  const coming = await ahead(on, place, present?.version ?? 0);
  const policies = [...coming, ...(present === null ? [] : [present])].filter(({ policy }) =>
    providersOf(policy).includes(connection.provider),
  );
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
