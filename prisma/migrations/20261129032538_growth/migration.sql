-- So that every list is found by an index whatever is asked for and however much there is (docs/GROWTH.md). What is dropped is made anew
-- in another form, but for verifications_overview, whose columns follow those of verifications_of_all now.
-- ledger_search_actor: entries of an actor, with a kind or each kind in turn. The one index more that whoever writes an entry keeps.
CREATE INDEX "ledger_by_actor" ON "ledger_entries"("tenant_id", "actor", "kind", "id");

-- ledger_explained, ledger_present_entry. Of entries that made no version it holds none: most writers of entries keep one index less.
CREATE UNIQUE INDEX "ledger_one_entry_per_version_anew" ON "ledger_entries"("tenant_id", "verification_id", "version") WHERE (version IS NOT NULL);

-- ledger_feed: events of a type, each kind in turn. Kept by the sequencer.
CREATE INDEX "ledger_leaves_feed" ON "ledger_leaves"("tenant_id", "environment", "kind", "position");

-- ledger_search_kind. Kept by the sequencer.
CREATE INDEX "ledger_leaves_by_kind" ON "ledger_leaves"("tenant_id", "kind", "entry_id");

-- verifications_list_provider and directory_tenant_provider, with a status or each status in turn.
CREATE INDEX "verifications_by_provider_anew" ON "verifications"("tenant_id", "environment", "provider", "status", "created_at" DESC, "id" DESC);

-- directory and what follows it, of all tenants; overview_counted and overview_timed read nothing else.
CREATE INDEX "verifications_of_all_anew" ON "verifications"("environment", "created_at" DESC, "id" DESC, "provider", "status", "completed_at", "import_id");

-- webhook_deliveries_list_by_endpoint and …_list_of_endpoint, with a state or each state in turn; webhook_deliveries_replayed.
CREATE INDEX "webhook_deliveries_by_endpoint_anew" ON "webhook_deliveries"("tenant_id", "environment", "endpoint_id", "state", "created_at" DESC, "id" DESC);

-- webhook_deliveries_list_by_state and …_list_of_tenant_by_state: also delivered ones, of which a failing receiver has none.
CREATE INDEX "webhook_deliveries_by_state" ON "webhook_deliveries"("tenant_id", "environment", "state", "created_at" DESC, "id" DESC);

-- Only now, because from here on nobody reads these tables until the end: building the indexes let everybody read.
DROP INDEX "ledger_one_entry_per_version";
DROP INDEX "verifications_by_provider";
DROP INDEX "verifications_of_all";
DROP INDEX "verifications_overview";
DROP INDEX "webhook_deliveries_by_endpoint";
DROP INDEX "webhook_deliveries_undelivered";

ALTER INDEX "ledger_one_entry_per_version_anew" RENAME TO "ledger_one_entry_per_version";
ALTER INDEX "verifications_by_provider_anew" RENAME TO "verifications_by_provider";
ALTER INDEX "verifications_of_all_anew" RENAME TO "verifications_of_all";
ALTER INDEX "webhook_deliveries_by_endpoint_anew" RENAME TO "webhook_deliveries_by_endpoint";

-- The same rows as before, in words whose share PostgreSQL guesses as a half, not as one in two hundred: a tenant's list was taken for
-- so few rows that all of them were read and sorted.
DO $$
DECLARE
    target REGCLASS;
BEGIN
    FOR target IN SELECT polrelid FROM pg_policy WHERE polname = 'of_the_environment' LOOP
        EXECUTE format(
            'ALTER POLICY of_the_environment ON %s '
            'USING (coalesce(environment = acting_environment(), acting_environment() IS NULL))', target);
    END LOOP;
END $$;

CREATE OR REPLACE PROCEDURE protect_tenant_table(target REGCLASS, privileges TEXT)
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
            'USING (coalesce(environment = acting_environment(), acting_environment() IS NULL))', target);
    END IF;
END $$;
