-- Data keys and subjects' keys are replaced in the background; where that stands, and which second key of a subject still opens.
-- AlterTable
ALTER TABLE "subjects" ADD COLUMN     "spare_key_role" TEXT,
ADD COLUMN     "spare_key_sealed" BYTEA;

-- CreateTable
CREATE TABLE "key_rotations" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "level" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "at_table" TEXT,
    "after" JSONB,
    "turn" INTEGER NOT NULL DEFAULT 0,
    "from_version" INTEGER,
    "to_version" INTEGER,
    "total" INTEGER,
    "moved" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "settles_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_rotations_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "key_rotations_newest" ON "key_rotations"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "key_rotations_of_tenant" ON "key_rotations"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "key_rotations_by_id" ON "key_rotations"("id");

-- CreateIndex
CREATE INDEX "key_rotations_due" ON "key_rotations"("due_at") WHERE (due_at IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "key_rotations_one_at_a_time" ON "key_rotations"("tenant_id") WHERE (state = 'running');

CALL protect_tenant_table('key_rotations', 'SELECT, INSERT, UPDATE');

-- A second key without its part says nothing about which of the two seals.
ALTER TABLE "subjects" ADD CONSTRAINT "subjects_spare_key" CHECK (("spare_key_sealed" IS NULL) = ("spare_key_role" IS NULL));
