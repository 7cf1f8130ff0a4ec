import {
  type Check,
  type DocumentType,
  type ReasonCode,
  type RiskLevel,
  type VerificationStatus,
} from '@gatehouse/contract';
import { type Statement } from '@gatehouse/platform';

import { keepingAnswers } from '../idempotency/idempotency.service.js';
import { APPENDED, toldIn } from '../ledger/ledger.js';
import { type RoutingRecord } from '../routing/decide.js';
import { type Environment } from '../tenancy/tenant-scope.js';
import { type Facts } from './facts.js';
import { type View } from './transition.js';
import { type FactSource } from './verification.js';

/** How far the call that begins a verification at its provider got. */
export type StartState =
  /** Recorded; the provider is being called, or the process died while it was. */
  | 'starting'
  | 'started'
  /** The provider refused and nothing happened to the person. */
  | 'failed'
  /** It may have happened, and may not be repeated; only the provider's own word can tell. */
  | 'unknown';

/** A verification with its subject's key, as the statements below return it. */
export interface VerificationRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment;
  readonly subject_id: string;
  readonly provider: string;
  readonly connection_id: string;
  readonly policy_version: number | null;
  readonly routing_reason: string;
  readonly routing: RoutingRecord | null;
  readonly request_sealed: Buffer | null;
  readonly checks: Check[];
  readonly document_types: DocumentType[];
  readonly reuse: 'never' | 'allow';
  readonly provider_reference: string | null;
  readonly handle_sealed: Buffer | null;
  readonly action_sealed: Buffer | null;
  readonly identity_sealed: Buffer | null;
  readonly start_state: StartState;
  readonly facts: Facts;
  readonly status: VerificationStatus;
  readonly reason_codes: ReasonCode[];
  readonly version: number;
  readonly attempt: number;
  readonly raw_status: string | null;
  readonly observed_at: Date | null;
  readonly source: FactSource;
  readonly delivery: View['delivery'];
  readonly validity: View['validity'];
  readonly risk_level: RiskLevel | null;
  readonly consent: View['consent'];
  readonly evidence: View['evidence'];
  readonly warnings: string[];
  readonly decision_sealed: Buffer | null;
  readonly previous_id: string | null;
  readonly import_id: string | null;
  readonly recheck_seconds: number | null;
  readonly due_at: Date | null;
  readonly read_count: number;
  readonly failed_reads: number;
  readonly expires_at: Date;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly completed_at: Date | null;
  readonly erased_at: Date | null;
  readonly key_wrapped: Buffer | null;
  readonly key_version: number;
  readonly spare_key_sealed: Buffer | null;
  readonly details_sealed: Buffer | null;
}

const OF_THE_SUBJECT = ['key_wrapped', 'key_version', 'spare_key_sealed', 'details_sealed'] as const;
/** What a caller is shown is made of these. Of the others, the facts above all, each costs its reading. */
const SHOWN = [
  'tenant_id',
  'id',
  'environment',
  'subject_id',
  'provider',
  'request_sealed',
  'checks',
  'document_types',
  'provider_reference',
  'action_sealed',
  'identity_sealed',
  'status',
  'reason_codes',
  'version',
  'attempt',
  'raw_status',
  'observed_at',
  'source',
  'delivery',
  'validity',
  'risk_level',
  'consent',
  'evidence',
  'warnings',
  'previous_id',
  'import_id',
  'expires_at',
  'created_at',
  'updated_at',
  'completed_at',
  'erased_at',
] as const satisfies readonly (keyof VerificationRow)[];

/** A verification as far as a caller is shown it. */
export type ShownRow = Pick<VerificationRow, (typeof SHOWN)[number] | (typeof OF_THE_SUBJECT)[number]>;

const FROM = 'FROM verifications v JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id';
const SUBJECT_COLUMNS = OF_THE_SUBJECT.map((name) => `s.${name}`).join(', ');
/** Of `verifications v` and `subjects s`, what makes a {@link ShownRow}. */
export const SHOWN_COLUMNS = `${SHOWN.map((name) => `v.${name}`).join(', ')}, ${SUBJECT_COLUMNS}`;
/** For who finds a person first. */
export const SELECT_SHOWN_OF_SUBJECT = `SELECT ${SHOWN_COLUMNS} ${FROM}`;
/**
 * For who finds a verification first. The subject of each by its key, in a form that leaves PostgreSQL no choice: without statistics it
 * read hundreds of a busy tenant's people for each verification.
 */
