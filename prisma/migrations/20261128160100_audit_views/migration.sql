-- What auditors read. Each view begins with a filter that is evaluated once, before a row is looked at: it writes the reading to the
-- ledger. `security_barrier` keeps functions of the reader's own behind both. No view reads another one: one question, one entry.
SET ROLE gatehouse_audit;

-- TypeIDs (github.com/jetify-com/typeid): 128 bits in base 32, the first digit of which has three.

-- In PL/pgSQL, which is several times faster here: a view calls it for each row.
CREATE FUNCTION audit.base32(bits BIGINT, digits INT) RETURNS TEXT
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    written TEXT := '';
BEGIN
    FOR place IN REVERSE digits - 1 .. 0 LOOP
        written := written || substr('0123456789abcdefghjkmnpqrstvwxyz', ((bits >> (5 * place)) & 31)::int + 1, 1);
    END LOOP;
    RETURN written;
END $$;

CREATE FUNCTION audit.type_id(prefix TEXT, id UUID) RETURNS TEXT
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    hex TEXT := replace(id::text, '-', '');
BEGIN
    RETURN prefix || '_' || audit.base32(('x' || left(hex, 12))::bit(48)::bigint, 10)
        || audit.base32(('x' || substr(hex, 13, 10))::bit(40)::bigint, 8) || audit.base32(('x' || right(hex, 10))::bit(40)::bigint, 8);
END $$;

CREATE FUNCTION audit.uuid(type_id TEXT) RETURNS UUID
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bits TEXT;
BEGIN
    IF type_id !~ '^[a-z]([a-z_]*[a-z])?_[0-7][0-9a-hjkmnp-tv-z]{25}$' THEN
        RAISE EXCEPTION 'this is no id of Gatehouse' USING ERRCODE = 'invalid_text_representation',
            HINT = 'Ids look like ver_01kb2m8y5nf4r9w3x7q0d6t1zc.';
    END IF;
    SELECT string_agg((position(digit IN '0123456789abcdefghjkmnpqrstvwxyz') - 1)::bit(5)::text, '' ORDER BY place)
      INTO bits FROM string_to_table(right(type_id, 26), NULL) WITH ORDINALITY AS digits(digit, place);
    RETURN (SELECT string_agg(lpad(to_hex(substr(bits, 3 + 32 * part, 32)::bit(32)::bigint), 8, '0'), '' ORDER BY part)
              FROM generate_series(0, 3) part)::uuid;
END $$;

-- As the API names who acted: a key by its public id. What only looks like one stays as it is, so that no entry can keep a view from
-- being read.
CREATE FUNCTION audit.actor(actor TEXT) RETURNS TEXT
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        WHEN actor !~ '^(key|admin):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN actor
        WHEN actor LIKE 'key:%' THEN 'key:' || audit.type_id('key', substr(actor, 5)::uuid)
        ELSE 'admin:' || audit.type_id('adk', substr(actor, 7)::uuid)
    END;

CREATE FUNCTION audit.texts(list JSONB) RETURNS TEXT[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(list) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(list)) END;

CREATE VIEW audit.tenants WITH (security_barrier = true) AS
SELECT t.id AS tenant_id, audit.type_id('tnt', t.id) AS tenant, t.name AS tenant_name, t.status AS tenant_status, t.created_at
  FROM public.tenants t
 WHERE (SELECT audit.note_read('tenants'));

CREATE VIEW audit.ledger WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor, e.verification_id,
       audit.type_id('ver', e.verification_id) AS verification, e.version, e.data AS details, encode(l.hash, 'hex') AS leaf_hash
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('ledger'));

CREATE VIEW audit.verification_history WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, e.verification_id, audit.type_id('ver', e.verification_id) AS verification, l.position,
       e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor, e.version, e.data->>'from' AS status_before,
       e.data->>'to' AS status, audit.texts(e.data->'reasonCodes') AS reason_codes, e.data->>'provider' AS provider,
       e.data->>'signal' AS signal, e.data->>'source' AS source, e.data->>'event' AS event, e.data->>'authenticity' AS authenticity,
       e.data->>'rawStatus' AS raw_status, e.data->>'reason' AS set_aside_reason
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('verification_history')) AND e.verification_id IS NOT NULL;

CREATE VIEW audit.current_status WITH (security_barrier = true) AS
SELECT v.tenant_id, v.environment, v.id AS verification_id, audit.type_id('ver', v.id) AS verification, v.subject_id, v.provider,
       v.status, v.reason_codes, v.version, v.raw_status, v.source, v.attempt, v.policy_version, v.routing_reason, v.previous_id, v.import_id,
       v.created_at, v.updated_at, v.completed_at, v.expires_at, v.erased_at
  FROM public.verifications v
 WHERE (SELECT audit.note_read('current_status'));

CREATE VIEW audit.provider_switches WITH (security_barrier = true) AS
WITH accepted AS (
    SELECT p.tenant_id, p.environment, p.version, p.policy, p.author, p.note, p.decided_by, p.created_at,
           greatest(coalesce(p.decided_at, p.created_at), p.effective_at) AS holds_from
      FROM public.routing_policies p WHERE p.state = 'accepted'),
recorded AS (
    SELECT e.tenant_id, e.environment, e.id, CASE e.kind WHEN 'routing.changed' THEN (e.data->>'policyVersion')::int END AS version,
           CASE e.kind WHEN 'routing.rolled_back' THEN e.at END AS rolled_back_at
      FROM public.ledger_entries e WHERE e.kind IN ('routing.changed', 'routing.rolled_back')),
