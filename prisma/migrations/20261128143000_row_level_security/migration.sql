-- Who may see which rows. The gateway logs in as a user that is a member of the two runtime roles and acts in them only; they own
-- nothing. Roles belong to the whole server, so they may be there already.
DO $$
DECLARE
    wanted TEXT;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['gatehouse_app', 'gatehouse_system', 'gatehouse_auditor'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- Another database of this server was quicker.
        END;
    END LOOP;
    -- Whoever migrates may act in them too, so that one user does for both; and sees what later migrations move. Roles that an
    -- administrator made are his to grant, and without them nothing of what is here would be seen.
    FOREACH wanted IN ARRAY ARRAY['gatehouse_app', 'gatehouse_system'] LOOP
        BEGIN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END;
        IF NOT pg_has_role(CURRENT_USER, wanted, 'USAGE') THEN
            RAISE EXCEPTION 'the user % that migrates is no member of the role %', CURRENT_USER, wanted
                USING ERRCODE = 'insufficient_privilege', HINT = format('GRANT %I TO %I', wanted, CURRENT_USER);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO gatehouse_app, gatehouse_system;

-- The tenant that a session acts for; NULL, which equals nothing, before it was told one and after a SET LOCAL has ended.
CREATE FUNCTION acting_tenant() RETURNS UUID
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('gatehouse.tenant', true), '')::uuid;

-- The environment that it is kept to; NULL for all of the tenant's.
CREATE FUNCTION acting_environment() RETURNS TEXT
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('gatehouse.environment', true), '');

-- For every table of tenants, also of later migrations: nobody sees a row without a policy, the table's owner neither; the tenants' role
-- sees those of the tenant and environment that it acts for, the system's role all. `privileges` is what both may do.
CREATE PROCEDURE protect_tenant_table(target REGCLASS, privileges TEXT)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY of_the_tenant ON %s TO gatehouse_app USING (tenant_id = acting_tenant())', target);
    EXECUTE format('CREATE POLICY of_all ON %s TO gatehouse_system USING (true)', target);
    EXECUTE format('GRANT %s ON %s TO gatehouse_app, gatehouse_system', privileges, target);
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = 'environment' AND NOT attisdropped) THEN
        EXECUTE format(
            'CREATE POLICY of_the_environment ON %s AS RESTRICTIVE TO gatehouse_app '
            'USING (environment IS NOT DISTINCT FROM coalesce(acting_environment(), environment))', target);
    END IF;
END $$;

DO $$
DECLARE
    target TEXT;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'tenant_keys', 'api_keys', 'connections', 'routing_policies', 'connection_breakers', 'connection_quotas', 'subjects',
        'verifications', 'imports', 'archived_reports', 'archived_report_parts', 'readings', 'signals', 'ledger_entries',
        'webhook_endpoints', 'webhook_deliveries', 'webhook_attempts', 'ledger_heads', 'idempotency_keys']
    LOOP
        CALL protect_tenant_table(target::regclass, 'SELECT, INSERT, UPDATE, DELETE');
    END LOOP;
END $$;

-- The one tenant table whose tenant is the row itself.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_tenant ON tenants TO gatehouse_app USING (id = acting_tenant());
CREATE POLICY of_all ON tenants TO gatehouse_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO gatehouse_app, gatehouse_system;

-- Of no tenant, so no tenant's session sees any.
ALTER TABLE admin_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE admin_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY of_all ON admin_keys TO gatehouse_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON admin_keys TO gatehouse_system;

-- What a start and /health/ready compare with. Prisma makes it before the first migration.
DO $$
BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
        GRANT SELECT ON _prisma_migrations TO gatehouse_app, gatehouse_system;
    END IF;
END $$;
