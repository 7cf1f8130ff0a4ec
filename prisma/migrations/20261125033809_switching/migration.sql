-- AlterTable
ALTER TABLE "routing_policies" ADD COLUMN     "based_on" INTEGER,
ADD COLUMN     "decided_at" TIMESTAMPTZ(3),
ADD COLUMN     "decided_by" TEXT,
ADD COLUMN     "effective_at" TIMESTAMPTZ(3),
ADD COLUMN     "proposed_until" TIMESTAMPTZ(3),
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'accepted';

-- AlterTable
ALTER TABLE "verifications" ADD COLUMN     "routing" JSONB;

-- CreateTable
CREATE TABLE "connection_breakers" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "fault" TEXT NOT NULL,
    "open_until" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_breakers_pkey" PRIMARY KEY ("tenant_id","connection_id")
);