effect AS (
    SELECT v.tenant_id, v.environment, v.policy_version AS version, count(*) AS begun,
           count(*) FILTER (WHERE v.status = 'verified') AS verified, count(*) FILTER (WHERE v.status = 'rejected') AS rejected,
           count(*) FILTER (WHERE v.status = 'error') AS errors,
           round(count(*) FILTER (WHERE v.status = 'verified')::numeric
                 / nullif(count(*) FILTER (WHERE v.status IN ('verified', 'rejected')), 0), 4) AS pass_rate
      FROM public.verifications v WHERE v.policy_version IS NOT NULL GROUP BY 1, 2, 3)
SELECT a.tenant_id, a.environment, a.version AS policy_version, a.holds_from,
       min(a.holds_from) OVER (later ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS holds_until,
       audit.actor(a.author) AS author, audit.actor(a.decided_by) AS decided_by, a.note,
       lag(a.policy->>'provider') OVER later AS provider_before, a.policy->>'provider' AS provider,
       lag(a.policy) OVER later AS policy_before, a.policy,
       coalesce(f.begun, 0) AS begun, coalesce(f.verified, 0) AS verified, coalesce(f.rejected, 0) AS rejected,
       coalesce(f.errors, 0) AS errors, lag(f.pass_rate) OVER later AS pass_rate_before, f.pass_rate,
       coalesce(changed.id, rolled_back.id) AS entry_id
  FROM accepted a
  LEFT JOIN effect f ON f.tenant_id = a.tenant_id AND f.environment = a.environment AND f.version = a.version
  LEFT JOIN recorded changed
    ON changed.tenant_id = a.tenant_id AND changed.environment = a.environment AND changed.version = a.version
  LEFT JOIN recorded rolled_back
    ON rolled_back.tenant_id = a.tenant_id AND rolled_back.environment = a.environment AND rolled_back.rolled_back_at = a.created_at
   AND a.author = 'system:guardrail'
 WHERE (SELECT audit.note_read('provider_switches'))
WINDOW later AS (PARTITION BY a.tenant_id, a.environment ORDER BY a.version);

CREATE VIEW audit.provider_switch_effects WITH (security_barrier = true) AS
SELECT v.tenant_id, v.environment, v.policy_version, v.provider, count(*) AS begun,
       count(*) FILTER (WHERE v.status = 'verified') AS verified, count(*) FILTER (WHERE v.status = 'rejected') AS rejected,
       count(*) FILTER (WHERE v.status = 'error') AS errors,
       round(count(*) FILTER (WHERE v.status = 'verified')::numeric
             / nullif(count(*) FILTER (WHERE v.status IN ('verified', 'rejected')), 0), 4) AS pass_rate,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM v.completed_at - v.created_at)::float8)
           FILTER (WHERE v.status IN ('verified', 'rejected')) AS median_seconds,
       min(v.created_at) AS first_at, max(v.created_at) AS last_at
  FROM public.verifications v
 WHERE (SELECT audit.note_read('provider_switch_effects')) AND v.policy_version IS NOT NULL
 GROUP BY 1, 2, 3, 4;

CREATE VIEW audit.personal_data_access WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor, k.name AS key_name,
       e.verification_id, audit.type_id('ver', e.verification_id) AS verification, v.subject_id,
       coalesce(e.data->>'provider', v.provider) AS provider, audit.texts(e.data->'fields') AS fields, e.data AS details
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
  LEFT JOIN public.verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
  LEFT JOIN public.api_keys k ON k.tenant_id = e.tenant_id AND e.actor = 'key:' || k.id
 WHERE (SELECT audit.note_read('personal_data_access'))
   AND e.kind IN ('identity.viewed', 'images.listed', 'image.viewed', 'report.viewed', 'identity.looked_up', 'customers.listed');

CREATE VIEW audit.access_by_person WITH (security_barrier = true) AS
SELECT v.tenant_id, v.environment, v.subject_id, count(*) AS accesses, count(DISTINCT e.actor) AS actors,
       count(*) FILTER (WHERE e.kind = 'identity.viewed') AS identity_views,
       count(*) FILTER (WHERE e.kind IN ('images.listed', 'image.viewed')) AS image_views,
       count(*) FILTER (WHERE e.kind = 'report.viewed') AS report_views,
       count(*) FILTER (WHERE e.kind = 'identity.looked_up') AS lookups, min(e.at) AS first_at, max(e.at) AS last_at
  FROM public.ledger_entries e
  JOIN public.verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
 WHERE (SELECT audit.note_read('access_by_person'))
   AND e.kind IN ('identity.viewed', 'images.listed', 'image.viewed', 'report.viewed', 'identity.looked_up')
 GROUP BY 1, 2, 3;

CREATE VIEW audit.access_by_key WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, audit.actor(e.actor) AS actor, k.name AS key_name, count(*) AS accesses,
       count(DISTINCT e.verification_id) AS verifications,
       count(*) FILTER (WHERE e.kind = 'identity.viewed') AS identity_views,
       count(*) FILTER (WHERE e.kind IN ('images.listed', 'image.viewed')) AS image_views,
       count(*) FILTER (WHERE e.kind = 'report.viewed') AS report_views,
       count(*) FILTER (WHERE e.kind = 'identity.looked_up') AS lookups,
       count(*) FILTER (WHERE e.kind = 'customers.listed') AS lists, min(e.at) AS first_at, max(e.at) AS last_at
  FROM public.ledger_entries e
  LEFT JOIN public.api_keys k ON k.tenant_id = e.tenant_id AND e.actor = 'key:' || k.id
 WHERE (SELECT audit.note_read('access_by_key'))
   AND e.kind IN ('identity.viewed', 'images.listed', 'image.viewed', 'report.viewed', 'identity.looked_up', 'customers.listed')
 GROUP BY 1, 2, e.actor, 4;

