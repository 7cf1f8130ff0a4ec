-- Erasures, what providers still hold of the erased, the certificates, and what is held back from erasure.

CREATE TABLE "erasures" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT,
    "ground" TEXT NOT NULL,
    "named_by" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "verification_ids" UUID[],
    "erased_ids" UUID[],
    "subject_ids" UUID[],
    "orphan_ids" UUID[],
    "email_hashes" BYTEA[],
    "phone_hashes" BYTEA[],
    "provider_references" TEXT[],
    "orphans_after" UUID,
    "counts" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "turn" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "bucket" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "erasure_duties" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "erasure_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "reference" TEXT,
    "ask" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "way" TEXT,
    "note_sealed" BYTEA,
    "done_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasure_duties_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "erasure_certificates" (
    "tenant_id" UUID NOT NULL,
    "erasure_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "note" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "erasure_certificates_pkey" PRIMARY KEY ("tenant_id","erasure_id","number")
);

CREATE TABLE "legal_holds" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "verification_id" UUID NOT NULL,
    "reason_sealed" BYTEA NOT NULL,
    "until" TIMESTAMPTZ(3),
    "placed_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "released_by" TEXT,

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("tenant_id","id")
);
CREATE INDEX "erasures_held" ON "erasures"("tenant_id") WHERE (state = 'held'::text);
CREATE INDEX "erasures_due" ON "erasures"("due_at") WHERE (due_at IS NOT NULL);
CREATE INDEX "erasures_open_retention" ON "erasures"("tenant_id") WHERE (ground = 'retention'::text AND completed_at IS NULL);
CREATE INDEX "erasure_duties_of" ON "erasure_duties"("tenant_id", "erasure_id");
CREATE INDEX "legal_holds_in_force" ON "legal_holds"("tenant_id", "verification_id") WHERE (released_at IS NULL);
CREATE INDEX "signals_orphans" ON "signals"("tenant_id", "id") WHERE (state = 'orphan'::text);
CREATE INDEX "signals_oldest_orphans" ON "signals"("received_at") WHERE (state = 'orphan'::text);
CREATE INDEX "verifications_retention" ON "verifications"("tenant_id", "status", "completed_at") WHERE (erased_at IS NULL AND completed_at IS NOT NULL);

CALL protect_tenant_table('erasures', 'SELECT, INSERT, UPDATE');
CALL protect_tenant_table('erasure_duties', 'SELECT, INSERT, UPDATE');
CALL protect_tenant_table('erasure_certificates', 'SELECT, INSERT');
CALL protect_tenant_table('legal_holds', 'SELECT, INSERT, UPDATE');

-- What must never be, whoever writes: something of a person in what counts as erased.
ALTER TABLE "subjects" ADD CONSTRAINT "subjects_erased_is_empty"
    CHECK ("erased_at" IS NULL OR num_nonnulls("key_wrapped", "details_sealed", "email_hash", "phone_hash") = 0);
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_erased_is_empty"
    CHECK ("erased_at" IS NULL OR num_nonnulls("request_sealed", "reference_hash", "handle_sealed", "action_sealed",
                                               "identity_sealed", "decision_sealed", "due_at") = 0);
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_done_name_nobody"
    CHECK ("state" <> 'done' OR ("email_hashes" = '{}' AND "phone_hashes" = '{}'));