const WITH_SUBJECT = `FROM verifications v CROSS JOIN LATERAL (
             SELECT ${SUBJECT_COLUMNS} FROM subjects s WHERE s.tenant_id = v.tenant_id AND s.id = v.subject_id LIMIT 1) s`;
export const SELECT_VERIFICATION = `SELECT v.*, s.* ${WITH_SUBJECT}`;
const SELECT_SHOWN = `SELECT ${SHOWN_COLUMNS} ${WITH_SUBJECT}`;

const BY_ID = 'WHERE v.tenant_id = $1 AND v.environment = $2 AND v.id = $3';
const BY_IDS = 'WHERE v.tenant_id = $1 AND v.environment = $2 AND v.id = ANY($3)';
/** Served by both primary keys. */
export const FIND: Statement = { name: 'verifications_find', text: `${SELECT_VERIFICATION} ${BY_ID}` };
/** Served by both primary keys. */
export const FIND_SHOWN: Statement = { name: 'verifications_find_shown', text: `${SELECT_SHOWN} ${BY_ID}` };
export const LOCK: Statement = { name: 'verifications_lock', text: `${FIND.text} FOR UPDATE OF v` };
/** In the order of their ids, as everybody who locks several does. Served by both primary keys. */
export const LOCK_MANY: Statement = {
  name: 'verifications_lock_many',
  text: `${SELECT_VERIFICATION} ${BY_IDS} ORDER BY v.id FOR UPDATE OF v`,
};

/** For whoever adds something sealed under the subject's key: it is not destroyed before their commit. */
export const KEEP_SUBJECT: Statement = {
  name: 'subjects_keep',
  text: 'SELECT key_wrapped IS NOT NULL AS is_kept FROM subjects WHERE tenant_id = $1 AND id = $2 FOR SHARE',
};
export const LOCK_SUBJECT: Statement = {
  name: 'subjects_lock',
  text: 'SELECT details_sealed FROM subjects WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
};

export const UPDATE_SUBJECT: Statement = {
  name: 'subjects_update',
  text: `UPDATE subjects SET details_sealed = $3, email_hash = $4, phone_hash = $5 WHERE tenant_id = $1 AND id = $2`,
};

/**
 * Verifications that begin (`$3`), with their new subjects, their entries in the ledger (`$4`), and the idempotency keys under which
 * they were asked for: all in one statement. Not written, and not returned, is what another request has asked for under the same key,
 * and of what a provider held already the record that was adopted before. Bytes come as base64.
 */
export const INSERT_MANY: Statement = {
  name: 'verifications_insert_many',
  text: `WITH input AS (
           SELECT * FROM json_to_recordset($3::json) AS r(
             id uuid, subject_id uuid, is_new_subject bool, key_wrapped text, key_version int, details_sealed text, email_hash text,
             phone_hash text, provider text, connection_id uuid, policy_version int, routing_reason text, request_sealed text,
             reference_hash text, checks text[], document_types text[], reuse text, facts jsonb, status text, reason_codes text[],
             bucket int, due_at timestamptz, expires_at timestamptz, created_at timestamptz, previous_id uuid, import_id uuid,
             provider_reference text, routing jsonb, route text, key text, request_hash text, locked_until timestamptz)),
         claimed AS (
           INSERT INTO idempotency_keys (tenant_id, environment, route, key, request_hash, state, locked_until, created_at, resource_id)
           SELECT $1, $2, route, key, decode(request_hash, 'base64'), 'running', locked_until, created_at, id
             FROM input WHERE key IS NOT NULL
           ON CONFLICT DO NOTHING RETURNING resource_id),
         fresh AS MATERIALIZED (
           SELECT * FROM input WHERE key IS NULL OR id IN (SELECT resource_id FROM claimed)),
         verification AS (
           INSERT INTO verifications (tenant_id, id, environment, subject_id, provider, connection_id, policy_version,
               routing_reason, request_sealed, reference_hash, checks, document_types, reuse, start_state, facts, status,
               reason_codes, version, attempt, source, bucket, due_at, read_count, expires_at, created_at, updated_at, previous_id,
               import_id, provider_reference, routing)
           SELECT $1, id, $2, subject_id, provider, connection_id, policy_version,
               routing_reason, decode(request_sealed, 'base64'), decode(reference_hash, 'base64'), checks, document_types, reuse,
               'starting', facts, status, reason_codes, 1, 1, 'system', bucket, due_at, 0, expires_at, created_at, created_at,
               previous_id, import_id, provider_reference, routing
             FROM fresh
           ON CONFLICT (tenant_id, connection_id, provider_reference) WHERE import_id IS NOT NULL DO NOTHING
           RETURNING id),
         subject AS (
           INSERT INTO subjects (tenant_id, id, environment, key_wrapped, key_version, details_sealed, email_hash, phone_hash, created_at)
           SELECT $1, subject_id, $2, decode(key_wrapped, 'base64'), key_version, decode(details_sealed, 'base64'),
                  decode(email_hash, 'base64'), decode(phone_hash, 'base64'), created_at
             FROM fresh WHERE is_new_subject AND id IN (SELECT id FROM verification)),
         told AS MATERIALIZED (
           SELECT e.* FROM ${toldIn('$4')} WHERE verification_id IN (SELECT id FROM verification)), ${APPENDED}
         SELECT id, EXISTS (SELECT FROM delivery) AS is_published FROM verification`,
};