CREATE VIEW audit.deliveries WITH (security_barrier = true) AS
SELECT d.tenant_id, d.environment, d.id AS delivery_id, audit.type_id('dlv', d.id) AS delivery, d.endpoint_id,
       audit.type_id('whe', d.endpoint_id) AS endpoint, d.event_id AS entry_id, audit.type_id('evt', d.event_id) AS event_type_id,
       d.event_type, e.verification_id, audit.type_id('ver', e.verification_id) AS verification, e.version, e.at AS happened_at,
       d.state AS delivery_state, d.attempts, a.response_statuses, a.first_success_at, a.first_success_status, a.last_attempt_at,
       a.last_error
  FROM public.webhook_deliveries d
  LEFT JOIN public.ledger_entries e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
  LEFT JOIN LATERAL (
       SELECT array_agg(t.response_status ORDER BY t.number) AS response_statuses,
              min(t.at) FILTER (WHERE t.error IS NULL) AS first_success_at,
              (array_agg(t.response_status ORDER BY t.number) FILTER (WHERE t.error IS NULL))[1] AS first_success_status,
              max(t.at) AS last_attempt_at, (array_agg(t.error ORDER BY t.number DESC))[1] AS last_error
         FROM public.webhook_attempts t WHERE t.tenant_id = d.tenant_id AND t.delivery_id = d.id) a ON true
 WHERE (SELECT audit.note_read('deliveries'));

CREATE VIEW audit.delivery_attempts WITH (security_barrier = true) AS
SELECT t.tenant_id, d.environment, t.delivery_id, audit.type_id('dlv', t.delivery_id) AS delivery, d.endpoint_id,
       audit.type_id('whe', d.endpoint_id) AS endpoint, d.event_id AS entry_id, d.event_type, t.number AS attempt_number, t.at,
       t.response_status, t.error, t.duration_ms
  FROM public.webhook_attempts t
  JOIN public.webhook_deliveries d ON d.tenant_id = t.tenant_id AND d.id = t.delivery_id
 WHERE (SELECT audit.note_read('delivery_attempts'));

CREATE VIEW audit.reversals WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, e.verification_id, audit.type_id('ver', e.verification_id) AS verification, v.provider,
       l.position, e.id AS entry_id, e.at, e.version, e.data->>'from' AS status_before, e.data->>'to' AS status,
       audit.texts(e.data->'reasonCodes') AS reason_codes, e.data->>'signal' AS signal, e.data->>'source' AS source,
       e.data->>'event' AS event, audit.actor(e.actor) AS actor, e.at - decided.at AS verdict_stood
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
  LEFT JOIN public.verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
  LEFT JOIN LATERAL (
       SELECT max(b.at) AS at FROM public.ledger_entries b
        WHERE b.tenant_id = e.tenant_id AND b.verification_id = e.verification_id AND b.version < e.version
          AND b.data->>'to' = e.data->>'from' AND b.data->>'from' IS DISTINCT FROM b.data->>'to') decided ON true
 WHERE (SELECT audit.note_read('reversals')) AND e.version IS NOT NULL
   AND e.data->>'from' IN ('verified', 'rejected') AND e.data->>'to' <> e.data->>'from';

CREATE VIEW audit.time_to_verdict WITH (security_barrier = true) AS
SELECT b.tenant_id, b.environment, b.verification_id, audit.type_id('ver', b.verification_id) AS verification, v.provider,
       b.at AS begun_at, d.status AS verdict, d.at AS verdict_at, extract(epoch FROM d.at - b.at)::float8 AS seconds
  FROM public.ledger_entries b
  JOIN LATERAL (
       SELECT e.data->>'to' AS status, e.at FROM public.ledger_entries e
        WHERE e.tenant_id = b.tenant_id AND e.verification_id = b.verification_id AND e.version IS NOT NULL
          AND e.data->>'to' IN ('verified', 'rejected')
        ORDER BY e.version LIMIT 1) d ON true
  LEFT JOIN public.verifications v ON v.tenant_id = b.tenant_id AND v.id = b.verification_id
 WHERE (SELECT audit.note_read('time_to_verdict')) AND b.kind = 'verification.created';

CREATE VIEW audit.time_to_verdict_by_day WITH (security_barrier = true) AS
SELECT b.tenant_id, b.environment, v.provider, (d.at AT TIME ZONE 'UTC')::date AS day, count(*) AS verdicts,
       count(*) FILTER (WHERE d.status = 'verified') AS verified, count(*) FILTER (WHERE d.status = 'rejected') AS rejected,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.at - b.at)::float8) AS median_seconds,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM d.at - b.at)::float8) AS p95_seconds
  FROM public.ledger_entries b
  JOIN LATERAL (
       SELECT e.data->>'to' AS status, e.at FROM public.ledger_entries e
        WHERE e.tenant_id = b.tenant_id AND e.verification_id = b.verification_id AND e.version IS NOT NULL
          AND e.data->>'to' IN ('verified', 'rejected')
        ORDER BY e.version LIMIT 1) d ON true
  LEFT JOIN public.verifications v ON v.tenant_id = b.tenant_id AND v.id = b.verification_id
 WHERE (SELECT audit.note_read('time_to_verdict_by_day')) AND b.kind = 'verification.created'
 GROUP BY 1, 2, 3, 4;

CREATE VIEW audit.admin_actions WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor,
       e.verification_id, audit.type_id('ver', e.verification_id) AS verification,
       e.data->'before' AS before, e.data->'after' AS after, e.data - 'before' - 'after' AS details
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('admin_actions'))
   AND e.kind NOT IN ('api_key.used', 'admin_key.used')
   AND (e.actor LIKE 'admin:%' OR e.actor LIKE 'database:%'
        OR split_part(e.kind, '.', 1) IN ('tenant', 'api_key', 'admin_key', 'keys', 'connection', 'routing', 'endpoint'));

