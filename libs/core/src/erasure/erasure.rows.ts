import { type Statement } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';
import {
  type Erasure,
  type ErasureCounts,
  type ErasureGround,
  type ErasureState,
  type NamedBy,
} from './erasure.js';

/** What comes next in an erasure. */
export type ErasureStage = 'erasing' | 'orphans' | 'responses' | 'certifying';

export interface ErasureRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment | null;
  readonly ground: ErasureGround;
  readonly named_by: NamedBy;
  readonly state: ErasureState;
  readonly stage: ErasureStage;
  readonly verification_ids: readonly string[];
  readonly erased_ids: readonly string[];
  readonly subject_ids: readonly string[];
  readonly orphan_ids: readonly string[];
  readonly email_hashes: readonly Buffer[];
  readonly phone_hashes: readonly Buffer[];
  readonly provider_references: readonly string[];
  readonly orphans_after: string | null;
  readonly counts: ErasureCounts;
  readonly actor: string;
  readonly turn: number;
  readonly failures: number;
  readonly created_at: Date;
  readonly completed_at: Date | null;
}

export const INSERT: Statement = {
  name: 'erasures_insert',
  text: `INSERT INTO erasures (tenant_id, id, environment, ground, named_by, state, stage, verification_ids, erased_ids, subject_ids,
             orphan_ids, email_hashes, phone_hashes, provider_references, counts, actor, bucket, due_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'pending', 'erasing', $6, '{}', '{}', '{}', $7, $8, '{}', $9, $10, $11, $12, $12, $12)
         RETURNING *`,
};

/** One due erasure for one worker, for the time of a lease. Served by erasures_due. */
export const CLAIM: Statement = {
  name: 'erasures_claim',
  text: `UPDATE erasures e SET due_at = $2, turn = turn + 1
           FROM (SELECT tenant_id, id FROM erasures WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
          WHERE e.tenant_id = due.tenant_id AND e.id = due.id
         RETURNING e.*`,
};

/** Where the erasure stands is where this worker found it: nobody else has taken the step meanwhile. */
export const LOCK_TURN: Statement = {
  name: 'erasures_lock_turn',
  text: `SELECT id FROM erasures WHERE tenant_id = $1 AND id = $2 AND turn = $3 AND state <> 'done' FOR UPDATE`,
};

/** Served by the primary key. */
export const ADVANCE: Statement = {
  name: 'erasures_advance',
  text: `UPDATE erasures SET state = $4, stage = $5, verification_ids = $6, erased_ids = $7, subject_ids = $8, orphan_ids = $9,
             email_hashes = $10, phone_hashes = $11, provider_references = $12, orphans_after = $13, counts = $14,
             failures = $15, due_at = $16, updated_at = $17, completed_at = $18
          WHERE tenant_id = $1 AND id = $2 AND turn = $3`,
};

/** Served by the primary key. */
export const FIND: Statement = {
  name: 'erasures_find',
  text: 'SELECT * FROM erasures WHERE tenant_id = $1 AND id = $2',
};
export const LOCK: Statement = { name: 'erasures_lock', text: `${FIND.text} FOR UPDATE` };

/** Newest first: ids are in time order. Served by the primary key. */
export const LIST: Statement = {
  name: 'erasures_list',
  text: `SELECT * FROM erasures WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
};

/**
 * What was waiting for a hold to end goes on. Of one that is about to wait, the row is locked by whoever writes that: it is waited for
 * here, and woken then. Served by the tenant's part of the primary key.
 */
export const WAKE_HELD: Statement = {
  name: 'erasures_wake_held',
  text: `UPDATE erasures SET due_at = CASE WHEN state = 'held' THEN $2 ELSE due_at END,
             state = CASE WHEN state = 'held' THEN 'pending' ELSE state END
          WHERE tenant_id = $1 AND state <> 'done'`,
};

/** Finished ones, in the order of the primary key: for the list that outlives the database. */
export const PAGE_OF_ALL: Statement = {
  name: 'erasures_page_of_all',
  text: `SELECT * FROM erasures WHERE (tenant_id, id) > ($1, $2) AND cardinality(erased_ids) + cardinality(orphan_ids) > 0
          ORDER BY tenant_id, id LIMIT $3`,
};

/** An erasure of that list, to be carried out anew in a database that still has something of it. */
export const REPEAT: Statement = {
  name: 'erasures_repeat',
  text: `INSERT INTO erasures (tenant_id, id, environment, ground, named_by, state, stage, verification_ids, erased_ids, subject_ids,
             orphan_ids, email_hashes, phone_hashes, provider_references, counts, actor, bucket, due_at, created_at, updated_at)
         SELECT $1, $2, $3, $4, $5, 'pending', 'erasing', $6, '{}', '{}', '{}', '{}', '{}', '{}', $7, $8, $9, $10, $11, $10
          WHERE EXISTS (SELECT FROM verifications WHERE tenant_id = $1 AND id = ANY($6) AND erased_at IS NULL)
         ON CONFLICT (tenant_id, id) DO UPDATE
            SET state = 'pending', stage = 'erasing', verification_ids = EXCLUDED.verification_ids, erased_ids = '{}',
                due_at = EXCLUDED.due_at, completed_at = NULL
         RETURNING id`,
};

/** Served by subjects_email, subjects_phone and verifications_by_subject. Whoever comes after the request is somebody anew. */
export const FIND_PERSON: Statement = {
  name: 'erasures_find_person',
  text: `WITH s AS MATERIALIZED (
           SELECT id, created_at FROM subjects WHERE tenant_id = $1 AND environment = ANY($2) AND email_hash = ANY($3)
           UNION
           SELECT id, created_at FROM subjects WHERE tenant_id = $1 AND environment = ANY($2) AND phone_hash = ANY($4))
         SELECT v.id FROM s JOIN verifications v ON v.tenant_id = $1 AND v.subject_id = s.id
          WHERE v.erased_at IS NULL AND s.created_at <= $5 ORDER BY v.id`,
};

/** Served by the tenant's part of the primary key: there are those of two days only. */
export const DELETE_ANSWERS: Statement = {
  name: 'idempotency_keys_delete_about',
  text: 'DELETE FROM idempotency_keys WHERE tenant_id = $1 AND resource_id = ANY($2) RETURNING key',
};

/** Without copies and certificates, which have tables of their own. */
export type BareErasure = Omit<Erasure, 'providerCopies' | 'certificates'>;

export function erasureOf(row: ErasureRow): BareErasure {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    environment: row.environment,
    ground: row.ground,
    namedBy: row.named_by,
    state: row.state,
    verificationIds: row.verification_ids,
    erasedIds: row.erased_ids,
    counts: row.counts,
    actor: row.actor,
    createdAt: row.created_at,
    completedAt: row.completed_at,
  };
}