/** Only what no provider has begun and nobody has called off, and from the account (`$8`) that failed. */
export const REROUTE: Statement = {
  name: 'verifications_reroute',
  text: `UPDATE verifications SET provider = $3, connection_id = $4, routing_reason = 'fallback', routing = $5, due_at = $6,
             version = version + 1, updated_at = $7
          WHERE tenant_id = $1 AND id = $2 AND start_state = 'starting' AND status = 'requires_input' AND connection_id = $8
          RETURNING version`,
};

/**
 * Rows as a signal leaves them (`$2`), with the entries of the ledger that tell of it (`$3`). Bytes come as base64. Served by the primary
 * key: the array leaves PostgreSQL no choice where it has no statistics yet.
 */
const update = (which: string, beside = ''): string => `WITH next AS (
           SELECT * FROM json_to_recordset($2::json) AS r(
             id uuid, provider_reference text, handle_sealed text, action_sealed text, identity_sealed text, start_state text,
             facts jsonb, status text, reason_codes text[], version int, attempt int, raw_status text, observed_at timestamptz,
             source text, delivery jsonb, validity jsonb, risk_level text, consent jsonb, evidence jsonb, due_at timestamptz,
             read_count int, expires_at timestamptz, updated_at timestamptz, completed_at timestamptz, recheck_seconds int,
             warnings text[], decision_sealed text, failed_reads int, was_due_at timestamptz)),
         updated AS (
           UPDATE verifications v SET provider_reference = n.provider_reference, handle_sealed = decode(n.handle_sealed, 'base64'),
               action_sealed = decode(n.action_sealed, 'base64'), identity_sealed = decode(n.identity_sealed, 'base64'),
               start_state = n.start_state, facts = n.facts, status = n.status, reason_codes = n.reason_codes,
               version = n.version, attempt = n.attempt, raw_status = n.raw_status, observed_at = n.observed_at,
               source = n.source, delivery = n.delivery, validity = n.validity, risk_level = n.risk_level,
               consent = n.consent, evidence = n.evidence, due_at = n.due_at, read_count = n.read_count,
               expires_at = n.expires_at, updated_at = n.updated_at, completed_at = n.completed_at,
               recheck_seconds = n.recheck_seconds, warnings = n.warnings, decision_sealed = decode(n.decision_sealed, 'base64'),
               failed_reads = n.failed_reads
             FROM next n WHERE v.tenant_id = $1 AND v.id = ANY(ARRAY(SELECT id FROM next)) AND v.id = n.id AND ${which}
           RETURNING v.id),
         told AS MATERIALIZED (
           SELECT e.* FROM ${toldIn('$3')} WHERE e.verification_id IN (SELECT id FROM updated)), ${APPENDED}${beside}
         SELECT ARRAY(SELECT id FROM updated)::text[] AS ids, EXISTS (SELECT FROM delivery) AS is_published`;