CREATE VIEW audit.signals WITH (security_barrier = true) AS
SELECT s.tenant_id, s.environment, s.id AS signal_id, s.verification_id, audit.type_id('ver', s.verification_id) AS verification,
       s.provider, s.source, s.event, s.authenticity, s.state AS signal_state, s.state_reason AS set_aside_reason, s.received_at, s.applied_at
  FROM public.signals s
 WHERE (SELECT audit.note_read('signals'));

CREATE VIEW audit.signals_set_aside WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, e.verification_id, audit.type_id('ver', e.verification_id) AS verification, v.provider, l.position,
       e.id AS entry_id, e.at, e.data->>'signal' AS signal, e.data->>'source' AS source, e.data->>'event' AS event,
       e.data->>'authenticity' AS authenticity, e.data->>'reason' AS set_aside_reason, e.data->>'claim' AS claim,
       e.data->>'contradictedClaim' AS contradicted_claim
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
  LEFT JOIN public.verifications v ON v.tenant_id = e.tenant_id AND v.id = e.verification_id
 WHERE (SELECT audit.note_read('signals_set_aside')) AND (e.kind = 'signal.set_aside' OR e.data ? 'contradictedClaim');

CREATE VIEW audit.erasures WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.at, e.kind, audit.actor(e.actor) AS actor, e.verification_id,
       audit.type_id('ver', e.verification_id) AS verification, e.data AS details, encode(l.hash, 'hex') AS leaf_hash
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('erasures')) AND (e.kind = 'verification.erased' OR e.kind LIKE 'erasure.%' OR e.kind LIKE 'hold.%');

CREATE VIEW audit.keys WITH (security_barrier = true) AS
WITH told AS (
    SELECT e.tenant_id, e.data->>'keyId' AS id,
           (array_agg(e.actor ORDER BY e.id) FILTER (WHERE e.kind IN ('api_key.created', 'api_key.rotated')))[1] AS created_by,
           (array_agg(e.actor ORDER BY e.id) FILTER (WHERE e.kind = 'api_key.revoked'))[1] AS revoked_by
      FROM public.ledger_entries e WHERE e.kind IN ('api_key.created', 'api_key.rotated', 'api_key.revoked') GROUP BY 1, 2),
used AS (
    SELECT e.tenant_id, e.data->>'keyId' AS id, min((e.data->>'firstAt')::timestamptz) AS first_at,
           max((e.data->>'lastAt')::timestamptz) AS last_at, sum((e.data->>'requests')::bigint)::bigint AS requests
      FROM public.ledger_entries e WHERE e.kind = 'api_key.used' GROUP BY 1, 2)
SELECT k.tenant_id, k.environment, k.id AS key_id, audit.type_id('key', k.id) AS key, k.name AS key_name, k.scopes, k.created_at,
       audit.actor(told.created_by) AS created_by, k.expires_at, k.revoked_at, audit.actor(told.revoked_by) AS revoked_by,
       used.first_at AS first_used_at, used.last_at AS last_used_at, coalesce(used.requests, 0) AS requests
  FROM public.api_keys k
  LEFT JOIN told ON told.tenant_id = k.tenant_id AND told.id = k.id::text
  LEFT JOIN used ON used.tenant_id = k.tenant_id AND used.id = k.id::text
 WHERE (SELECT audit.note_read('keys'));

CREATE VIEW audit.failed_authentications WITH (security_barrier = true) AS
SELECT e.tenant_id, e.environment, l.position, e.id AS entry_id, e.data->>'reason' AS refusal, (e.data->>'requests')::bigint AS requests,
       (e.data->>'firstAt')::timestamptz AS first_at, (e.data->>'lastAt')::timestamptz AS last_at
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('failed_authentications')) AND e.kind = 'authentication.failed';

CREATE VIEW audit.checkpoints WITH (security_barrier = true) AS
SELECT c.tenant_id, c.size AS tree_size, c.size - lag(c.size, 1, 0::bigint) OVER (PARTITION BY c.tenant_id ORDER BY c.size) AS grown_by,
       encode(c.root, 'hex') AS root, c.at, c.note AS signed_note
  FROM public.ledger_checkpoints c
 WHERE (SELECT audit.note_read('checkpoints'));

CREATE VIEW audit.signing_keys WITH (security_barrier = true) AS
SELECT k.id AS signing_key_id, encode(k.public_key, 'hex') AS public_key, k.created_at, k.retired_at
  FROM public.ledger_keys k
 WHERE (SELECT audit.note_read('signing_keys'));

CREATE VIEW audit.auditor_queries WITH (security_barrier = true) AS
SELECT e.tenant_id, l.position, e.id AS entry_id, e.at, e.data->>'login' AS login, e.data->>'view' AS view_read,
       (e.data->>'number')::bigint AS reading_number
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('auditor_queries')) AND e.kind = 'audit.queried';

CREATE VIEW audit.auditor_grants WITH (security_barrier = true) AS
SELECT e.tenant_id, l.position, e.id AS entry_id, e.at, e.kind, e.actor, e.data->>'login' AS login, e.data->>'tenants' AS tenants
  FROM public.ledger_entries e
  LEFT JOIN public.ledger_leaves l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
 WHERE (SELECT audit.note_read('auditor_grants')) AND e.kind IN ('audit.granted', 'audit.revoked');

