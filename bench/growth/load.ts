import pg, { type ClientBase } from 'pg';

/*
 * Fills a migrated database with a history of half a year, by `INSERT … SELECT generate_series`. As the owner of the tables, with the
 * foreign key of the verifications and all indexes but primary keys taken away meanwhile and made again from their own definitions.
 *
 * Everybody in it has lost their key: the sealed columns hold bytes of the usual size which no key opens, and a list shows such people
 * as erased, so that it reads as much as ever and opens nothing. Statuses, providers and times say nothing of the tenant, but for the
 * second tenant, of which everybody is revoked.
 */

/** A tenant to be given a history. The first one gets half of everything. */
export interface TenantToFill {
  readonly id: string;
  /** As the ledger names one of its keys. */
  readonly actor: string;
  readonly endpoints: { readonly test: readonly string[]; readonly live: readonly string[] };
}

export interface Filling {
  readonly verifications: number;
  readonly tenants: readonly TenantToFill[];
  /** Keyed hashes of one person of the first tenant, who comes {@link RETURNS} times. */
  readonly known: { readonly reference: Buffer; readonly email: Buffer };
  /** When the last verification begins. */
  readonly until: Date;
  readonly onProgress: (line: string) => void;
}

/** How often the one known person comes back. */
export const RETURNS = 20;
export const SPAN_MS = 180 * 86_400_000;
/** Of an operator who does little, as the ledger names them. */
export const RARE_OPERATOR = '0190aaaa-0000-7000-8000-00000000aaaa';
/** Of one half. */
const AT_ONCE = 50_000;
const ENTRIES = 5;

const FILLED = [
  'verifications',
  'subjects',
  'ledger_entries',
  'ledger_leaves',
  'ledger_checkpoints',
  'webhook_deliveries',
  'webhook_attempts',
  'signals',
  'idempotency_keys',
  'erasures',
  'key_rotations',
  'routing_policies',
] as const;

const mix = (seed: number, of: number): string =>
  `((hashint8extended(n, ${seed}) & 9223372036854775807) % ${of})::int`;
/** What encryption leaves is like noise: it cannot be compressed, nor is it the same in two rows. */
const sealed = (bytes: number): string => `substring(noise FROM 1 + ${mix(bytes, 3_000)} FOR ${bytes})`;

/** Every second one from $1 to $2 of $3 verifications, the last at $4 (milliseconds). */
const CHUNK = `CREATE TEMP TABLE chunk AS
  SELECT n, t.nth, t.id AS tenant_id, t.actor, t.live, t.test, environment, status,
         CASE WHEN status = 'needs_review' AND provider = 'dentity' THEN 'sardine' ELSE provider END AS provider,
         at, uuidv7(at - clock_timestamp()) AS id, uuidv7(at - clock_timestamp()) AS subject_id,
         t.nth = 1 AND n % greatest($3::bigint / ${RETURNS} / 2 * 2, 2) = 0 AS known
    FROM generate_series($1::bigint, $2::bigint, 2) n
    JOIN tenants_to_fill t ON t.nth = CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + ${mix(1, 1_000_000)} % ((SELECT count(*)::int FROM tenants_to_fill) - 1) END
   CROSS JOIN LATERAL (
     SELECT CASE WHEN t.nth = 2 OR ${mix(2, 10)} < 7 THEN 'live' ELSE 'test' END AS environment,
            CASE WHEN t.nth = 2 THEN 'revoked'
                 ELSE (ARRAY['verified', 'rejected', 'expired', 'canceled', 'requires_input', 'processing', 'needs_review', 'error'])
                      [width_bucket(${mix(3, 1_000)}, ARRAY[0, 600, 720, 820, 870, 920, 950, 990])] END AS status,
            (ARRAY['sentinel', 'sardine', 'dentity'])[width_bucket(${mix(4, 100)}, ARRAY[0, 50, 85])] AS provider,
            date_trunc('milliseconds', to_timestamp(($4::float8 - ${SPAN_MS}::float8 * ($3::bigint - n) / $3::bigint) / 1000)) AS at) drawn
   ORDER BY n`;

const SUBJECTS = `INSERT INTO subjects (tenant_id, id, environment, key_version, details_sealed, email_hash, phone_hash, created_at)
  SELECT tenant_id, subject_id, environment, 1, ${sealed(330)},
         CASE WHEN known THEN $1::bytea ELSE uuid_send(id) || uuid_send(subject_id) END, uuid_send(subject_id) || uuid_send(id), at
    FROM chunk, noise ORDER BY n`;

