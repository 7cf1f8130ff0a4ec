-- Positions leave the entries, which nobody may update any more, for a table of their own: the leaves of a Merkle tree per tenant.

-- The exact text of an entry, whose hash is its leaf. Receipts and exports carry it as it is, so that nobody has to make it again.
CREATE FUNCTION ledger_text(entry ledger_entries) RETURNS TEXT
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN jsonb_build_object(
        'tenant_id', entry.tenant_id, 'id', entry.id, 'environment', entry.environment, 'verification_id', entry.verification_id,
        'kind', entry.kind, 'version', entry.version, 'actor', entry.actor, 'data', entry.data,
        'at', to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text;

-- RFC 6962, section 2.1.
CREATE FUNCTION ledger_leaf_hash(content TEXT) RETURNS BYTEA
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256('\x00'::bytea || convert_to(content, 'UTF8'));

CREATE FUNCTION ledger_node_hash(below_left BYTEA, below_right BYTEA) RETURNS BYTEA
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256('\x01'::bytea || below_left || below_right);

-- The id of an entry that SQL writes: a UUIDv7 of that moment, the same for the same seed.
CREATE FUNCTION ledger_id(moment TIMESTAMPTZ, seed TEXT) RETURNS UUID
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '7' || substr(md5(seed), 1, 3) || '8' || substr(md5(seed), 4, 15))::uuid;

CREATE TABLE "ledger_queue" (
    "tenant_id" UUID NOT NULL,
    "entry_id" UUID NOT NULL,

    CONSTRAINT "ledger_queue_pkey" PRIMARY KEY ("tenant_id", "entry_id")
);

CREATE TABLE "ledger_leaves" (
    "tenant_id" UUID NOT NULL,
    "position" BIGINT NOT NULL CHECK ("position" > 0),
    "entry_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL CHECK (length("hash") = 32),
    "environment" TEXT,
    "kind" TEXT NOT NULL,

    CONSTRAINT "ledger_leaves_pkey" PRIMARY KEY ("tenant_id", "position")
);
CREATE UNIQUE INDEX "ledger_leaves_by_entry" ON "ledger_leaves"("tenant_id", "entry_id");

CREATE TABLE "ledger_nodes" (
    "tenant_id" UUID NOT NULL,
    "level" SMALLINT NOT NULL CHECK ("level" > 0),
    "index" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL CHECK (length("hash") = 32),

    CONSTRAINT "ledger_nodes_pkey" PRIMARY KEY ("tenant_id", "level", "index")
);

CREATE TABLE "ledger_checkpoints" (
    "tenant_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL CHECK (length("root") = 32),
    "note" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_checkpoints_pkey" PRIMARY KEY ("tenant_id", "size")
);

CREATE TABLE "ledger_keys" (
    "id" UUID NOT NULL,
    "public_key" BYTEA NOT NULL CHECK (length("public_key") = 32),
    "private_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "ledger_keys_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ledger_keys_one_in_use" ON "ledger_keys"("retired_at") NULLS NOT DISTINCT WHERE (retired_at IS NULL);

-- What there is so far keeps its positions.
INSERT INTO ledger_leaves (tenant_id, position, entry_id, hash, environment, kind)
SELECT tenant_id, position, id, ledger_leaf_hash(ledger_text(e)), environment, kind FROM ledger_entries e WHERE position IS NOT NULL;

INSERT INTO ledger_queue (tenant_id, entry_id) SELECT tenant_id, id FROM ledger_entries WHERE position IS NULL;

DO $$
DECLARE
    below INT := 0;
    made BIGINT;
BEGIN
    INSERT INTO ledger_nodes (tenant_id, level, index, hash)
    SELECT l.tenant_id, 1, (l.position - 1) / 2, ledger_node_hash(l.hash, r.hash)
      FROM ledger_leaves l JOIN ledger_leaves r ON r.tenant_id = l.tenant_id AND r.position = l.position + 1
     WHERE l.position % 2 = 1;
    LOOP
        below := below + 1;
        INSERT INTO ledger_nodes (tenant_id, level, index, hash)
        SELECT l.tenant_id, below + 1, l.index / 2, ledger_node_hash(l.hash, r.hash)
          FROM ledger_nodes l JOIN ledger_nodes r ON r.tenant_id = l.tenant_id AND r.level = below AND r.index = l.index + 1
         WHERE l.level = below AND l.index % 2 = 0;
        GET DIAGNOSTICS made = ROW_COUNT;
        EXIT WHEN made = 0;
    END LOOP;
END $$;

-- The first signed head of a ledger comes with the next entry, which is this one.
WITH begun AS (
    INSERT INTO ledger_entries (tenant_id, id, kind, actor, data, at)
    SELECT tenant_id,
           ledger_id(clock_timestamp(), random()::text),
           'ledger.sealed', 'system', jsonb_build_object('entriesBefore', size), now()
      FROM ledger_heads WHERE size > 0
    RETURNING tenant_id, id)
INSERT INTO ledger_queue (tenant_id, entry_id) SELECT tenant_id, id FROM begun;

DROP INDEX "ledger_by_position";
DROP INDEX "ledger_unsequenced";
ALTER TABLE "ledger_entries" DROP COLUMN "position";

CALL protect_tenant_table('ledger_queue', 'SELECT, INSERT, DELETE');
CALL protect_tenant_table('ledger_leaves', 'SELECT, INSERT');
CALL protect_tenant_table('ledger_nodes', 'SELECT, INSERT');
CALL protect_tenant_table('ledger_checkpoints', 'SELECT, INSERT');
REVOKE UPDATE, DELETE ON ledger_entries FROM gatehouse_app, gatehouse_system;
REVOKE DELETE ON ledger_heads FROM gatehouse_app, gatehouse_system;

-- Public halves are for everybody; the private half opens only with our own data key.
ALTER TABLE ledger_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY of_all ON ledger_keys TO gatehouse_system USING (true);
GRANT SELECT, INSERT, UPDATE ON ledger_keys TO gatehouse_system;

-- Against the owner's own mistakes: grants do not hold whoever owns the tables. A superuser who takes the trigger away is found out by
-- the tree.
CREATE FUNCTION refuse_to_change_the_past() RETURNS TRIGGER
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE
    target TEXT;
BEGIN
    FOREACH target IN ARRAY ARRAY['ledger_entries', 'ledger_leaves', 'ledger_nodes', 'ledger_checkpoints'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_past()', target);
        EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_past()', target);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', target);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only_whole', target);
    END LOOP;
END $$;
