-- Who audits, of whom, and how each reading leaves a trace (docs/AUDITING.md, docs/decisions/2026-11-28-auditors.md).

-- The views and functions of auditors are its, and read with its rights: of the tables an auditor's own login may read nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gatehouse_audit') THEN
        CREATE ROLE gatehouse_audit NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- Another database of this server was quicker.
END $$;
DO $$
BEGIN
    GRANT gatehouse_audit TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege THEN NULL; -- Made by an administrator, whose it is to grant.
END $$;

CREATE SCHEMA audit AUTHORIZATION gatehouse_audit;
GRANT USAGE ON SCHEMA audit TO gatehouse_auditor;
GRANT USAGE ON SCHEMA public TO gatehouse_audit;

-- Logins that were ever granted something, each with the sequence that counts its readings: a number that a rolled back transaction has
-- used up does not come back.
CREATE TABLE audit.logins (
    login NAME PRIMARY KEY,
    counter TEXT NOT NULL
);
-- Kept by functions only, each of which writes to the ledger. No tenant: all of them, ourselves included.
CREATE TABLE audit.grants (
    login NAME NOT NULL REFERENCES audit.logins,
    tenant_id UUID,
    granted_at TIMESTAMPTZ(3) NOT NULL,
    UNIQUE NULLS NOT DISTINCT (login, tenant_id)
);
GRANT SELECT ON audit.logins, audit.grants TO gatehouse_audit;

-- Lets auditors see columns of a table (NULL: all there will ever be) in the rows of tenants that their login was granted. The range
-- serves an index on the tenant, whose use an OR forbids; it is one tenant for most, and everything for those who see all.
CREATE PROCEDURE audit.let_read(target REGCLASS, columns TEXT, tenant TEXT DEFAULT 'tenant_id')
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT %s ON %s TO gatehouse_audit', coalesce('(' || columns || ')', ''), target);
    EXECUTE format(
        'CREATE POLICY of_auditors ON %1$s FOR SELECT TO gatehouse_audit USING ('
        '%2$I >= (SELECT coalesce(g.tenant_id, ''00000000-0000-0000-0000-000000000000'') FROM audit.grants g '
        'WHERE g.login = session_user ORDER BY g.tenant_id NULLS FIRST LIMIT 1) '
        'AND %2$I <= (SELECT coalesce(g.tenant_id, ''ffffffff-ffff-ffff-ffff-ffffffffffff'') FROM audit.grants g '
        'WHERE g.login = session_user ORDER BY g.tenant_id DESC NULLS FIRST LIMIT 1) '
        'AND (%2$I = ANY (ARRAY(SELECT g.tenant_id FROM audit.grants g WHERE g.login = session_user)) '
        'OR EXISTS (SELECT FROM audit.grants g WHERE g.login = session_user AND g.tenant_id IS NULL)))',
        target, tenant);
END $$;

CALL audit.let_read('tenants', 'id, name, status, created_at', 'id');
CALL audit.let_read('api_keys', 'tenant_id, id, environment, name, scopes, created_at, expires_at, revoked_at');
CALL audit.let_read('routing_policies',
    'tenant_id, environment, version, policy, author, note, state, effective_at, decided_by, decided_at, created_at');
CALL audit.let_read('verifications',
    'tenant_id, id, environment, subject_id, provider, policy_version, routing_reason, status, reason_codes, version, attempt, '
    'raw_status, source, previous_id, import_id, expires_at, created_at, updated_at, completed_at, erased_at');
CALL audit.let_read('signals',
    'tenant_id, id, environment, provider, verification_id, source, event, authenticity, state, state_reason, received_at, applied_at');
CALL audit.let_read('webhook_deliveries',
    'tenant_id, id, environment, endpoint_id, event_id, event_type, state, attempts, created_at, completed_at');
CALL audit.let_read('webhook_attempts', 'tenant_id, delivery_id, number, at, response_status, duration_ms, error');
-- The ledger holds no personal data and no secret.
CALL audit.let_read('ledger_entries', NULL);
CALL audit.let_read('ledger_queue', NULL);
CALL audit.let_read('ledger_leaves', NULL);
CALL audit.let_read('ledger_nodes', NULL);
CALL audit.let_read('ledger_checkpoints', NULL);
CALL audit.let_read('ledger_heads', NULL);

-- Of no tenant, and for everybody.
GRANT SELECT (id, public_key, created_at, retired_at) ON ledger_keys TO gatehouse_audit;
CREATE POLICY of_auditors ON ledger_keys FOR SELECT TO gatehouse_audit USING (true);

