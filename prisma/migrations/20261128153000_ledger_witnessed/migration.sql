CREATE TABLE "ledger_witnessed" (
    "tenant_id" UUID NOT NULL,
    "witness" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "cosignatures" TEXT,
    "refusal" TEXT,
    "attempted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_witnessed_pkey" PRIMARY KEY ("tenant_id", "witness")
);

CALL protect_tenant_table('ledger_witnessed', 'SELECT, INSERT, UPDATE');