-- Behind the policies the planner takes a table for one with a handful of rows, whose joins may then be loops in loops.
CREATE FUNCTION audit.status_as_of(moment TIMESTAMPTZ)
    RETURNS TABLE (tenant_id UUID, environment TEXT, verification_id UUID, verification TEXT, status TEXT, reason_codes TEXT[], version INT,
                   since TIMESTAMPTZ, provider TEXT)
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM audit.note_read('status_as_of');
    RETURN QUERY
    WITH entries AS (
        SELECT e.tenant_id, e.environment, e.verification_id, e.version, e.at, e.data,
               max(e.version) OVER (PARTITION BY e.tenant_id, e.verification_id) AS newest_version
          FROM public.ledger_entries e
         WHERE e.version IS NOT NULL AND e.at <= moment),
    told AS ( -- Who goes on at another provider keeps the status.
        SELECT n.*, n.data->>'to' IS DISTINCT FROM lag(n.data->>'to') OVER (
                   PARTITION BY n.tenant_id, n.verification_id ORDER BY n.version) AS is_move
          FROM entries n WHERE n.data ? 'to'),
    providers AS (
        SELECT DISTINCT ON (e.tenant_id, e.verification_id) e.tenant_id, e.verification_id, e.data->>'provider' AS name
          FROM public.ledger_entries e
         WHERE e.version IS NOT NULL AND e.at <= moment
           AND e.kind IN ('verification.created', 'verification.imported', 'verification.rerouted')
         ORDER BY e.tenant_id, e.verification_id, e.version DESC),
    latest AS (
        SELECT DISTINCT ON (t.tenant_id, t.verification_id) t.*,
               max(t.at) FILTER (WHERE t.is_move) OVER (PARTITION BY t.tenant_id, t.verification_id) AS since
          FROM told t
         ORDER BY t.tenant_id, t.verification_id, t.version DESC)
    SELECT t.tenant_id, t.environment, t.verification_id, audit.type_id('ver', t.verification_id), t.data->>'to',
           audit.texts(t.data->'reasonCodes'), t.newest_version, t.since, p.name
      FROM latest t
      LEFT JOIN providers p ON p.tenant_id = t.tenant_id AND p.verification_id = t.verification_id;
END $$;

-- The root of a tree of that many leaves is made of its complete subtrees, the smallest first: the bits of its size.
CREATE FUNCTION audit.root_above(so_far BYTEA, subtree BYTEA) RETURNS BYTEA
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN public.ledger_node_hash(subtree, so_far);
END $$;
CREATE AGGREGATE audit.root_of(BYTEA) (SFUNC = audit.root_above, STYPE = BYTEA);

CREATE FUNCTION audit.verify(tenant UUID DEFAULT NULL)
    RETURNS TABLE (tenant_id UUID, tenant_name TEXT, ok BOOLEAN, checked BIGINT, waiting BIGINT, first_bad_position BIGINT, reason TEXT)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
    t UUID;
