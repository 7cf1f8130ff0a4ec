import { LOWEST_ID, type Statement } from '@gatehouse/platform';

import { type Place } from '../tenant-vault.js';

/**
 * Rows that hold what a person's key seals.
 *
 * `page` ($1 tenant, $2 subjects, $3 the last row that was dealt with, $4 how many) gives {@link SealedRow}s in the order of `at`.
 * `replace` ($1 tenant, $2 rows as `page` told them, then for each column its bytes as they were and the new ones, null where there are
 * none) leaves alone what has changed since.
 */
export interface KeptUnderSubjectKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly page: Statement;
  readonly replace: Statement;
  /** Before every row. */
  readonly start: readonly string[];
  readonly placeOf: (at: readonly string[], column: string) => Place;
  /** At once: what they hold is in memory together. */
  readonly rowsAtOnce: number;
}

export interface SealedRow {
  readonly at: readonly string[];
  readonly subject_id: string;
  /** In the order of the columns; null also for what was emptied by an erasure. */
  readonly sealed: readonly (Buffer | null)[];
}

interface Shape {
  readonly table: string;
  readonly columns: readonly string[];
  /** SQL for `at`. */
  readonly at: string;
  readonly from: string;
  /** Rows after $3, among those of the subjects $2. */
  readonly where: string;
  readonly order: string;
  /** Finds a row of `t` by `place`, which is what `at` told of it. */
  readonly match: string;
}

function statements({ table, columns, at, from, where, order, match }: Shape): {
  readonly page: Statement;
  readonly replace: Statement;
} {
  const fresh = columns.flatMap((_, index) => [`was_${index}`, `now_${index}`]);
  const arrays = fresh.map((_, index) => `$${index + 3}::bytea[]`);
  const kept = columns.map(
    (column, n) =>
      `${column} = CASE WHEN t.${column} = fresh.was_${n} THEN fresh.now_${n} ELSE t.${column} END`,
  );
  return {
    page: {
      name: `resealing_${table}_page`,
      text: `SELECT ${at} AS at, s.id AS subject_id, ARRAY[${columns.map((column) => `nullif(t.${column}, ''::bytea)`).join(', ')}] AS sealed
               FROM ${from} WHERE s.tenant_id = $1 AND s.id = ANY($2) AND ${where} ORDER BY ${order} LIMIT $4`,
    },
    replace: {
      name: `resealing_${table}_replace`,
      text: `UPDATE ${table} t SET ${kept.join(', ')}
               FROM (SELECT at::jsonb AS place, ${fresh.join(', ')} FROM unnest($2::text[], ${arrays.join(', ')}) AS f (at, ${fresh.join(', ')})) fresh
              WHERE t.tenant_id = $1 AND ${match}`,
    },
  };
}

const VERIFICATIONS = 'subjects s JOIN verifications v ON v.tenant_id = s.tenant_id AND v.subject_id = s.id';
const OF_VERIFICATION = 't.tenant_id = v.tenant_id AND t.verification_id = v.id';

/** Whatever is sealed under a person's key has to be here. Served by the primary keys, verifications_by_subject, signals_by_verification. */
export const KEPT_UNDER_SUBJECT_KEY: readonly KeptUnderSubjectKey[] = [
  {
    table: 'subjects',
    columns: ['details_sealed'],
    start: [LOWEST_ID],
    rowsAtOnce: 100,
    placeOf: ([id = ''], column) => ({ table: 'subjects', row: id, column }),
    ...statements({
      table: 'subjects',
      columns: ['details_sealed'],
      at: 'jsonb_build_array(t.id)',
      from: 'subjects s JOIN subjects t ON t.tenant_id = s.tenant_id AND t.id = s.id',
      where: 's.id > ($3::jsonb ->> 0)::uuid',
      order: 's.id',
      match: 't.id = (fresh.place ->> 0)::uuid',
    }),
  },
  {
    table: 'verifications',
    columns: ['request_sealed', 'handle_sealed', 'action_sealed', 'identity_sealed', 'decision_sealed'],
    start: [LOWEST_ID],
    rowsAtOnce: 100,
    placeOf: ([id = ''], column) => ({ table: 'verifications', row: id, column }),
    ...statements({
      table: 'verifications',
      columns: ['request_sealed', 'handle_sealed', 'action_sealed', 'identity_sealed', 'decision_sealed'],
      at: 'jsonb_build_array(t.id)',
      from: 'subjects s JOIN verifications t ON t.tenant_id = s.tenant_id AND t.subject_id = s.id',
      where: 't.id > ($3::jsonb ->> 0)::uuid',
      order: 't.id',
      match: 't.id = (fresh.place ->> 0)::uuid',
    }),
  },
  {
    table: 'readings',
    columns: ['evidence_sealed'],
    start: [LOWEST_ID, ''],
    rowsAtOnce: 100,
    placeOf: ([id = '', hash = ''], column) => ({ table: 'readings', row: `${id}/${hash}`, column }),
    ...statements({
      table: 'readings',
      columns: ['evidence_sealed'],
      at: `jsonb_build_array(t.verification_id, encode(t.evidence_hash, 'hex'))`,
      from: `${VERIFICATIONS} JOIN readings t ON ${OF_VERIFICATION}`,
      where: `(t.verification_id, t.evidence_hash) > (($3::jsonb ->> 0)::uuid, decode($3::jsonb ->> 1, 'hex'))`,
      order: 't.verification_id, t.evidence_hash',
      match: `t.verification_id = (fresh.place ->> 0)::uuid AND t.evidence_hash = decode(fresh.place ->> 1, 'hex')`,
    }),
  },
  {
    table: 'signals',
    columns: ['body_sealed'],
    start: [LOWEST_ID],
    rowsAtOnce: 50,
    placeOf: ([id = ''], column) => ({ table: 'signals', row: id, column }),
    ...statements({
      table: 'signals',
      columns: ['body_sealed'],
      at: 'jsonb_build_array(t.id)',
      from: `${VERIFICATIONS} JOIN signals t ON ${OF_VERIFICATION}`,
      where: 't.id > ($3::jsonb ->> 0)::uuid',
      order: 't.id',
      match: 't.id = (fresh.place ->> 0)::uuid',
    }),
  },
  {
    table: 'archived_report_parts',
    columns: ['sealed'],
    start: [LOWEST_ID, 'false', '-1'],
    rowsAtOnce: 8,
    placeOf: ([id = '', confidences = '', position = ''], column) => ({
      table: 'archived_report_parts',
      row: `${id}/${confidences === 'true' ? 'confidences' : 'plain'}/${position}`,
      column,
    }),
    ...statements({
      table: 'archived_report_parts',
      columns: ['sealed'],
      at: 'jsonb_build_array(t.verification_id, t.confidences::text, t.position::text)',
      from: `${VERIFICATIONS} JOIN archived_report_parts t ON ${OF_VERIFICATION}`,
      where: `(t.verification_id, t.confidences, t.position)
              > (($3::jsonb ->> 0)::uuid, ($3::jsonb ->> 1)::boolean, ($3::jsonb ->> 2)::int)`,
      order: 't.verification_id, t.confidences, t.position',
      match: `t.verification_id = (fresh.place ->> 0)::uuid AND t.confidences = (fresh.place ->> 1)::boolean
              AND t.position = (fresh.place ->> 2)::int`,
    }),
  },
];