-- The one thing that a reading writes.
GRANT INSERT ON ledger_entries, ledger_queue TO gatehouse_audit;
CREATE POLICY noted_by_auditors ON ledger_entries FOR INSERT TO gatehouse_audit
    WITH CHECK (kind = 'audit.queried' AND actor = 'auditor:' || session_user);
CREATE POLICY noted_by_auditors ON ledger_queue FOR INSERT TO gatehouse_audit WITH CHECK (true);

SET ROLE gatehouse_audit;

-- Once per transaction and view: the entry's id is made of both, so the second one is there already. What a session can set, it could
-- set to hide a reading.
CREATE FUNCTION audit.note_read(what TEXT) RETURNS BOOLEAN
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    began TIMESTAMPTZ := date_trunc('milliseconds', transaction_timestamp());
    homes UUID[];
    mark TEXT;
    entry UUID;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind = 'v' AND relname = what)
        AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND proname = what) THEN
        RAISE EXCEPTION 'there is nothing of that name to read in the schema audit' USING ERRCODE = 'undefined_object';
    END IF;
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION 'the reading of audit.% cannot be written to the ledger: this transaction is read-only', what USING
            ERRCODE = 'read_only_sql_transaction',
            HINT = CASE WHEN pg_is_in_recovery()
                THEN 'This is a standby: each reading of an auditor is written to the ledger, so connect to the primary.'
                ELSE 'Each reading of an auditor is written to the ledger: SET TRANSACTION READ WRITE, and default_transaction_read_only to off.'
            END;
    END IF;
    SELECT CASE WHEN bool_or(g.tenant_id IS NULL) THEN ARRAY['00000000-0000-0000-0000-000000000000'::uuid]
                ELSE array_agg(g.tenant_id ORDER BY g.tenant_id) END
      INTO homes FROM audit.grants g WHERE g.login = session_user;
    IF homes IS NULL THEN
        RAISE EXCEPTION 'no tenant is granted to the login %', session_user USING
            ERRCODE = 'insufficient_privilege',
            HINT = 'Whoever operates Gatehouse grants one: SELECT audit.grant_tenant(login, tenant).';
    END IF;
    mark := pg_current_xact_id()::text || '/' || what || '/' || session_user;
    entry := public.ledger_id(began, mark);
    IF EXISTS (SELECT FROM public.ledger_entries e WHERE e.tenant_id = homes[1] AND e.id = entry) THEN
        RETURN true;
    END IF;
    WITH counted AS (
        SELECT nextval(l.counter::regclass) AS number FROM audit.logins l WHERE l.login = session_user)
    INSERT INTO public.ledger_entries (tenant_id, id, kind, actor, data, at)
    SELECT home, entry, 'audit.queried', 'auditor:' || session_user,
           jsonb_build_object('view', what, 'login', session_user, 'number', counted.number), began
      FROM counted, unnest(homes) home;
    INSERT INTO public.ledger_queue (tenant_id, entry_id) SELECT home, entry FROM unnest(homes) home;
    RETURN true;
END $$;

RESET ROLE;

-- What the owner does about auditors is in the ledger too: in the tenant's, or ours where it is about all.
CREATE PROCEDURE audit.record(what TEXT, whose UUID, who NAME)
    LANGUAGE plpgsql AS $$
DECLARE
    home UUID := coalesce(whose, '00000000-0000-0000-0000-000000000000');
    moment TIMESTAMPTZ := clock_timestamp();
    entry UUID := public.ledger_id(moment, random()::text);
BEGIN
    INSERT INTO public.ledger_entries (tenant_id, id, kind, actor, data, at)
    VALUES (home, entry, what, 'database:' || session_user,
            jsonb_build_object('login', who, 'tenants', CASE WHEN whose IS NULL THEN 'all' ELSE 'one' END), moment);
    INSERT INTO public.ledger_queue (tenant_id, entry_id) VALUES (home, entry);
END $$;

CREATE PROCEDURE audit.give(who NAME, whose UUID)
    LANGUAGE plpgsql AS $$
DECLARE
    counter TEXT := 'audit.reads_' || md5(who);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = who) THEN
        RAISE EXCEPTION 'there is no login %', who USING ERRCODE = 'undefined_object',
            HINT = format('CREATE ROLE %I LOGIN PASSWORD ''…'' IN ROLE gatehouse_auditor', who);
    END IF;
    IF NOT pg_has_role(who, 'gatehouse_auditor', 'MEMBER') THEN
        RAISE EXCEPTION '% is no auditor', who USING ERRCODE = 'invalid_role_specification',
            HINT = format('GRANT gatehouse_auditor TO %I', who);
    END IF;
    INSERT INTO audit.logins (login, counter) VALUES (who, counter) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        EXECUTE format('CREATE SEQUENCE %s', counter);
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO gatehouse_audit', counter);
    END IF;
    INSERT INTO audit.grants (login, tenant_id, granted_at) VALUES (who, whose, clock_timestamp()) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        CALL audit.record('audit.granted', whose, who);
    END IF;