/** What was written: a row, always. */
export interface Updated {
  readonly ids: readonly string[];
  readonly is_published: boolean;
}

/** Of rows that are locked. */
export const UPDATE_MANY: Statement = { name: 'verifications_update_many', text: update('true') };

/**
 * Of rows that nobody has locked or read since they were written: those that are as they were then, with the first facts (`$4`) and due
 * when they were (`was_due_at`). Whatever else changes a row that is being started changes one of these. With what the callers of these
 * rows are answered (`$6`), in the environment `$5`: a start's last statement is its transaction.
 */
export const UPDATE_BEGUN: Statement = {
  name: 'verifications_update_begun',
  text: update(
    `v.version = 1 AND v.start_state = 'starting' AND v.erased_at IS NULL AND v.facts = $4::jsonb AND v.due_at = n.was_due_at`,
    `, ${keepingAnswers({ environment: '$5', answers: '$6', which: 'k.resource_id IN (SELECT id FROM updated)' })}`,
  ),
};

/** Work that has come due, as a claim takes it. */
export interface DueRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly connection_id: string;
  readonly start_state: StartState;
  /** Whether there is anything to be read at the provider. */
  readonly is_readable: boolean;
  /** Since when. */
  readonly was_due_at: Date;
}

/** Of due rows, the oldest are looked through for some that may be taken. */
const LOOKED_THROUGH = 256;
/** For each row that is taken, how many stand ready: others may be taking the first ones at this moment. */
const READY = 8;

/**
 * Due rows for one worker: their due time moves to the end of a lease, so that a worker that dies gives them back by itself. Planned for
 * the time that it is: a plan for any time takes a third of all verifications to be due, and reads every one.
 */
const claim = (name: string, candidates: string): Statement => ({
  name,
  isPlannedAnew: true,
  text: `UPDATE verifications v SET due_at = $2
     FROM (SELECT d.tenant_id, d.id, d.due_at
             FROM (${candidates} ORDER BY due_at LIMIT ${READY} * $3) c JOIN verifications d ON d.tenant_id = c.tenant_id AND d.id = c.id
            WHERE d.due_at <= $1 ORDER BY d.due_at LIMIT $3 FOR UPDATE OF d SKIP LOCKED) due
    WHERE v.tenant_id = due.tenant_id AND v.id = due.id
    RETURNING v.tenant_id, v.id, v.environment, v.provider, v.connection_id, v.start_state, due.due_at AS was_due_at,
              v.handle_sealed IS NOT NULL AS is_readable`,
});

/** Served by verifications_due. */
const OLDEST_DUE = `SELECT tenant_id, id, due_at, provider, connection_id FROM verifications WHERE due_at <= $1 ORDER BY due_at LIMIT ${LOOKED_THROUGH}`;

/** Leaves out the providers and connections that have enough under way or no calls left, among the oldest. */
export const CLAIM_DUE = claim(
  'verifications_claim_due',
  `SELECT tenant_id, id, due_at FROM (${OLDEST_DUE}) oldest WHERE provider <> ALL($4) AND connection_id <> ALL($5)`,
);

/**
 * Where all of the oldest were left out: what others have behind them. A connection without calls left may have any number of due rows, so
 * each of the others is asked for its own, in an order that only verifications_due_at_connection has: by equality, and by due time alone,
 * PostgreSQL looked through what is due at all others for each, where it took it for one that has much of it.
 */
export const CLAIM_DUE_BEHIND = claim(
  'verifications_claim_due_behind',
  `SELECT due.tenant_id, due.id, due.due_at
     FROM connections c CROSS JOIN LATERAL (
            SELECT tenant_id, id, due_at FROM verifications
             WHERE tenant_id = c.tenant_id AND connection_id = ANY(ARRAY[c.id]) AND due_at <= $1
             ORDER BY connection_id, due_at LIMIT ${READY} * $3) due
    WHERE c.provider <> ALL($4) AND c.id <> ALL($5) AND (SELECT count(*) FROM (${OLDEST_DUE}) oldest) = ${LOOKED_THROUGH}`,
);

/** What else can be read with a request that holds many. Served by verifications_due_at_connection. */
export const CLAIM_DUE_ALIKE = claim(
  'verifications_claim_due_alike',
  `SELECT tenant_id, id, due_at FROM verifications
    WHERE tenant_id = $4 AND connection_id = $5 AND due_at <= $1 AND start_state <> 'starting' AND handle_sealed IS NOT NULL`,
);

