import type pg from 'pg';

/**
 * The one verification that is in each contestant's database from the beginning, made by the gateway itself: what the others write
 * has its columns, and where it has sealed bytes, as many.
 */
export interface Pattern {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly provider: string;
  readonly policyVersion: number;
  readonly routingReason: string;
  readonly routing: unknown;
  readonly reasonCodes: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly bucket: number;
  readonly route: string;
  /** Of the two entries of the ledger. */
  readonly created: unknown;
  readonly started: unknown;
  readonly bytes: {
    readonly keyWrapped: number;
    readonly details: number;
    readonly request: number;
    readonly handle: number;
    readonly action: number;
    readonly response: number;
  };
}

const PATTERN = `
  SELECT v.tenant_id AS "tenantId", v.connection_id AS "connectionId", v.provider, v.policy_version AS "policyVersion",
         v.routing_reason AS "routingReason", v.routing, v.reason_codes AS "reasonCodes", v.facts, v.bucket, k.route,
         created.data AS created, started.data AS started,
         json_build_object('keyWrapped', octet_length(s.key_wrapped), 'details', octet_length(s.details_sealed),
           'request', octet_length(v.request_sealed), 'handle', octet_length(v.handle_sealed),
           'action', octet_length(v.action_sealed), 'response', octet_length(k.response_sealed)) AS bytes
    FROM verifications v
    JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id
    JOIN idempotency_keys k ON k.tenant_id = v.tenant_id AND k.resource_id = v.id
    JOIN ledger_entries created ON created.tenant_id = v.tenant_id AND created.verification_id = v.id
     AND created.kind = 'verification.created'
    JOIN ledger_entries started ON started.tenant_id = v.tenant_id AND started.verification_id = v.id
     AND started.kind = 'verification.started'
   ORDER BY v.created_at LIMIT 1`;

/** Throws where the gateway has made none. */
export async function readPattern(pool: pg.Pool): Promise<Pattern> {
  const { rows } = await pool.query<Pattern>(PATTERN);
  const [pattern] = rows;
  if (pattern === undefined) throw new Error('the database holds no verification to go by');
  return pattern;
}

/** Whose a key is: by its hash, all of them in memory. */
export async function readKeys(pool: pg.Pool): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ hash: Buffer; id: string }>('SELECT hash, id FROM api_keys');
  return new Map(rows.map(({ hash, id }) => [hash.toString('base64'), id]));
}

/** Bytes of a given number with JSON in them: where the gateway seals, the others only fill up. Throws where it does not fit. */
export function filled(json: string, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes, ' ');
  const written = buffer.write(json);
  if (written < json.length) throw new Error('what is to be kept is longer than what the gateway keeps');
  return buffer;
}
