import { type Pattern } from '../pattern.js';
import { type Beginning, type Ending } from './rows.js';

/*
 * The least number of statements that write what the gateway writes: one before the vendor is called and one after it, each of which
 * commits by itself. Each of them is for one request or for many, by where the columns of a request come from.
 */

const BEGINNING = {
  id: 'uuid',
  key: 'text',
  now: 'timestamptz',
  actor: 'text',
  requestHash: 'bytea',
  subjectId: 'uuid',
  keyWrapped: 'bytea',
  details: 'bytea',
  emailHash: 'bytea',
  phoneHash: 'bytea',
  request: 'bytea',
  referenceHash: 'bytea',
  entryId: 'uuid',
  dueAt: 'timestamptz',
  expiresAt: 'timestamptz',
} as const satisfies Record<keyof Beginning, string>;

const ENDING = {
  id: 'uuid',
  key: 'text',
  now: 'timestamptz',
  actor: 'text',
  handle: 'bytea',
  action: 'bytea',
  facts: 'jsonb',
  dueAt: 'timestamptz',
  entryId: 'uuid',
  response: 'bytea',
} as const satisfies Record<keyof Ending, string>;

/** SQL for a column of the request at hand, and where the requests are: nothing for one. */
interface Source<T> {
  readonly of: (member: keyof T & string) => string;
  readonly from: '' | 'FROM given';
}

export interface Pair {
  readonly begin: { readonly name: string; readonly text: string };
  readonly end: { readonly name: string; readonly text: string };
}

const ENTRY = 'tenant_id, id, environment, verification_id, kind, version, actor, data, at';

/** $1 to $10 are {@link alikeInBegin}. */
const begin = ({ of, from }: Source<Beginning>): string => `
  key AS (
    INSERT INTO idempotency_keys (tenant_id, environment, route, key, request_hash, state, locked_until, resource_id, created_at)
    SELECT $1::uuid, 'test', $2::text, ${of('key')}, ${of('requestHash')}, 'running', ${of('now')} + interval '60 s',
           ${of('id')}, ${of('now')} ${from}),
  subject AS (
    INSERT INTO subjects (tenant_id, id, environment, key_wrapped, key_version, details_sealed, email_hash, phone_hash, created_at)
    SELECT $1::uuid, ${of('subjectId')}, 'test', ${of('keyWrapped')}, 1, ${of('details')}, ${of('emailHash')},
           ${of('phoneHash')}, ${of('now')} ${from}),
  verification AS (
    INSERT INTO verifications (tenant_id, id, environment, subject_id, provider, connection_id, policy_version, routing_reason,
           routing, request_sealed, reference_hash, checks, document_types, reuse, start_state, facts, status, reason_codes,
           version, attempt, source, bucket, due_at, read_count, expires_at, created_at, updated_at)
    SELECT $1::uuid, ${of('id')}, 'test', ${of('subjectId')}, $3::text, $4::uuid, $5::int, $6::text,
           $7::jsonb, ${of('request')}, ${of('referenceHash')}, '{document,liveness}', '{}', 'never', 'starting', $8::jsonb,
           'requires_input', '{awaiting_user}', 1, 1, 'system', $9::int, ${of('dueAt')}, 0, ${of('expiresAt')},
           ${of('now')}, ${of('now')} ${from}),
  queued AS (INSERT INTO ledger_queue (tenant_id, entry_id) SELECT $1::uuid, ${of('entryId')} ${from})
  INSERT INTO ledger_entries (${ENTRY})
  SELECT $1::uuid, ${of('entryId')}, 'test', ${of('id')}, 'verification.created', 1, ${of('actor')}, $10::jsonb, ${of('now')} ${from}`;

export function alikeInBegin(pattern: Pattern): readonly unknown[] {
  const { tenantId, route, provider, connectionId, policyVersion, routingReason, routing, bucket, created } =
    pattern;
  const noFacts = { ...pattern.facts, startedAt: null };
  return [
    ...[tenantId, route, provider, connectionId, policyVersion, routingReason, JSON.stringify(routing)],
    ...[JSON.stringify(noFacts), bucket, JSON.stringify(created)],
  ];
}

