import { type Statement } from '@gatehouse/platform';

import { SYSTEM_TENANT_ID } from '../tenant-vault.js';
import { type KeyRotation, type RotationLevel, type RotationPhase } from './key-rotation.js';

export interface RotationRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly level: RotationLevel;
  readonly state: 'running' | 'done';
  readonly actor: string;
  readonly phase: RotationPhase;
  readonly at_table: string | null;
  readonly after: readonly string[] | null;
  readonly turn: number;
  readonly from_version: number | null;
  readonly to_version: number | null;
  readonly total: number | null;
  readonly moved: number;
  readonly failed: number;
  readonly settles_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly completed_at: Date | null;
  readonly destroyed_at: Date | null;
}

const COLUMNS = `tenant_id, id, level, state, actor, phase, at_table, after, turn, from_version, to_version, total, moved, failed,
  settles_at, created_at, updated_at, completed_at, destroyed_at`;

/** By the primary key. */
export const FIND_TENANT: Statement = {
  name: 'key_rotations_find_tenant',
  text: 'SELECT id FROM tenants WHERE id = $1',
};
/** Served by the primary key. */
export const TENANTS: Statement = {
  name: 'key_rotations_tenants',
  text: 'SELECT id FROM tenants WHERE id > $1 ORDER BY id LIMIT $2',
};
/** No row for a tenant of which one is running (key_rotations_one_at_a_time). */
export const INSERT: Statement = {
  name: 'key_rotations_insert',
  text: `INSERT INTO key_rotations (tenant_id, id, level, state, actor, phase, due_at, created_at, updated_at)
         SELECT fresh.tenant_id, fresh.id, $3, 'running', $4, 'begin', $5, $5, $5
           FROM unnest($1::uuid[], $2::uuid[]) AS fresh (tenant_id, id)
         ON CONFLICT (tenant_id) WHERE state = 'running' DO NOTHING
         RETURNING ${COLUMNS}`,
};
/** Served by key_rotations_one_at_a_time. */
export const FIND_RUNNING: Statement = {
  name: 'key_rotations_find_running',
  text: `SELECT ${COLUMNS} FROM key_rotations WHERE tenant_id = $1 AND state = 'running'`,
};
/** Served by key_rotations_by_id. */
export const FIND: Statement = {
  name: 'key_rotations_find',
  text: `SELECT ${COLUMNS} FROM key_rotations WHERE id = $1`,
};
const NEWEST = `(created_at, id) < (coalesce($1, 'infinity'::timestamptz), coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
          ORDER BY created_at DESC, id DESC LIMIT $3`;
/** Served by key_rotations_newest. */
export const LIST: Statement = {
  name: 'key_rotations_list',
  text: `SELECT ${COLUMNS} FROM key_rotations WHERE ${NEWEST}`,
};
/** Served by key_rotations_of_tenant. */
export const LIST_OF_TENANT: Statement = {
  name: 'key_rotations_list_of_tenant',
  text: `SELECT ${COLUMNS} FROM key_rotations WHERE tenant_id = $4 AND ${NEWEST}`,
};
/** One due step for one worker, for the time of a lease. Served by key_rotations_due. */
export const CLAIM: Statement = {
  name: 'key_rotations_claim',
  text: `UPDATE key_rotations r SET due_at = $2, turn = turn + 1
           FROM (SELECT tenant_id, id FROM key_rotations WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE r.tenant_id = due.tenant_id AND r.id = due.id
         RETURNING ${COLUMNS.replaceAll(/(\w+)/g, 'r.$1')}`,
};
/** No row: another worker has taken over. By the primary key. */
export const LOCK_TURN: Statement = {
  name: 'key_rotations_lock_turn',
  text: 'SELECT turn FROM key_rotations WHERE tenant_id = $1 AND id = $2 AND turn = $3 FOR UPDATE',
};
export const ADVANCE: Statement = {
  name: 'key_rotations_advance',
  text: `UPDATE key_rotations SET state = $3, phase = $4, at_table = $5, after = $6, from_version = $7, to_version = $8, total = $9,
             moved = $10, failed = $11, settles_at = $12, completed_at = $13, destroyed_at = $14, due_at = $15, updated_at = $16
          WHERE tenant_id = $1 AND id = $2`,
};

/** All but how its work is shared out. */
export function rotationOf(row: RotationRow): KeyRotation {
  return {
    id: row.id,
    tenantId: row.tenant_id === SYSTEM_TENANT_ID ? null : row.tenant_id,
    level: row.level,
    state: row.state,
    phase: row.phase,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    total: row.total,
    moved: row.moved,
    failed: row.failed,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    completedAt: row.completed_at,
    destroyedAt: row.destroyed_at,
  };
}
