-- AlterTable
ALTER TABLE "routing_policies" ADD COLUMN     "due_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "routing_policies_due" ON "routing_policies"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "verifications_by_policy" ON "verifications"("tenant_id", "environment", "policy_version", "created_at" DESC) WHERE (policy_version IS NOT NULL);
