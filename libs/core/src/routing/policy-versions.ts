import { Problem } from '@gatehouse/contract';
import { type Queryable, type Statement } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';
import { type RoutingPolicy, storedPolicy } from './policy.js';

/** What has become of a version: put in force or to be so, or waiting for a second person, or turned down. */
export type PolicyState = 'accepted' | 'proposed' | 'rejected';

export interface PolicyVersion {
  readonly version: number;
  readonly policy: RoutingPolicy;
  readonly author: string;
  readonly note: string | null;
  readonly at: Date;
  readonly state: PolicyState;
  /** Null: from when it was accepted. */
  readonly effectiveAt: Date | null;
  /** Of a proposal: the newest accepted version when it was made, and until when it can be decided. */
  readonly basedOn: number | null;
  readonly proposedUntil: Date | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** Of a tenant, in one of its environments. */
export interface PolicyPlace {
  readonly tenantId: string;
  readonly environment: Environment;
}

interface PolicyRow {
  readonly version: number;
  readonly policy: Parameters<typeof storedPolicy>[0];
  readonly author: string;
  readonly note: string | null;
  readonly created_at: Date;
  readonly state: PolicyState;
  readonly effective_at: Date | null;
  readonly based_on: number | null;
  readonly proposed_until: Date | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

const COLUMNS =
  'version, policy, author, note, created_at, state, effective_at, based_on, proposed_until, decided_by, decided_at';
const OF_PLACE = 'tenant_id = $1 AND environment = $2';

/* All served by the primary key, backwards. */
const IN_FORCE: Statement = {
  name: 'routing_policies_in_force',
  text: `SELECT ${COLUMNS} FROM routing_policies
          WHERE ${OF_PLACE} AND state = 'accepted' AND (effective_at IS NULL OR effective_at <= $3)
          ORDER BY version DESC LIMIT 1`,
};
const AHEAD: Statement = {
  name: 'routing_policies_ahead',
  text: `SELECT ${COLUMNS} FROM routing_policies
          WHERE ${OF_PLACE} AND state = 'accepted' AND version > $3 ORDER BY version DESC`,
};
const NEWEST: Statement = {
  name: 'routing_policies_newest',
  // By two probes: as figures of all versions they would be made of all versions.
  text: `SELECT coalesce((SELECT version FROM routing_policies WHERE ${OF_PLACE} ORDER BY version DESC LIMIT 1), 0) AS version,
                coalesce((SELECT version FROM routing_policies WHERE ${OF_PLACE} AND state = 'accepted'
                           ORDER BY version DESC LIMIT 1), 0) AS accepted`,
};
const EARLIER: Statement = {
  name: 'routing_policies_earlier',
  text: `SELECT ${COLUMNS} FROM routing_policies
          WHERE ${OF_PLACE} AND state = 'accepted' AND version < $3 AND (effective_at IS NULL OR effective_at <= $4)
          ORDER BY version DESC LIMIT 50`,
};
const FIND: Statement = {
  name: 'routing_policies_find',
  text: `SELECT ${COLUMNS} FROM routing_policies WHERE ${OF_PLACE} AND version = $3`,
};
const LIST: Statement = {
  name: 'routing_policies_list',
  text: `SELECT ${COLUMNS} FROM routing_policies
          WHERE ${OF_PLACE} AND version < $3 ORDER BY version DESC LIMIT $4`,
};
/** Of a column of 32 bits: no version comes that far. */
const BEYOND_ALL_VERSIONS = 2 ** 31 - 1;
const INSERT: Statement = {
  name: 'routing_policies_insert',
  text: `INSERT INTO routing_policies (tenant_id, environment, version, policy, author, note, created_at, state, effective_at,
                                       based_on, proposed_until, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING ${COLUMNS}`,
};
const DECIDE: Statement = {
  name: 'routing_policies_decide',
  text: `UPDATE routing_policies SET state = $4, decided_by = $5, decided_at = $6, due_at = $7
          WHERE ${OF_PLACE} AND version = $3 RETURNING ${COLUMNS}`,
};

/** The version that a request is decided by at that time; null: none yet. */
export async function inForce(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  now: Date,
): Promise<PolicyVersion | null> {
  const [row] = await on.query<PolicyRow>(IN_FORCE, [tenantId, environment, now]);
  return row === undefined ? null : versionOf(row);
}

/** Accepted versions after that one, the newest first: they are still to come into force. */
export async function ahead(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  version: number,
): Promise<readonly PolicyVersion[]> {
  return (await on.query<PolicyRow>(AHEAD, [tenantId, environment, version])).map(versionOf);
}

/** The versions before that one which may have been in force, newest first: none that is still to come, and fifty at most. */
export async function earlier(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  version: number,
  now: Date,
): Promise<readonly PolicyVersion[]> {
  return (await on.query<PolicyRow>(EARLIER, [tenantId, environment, version, now])).map(versionOf);
}

/** The highest version, and the highest that was accepted; 0: none. */
export async function newest(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
): Promise<{ readonly version: number; readonly accepted: number }> {
  const [row] = await on.query<{ version: number; accepted: number }>(NEWEST, [tenantId, environment]);
  return row ?? { version: 0, accepted: 0 };
}

/** Throws Problem `not_found`. */
export async function findVersion(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  version: number,
): Promise<PolicyVersion> {
  const [row] = await on.query<PolicyRow>(FIND, [tenantId, environment, version]);
  if (row === undefined) throw new Problem('not_found', 'There is no such version of the routing policy.');
  return versionOf(row);
}

/** The newest first, from before that version on. */
export async function listVersions(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  before: number | null,
  limit: number,
): Promise<readonly PolicyVersion[]> {
  return (await on.query<PolicyRow>(LIST, [tenantId, environment, before ?? BEYOND_ALL_VERSIONS, limit])).map(
    versionOf,
  );
}

export async function insertVersion(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  version: Pick<
    PolicyVersion,
    'version' | 'policy' | 'author' | 'at' | 'state' | 'basedOn' | 'proposedUntil'
  >,
): Promise<PolicyVersion> {
  const { policy } = version;
  const rows = await on.query<PolicyRow>(INSERT, [
    tenantId,
    environment,
    version.version,
    JSON.stringify(policy),
    version.author,
    policy.note,
    version.at,
    version.state,
    policy.effectiveAt === null ? null : new Date(policy.effectiveAt),
    version.basedOn,
    version.proposedUntil,
    version.state === 'accepted' && policy.guardrail !== null ? version.at : null,
  ]);
  return written(rows);
}

export async function decideVersion(
  on: Queryable,
  { tenantId, environment }: PolicyPlace,
  version: number,
  decision: {
    readonly state: 'accepted' | 'rejected';
    readonly by: string;
    readonly at: Date;
    readonly isGuarded: boolean;
  },
): Promise<PolicyVersion> {
  const dueAt = decision.isGuarded ? decision.at : null;
  const values = [tenantId, environment, version, decision.state, decision.by, decision.at, dueAt];
  return written(await on.query<PolicyRow>(DECIDE, values));
}

function written([row]: readonly PolicyRow[]): PolicyVersion {
  if (row === undefined) throw new Error('a policy version was not written');
  return versionOf(row);
}

function versionOf(row: PolicyRow): PolicyVersion {
  return {
    version: row.version,
    policy: storedPolicy(row.policy),
    author: row.author,
    note: row.note,
    at: row.created_at,
    state: row.state,
    effectiveAt: row.effective_at,
    basedOn: row.based_on,
    proposedUntil: row.proposed_until,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
  };
}