END $$;

-- A NULL here is a tenant that was not found, and must not become all of them.
CREATE FUNCTION audit.grant_tenant(login NAME, tenant UUID) RETURNS VOID
    LANGUAGE plpgsql AS $$
BEGIN
    IF tenant IS NULL OR NOT EXISTS (SELECT FROM public.tenants t WHERE t.id = tenant) THEN
        RAISE EXCEPTION 'there is no such tenant' USING ERRCODE = 'no_data_found',
            HINT = 'For all of them: SELECT audit.grant_all_tenants(login).';
    END IF;
    CALL audit.give(login, tenant);
END $$;

CREATE FUNCTION audit.grant_all_tenants(login NAME) RETURNS VOID
    LANGUAGE plpgsql AS $$
BEGIN
    CALL audit.give(login, NULL);
END $$;

CREATE FUNCTION audit.revoke_tenant(login NAME, tenant UUID) RETURNS VOID
    LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM audit.grants g WHERE g.login = revoke_tenant.login AND g.tenant_id = tenant;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this tenant is not granted to %', login USING ERRCODE = 'no_data_found',
            HINT = 'What is granted: SELECT * FROM audit.grants. Everything at once: SELECT audit.revoke_everything(login).';
    END IF;
    CALL audit.record('audit.revoked', tenant, login);
END $$;

CREATE FUNCTION audit.revoke_everything(login NAME) RETURNS VOID
    LANGUAGE plpgsql AS $$
DECLARE
    taken RECORD;
BEGIN
    FOR taken IN DELETE FROM audit.grants g WHERE g.login = revoke_everything.login RETURNING g.tenant_id LOOP
        CALL audit.record('audit.revoked', taken.tenant_id, login);
    END LOOP;
END $$;

CREATE FUNCTION audit.readings_without_entry() RETURNS TABLE (login NAME, number BIGINT)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT l.login, n.number
          FROM audit.logins l, generate_series(1, pg_sequence_last_value(l.counter::regclass)) n(number)
         WHERE NOT EXISTS (
               SELECT FROM public.ledger_entries e
                WHERE e.kind = 'audit.queried' AND e.data->>'login' = l.login AND (e.data->>'number')::bigint = n.number)
         ORDER BY 1, 2;
    END;

COMMENT ON TABLE audit.logins IS 'Logins that were ever granted a tenant. For the owner.';
COMMENT ON COLUMN audit.logins.login IS 'The login.';
COMMENT ON COLUMN audit.logins.counter IS 'The sequence that counts its readings.';
COMMENT ON TABLE audit.grants IS 'Which login sees which tenant. For the owner; kept by audit.grant_tenant and its neighbours, never by hand.';
COMMENT ON COLUMN audit.grants.login IS 'The login.';
COMMENT ON COLUMN audit.grants.tenant_id IS 'The tenant; null: all of them, and what belongs to none.';
COMMENT ON COLUMN audit.grants.granted_at IS 'Since when.';
COMMENT ON FUNCTION audit.grant_tenant IS 'For the owner: lets a member of gatehouse_auditor see a tenant, both environments. In the tenant''s ledger.';
COMMENT ON FUNCTION audit.grant_all_tenants IS 'For the owner: lets a member of gatehouse_auditor see all tenants, those to come, and what belongs to none. In our own ledger.';
COMMENT ON FUNCTION audit.revoke_tenant IS 'For the owner: takes a tenant from a login, at once.';
COMMENT ON FUNCTION audit.revoke_everything IS 'For the owner: takes everything from a login, at once. Before the login is dropped, or its name would come back with its grants.';
COMMENT ON FUNCTION audit.readings_without_entry IS 'For the owner: numbers of readings that no entry has. The transaction was rolled back, under way, or the database crashed, which skips up to 32 numbers.';
COMMENT ON PROCEDURE audit.let_read IS 'For migrations: lets auditors'' views see columns of a table, in the rows of granted tenants.';
COMMENT ON PROCEDURE audit.record IS 'Writes to the ledger what was done about an auditor.';
COMMENT ON PROCEDURE audit.give IS 'What audit.grant_tenant and audit.grant_all_tenants have in common.';
