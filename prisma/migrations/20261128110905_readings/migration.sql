-- CreateTable
CREATE TABLE "readings" (
    "tenant_id" UUID NOT NULL,
    "verification_id" UUID NOT NULL,
    "evidence_hash" BYTEA NOT NULL,
    "environment" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "mapping_version" INTEGER NOT NULL,
    "evidence_sealed" BYTEA NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "readings_pkey" PRIMARY KEY ("tenant_id","verification_id","evidence_hash")
);