const FACTS = `jsonb_build_object('begun', true, 'verifiedAt', CASE WHEN status = 'verified' THEN at + interval '1 minute' END,
  'read', jsonb_build_object('at', at + interval '1 minute', 'verdict', status, 'reasonCodes', '[]'::jsonb, 'rawStatus', 'FINISHED'),
  'claims', jsonb_build_array(jsonb_build_object('at', at + interval '30 seconds', 'verdict', status, 'source', 'webhook')))`;
const IS_OPEN = `status IN ('requires_input', 'processing')`;

const VERIFICATIONS = `INSERT INTO verifications (tenant_id, id, environment, subject_id, provider, connection_id, policy_version, routing_reason,
      request_sealed, reference_hash, checks, document_types, reuse, provider_reference, handle_sealed, action_sealed, identity_sealed,
      start_state, facts, status, reason_codes, version, attempt, raw_status, observed_at, source, bucket, due_at, expires_at,
      created_at, updated_at, completed_at)
  SELECT tenant_id, id, environment, subject_id, provider, md5(tenant_id || environment || provider)::uuid, 1 + ${mix(5, 3)}, 'policy',
         ${sealed(260)}, CASE WHEN known THEN $1::bytea ELSE uuid_send(subject_id) || uuid_send(id) END,
         ARRAY['document', 'liveness'], '{}', 'never', 'session-' || n, ${sealed(140)}, ${sealed(210)},
         CASE WHEN status IN ('verified', 'rejected', 'revoked') THEN ${sealed(720)} END,
         'started', ${FACTS}, status, '{}', 3, 1, 'FINISHED', at + interval '1 minute', 'read', 1,
         CASE WHEN ${IS_OPEN} THEN at + interval '10 years' END, at + interval '7 days', at, at + interval '1 minute',
         CASE WHEN NOT (${IS_OPEN}) AND status <> 'needs_review' THEN at + interval '1 minute' END
    FROM chunk, noise ORDER BY n`;

/** The steps of a verification. Of the last one most are nothing out of the ordinary. */
const LEDGER = `CREATE TEMP TABLE written AS
  SELECT c.n, c.nth, c.tenant_id, c.live, c.test, uuidv7(step.at - clock_timestamp()) AS entry_id, c.environment,
         c.id AS verification_id, step.number, step.kind, step.version, step.actor, step.at, c.status, c.provider,
         row_number() OVER (PARTITION BY c.tenant_id ORDER BY step.at, c.n, step.number) + coalesce(h.size, 0) AS position
    FROM chunk c
   CROSS JOIN LATERAL (VALUES
     (1, 'verification.created', 1, actor, at),
     (2, 'verification.started', 2, 'system', at + interval '1 second'),
     (3, 'signal.received', NULL, 'provider:' || provider, at + interval '30 seconds'),
     (4, 'verification.status_changed', 3, 'provider:' || provider, at + interval '1 minute'),
     (5, CASE WHEN ${mix(6, 5_000)} = 0 THEN 'erasure.requested'
              ELSE (ARRAY['signal.set_aside', 'identity.viewed', 'verification.delivery_updated', 'read.failed'])
                   [width_bucket(${mix(7, 10)}, ARRAY[0, 6, 8, 9])] END,
      NULL, CASE WHEN ${mix(8, 5_000)} = 0 THEN 'admin:${RARE_OPERATOR}' ELSE actor END, at + interval '1 hour')
     ) AS step (number, kind, version, actor, at)
    LEFT JOIN ledger_heads h ON h.tenant_id = c.tenant_id
   ORDER BY step.at`;
const ENTRIES_WRITTEN = `INSERT INTO ledger_entries (tenant_id, id, environment, verification_id, kind, version, actor, data, at)
  SELECT tenant_id, entry_id, environment, verification_id, kind, version, actor,
         jsonb_build_object('to', status, 'from', 'processing', 'attempt', 1, 'provider', provider, 'reasonCodes', '[]'::jsonb, 'signal', 'read'), at
    FROM written`;
const LEAVES = `INSERT INTO ledger_leaves (tenant_id, position, entry_id, hash, environment, kind)
  SELECT tenant_id, position, entry_id, uuid_send(entry_id) || uuid_send(verification_id), environment, kind FROM written`;
const HEADS = `INSERT INTO ledger_heads (tenant_id, size) SELECT tenant_id, max(position) FROM written GROUP BY 1
  ON CONFLICT (tenant_id) DO UPDATE SET size = excluded.size`;
