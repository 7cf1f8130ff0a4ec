-- The master key can be replaced: which tenant keys another one still wraps is asked often, and which were taken over is told once.
-- AlterTable
ALTER TABLE "tenant_keys" ADD COLUMN "rewrapped_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "tenant_keys_by_master_key" ON "tenant_keys"("master_key_id", "tenant_id", "purpose", "version");
