import { fromTypeId } from '@gatehouse/platform';
import type pg from 'pg';

/** When a verification began, where, and how it ended. */
export interface Past {
  readonly provider: string;
  readonly status: string;
  readonly createdAt: string;
  /** Seconds until it was over. */
  readonly took?: number;
  readonly environment?: 'test' | 'live';
  readonly imported?: boolean;
}

/** Writes copies of the tenant's first verification straight into the table, each with another past. */
export async function remember(pool: pg.Pool, tenantId: string, past: readonly Past[]): Promise<void> {
  await pool.query(
    `INSERT INTO verifications
     SELECT copy.* FROM verifications m CROSS JOIN jsonb_array_elements($2::jsonb) AS p
       CROSS JOIN LATERAL jsonb_populate_record(m, jsonb_build_object(
         'id', gen_random_uuid(), 'provider', p ->> 'provider', 'status', p ->> 'status', 'provider_reference', gen_random_uuid(),
         'environment', coalesce(p ->> 'environment', 'test'), 'created_at', p ->> 'createdAt', 'due_at', NULL,
         'facts', m.facts || jsonb_build_object('verifiedAt', p ->> 'createdAt'),
         'import_id', CASE WHEN (p ->> 'imported')::boolean THEN gen_random_uuid() END,
         'completed_at', (p ->> 'createdAt')::timestamptz + make_interval(secs => (p ->> 'took')::float8))) AS copy
      WHERE m.id = (SELECT id FROM verifications WHERE tenant_id = $1 ORDER BY created_at LIMIT 1)`,
    [fromTypeId('tnt', tenantId), JSON.stringify(past)],
  );
}