const CHECKPOINTS = `INSERT INTO ledger_checkpoints (tenant_id, size, root, note, at)
  SELECT tenant_id, position, uuid_send(entry_id) || uuid_send(entry_id), repeat('signed note ', 20), at FROM written WHERE position % 50 = 0`;

/** Of the first tenant's endpoints the second takes all that it is sent, and the last is sent nothing. */
const DELIVERIES = `CREATE TEMP TABLE sent AS
  SELECT tenant_id, uuidv7(at - clock_timestamp()) AS id, environment, endpoint_id, entry_id, at,
         CASE WHEN nth = 2 THEN 'failed' WHEN endpoint_id = live[2] THEN 'delivered' WHEN ${mix(10, 1_000)} < 970 THEN 'delivered'
              WHEN environment = 'live' AND ${mix(10, 1_000)} > 994 THEN 'pending' ELSE 'failed' END AS state
    FROM written
   CROSS JOIN LATERAL (SELECT CASE WHEN environment = 'test' THEN test[1] WHEN nth = 1 AND ${mix(9, 10)} = 0 THEN live[2] ELSE live[1] END AS endpoint_id) e
   WHERE number = 4`;
const DELIVERIES_WRITTEN = `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, attempts, tries, due_at,
      created_at, completed_at)
  SELECT tenant_id, id, environment, endpoint_id, entry_id, 'verification.status_changed', state, 0, CASE state WHEN 'failed' THEN 3 ELSE 1 END, 1,
         CASE WHEN state = 'pending' THEN at + interval '10 years' END, at, CASE WHEN state <> 'pending' THEN at + interval '1 hour' END FROM sent`;
const ATTEMPTS = `INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, response_status, duration_ms, error)
  SELECT tenant_id, id, number, at + number * interval '1 minute', CASE state WHEN 'delivered' THEN 204 ELSE 500 END, 20,
         CASE WHEN state <> 'delivered' THEN 'status' END
    FROM sent CROSS JOIN LATERAL generate_series(1, CASE state WHEN 'failed' THEN 3 ELSE 1 END) AS number`;

const SIGNALS = `INSERT INTO signals (tenant_id, id, connection_id, environment, provider, verification_id, source, event, authenticity, dedup_hash,
      body_sealed, state, state_reason, attempts, bucket, received_at, applied_at)
  SELECT tenant_id, uuidv7(at - clock_timestamp()), md5(tenant_id || environment || provider)::uuid, environment, provider,
         CASE WHEN state <> 'orphan' THEN id END, 'webhook', 'session.finished', 'signature', uuid_send(id) || uuid_send(subject_id),
         ${sealed(820)}, state, CASE state WHEN 'applied' THEN NULL WHEN 'orphan' THEN 'nobody_known' ELSE 'repeated' END, 1, 1, at, at
    FROM chunk CROSS JOIN LATERAL (
      SELECT (ARRAY['applied', 'set_aside', 'orphan'])[width_bucket(${mix(11, 100)}, ARRAY[0, 95, 99])] AS state) s, noise ORDER BY n`;
/** They are kept for a time only: one for five verifications. */
const IDEMPOTENCY_KEYS = `INSERT INTO idempotency_keys (tenant_id, environment, route, key, request_hash, state, locked_until, resource_id, status,
      response_sealed, created_at)
  SELECT tenant_id, environment, 'POST /v1/verifications', md5('key ' || n), uuid_send(id) || uuid_send(id), 'done', at, id, 201, ${sealed(1_300)}, at
    FROM chunk, noise WHERE n % 5 = 0`;

/** What there is little of: one for some thousand verifications of the first tenant. */
const FEW = {
  erasures: `INSERT INTO erasures (tenant_id, id, environment, ground, named_by, state, stage, verification_ids, erased_ids, counts, actor, bucket,
        created_at, updated_at, completed_at)
    SELECT tenant_id, uuidv7(at - clock_timestamp()), environment, 'request', 'verification', 'done', 'certifying', ARRAY[id], ARRAY[id], '{}', actor, 1, at, at, at
      FROM chunk WHERE nth = 1 AND n % 500 = 0`,
  rotations: `INSERT INTO key_rotations (tenant_id, id, level, state, actor, phase, created_at, updated_at, completed_at)
    SELECT tenant_id, uuidv7(at - clock_timestamp()), 'tenant', 'done', 'system', 'destroy', at, at, at FROM chunk WHERE n % 1000 IN (0, 1)`,
  policies: `INSERT INTO routing_policies (tenant_id, environment, version, policy, author, created_at)
    SELECT tenant_id, environment, n, '{"provider":"sentinel","rules":[],"fallback":[],"callerMayChoose":false,"guardrail":null}', 'system', at
      FROM chunk WHERE nth = 1 AND environment = 'live' AND n % 500 = 0`,
};

