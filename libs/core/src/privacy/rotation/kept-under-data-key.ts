import { LOWEST_ID, type Statement } from '@gatehouse/platform';

import { type Place } from '../tenant-vault.js';

/**
 * Rows that hold what a tenant's data key opens, and how a walk goes over them in the order of an index.
 *
 * `page` ($1 tenant, $2 the last row that was dealt with, $3 how many, $4 version) gives {@link PageRow}s. `replace` ($1 tenant, $2 rows as
 * `page` told them, $3 their bytes as they were, $4 the new ones, $5 version) leaves alone what has changed since, or was erased.
 */
export interface KeptUnderDataKey {
  readonly table: string;
  readonly page: Statement;
  readonly replace: Statement;
  /** Before every row. */
  readonly start: readonly string[];
  /** Where what is sealed in a row belongs; null: it is a subject's key. */
  readonly placeOf: ((at: readonly string[]) => Place) | null;
  /** Of no tenant, so that only our own data key can have sealed it. */
  readonly isOurs?: true;
}

export interface PageRow {
  readonly at: readonly string[];
  /** Null: nothing is there, or it is under a version that is new enough. */
  readonly sealed: Buffer | null;
  /** Of the data key, for a subject's key; all others begin with it. */
  readonly version: number | null;
}

/** What begins with the version of its data key, if that is older than $4. Of what was emptied by an erasure nothing is there. */
const older = (column: string): string =>
  `CASE WHEN substring(${column} FROM 1 FOR 4) < int4send($4::int) THEN nullif(${column}, ''::bytea) END AS sealed,
                NULL::int AS version`;

/** The rows that `page` told, with their bytes. */
const FRESH = 'unnest($2::text[], $3::bytea[], $4::bytea[]) AS fresh (at, was, sealed)';
const KEPT_FOR = '$5::int IS NOT NULL';

const SUBJECTS: KeptUnderDataKey = {
  table: 'subjects',
  start: [LOWEST_ID],
  placeOf: null,
  /** Served by the primary key. */
  page: {
    name: 'rotation_subjects_page',
    text: `SELECT jsonb_build_array(id) AS at, key_version AS version, CASE WHEN key_version < $4 THEN key_wrapped END AS sealed
             FROM subjects WHERE tenant_id = $1 AND id > ($2::jsonb ->> 0)::uuid ORDER BY id LIMIT $3`,
  },
  replace: {
    name: 'rotation_subjects_replace',
    text: `UPDATE subjects s SET key_wrapped = fresh.sealed, key_version = $5 FROM ${FRESH}
            WHERE s.tenant_id = $1 AND s.id = (fresh.at::jsonb ->> 0)::uuid AND s.key_wrapped = fresh.was RETURNING s.id`,
  },
};

/** A tenant's table with an id, read in the order of its primary key. */
function byId(table: string, column: string): KeptUnderDataKey {
  return {
    table,
    start: [LOWEST_ID],
    placeOf: ([id = '']) => ({ table, row: id, column }),
    page: {
      name: `rotation_${table}_page`,
      text: `SELECT jsonb_build_array(id) AS at, ${older(column)}
               FROM ${table} WHERE tenant_id = $1 AND id > ($2::jsonb ->> 0)::uuid ORDER BY id LIMIT $3`,
    },
    replace: {
      name: `rotation_${table}_replace`,
      text: `UPDATE ${table} t SET ${column} = fresh.sealed FROM ${FRESH}
              WHERE t.tenant_id = $1 AND t.id = (fresh.at::jsonb ->> 0)::uuid AND t.${column} = fresh.was AND ${KEPT_FOR} RETURNING t.id`,
    },
  };
}

/** Only of orphans: what is known to be about somebody is under their own key. */
const ORPHANS: KeptUnderDataKey = {
  table: 'signals',
  start: ['-infinity', LOWEST_ID],
  placeOf: ([, id = '']) => ({ table: 'signals', row: id, column: 'body_sealed' }),
  /** Served by signals_by_verification. */
  page: {
    name: 'rotation_signals_page',
    text: `SELECT jsonb_build_array(received_at, id) AS at, ${older('body_sealed')}
             FROM signals WHERE tenant_id = $1 AND verification_id IS NULL
              AND (received_at, id) > (($2::jsonb ->> 0)::timestamptz, ($2::jsonb ->> 1)::uuid) ORDER BY received_at, id LIMIT $3`,
  },
  replace: {
    name: 'rotation_signals_replace',
    text: `UPDATE signals t SET body_sealed = fresh.sealed FROM ${FRESH}
            WHERE t.tenant_id = $1 AND t.id = (fresh.at::jsonb ->> 1)::uuid AND t.body_sealed = fresh.was AND ${KEPT_FOR} RETURNING t.id`,
  },
};

