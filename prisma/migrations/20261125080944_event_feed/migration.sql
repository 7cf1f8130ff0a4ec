-- AlterTable
ALTER TABLE "ledger_entries" ADD COLUMN     "position" BIGINT;

-- CreateTable
CREATE TABLE "ledger_heads" (
    "tenant_id" UUID NOT NULL,
    "size" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_heads_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "ledger_unsequenced" ON "ledger_entries"("tenant_id", "id") WHERE (position IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "ledger_by_position" ON "ledger_entries"("tenant_id", "position");
