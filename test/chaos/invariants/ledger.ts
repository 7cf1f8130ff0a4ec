import { toTypeId } from '@gatehouse/platform';

import { type Records } from '../records.js';
import { check, type Check, showing } from './check.js';

/** A verification and its chain, of one moment; either can be missing. */
interface Chained {
  readonly id: string;
  readonly version: number | null;
  readonly status: string | null;
  readonly versions: readonly number[] | null;
  readonly created: number;
  readonly last: string | null;
}

/** One chain each: versions from 1 on without a gap, each once, up to the record; and the tenant's positions are dense. */
export async function ledger({
  pool,
  tenantId,
}: Pick<Records, 'pool' | 'tenantId'>): Promise<readonly Check[]> {
  const { rows } = await pool.query<Chained>(
    `SELECT coalesce(v.id, c.id) AS id, v.version, v.status, c.versions, coalesce(c.created, 0) AS created, c.last
       FROM (SELECT id, version, status FROM verifications WHERE tenant_id = $1) v
       FULL JOIN (SELECT verification_id AS id, array_agg(version ORDER BY version) AS versions,
                         count(*) FILTER (WHERE kind = 'verification.created')::int AS created,
                         (array_agg(data->>'to' ORDER BY version DESC))[1] AS last
                    FROM ledger_entries
                   WHERE tenant_id = $1 AND verification_id IS NOT NULL AND version IS NOT NULL
                   GROUP BY verification_id) c ON c.id = v.id`,
    [tenantId],
  );
  const broken = rows.flatMap((row) => {
    const faults = faultsOf(row);
    return faults.length === 0 ? [] : [`${toTypeId('ver', row.id)}: ${faults.join('; ')}`];
  });
  return [
    check('4. exactly one ledger chain each: versions 1 to n, the last as the record', rows.length, broken, [
      `${rows.reduce((sum, { versions }) => sum + (versions?.length ?? 0), 0)} entries`,
    ]),
    await positions(tenantId, pool),
  ].map((one) => showing(['I7'], one));
}

function faultsOf({ version, status, versions, created, last }: Chained): readonly string[] {
  if (version === null) return ['a chain without a verification'];
  if (versions === null) return ['no chain'];
  return [
    versions.every((one, index) => one === index + 1) ? null : `versions ${versions.join(', ')}`,
    versions.length === version ? null : `ends at ${versions.length}, the record at ${version}`,
    created === 1 ? null : `created ${created} times`,
    last === null || last === status ? null : `ends in ${last}, the record in ${status ?? ''}`,
  ].filter((fault) => fault !== null);
}

async function positions(tenantId: string, pool: Records['pool']): Promise<Check> {
  const { rows } = await pool.query<{ entries: number; placed: number; low: string; high: string }>(
    `SELECT count(*)::int AS entries, count(DISTINCT position)::int AS placed, min(position) AS low, max(position) AS high
       FROM ledger_entries e LEFT JOIN ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id WHERE e.tenant_id = $1`,
    [tenantId],
  );
  const [of] = rows;
  if (of === undefined) throw new Error('an aggregate without a row');
  const isDense = of.entries === of.placed && Number(of.high) - Number(of.low) + 1 === of.entries;
  const broken = isDense
    ? []
    : [`${of.placed} positions from ${of.low} to ${of.high} for ${of.entries} entries`];
  return check('4. the ledger’s positions are dense, each given once', of.entries, broken);
}