BEGIN
    PERFORM audit.note_read('verify');
    FOR t IN
        SELECT owner.id FROM (
            SELECT id FROM public.tenants UNION SELECT tenant_id FROM public.ledger_heads
            UNION SELECT tenant_id FROM public.ledger_entries UNION SELECT tenant_id FROM public.ledger_checkpoints) owner
         WHERE verify.tenant IS NULL OR owner.id = verify.tenant ORDER BY 1
    LOOP
        -- One statement, so that what is written meanwhile is seen whole or not at all.
        RETURN QUERY
        WITH leaves AS MATERIALIZED (
            SELECT l.position, l.entry_id, l.hash, l.kind, l.environment, row_number() OVER (ORDER BY l.position) AS rank
              FROM public.ledger_leaves l WHERE l.tenant_id = t),
        below AS MATERIALIZED (
            SELECT 0 AS level, position - 1 AS index, hash FROM leaves
            UNION ALL SELECT n.level, n.index, n.hash FROM public.ledger_nodes n WHERE n.tenant_id = t),
        made AS (
            SELECT l.level + 1 AS level, l.index / 2 AS index, public.ledger_node_hash(l.hash, r.hash) AS hash
              FROM below l JOIN below r ON r.level = l.level AND r.index = l.index + 1
             WHERE l.index % 2 = 0),
        heads AS MATERIALIZED (
            SELECT c.size, c.root, c.note, lag(c.size, 1, 0::bigint) OVER (ORDER BY c.size) AS size_before
              FROM public.ledger_checkpoints c WHERE c.tenant_id = t),
        subtrees AS MATERIALIZED (
            SELECT h.size, bit AS level, (h.size >> bit) - 1 AS index
              FROM heads h CROSS JOIN generate_series(0, 1 + floor(log(2, greatest(h.size, 1)))::int) bit
             WHERE (h.size >> bit) & 1 = 1),
        roots AS (
            SELECT s.size, audit.root_of(b.hash ORDER BY b.level) AS root
              FROM subtrees s JOIN below b ON b.level = s.level AND b.index = s.index
             GROUP BY s.size),
        size AS (
            SELECT (SELECT count(*) FROM leaves) AS leaves, (SELECT coalesce(max(size), 0) FROM heads) AS signed,
                   (SELECT coalesce(max(h.size), 0) FROM public.ledger_heads h WHERE h.tenant_id = t) AS head),
        -- A head is bad somewhere among the entries that it added: its size is where it is known by.
        findings(weight, position, known_by, reason) AS (
            (SELECT 1, l.rank, l.rank, 'no entry has this position'
               FROM leaves l WHERE l.position <> l.rank ORDER BY l.rank LIMIT 1)
            UNION ALL
            (SELECT 2, l.position, l.position,
                    CASE WHEN e.id IS NULL THEN format('the entry %s was removed', l.entry_id)
                         WHEN l.hash <> public.ledger_leaf_hash(public.ledger_text(e)) THEN format('the entry %s was changed', e.id)
                         ELSE format('the leaf names another kind or environment than its entry %s', e.id) END
               FROM leaves l LEFT JOIN public.ledger_entries e ON e.tenant_id = t AND e.id = l.entry_id
              WHERE e.id IS NULL OR l.hash <> public.ledger_leaf_hash(public.ledger_text(e))
                 OR (l.kind, l.environment) IS DISTINCT FROM (e.kind, e.environment)
              ORDER BY l.position LIMIT 1)
            UNION ALL
            (SELECT 3, (coalesce(n.index, m.index) << coalesce(n.level, m.level)) + 1,
                    (coalesce(n.index, m.index) << coalesce(n.level, m.level)) + 1,
                    format('the node over positions %s to %s is not what is below it', (coalesce(n.index, m.index) << coalesce(n.level, m.level)) + 1,
                           (coalesce(n.index, m.index) + 1) << coalesce(n.level, m.level))
               FROM made m
               FULL JOIN (SELECT b.level, b.index, b.hash FROM below b WHERE b.level > 0) n ON n.level = m.level AND n.index = m.index
              WHERE m.hash IS DISTINCT FROM n.hash
              ORDER BY 2, coalesce(n.level, m.level) LIMIT 1)
            UNION ALL
            (SELECT 4, s.signed + 1, s.signed + 1, format('%s entries have a position, and the newest signed head is of %s', s.leaves, s.signed)
               FROM size s WHERE s.leaves > s.signed)
            UNION ALL
            (SELECT 4, s.leaves + 1, s.leaves + 1, format('the newest signed head is of %s entries, and %s are left: the tail was cut', s.signed, s.leaves)
               FROM size s WHERE s.leaves < s.signed)
            UNION ALL
            (SELECT 5, least(s.head, s.leaves) + 1, least(s.head, s.leaves) + 1, format('the head counts %s entries, and %s have a position', s.head, s.leaves)
               FROM size s WHERE s.head <> s.leaves)
            UNION ALL
            (SELECT 6, h.size_before + 1, h.size, format('the tree of the first %s entries has another root than its head that was signed', h.size)
               FROM heads h LEFT JOIN roots r ON r.size = h.size
              WHERE h.root IS DISTINCT FROM r.root ORDER BY h.size LIMIT 1)
            UNION ALL
            (SELECT 7, h.size_before + 1, h.size, format('the signed head of %s entries says something else than its row', h.size)
               FROM heads h
              WHERE left(h.note, strpos(h.note, E'\n\n'))
                    IS DISTINCT FROM format(E'gatehouse/%s\n%s\n%s\n', audit.type_id('tnt', t), h.size, encode(h.root, 'base64'))
              ORDER BY h.size LIMIT 1)
            UNION ALL
            (SELECT 8, NULL, NULL, format('the entry %s has no position and does not wait for one', e.id)
               FROM public.ledger_entries e
              WHERE e.tenant_id = t AND NOT EXISTS (SELECT FROM leaves l WHERE l.entry_id = e.id)
                AND NOT EXISTS (SELECT FROM public.ledger_queue q WHERE q.tenant_id = t AND q.entry_id = e.id)
              ORDER BY e.id LIMIT 1)
            UNION ALL
            (SELECT 9, NULL, NULL, format('the entry %s was removed before it had a position', q.entry_id)
               FROM public.ledger_queue q
              WHERE q.tenant_id = t
                AND NOT EXISTS (SELECT FROM public.ledger_entries e WHERE e.tenant_id = t AND e.id = q.entry_id)
              ORDER BY q.entry_id LIMIT 1)),
        first AS (SELECT f.* FROM findings f ORDER BY f.known_by NULLS LAST, f.weight LIMIT 1)
        SELECT t, (SELECT n.name FROM public.tenants n WHERE n.id = t), f.reason IS NULL, s.leaves,
               (SELECT count(*) FROM public.ledger_queue q WHERE q.tenant_id = t), f.position, f.reason
          FROM size s LEFT JOIN first f ON true;
    END LOOP;
END $$;

-- The catalogue explains itself: \d+ and every tool that reads comments show these. A test fails for what has none.

COMMENT ON SCHEMA audit IS 'For auditors: what happened, read only. Every reading is in the ledger. docs/AUDITING.md has twenty questions and their queries.';