/** $1 to $3 are {@link alikeInEnd}. The endpoint asked for nothing that a create tells, so there is no delivery to be written. */
const end = ({ of, from }: Source<Ending>): string => `
  verification AS (
    UPDATE verifications v SET handle_sealed = ${of('handle')}, action_sealed = ${of('action')}, start_state = 'started',
           facts = ${of('facts')}, due_at = ${of('dueAt')}, read_count = 3 ${from}
     WHERE v.tenant_id = $1::uuid AND v.id = ${of('id')}),
  key AS (
    UPDATE idempotency_keys k SET state = 'done', status = 201, response_sealed = ${of('response')} ${from}
     WHERE k.tenant_id = $1::uuid AND k.environment = 'test' AND k.route = $2::text AND k.key = ${of('key')}),
  queued AS (INSERT INTO ledger_queue (tenant_id, entry_id) SELECT $1::uuid, ${of('entryId')} ${from})
  INSERT INTO ledger_entries (${ENTRY})
  SELECT $1::uuid, ${of('entryId')}, 'test', ${of('id')}, 'verification.started', NULL, ${of('actor')}, $3::jsonb, ${of('now')} ${from}`;

export function alikeInEnd({ tenantId, route, started }: Pattern): readonly unknown[] {
  return [tenantId, route, JSON.stringify(started)];
}

/** For one request, whose columns are parameters: {@link valuesOf}. */
export const ONE: Pair = {
  begin: { name: 'begin_one', text: `WITH ${begin(parameters<Beginning>(BEGINNING, 10))}` },
  end: { name: 'end_one', text: `WITH ${end(parameters<Ending>(ENDING, 3))}` },
};

/** For up to 64, which are the last parameter as a JSON array. */
export const MANY: Pair = {
  begin: { name: 'begin_many', text: `WITH ${given(BEGINNING, 11)}, ${begin(members<Beginning>())}` },
  end: { name: 'end_many', text: `WITH ${given(ENDING, 4)}, ${end(members<Ending>())}` },
};

export const FIND = {
  name: 'find',
  text: `SELECT v.tenant_id, v.id, v.environment, v.subject_id, v.provider, v.request_sealed, v.checks, v.document_types,
             v.provider_reference, v.action_sealed, v.identity_sealed, v.status, v.reason_codes, v.version, v.attempt, v.raw_status,
             v.observed_at, v.source, v.delivery, v.validity, v.risk_level, v.consent, v.evidence, v.warnings, v.previous_id,
             v.import_id, v.expires_at, v.created_at, v.updated_at, v.completed_at, v.erased_at,
             s.key_wrapped, s.key_version, s.spare_key_sealed, s.details_sealed
           FROM verifications v JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id
          WHERE v.tenant_id = $1 AND v.environment = 'test' AND v.id = $2`,
};

export function valuesOf(row: Beginning | Ending): readonly unknown[] {
  const types = 'subjectId' in row ? BEGINNING : ENDING;
  const members = new Map<string, unknown>(Object.entries(row));
  return Object.keys(types).map((member) => members.get(member));
}

/** As PostgreSQL reads bytes out of JSON. */
export function jsonOf(rows: readonly (Beginning | Ending)[]): string {
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([member, value]) => [
          member,
          value instanceof Buffer
            ? `\\x${value.toString('hex')}`
            : member === 'facts'
              ? JSON.parse(String(value))
              : value,
        ]),
      ),
    ),
  );
}

function parameters<T>(types: Readonly<Record<keyof T & string, string>>, before: number): Source<T> {
  const places = Object.keys(types);
  return {
    of: (member) => `$${before + 1 + places.indexOf(member)}::${types[member]}`,
    from: '',
  };
}

function members<T>(): Source<T> {
  return { of: (member) => `given."${member}"`, from: 'FROM given' };
}

function given(types: Readonly<Record<string, string>>, place: number): string {
  const columns = Object.entries(types).map(([member, type]) => `"${member}" ${type}`);
  return `given AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($${place}::jsonb) AS given (${columns.join(', ')}))`;
}
