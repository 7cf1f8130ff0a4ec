import { toTypeId } from '@gatehouse/platform';

import { type Records, type Row } from '../records.js';
import { check, type Check, showing } from './check.js';

interface Chain {
  readonly id: string;
  readonly versions: readonly number[];
  readonly created: number;
  readonly last: string | null;
}

/** One chain each: versions from 1 on without a gap, each once, up to the record; and the tenant's positions are dense. */
export async function ledger(
  records: readonly Row[],
  { pool, tenantId }: Pick<Records, 'pool' | 'tenantId'>,
): Promise<readonly Check[]> {
  const { rows } = await pool.query<Chain>(
    `SELECT verification_id AS id, array_agg(version ORDER BY version) AS versions,
            count(*) FILTER (WHERE kind = 'verification.created')::int AS created,
            (array_agg(data->>'to' ORDER BY version DESC))[1] AS last
       FROM ledger_entries WHERE tenant_id = $1 AND verification_id IS NOT NULL AND version IS NOT NULL GROUP BY verification_id`,
    [tenantId],
  );
  const chains = new Map(rows.map((row) => [toTypeId('ver', row.id), row]));
  const broken = records.flatMap((row) => {
    const chain = chains.get(row.id);
    if (chain === undefined) return [`${row.id}: no chain`];
    const faults = [
      chain.versions.every((version, index) => version === index + 1)
        ? null
        : `versions ${chain.versions.join(', ')}`,
      chain.versions.length === row.version
        ? null
        : `ends at ${chain.versions.length}, the record at ${row.version}`,
      chain.created === 1 ? null : `created ${chain.created} times`,
      chain.last === null || chain.last === row.status
        ? null
        : `ends in ${chain.last}, the record in ${row.status}`,
    ].filter((fault) => fault !== null);
    return faults.length === 0 ? [] : [`${row.id}: ${faults.join('; ')}`];
  });
  const strangers = [...chains.keys()].filter((id) => !records.some((row) => row.id === id));
  return [
    check(
      '4. exactly one ledger chain each: versions 1 to n, the last as the record',
      records.length,
      [...broken, ...strangers.map((id) => `${id}: a chain without a verification`)],
      [`${rows.reduce((sum, { versions }) => sum + versions.length, 0)} entries`],
    ),
    await positions(tenantId, pool),
  ].map((one) => showing(['I7'], one));
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