COMMENT ON VIEW audit.tenants IS 'The tenants that this login was granted.';
COMMENT ON VIEW audit.ledger IS 'Every entry of the ledger, whatever it is about, with its place in the sealed tree.';
COMMENT ON VIEW audit.verification_history IS 'What the ledger tells of verifications, one row for each entry: creation, changes of status with their cause, signals, views, erasure. Order by verification_id and position.';
COMMENT ON VIEW audit.current_status IS 'Each verification as its record has it now. audit.status_as_of(now()) tells the same from the ledger alone.';
COMMENT ON VIEW audit.provider_switches IS 'Each accepted version of a routing policy: who, when, why, from which provider to which, and what became of the verifications that began under it.';
COMMENT ON VIEW audit.provider_switch_effects IS 'The same by provider: how verifications that began under a version of the policy ended where they went.';
COMMENT ON VIEW audit.personal_data_access IS 'Each time that personal data was shown: identities, images, reports, people looked up or listed at a provider. What an auditor reads here is no personal data.';
COMMENT ON VIEW audit.access_by_person IS 'How often, and by how many, the data of a person was looked at, in all of the person''s verifications.';
COMMENT ON VIEW audit.access_by_key IS 'What each key, or whoever else acted, has looked at of persons.';
COMMENT ON VIEW audit.deliveries IS 'Each event on its way to each endpoint, with what the receiver answered: the proof of delivery.';
COMMENT ON VIEW audit.delivery_attempts IS 'Each try to deliver.';
COMMENT ON VIEW audit.reversals IS 'Each time that a verdict, verified or rejected, was left for another status, with what led to it.';
COMMENT ON VIEW audit.time_to_verdict IS 'How long each verification took from its creation to its first verdict. Those adopted from a provider have none.';
COMMENT ON VIEW audit.time_to_verdict_by_day IS 'The same by provider and day (UTC) of the verdict.';
COMMENT ON VIEW audit.admin_actions IS 'Everything done by an admin''s key or in the database, and every change of tenants, keys, connections, routing and endpoints, with before and after where the ledger has them.';
COMMENT ON VIEW audit.signals IS 'Everything that providers and browsers told, as it was stored before it was acknowledged, and what became of it. Without bodies.';
COMMENT ON VIEW audit.signals_set_aside IS 'Signals that changed nothing, with the reason, and reads that contradict what a webhook claimed.';
COMMENT ON VIEW audit.erasures IS 'What the ledger tells of erasures, and of legal holds that keep from them. The entries stay when the data has gone.';
COMMENT ON VIEW audit.keys IS 'Keys of product backends: who made and revoked them, and how they were used. Without the keys.';
COMMENT ON VIEW audit.failed_authentications IS 'Attempts to get in that failed, counted together for a minute or so. What was presented is not kept.';
COMMENT ON VIEW audit.checkpoints IS 'Signed heads of the ledger''s tree. Keep one elsewhere: with it you notice later if the past was rewritten as a whole.';
COMMENT ON VIEW audit.signing_keys IS 'Public keys with which signed heads can be verified.';
COMMENT ON VIEW audit.auditor_queries IS 'What auditors have read: one row for each transaction and view. Readings of auditors of all tenants are in our own ledger, tenant 00000000-0000-0000-0000-000000000000.';
COMMENT ON VIEW audit.auditor_grants IS 'Which logins were granted tenants, and when that ended.';

-- A column means the same wherever it is.
DO $$
DECLARE
    col RECORD;
    meanings CONSTANT JSONB := '{
        "accesses": "How many times.",
        "actor": "Who did it, as the API tells it: key:key_…, admin:adk_…, provider:…, auditor:…, database:…, browser, system.",
        "actors": "How many different ones.",
        "after": "As it was afterwards.",
        "applied_at": "When it took effect; null while it has not.",
        "at": "When.",
        "attempt": "Which try of the person this is.",
        "attempt_number": "1 for the first.",
        "attempts": "How often delivery was tried.",
        "authenticity": "How a signal proved itself.",
        "author": "Who wrote the version.",
        "before": "As it was before.",
        "begun": "Verifications that began under this version.",
        "begun_at": "When the verification was created.",
        "claim": "The verdict that a webhook claimed.",
        "completed_at": "When it was settled: verified, rejected, expired, canceled or revoked.",
        "contradicted_claim": "The verdict that a webhook had claimed and this read does not bear out.",
        "created_at": "When it was made.",
        "created_by": "Who made it.",
        "day": "Day of the verdict, UTC.",
        "decided_by": "The second person, where the tenant wants two.",
        "delivery": "The delivery''s id as the API has it, dlv_….",
        "delivery_id": "The delivery.",
        "delivery_state": "pending, delivered or failed.",
        "details": "What the ledger''s entry says further. Never personal data.",
        "duration_ms": "How long the receiver took, in milliseconds.",
        "endpoint": "The endpoint''s id as the API has it, whe_….",
        "endpoint_id": "The endpoint.",
        "entry_id": "The ledger''s entry that proves it; null: there is none.",
        "environment": "test or live; null for what is about the tenant as a whole.",
        "erased_at": "When the personal data was erased; null while it is there.",
        "error": "What was wrong with a try; null: it was accepted.",
        "errors": "Of those begun, those that are in error now.",
        "event": "What the provider or browser called the signal.",
        "event_type": "The type of the event that was sent.",
        "event_type_id": "The event''s id as the API and the receiver have it, evt_….",
        "expires_at": "When it runs out by itself.",
        "fields": "Which members of the identity were shown, where that was recorded; null: not recorded, so take it as all.",
        "first_at": "The first time.",
        "first_success_at": "When the receiver first accepted it; null: never.",
        "first_success_status": "The HTTP status with which it did.",
        "first_used_at": "The first use that was recorded.",
        "grown_by": "How many entries the head before this one did not have.",
        "happened_at": "When that happened of which the event tells.",
        "holds_from": "From when on the version decided where verifications go.",
        "holds_until": "When a later version took over; null: it has not.",
        "identity_views": "Views of an identity.",
        "image_views": "Views of images, and of their list.",
        "import_id": "The import that adopted it; null: it began here.",
        "key": "The key''s id as the API has it, key_….",
        "key_id": "The key.",
        "key_name": "The name of the tenant''s key that was used; null: it was none.",
        "kind": "What happened, in the ledger''s words.",
        "last_at": "The last time.",
        "last_attempt_at": "When delivery was tried last.",
        "last_error": "What was wrong with the last try; null: it was accepted.",
        "last_used_at": "The last use that was recorded.",
        "leaf_hash": "Hash of the entry in the tree (RFC 6962), hexadecimal; null: not sealed yet.",
        "lists": "Pages of people that a provider holds.",
        "login": "The auditor''s login in the database.",
        "lookups": "People looked up at a provider.",
        "median_seconds": "Half of them took at most this long to the verdict.",
        "note": "What the author wrote along with it.",
        "p95_seconds": "95 in a hundred took at most this long.",
        "pass_rate": "Verified, of those verified or rejected; null: none is.",
        "pass_rate_before": "The same under the version before.",
        "policy": "The policy as a whole.",
        "policy_before": "The policy that was replaced.",
        "policy_version": "Version of the tenant''s routing policy in this environment.",
        "position": "Place in the tenant''s sealed ledger, without gaps from 1 on; null: not sealed yet.",
        "previous_id": "The verification of the same person that it follows.",
        "provider": "The provider that did it, or that the policy names.",
        "provider_before": "The provider that the replaced version named.",
        "public_key": "Ed25519, 32 bytes, hexadecimal.",
        "raw_status": "The status in the provider''s own words.",
        "reading_number": "The login''s own count of its readings. A missing number is a reading that was rolled back.",
        "reason_codes": "Why, in the words of the API.",
        "received_at": "When it arrived.",
        "refusal": "Why: absent (no key), malformed, or not_in_force (unknown, revoked, expired, or of a suspended tenant).",
        "rejected": "Of those begun or decided, those rejected.",
        "report_views": "Views of a report.",
        "requests": "How many requests were recorded.",
        "response_status": "HTTP status that the receiver answered; null: it did not.",
        "response_statuses": "HTTP statuses of all tries, in order; null for a try without an answer.",
        "retired_at": "When it ceased to sign; null: it is in use.",
        "revoked_at": "When it was revoked; null: it was not.",
        "revoked_by": "Who revoked it.",
        "root": "Root of the tree at that size, hexadecimal.",
        "routing_reason": "Why it went to its provider.",
        "scopes": "What the key may do.",
        "seconds": "From creation to verdict.",
        "set_aside_reason": "Why it changed nothing.",
        "signal": "What kind of signal led to it: read, webhook, return, decision, deadline, cancel and so on.",
        "signal_id": "The signal.",
        "signal_state": "pending, applied, set_aside or orphan.",
        "signed_note": "The head as it was signed: a C2SP signed note, whose Ed25519 signature is verified outside of SQL.",
        "signing_key_id": "The key.",
        "source": "Where it came from: read, webhook, redirect, admin or system.",
        "status": "The status that it had from then on, or has now.",
        "status_before": "The status that it had until then.",
        "subject_id": "The person, by a number that says nothing of them.",
        "tenant": "The tenant''s id as the API has it, tnt_….",
        "tenant_id": "The tenant.",
        "tenant_name": "The tenant''s name.",
        "tenant_status": "active or suspended.",
        "tenants": "one: the tenant in whose ledger this is; all: every tenant.",
        "tree_size": "How many entries the head is of.",
        "updated_at": "When its record changed last.",
        "verdict": "The first verdict: verified or rejected.",
        "verdict_at": "When it came.",
        "verdict_stood": "How long the verdict had stood.",
        "verdicts": "How many first verdicts.",
        "verification": "The verification''s id as the API has it, ver_….",
        "verification_id": "The verification; null: the entry is about none.",
        "verifications": "How many different verifications.",
        "verified": "Of those begun or decided, those verified.",
        "version": "Version of the verification that it made, or has; null: it changed none.",
        "view_read": "The view or function of this schema that was read."
    }';
