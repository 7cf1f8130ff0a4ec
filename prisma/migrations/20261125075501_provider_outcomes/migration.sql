-- CreateIndex
CREATE INDEX "verifications_completed" ON "verifications"("provider", "completed_at" DESC) WHERE (completed_at IS NOT NULL AND import_id IS NULL);
