-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant_keys" (
    "tenant_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "master_key_id" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "tenant_keys_pkey" PRIMARY KEY ("tenant_id","purpose","version")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "admin_keys" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connections" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "secrets_sealed" BYTEA NOT NULL,
    "settings" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "routing_policies" (
    "tenant_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "policy" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "routing_policies_pkey" PRIMARY KEY ("tenant_id","environment","version")
);

-- CreateTable
CREATE TABLE "subjects" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "key_wrapped" BYTEA,
    "key_version" INTEGER NOT NULL,
    "details_sealed" BYTEA,
    "email_hash" BYTEA,
    "phone_hash" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "subjects_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "verifications" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "policy_version" INTEGER,
    "routing_reason" TEXT NOT NULL,
    "request_sealed" BYTEA,
    "reference_hash" BYTEA,
    "checks" TEXT[],
    "document_types" TEXT[],
    "reuse" TEXT NOT NULL,
    "provider_reference" TEXT,
    "handle_sealed" BYTEA,
    "action_sealed" BYTEA,
    "identity_sealed" BYTEA,
    "start_state" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "reason_codes" TEXT[],
    "version" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "raw_status" TEXT,
    "observed_at" TIMESTAMPTZ(3),
    "source" TEXT NOT NULL,
    "delivery" JSONB,
    "validity" JSONB,
    "risk_level" TEXT,
    "consent" JSONB,
    "evidence" JSONB,
    "bucket" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "read_count" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "signals" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "verification_id" UUID,
    "source" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "authenticity" TEXT NOT NULL,
    "dedup_hash" BYTEA NOT NULL,
    "body_sealed" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "bucket" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),

    CONSTRAINT "signals_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "ledger_entries" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT,
    "verification_id" UUID,
    "kind" TEXT NOT NULL,
    "version" INTEGER,
    "actor" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "tenant_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "locked_until" TIMESTAMPTZ(3) NOT NULL,
    "resource_id" UUID,
    "status" INTEGER,
    "response_sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("tenant_id","environment","route","key")
);

-- CreateIndex
CREATE INDEX "tenants_newest" ON "tenants"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys"("tenant_id", "hash");

-- CreateIndex
CREATE UNIQUE INDEX "admin_keys_hash" ON "admin_keys"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "connections_provider" ON "connections"("tenant_id", "environment", "provider");

-- CreateIndex
CREATE INDEX "subjects_email" ON "subjects"("tenant_id", "environment", "email_hash");

-- CreateIndex
CREATE INDEX "subjects_phone" ON "subjects"("tenant_id", "environment", "phone_hash");

-- CreateIndex
CREATE INDEX "verifications_newest" ON "verifications"("tenant_id", "environment", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "verifications_by_status" ON "verifications"("tenant_id", "environment", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "verifications_by_provider" ON "verifications"("tenant_id", "environment", "provider", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "verifications_by_reference" ON "verifications"("tenant_id", "environment", "reference_hash", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "verifications_by_provider_reference" ON "verifications"("tenant_id", "connection_id", "provider_reference");

-- CreateIndex
CREATE INDEX "verifications_by_subject" ON "verifications"("tenant_id", "subject_id");

-- CreateIndex
CREATE INDEX "verifications_due" ON "verifications"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "signals_by_verification" ON "signals"("tenant_id", "verification_id", "received_at");

-- CreateIndex
CREATE INDEX "signals_by_state" ON "signals"("tenant_id", "connection_id", "state", "received_at");

-- CreateIndex
CREATE INDEX "signals_due" ON "signals"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "signals_dedup" ON "signals"("tenant_id", "connection_id", "dedup_hash");

-- CreateIndex
CREATE INDEX "ledger_by_verification" ON "ledger_entries"("tenant_id", "verification_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_one_entry_per_version" ON "ledger_entries"("tenant_id", "verification_id", "version");

-- CreateIndex
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_tenant_id_subject_id_fkey" FOREIGN KEY ("tenant_id", "subject_id") REFERENCES "subjects"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What must never be, whatever the application does. Prisma's schema has no words for these.
ALTER TABLE "tenants"
  ADD CONSTRAINT "tenants_status_known" CHECK ("status" IN ('active', 'suspended'));
ALTER TABLE "tenant_keys"
  ADD CONSTRAINT "tenant_keys_purpose_known" CHECK ("purpose" IN ('data', 'lookup'));
ALTER TABLE "api_keys"
  ADD CONSTRAINT "api_keys_environment_known" CHECK ("environment" IN ('test', 'live'));
ALTER TABLE "admin_keys"
  ADD CONSTRAINT "admin_keys_role_known" CHECK ("role" IN ('admin', 'support', 'auditor', 'approver'));
ALTER TABLE "connections"
  ADD CONSTRAINT "connections_environment_known" CHECK ("environment" IN ('test', 'live'));
ALTER TABLE "routing_policies"
  ADD CONSTRAINT "routing_policies_environment_known" CHECK ("environment" IN ('test', 'live')),
  ADD CONSTRAINT "routing_policies_version_counts" CHECK ("version" >= 1);
ALTER TABLE "subjects"
  ADD CONSTRAINT "subjects_environment_known" CHECK ("environment" IN ('test', 'live'));
ALTER TABLE "verifications"
  ADD CONSTRAINT "verifications_environment_known" CHECK ("environment" IN ('test', 'live')),
  ADD CONSTRAINT "verifications_status_known" CHECK ("status" IN ('requires_input', 'processing', 'needs_review',
    'verified', 'rejected', 'expired', 'canceled', 'revoked', 'error')),
  ADD CONSTRAINT "verifications_start_state_known" CHECK ("start_state" IN ('starting', 'started', 'failed', 'unknown')),
  ADD CONSTRAINT "verifications_source_known" CHECK ("source" IN ('read', 'webhook', 'redirect', 'admin', 'system')),
  ADD CONSTRAINT "verifications_verified_by_read" CHECK ("status" <> 'verified' OR "facts" ->> 'verifiedAt' IS NOT NULL),
  ADD CONSTRAINT "verifications_version_counts" CHECK ("version" >= 1 AND "attempt" >= 1);
ALTER TABLE "signals"
  ADD CONSTRAINT "signals_state_known" CHECK ("state" IN ('pending', 'applied', 'set_aside', 'orphan')),
  ADD CONSTRAINT "signals_pending_is_due" CHECK (("state" = 'pending') = ("due_at" IS NOT NULL));
ALTER TABLE "idempotency_keys"
  ADD CONSTRAINT "idempotency_keys_state_known" CHECK ("state" IN ('running', 'done')),
  ADD CONSTRAINT "idempotency_keys_done_has_outcome"
    CHECK ("state" = 'running' OR ("status" IS NOT NULL AND "response_sealed" IS NOT NULL));