BEGIN
    FOR col IN
        SELECT c.relname, a.attname
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind = 'v' AND meanings ? a.attname
    LOOP
        EXECUTE format('COMMENT ON COLUMN audit.%I.%I IS %L', col.relname, col.attname, meanings->>col.attname);
    END LOOP;
END $$;

COMMENT ON FUNCTION audit.status_as_of IS 'The status of every verification at that moment, replayed from the ledger: what the service knew then, whatever it learned since. `since` is when the verification came into that status.';
COMMENT ON FUNCTION audit.verify IS 'Recomputes the ledger of a tenant, or of all that this login may see: every leaf from its entry, every node from what is below it, and the root at the size of every signed head that is kept, whose text has to say the same. No position may be missing, the newest head has to be of all of them, and each entry has a position or waits for one; that an earlier head was taken away is not noticed. One row for each tenant; `first_bad_position` and `reason` name the first thing that does not hold (no position: an entry that has none). `waiting` entries are not sealed yet. SQL cannot check the Ed25519 signatures of the heads: tools/verify-ledger.mjs does.';
COMMENT ON FUNCTION audit.type_id IS 'The public form of an id: audit.type_id(''ver'', verification_id) is ver_….';
COMMENT ON FUNCTION audit.uuid IS 'The id behind its public form: WHERE verification_id = audit.uuid(''ver_…'').';
COMMENT ON FUNCTION audit.actor IS 'Who acted, as the API tells it: keys by their public ids.';
COMMENT ON FUNCTION audit.note_read IS 'Writes to the ledger that this login reads a view, once per transaction and view. The views call it; there is no need to.';
COMMENT ON FUNCTION audit.texts IS 'A JSON list of texts as an array.';
COMMENT ON FUNCTION audit.base32 IS 'The last bits of a number as digits of a public id.';
COMMENT ON FUNCTION audit.root_above IS 'The hash over a complete subtree and what is to the right of it.';
COMMENT ON AGGREGATE audit.root_of(BYTEA) IS 'The root of a tree from its complete subtrees, the smallest first.';

RESET ROLE;

REVOKE ALL ON ALL ROUTINES IN SCHEMA audit FROM PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO gatehouse_auditor;
REVOKE ALL ON audit.logins, audit.grants FROM gatehouse_auditor;
GRANT EXECUTE ON FUNCTION audit.note_read, audit.status_as_of, audit.verify, audit.type_id, audit.uuid, audit.actor, audit.texts, audit.base32
    TO gatehouse_auditor;
