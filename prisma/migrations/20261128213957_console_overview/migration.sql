-- For the console: figures by range, endpoints of all tenants, and how a receiver said that it failed.
-- AlterTable
ALTER TABLE "webhook_attempts" ADD COLUMN     "response_sealed" BYTEA;

-- CreateIndex
CREATE INDEX "verifications_overview" ON "verifications"("created_at", "environment", "provider", "status", "completed_at") WHERE (import_id IS NULL);

-- CreateIndex
CREATE INDEX "webhook_endpoints_of_all" ON "webhook_endpoints"("id" DESC) WHERE (deleted_at IS NULL);
