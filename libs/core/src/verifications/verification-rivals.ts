import { type Observation } from '@gatehouse/contract';
import { type Database } from '@gatehouse/platform';

import { type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { FIND_RIVALS, type VerificationRow } from './verification.rows.js';

/**
 * Whose a good result is, where the provider keeps one record per person and every verification of that person reads it:
 *
 * - `sole`: this verification's;
 * - `superseded`: another one began after this and before the result. This one goes on waiting, so that nobody can begin a
 *   verification with somebody else's contact and lie in wait for their success;
 * - `disputed`: an open one of the same contact carries another `reference`: two of the caller's users claim one person.
 */
export type ResultClaim = 'sole' | 'superseded' | 'disputed';

interface RivalsRow {
  readonly is_superseded: boolean;
  readonly is_disputed: boolean;
}

/** The observation as it counts under a claim that is not superseded. */
export function judgedBy(claim: Exclude<ResultClaim, 'superseded'>, observation: Observation): Observation {
  if (claim === 'sole') return observation;
  return {
    ...observation,
    verdict: 'needs_review',
    reasonCodes: [...observation.reasonCodes, 'duplicate_identity'],
  };
}

/** Decides {@link ResultClaim} for a read of `row`. What was verified before stays its own. */
export async function claimOn(
  database: Database,
  scope: TenantScope,
  row: VerificationRow,
  connection: OpenConnection,
  read: { readonly observation: Observation; readonly reference: string | null; readonly at: string },
): Promise<ResultClaim> {
  const { observation } = read;
  const isOwn = connection.provider.identifies === 'session' || row.facts.verifiedAt !== null;
  if (isOwn || observation.verdict !== 'verified') return 'sole';
  const resultAt = observation.providerTime ?? observation.consent?.grantedAt ?? read.at;
  const [rivals] = await database
    .within(scope)
    .query<RivalsRow>(FIND_RIVALS, [
      scope.tenantId,
      scope.environment,
      row.id,
      row.connection_id,
      read.reference,
      new Date(resultAt),
    ]);
  if (rivals?.is_superseded === true) return 'superseded';
  return rivals?.is_disputed === true ? 'disputed' : 'sole';
}
