-- verifications_claim_due_behind and verifications_claim_due_alike: what is due at one connection, behind any number of what another one has
-- no calls left for. Building it lets everybody read.
CREATE INDEX "verifications_due_at_connection" ON "verifications"("tenant_id", "connection_id", "due_at") WHERE (due_at IS NOT NULL);