/**
 * By two sessions, of which one fills the first tenant and the other one all others. Throws what PostgreSQL throws, and leaves a
 * database that is of no use then.
 */
export async function fill(databaseUrl: string, filling: Filling): Promise<void> {
  const sessions = [await connect(databaseUrl), await connect(databaseUrl)] as const;
  const [first, second] = sessions;
  try {
    const restore = await takeAway(first);
    const halves = await Promise.allSettled([fillHalf(first, filling, 2), fillHalf(second, filling, 1)]);
    for (const half of halves) if (half.status === 'rejected') throw half.reason;
    for (const statement of restore) {
      const startedAt = performance.now();
      await first.query(statement);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      if (seconds > 5) filling.onProgress(`${statement.slice(0, 90)}… ${seconds} s`);
    }
    await first.query('VACUUM (ANALYZE)');
  } finally {
    for (const session of sessions) await session.end();
  }
  filling.onProgress('filled');
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: databaseUrl });
  await session.connect();
  await session.query(
    `SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '128MB'`,
  );
  return session;
}

/** The verifications whose numbers are even, or odd: those of the first tenant, or of all others. */
async function fillHalf(session: ClientBase, filling: Filling, from: 1 | 2): Promise<void> {
  const { verifications, onProgress } = filling;
  await prepare(session, filling);
  for (let first = from; first <= verifications; first += 2 * AT_ONCE) {
    const last = Math.min(verifications, first + 2 * (AT_ONCE - 1));
    await fillChunk(session, filling, first, last);
    onProgress(`${from === 1 ? 'other tenants' : 'giant'}: ${last} of ${verifications} verifications`);
  }
}

async function prepare(session: ClientBase, { tenants }: Filling): Promise<void> {
  await session.query(
    `CREATE TEMP TABLE tenants_to_fill (nth INT, id UUID, actor TEXT, live UUID[], test UUID[]);
     CREATE TEMP TABLE noise (noise BYTEA STORAGE PLAIN);
     INSERT INTO noise SELECT string_agg(decode(md5(i::text), 'hex'), ''::bytea ORDER BY i) FROM generate_series(1, 320) i`,
  );
  for (const [index, { id, actor, endpoints }] of tenants.entries()) {
    const values = [index + 1, id, actor, endpoints.live, endpoints.test];
    await session.query('INSERT INTO tenants_to_fill VALUES ($1, $2, $3, $4, $5)', values);
  }
  await session.query('ANALYZE tenants_to_fill');
}

async function fillChunk(
  session: ClientBase,
  { verifications, until, known }: Filling,
  first: number,
  last: number,
): Promise<void> {
  await session.query('DROP TABLE IF EXISTS chunk, written, sent');
  await session.query(asText(CHUNK, [first, last, verifications, until.getTime()]));
  await session.query('ANALYZE chunk');
  await session.query(SUBJECTS, [known.email]);
  await session.query(VERIFICATIONS, [known.reference]);
  for (const statement of [
    LEDGER,
    ENTRIES_WRITTEN,
    LEAVES,
    HEADS,
    CHECKPOINTS,
    DELIVERIES,
    DELIVERIES_WRITTEN,
    ATTEMPTS,
  ]) {
    await session.query(statement);
  }
  for (const statement of [SIGNALS, IDEMPOTENCY_KEYS, ...Object.values(FEW)]) await session.query(statement);
}

/** CREATE TABLE AS takes no parameters. */
function asText(statement: string, numbers: readonly number[]): string {
  return numbers.reduce((text, value, index) => text.replaceAll(`$${index + 1}::`, `${value}::`), statement);
}

/** Drops what slows the loading down; the statements that make it again, in their order. */
async function takeAway(session: ClientBase): Promise<readonly string[]> {
  const indexes = await session.query<{ name: string; definition: string }>(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = ANY($1::regclass[]) AND NOT i.indisprimary`,
    [FILLED],
  );
  const keys = await session.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
       FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[])`,
    [FILLED],
  );
  for (const { table, name } of keys.rows)
    await session.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes.rows) await session.query(`DROP INDEX ${name}`);
  return [
    ...indexes.rows.map(({ definition }) => definition),
    ...keys.rows.map(
      ({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`,
    ),
  ];
}

/** Entries of the ledger for each verification. */
export const ENTRIES_OF_EACH = ENTRIES;