/** What was claimed and could not be done is as due as it was, unless a hint has come meanwhile. By the primary key, as {@link update}. */
export const PUT_BACK: Statement = {
  name: 'verifications_put_back',
  text: `UPDATE verifications v SET due_at = claimed.was_due_at
           FROM unnest($2::uuid[], $3::timestamptz[]) AS claimed (id, was_due_at)
          WHERE v.tenant_id = $1 AND v.id = ANY($2) AND v.id = claimed.id AND v.due_at = $4`,
};

/** After a read that failed: when to try again, unless a hint has made it due meanwhile (`$4`: now). */
export const POSTPONE: Statement = {
  name: 'verifications_postpone',
  text: `UPDATE verifications SET due_at = $3, failed_reads = failed_reads + 1
          WHERE tenant_id = $1 AND id = $2 AND due_at > $4`,
};

/** After a glance that told nothing new, unless a hint has made it due meanwhile (`$4`: now). By the primary key, as {@link update}. */
export const READ_AGAIN: Statement = {
  name: 'verifications_read_again',
  text: `UPDATE verifications v SET due_at = next.due_at, read_count = read_count + 1, failed_reads = 0
           FROM unnest($2::uuid[], $3::timestamptz[]) AS next (id, due_at)
          WHERE v.tenant_id = $1 AND v.id = ANY($2) AND v.id = next.id AND v.due_at > $4`,
};

/** Where there is nothing to be read, only the deadline is left to wait for. */
export const REST: Statement = {
  name: 'verifications_rest',
  text: `UPDATE verifications SET due_at = CASE WHEN expires_at > $3 THEN expires_at END
          WHERE tenant_id = $1 AND id = $2 AND handle_sealed IS NULL AND start_state <> 'starting' AND erased_at IS NULL`,
};

export const GIVE_UP: Statement = {
  name: 'verifications_give_up',
  text: 'UPDATE verifications SET due_at = NULL WHERE tenant_id = $1 AND id = $2',
};

/**
 * Other verifications of the same person at the same provider account that had begun by `$6`. People who share a phone and
 * have e-mail addresses of their own are not the same; where a provider knows people by phone alone, its reference says so. Those
 * that were imported asked for no result, so they compete for none. Served by
 * verifications_by_provider_reference, subjects_email, subjects_phone and verifications_by_subject.
 */
export const FIND_RIVALS: Statement = {
  name: 'verifications_find_rivals',
  text: `WITH me AS (
           SELECT v.id, v.reference_hash, v.created_at, s.email_hash, s.phone_hash ${FROM}
            WHERE v.tenant_id = $1 AND v.environment = $2 AND v.id = $3),
         rival AS (
           SELECT v.id, v.reference_hash, v.created_at, v.status, v.start_state FROM verifications v
            WHERE v.tenant_id = $1 AND v.connection_id = $4 AND v.provider_reference = $5 AND v.import_id IS NULL
           UNION
           SELECT v.id, v.reference_hash, v.created_at, v.status, v.start_state ${FROM} JOIN me ON
                  s.email_hash = me.email_hash
                  OR (s.phone_hash = me.phone_hash AND (s.email_hash IS NULL OR me.email_hash IS NULL)
                      AND (v.provider_reference IS NULL OR $5::text IS NULL OR v.provider_reference = $5))
            WHERE s.tenant_id = $1 AND s.environment = $2 AND v.connection_id = $4 AND v.import_id IS NULL)
         SELECT coalesce(bool_or((rival.created_at, rival.id) > (me.created_at, me.id)), false) AS is_superseded,
                coalesce(bool_or(rival.reference_hash <> me.reference_hash
                                 AND rival.status IN ('requires_input', 'processing', 'needs_review')), false) AS is_disputed
           FROM rival, me
          WHERE rival.id <> me.id AND rival.status NOT IN ('canceled', 'error') AND rival.start_state <> 'failed'
            AND rival.created_at <= $6`,
};