const IDEMPOTENCY: KeptUnderDataKey = {
  table: 'idempotency_keys',
  start: ['', '', ''],
  placeOf: (at) => ({ table: 'idempotency_keys', row: JSON.stringify(at), column: 'response_sealed' }),
  /** Served by the primary key. */
  page: {
    name: 'rotation_idempotency_keys_page',
    text: `SELECT jsonb_build_array(environment, route, key) AS at, ${older('response_sealed')}
             FROM idempotency_keys
            WHERE tenant_id = $1 AND (environment, route, key) > ($2::jsonb ->> 0, $2::jsonb ->> 1, $2::jsonb ->> 2)
            ORDER BY environment, route, key LIMIT $3`,
  },
  replace: {
    name: 'rotation_idempotency_keys_replace',
    text: `UPDATE idempotency_keys t SET response_sealed = fresh.sealed FROM ${FRESH}
            WHERE t.tenant_id = $1 AND t.environment = fresh.at::jsonb ->> 0 AND t.route = fresh.at::jsonb ->> 1
              AND t.key = fresh.at::jsonb ->> 2 AND t.response_sealed = fresh.was AND ${KEPT_FOR} RETURNING t.key`,
  },
};

/** What receivers answered to attempts that failed. */
const WEBHOOK_ATTEMPTS: KeptUnderDataKey = {
  table: 'webhook_attempts',
  start: [LOWEST_ID, '0'],
  placeOf: (at) => ({ table: 'webhook_attempts', row: JSON.stringify(at), column: 'response_sealed' }),
  /** Served by the primary key. */
  page: {
    name: 'rotation_webhook_attempts_page',
    text: `SELECT jsonb_build_array(delivery_id, number::text) AS at, ${older('response_sealed')}
             FROM webhook_attempts
            WHERE tenant_id = $1 AND response_sealed IS NOT NULL
              AND (delivery_id, number) > (($2::jsonb ->> 0)::uuid, ($2::jsonb ->> 1)::int)
            ORDER BY delivery_id, number LIMIT $3`,
  },
  replace: {
    name: 'rotation_webhook_attempts_replace',
    text: `UPDATE webhook_attempts t SET response_sealed = fresh.sealed FROM ${FRESH}
            WHERE t.tenant_id = $1 AND t.delivery_id = (fresh.at::jsonb ->> 0)::uuid AND t.number = (fresh.at::jsonb ->> 1)::int
              AND t.response_sealed = fresh.was AND ${KEPT_FOR} RETURNING t.number`,
  },
};

const LEDGER_KEYS: KeptUnderDataKey = {
  table: 'ledger_keys',
  start: [LOWEST_ID],
  isOurs: true,
  placeOf: ([id = '']) => ({ table: 'ledger_keys', row: id, column: 'private_sealed' }),
  /** A handful. */
  page: {
    name: 'rotation_ledger_keys_page',
    text: `SELECT jsonb_build_array(id) AS at, ${older('private_sealed')}
             FROM ledger_keys WHERE $1::uuid IS NOT NULL AND id > ($2::jsonb ->> 0)::uuid ORDER BY id LIMIT $3`,
  },
  replace: {
    name: 'rotation_ledger_keys_replace',
    text: `UPDATE ledger_keys t SET private_sealed = fresh.sealed FROM ${FRESH}
            WHERE $1::uuid IS NOT NULL AND t.id = (fresh.at::jsonb ->> 0)::uuid AND t.private_sealed = fresh.was AND ${KEPT_FOR}
           RETURNING t.id`,
  },
};

/** In the order in which they are walked. Whatever {@link TenantVault.sealForTenant} seals has to be here. */
export const KEPT_UNDER_DATA_KEY: readonly KeptUnderDataKey[] = [
  SUBJECTS,
  byId('connections', 'secrets_sealed'),
  byId('webhook_endpoints', 'sealed'),
  byId('legal_holds', 'reason_sealed'),
  byId('erasure_duties', 'note_sealed'),
  ORPHANS,
  IDEMPOTENCY,
  WEBHOOK_ATTEMPTS,
  LEDGER_KEYS,
];
