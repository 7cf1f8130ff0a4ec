import { type InboundSignal, type Observation } from '@gatehouse/contract';
import { type Statement } from '@gatehouse/platform';

import { type Environment } from '../tenancy/tenant-scope.js';

/** What is kept of a webhook, sealed: enough to apply it, and the evidence it was read from. */
export interface KeptSignal {
  readonly observation: Observation;
  readonly reference: string | null;
  readonly handlePatch: InboundSignal['handlePatch'];
  readonly correlation: InboundSignal['correlation'];
  readonly evidence: unknown;
}

/** A stored webhook that is to be applied, or an orphan that is to be looked at again. */
export interface SignalRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly connection_id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly verification_id: string | null;
  readonly event: string;
  readonly authenticity: string;
  readonly body_sealed: Buffer;
  readonly state: 'pending' | 'orphan';
  readonly state_reason: string | null;
  readonly attempts: number;
  readonly received_at: Date;
  /** Of the person whom it is about; null where nobody is known, or was erased. */
  readonly subject_id: string | null;
  readonly key_wrapped: Buffer | null;
  readonly key_version: number | null;
  readonly spare_key_sealed: Buffer | null;
}

/** A webhook as {@link STORE_MANY} takes it. Bytes as base64. */
export interface NewSignal {
  readonly id: string;
  readonly connection_id: string;
  readonly provider: string;
  readonly verification_id: string | null;
  readonly event: string;
  readonly authenticity: string;
  readonly dedup_hash: string;
  readonly body_sealed: string;
  readonly state: 'pending' | 'orphan' | 'set_aside';
  readonly state_reason: string | null;
  readonly bucket: number;
  readonly due_at: Date | null;
  readonly received_at: Date;
}

/**
 * Several (`$3`). A repeat changes nothing and is not returned, except that of an orphan whom we have come to know meanwhile; of two that
 * come together, the one counts that is known to be of somebody. In the order of what tells repeats apart, so that nobody waits in a
 * circle. Served by signals_dedup.
 */
export const STORE_MANY: Statement = {
  name: 'signals_store_many',
  text: `INSERT INTO signals (tenant_id, id, connection_id, environment, provider, verification_id, source, event, authenticity,
             dedup_hash, body_sealed, state, state_reason, bucket, due_at, received_at)
         SELECT DISTINCT ON (connection_id, decode(dedup_hash, 'base64')) $1::uuid, id, connection_id, $2, provider, verification_id, 'webhook',
                event, authenticity, decode(dedup_hash, 'base64'), decode(body_sealed, 'base64'), state, state_reason, bucket, due_at,
                received_at
           FROM json_to_recordset($3::json) AS s(
             id uuid, connection_id uuid, provider text, verification_id uuid, event text, authenticity text, dedup_hash text,
             body_sealed text, state text, state_reason text, bucket smallint, due_at timestamptz, received_at timestamptz)
          ORDER BY connection_id, decode(dedup_hash, 'base64'), verification_id NULLS LAST
         ON CONFLICT (tenant_id, connection_id, dedup_hash) DO UPDATE
            SET verification_id = EXCLUDED.verification_id, body_sealed = EXCLUDED.body_sealed, id = EXCLUDED.id,
                state = EXCLUDED.state, state_reason = coalesce(EXCLUDED.state_reason, 'adopted'), attempts = 0,
                due_at = EXCLUDED.due_at
          WHERE signals.state = 'orphan' AND EXCLUDED.verification_id IS NOT NULL
         RETURNING id, state_reason, received_at`,
};
/** With the key of the person whom it is about. Served by signals_due, then by primary keys, in a form that leaves PostgreSQL no choice. */
export const CLAIM_PENDING: Statement = {
  name: 'signals_claim_pending',
  isPlannedAnew: true,
  text: `WITH claimed AS (
           UPDATE signals s SET due_at = $2::timestamptz + interval '30 s' * (2 ^ least(attempts, 7)), attempts = attempts + 1
             FROM (SELECT tenant_id, id FROM signals
                    WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
            WHERE s.tenant_id = due.tenant_id AND s.id = due.id
           RETURNING s.tenant_id, s.id, s.connection_id, s.environment, s.provider, s.verification_id, s.event, s.authenticity,
               s.body_sealed, s.state, s.state_reason, s.attempts, s.received_at)
         SELECT claimed.*, whose.subject_id, whose.key_wrapped, whose.key_version, whose.spare_key_sealed
           FROM claimed
           LEFT JOIN LATERAL (
             SELECT subject.id AS subject_id, subject.key_wrapped, subject.key_version, subject.spare_key_sealed
               FROM (SELECT subject_id FROM verifications
                      WHERE tenant_id = claimed.tenant_id AND id = claimed.verification_id AND erased_at IS NULL LIMIT 1) v
              CROSS JOIN LATERAL (SELECT * FROM subjects WHERE tenant_id = claimed.tenant_id AND id = v.subject_id LIMIT 1) subject
           ) whose ON true`,
};
/**
 * In the order of their ids, as everybody who locks several does. Served by the primary key, as no index serves such a comparison of the
 * state: by signals_by_state PostgreSQL read all that was pending of the tenant for each few.
 */
export const LOCK_PENDING: Statement = {
  name: 'signals_lock_pending',
  text: `SELECT id FROM signals WHERE tenant_id = $1 AND id = ANY($2) AND state IS NOT DISTINCT FROM 'pending' ORDER BY id FOR UPDATE`,
};
/** Several (`$2`). What an erased person is still spoken of with is not kept. Served by the primary key, as {@link LOCK_PENDING} is. */
export const SETTLE_MANY: Statement = {
  name: 'signals_settle_many',
  text: `WITH settled AS (SELECT * FROM json_to_recordset($2::json) AS r(id uuid, state text, reason text))
         UPDATE signals s SET state = settled.state, state_reason = coalesce(settled.reason, s.state_reason), due_at = NULL,
             applied_at = $3, body_sealed = CASE WHEN settled.reason = 'erased' THEN ''::bytea ELSE s.body_sealed END
           FROM settled
          WHERE s.tenant_id = $1 AND s.id = ANY(ARRAY(SELECT id FROM settled)) AND s.id = settled.id AND s.state IS NOT DISTINCT FROM 'pending'`,
};
/** Unless it was adopted meanwhile, because the vendor has sent it again. */
export const ADOPT: Statement = {
  name: 'signals_adopt',
  text: `UPDATE signals SET verification_id = $3, body_sealed = $4, state = 'pending', state_reason = 'adopted', attempts = 0,
             due_at = $5
          WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};
/** An orphan whose person has been erased since it came. */
export const ERASE_ORPHAN: Statement = {
  name: 'signals_erase_orphan',
  text: `UPDATE signals SET verification_id = $3, body_sealed = '', state = 'set_aside', state_reason = 'erased', due_at = NULL,
             applied_at = $4
          WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};
export const LEAVE_ORPHAN: Statement = {
  name: 'signals_leave_orphan',
  text: `UPDATE signals SET state_reason = $3, due_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};
