-- CreateIndex
CREATE INDEX "verifications_verdicts" ON "verifications"("provider", "completed_at" DESC) WHERE (import_id IS NULL AND status = ANY (ARRAY['verified'::text, 'rejected'::text]));
