-- AlterTable
ALTER TABLE "verifications" ADD COLUMN     "decision_sealed" BYTEA,
ADD COLUMN     "import_id" UUID,
ADD COLUMN     "previous_id" UUID,
ADD COLUMN     "recheck_seconds" INTEGER,
ADD COLUMN     "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "imports" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "pass" INTEGER NOT NULL DEFAULT 1,
    "next_page" INTEGER NOT NULL DEFAULT 1,
    "total" INTEGER,
    "seen" INTEGER NOT NULL DEFAULT 0,
    "adopted" INTEGER NOT NULL DEFAULT 0,
    "known" INTEGER NOT NULL DEFAULT 0,
    "found_in_pass" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,
    "bucket" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "imports_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "archived_reports" (
    "tenant_id" UUID NOT NULL,
    "verification_id" UUID NOT NULL,
    "confidences" BOOLEAN NOT NULL,
    "environment" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "media_type" TEXT,
    "byte_length" INTEGER,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "bucket" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "archived_reports_pkey" PRIMARY KEY ("tenant_id","verification_id","confidences")
);

-- CreateTable
CREATE TABLE "archived_report_parts" (
    "tenant_id" UUID NOT NULL,
    "verification_id" UUID NOT NULL,
    "confidences" BOOLEAN NOT NULL,
    "position" INTEGER NOT NULL,
    "sealed" BYTEA NOT NULL,

    CONSTRAINT "archived_report_parts_pkey" PRIMARY KEY ("tenant_id","verification_id","confidences","position")
);

-- CreateIndex
CREATE INDEX "imports_due" ON "imports"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "imports_one_at_a_time" ON "imports"("tenant_id", "connection_id") WHERE (state = 'running');

-- CreateIndex
CREATE INDEX "archived_reports_due" ON "archived_reports"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "verifications_imported_once" ON "verifications"("tenant_id", "connection_id", "provider_reference") WHERE (import_id IS NOT NULL);

-- Members that facts, validity and evidence have gained since the rows were written.
UPDATE "verifications"
   SET "facts" = '{"unsharedAt": null, "decision": null, "reportUntil": {}, "imageNotice": null}'::jsonb || "facts",
       "validity" = '{"documents": []}'::jsonb || "validity",
       "evidence" = '{"imagesUntil": null, "reportUntil": null}'::jsonb || "evidence";
UPDATE "verifications" SET "facts" = jsonb_set("facts", '{read,validity,documents}', '[]')
 WHERE jsonb_typeof("facts" #> '{read,validity}') = 'object';
UPDATE "verifications" SET "facts" = jsonb_set("facts", '{notice,validity,documents}', '[]')
 WHERE jsonb_typeof("facts" #> '{notice,validity}') = 'object';
UPDATE "verifications"
   SET "facts" = jsonb_set("facts", '{read,evidence}', '{"imagesUntil": null, "reportUntil": null}'::jsonb || ("facts" #> '{read,evidence}'))
 WHERE jsonb_typeof("facts" #> '{read,evidence}') = 'object';
