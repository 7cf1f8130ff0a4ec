import { type ProblemCode } from '@gatehouse/contract';
import { type Statement } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';

export interface ImportRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly connection_id: string;
  readonly actor: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly pass: number;
  readonly next_page: number;
  readonly total: number | null;
  readonly seen: number;
  readonly adopted: number;
  readonly known: number;
  readonly found_in_pass: number;
  readonly attempts: number;
  readonly failure: ProblemCode | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly completed_at: Date | null;
}

const COLUMNS = `tenant_id, id, environment, provider, connection_id, actor, state, pass, next_page, total, seen, adopted, known,
  found_in_pass, attempts, failure, created_at, updated_at, completed_at`;

/** No row: another one of this connection is running (imports_one_at_a_time). */
export const INSERT: Statement = {
  name: 'imports_insert',
  text: `INSERT INTO imports (tenant_id, id, environment, provider, connection_id, actor, state, bucket, due_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $8, $8)
         ON CONFLICT (tenant_id, connection_id) WHERE state = 'running' DO NOTHING
         RETURNING ${COLUMNS}`,
};
/** Served by the primary key. */
export const FIND: Statement = {
  name: 'imports_find',
  text: `SELECT ${COLUMNS} FROM imports WHERE tenant_id = $1 AND environment = $2 AND id = $3`,
};
/** Served by imports_one_at_a_time. */
export const FIND_RUNNING: Statement = {
  name: 'imports_find_running',
  text: `SELECT ${COLUMNS} FROM imports WHERE tenant_id = $1 AND connection_id = $2 AND state = 'running'`,
};
/** One due import for one worker, for the time of a lease. Served by imports_due. */
export const CLAIM: Statement = {
  name: 'imports_claim',
  text: `UPDATE imports i SET due_at = $2
           FROM (SELECT tenant_id, id FROM imports WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE i.tenant_id = due.tenant_id AND i.id = due.id
         RETURNING ${COLUMNS.replaceAll(/(\w+)/g, 'i.$1')}`,
};
/** Where the import stands is where this worker found it: nobody else has done the page meanwhile. */
export const LOCK_PAGE: Statement = {
  name: 'imports_lock_page',
  text: `SELECT id FROM imports
          WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND pass = $3 AND next_page = $4 FOR UPDATE`,
};
export const ADVANCE: Statement = {
  name: 'imports_advance',
  text: `UPDATE imports SET state = $3, pass = $4, next_page = $5, total = $6, seen = $7, adopted = adopted + $8, known = known + $9,
             found_in_pass = $10, attempts = 0, due_at = $11, updated_at = $12, completed_at = $13
          WHERE tenant_id = $1 AND id = $2`,
};
export const POSTPONE: Statement = {
  name: 'imports_postpone',
  text: `UPDATE imports SET attempts = attempts + 1, due_at = $3, updated_at = $4
          WHERE tenant_id = $1 AND id = $2 AND state = 'running'`,
};
export const FAIL: Statement = {
  name: 'imports_fail',
  text: `UPDATE imports SET state = 'failed', failure = $3, due_at = NULL, updated_at = $4, completed_at = $4
          WHERE tenant_id = $1 AND id = $2 AND state = 'running' RETURNING id`,
};