const CORRELATED_SUBJECT = 'id, email_hash, key_wrapped, key_version, spare_key_sealed';
const CORRELATED =
  'v.id, v.status, v.provider_reference, v.created_at, v.erased_at, s.email_hash, s.id AS subject_id, s.key_wrapped, s.key_version, s.spare_key_sealed';
const subjectsBy = (column: 'email_hash' | 'phone_hash', hashes: string): string =>
  `SELECT subject.* FROM unnest(${hashes}) hash
                       CROSS JOIN LATERAL (
                         SELECT ${CORRELATED_SUBJECT} FROM subjects
                          WHERE tenant_id = $1 AND environment = $2 AND ${column} = decode(hash, 'base64') OFFSET 0) subject`;
const SUBJECT_OF_IT = `CROSS JOIN LATERAL (
                SELECT ${CORRELATED_SUBJECT} FROM subjects WHERE tenant_id = $1 AND id = v.subject_id LIMIT 1) s`;

/**
 * Whom several (`$3`) are about that something is said of: by our own name for the verification, by the provider's for the person, and by
 * contact; of each the newest first. Hashes come as base64. Served by the primary keys, verifications_by_provider_reference,
 * subjects_email, subjects_phone and verifications_by_subject, in a form that leaves PostgreSQL no choice: on a table that was not analysed
 * yet, the join was begun at all verifications of the connection, for each webhook.
 */
export const CORRELATE: Statement = {
  name: 'verifications_correlate',
  text: `SELECT said.n, found.*
           FROM json_to_recordset($3::json) AS said(
             n int, connection_id uuid, own uuid, reference text, emails text[], phones text[])
          CROSS JOIN LATERAL (
             (SELECT true AS is_named, ${CORRELATED}
                FROM (SELECT * FROM verifications WHERE tenant_id = $1 AND id = said.own OFFSET 0) v ${SUBJECT_OF_IT}
               WHERE v.connection_id = said.connection_id)
              UNION ALL
             (SELECT true, ${CORRELATED} FROM verifications v ${SUBJECT_OF_IT}
               WHERE v.tenant_id = $1 AND v.connection_id = said.connection_id AND v.provider_reference = said.reference
               ORDER BY v.created_at DESC, v.id DESC LIMIT 20)
              UNION ALL
             (SELECT false, ${CORRELATED}
                FROM (${subjectsBy('email_hash', 'said.emails')}
                       UNION
                      ${subjectsBy('phone_hash', 'said.phones')}) s
               CROSS JOIN LATERAL (
                 SELECT id, status, provider_reference, created_at, erased_at
                   FROM (SELECT * FROM verifications WHERE tenant_id = $1 AND subject_id = s.id OFFSET 0) theirs
                  WHERE connection_id = said.connection_id
                  ORDER BY created_at DESC, id DESC LIMIT 20) v
               ORDER BY v.created_at DESC, v.id DESC LIMIT 20)) found`,
};

/** Asks for a read at once, as a hint does. */
export const MAKE_DUE: Statement = {
  name: 'verifications_make_due',
  text: `UPDATE verifications SET due_at = $3, read_count = 0
          WHERE tenant_id = $1 AND id = ANY($2) AND start_state <> 'starting' AND status NOT IN ('canceled', 'revoked')
            AND erased_at IS NULL`,
};

/** A number that workers can share tenants out by, kept from the first row on. The claims do not use it yet. */
export function bucketOf(tenantId: string): number {
  return Number.parseInt(tenantId.slice(-2), 16) % 64;
}

export interface KnownReference {
  readonly provider_reference: string;
  readonly id: string;
}

/** Served by verifications_by_provider_reference. */
export const FIND_KNOWN_REFERENCES: Statement = {
  name: 'verifications_find_known_references',
  text: `SELECT DISTINCT ON (provider_reference) provider_reference, id FROM verifications
          WHERE tenant_id = $1 AND connection_id = $2 AND provider_reference = ANY($3)
          ORDER BY provider_reference, created_at DESC, id DESC`,
};

/** Served by the primary keys. */
export const FIND_MANY: Statement = {
  name: 'verifications_find_many',
  text: `${SELECT_VERIFICATION} ${BY_IDS}`,
};
/** Served by the primary keys. */
export const FIND_MANY_SHOWN: Statement = {
  name: 'verifications_find_many_shown',
  text: `${SELECT_SHOWN} ${BY_IDS}`,
};
