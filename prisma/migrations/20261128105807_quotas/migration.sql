-- AlterTable
ALTER TABLE "verifications" ADD COLUMN     "failed_reads" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "connection_quotas" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "level" DOUBLE PRECISION NOT NULL,
    "granted" INTEGER NOT NULL,
    "rests_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_quotas_pkey" PRIMARY KEY ("tenant_id","connection_id")
);

-- An orphan may be looked at again. Those from before nobody has looked at since.
ALTER TABLE "signals" DROP CONSTRAINT "signals_pending_is_due";
UPDATE "signals" SET "due_at" = now(), "state_reason" = 'awaiting_owner' WHERE "state" = 'orphan';
ALTER TABLE "signals"
  ADD CONSTRAINT "signals_pending_is_due" CHECK ("state" = 'orphan' OR ("state" = 'pending') = ("due_at" IS NOT NULL)),
  ADD CONSTRAINT "signals_reason_told" CHECK ("state" NOT IN ('set_aside', 'orphan') OR "state_reason" IS NOT NULL);
