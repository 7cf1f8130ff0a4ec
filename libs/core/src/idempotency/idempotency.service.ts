import { Problem } from '@gatehouse/contract';
import { type Clock, type Database, type Queryable, type Statement, type Tx } from '@gatehouse/platform';

import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Verification } from '../verifications/verification.js';

/** The right to carry out one keyed request. */
export interface IdempotencyClaim {
  readonly scope: TenantScope;
  /** Method and route pattern, e.g. `POST /v1/verifications`. */
  readonly route: string;
  /** A keyed hash of the caller's key. */
  readonly key: string;
  /** A keyed hash of all that makes two requests the same one. */
  readonly requestHash: Buffer;
  /** Until when this attempt owns the key; whoever takes it over has a later time, and this one then writes nothing more. */
  lockedUntil: Date;
  /** False: nobody owns the key yet. It is taken together with the first thing that the request writes. */
  isTaken: boolean;
  /** What the request made; set by the core once work began, and kept from a first attempt that died. */
  resourceId: string | null;
  /** What is answered once it is made, for who keeps the answer together with the work. */
  answerOf: ((made: Verification) => IdempotentAnswer) | null;
  /** The answer, where it is kept already. */
  answer: IdempotentAnswer | null;
}

/** The very bytes that are sent. */
export interface IdempotentAnswer {
  readonly status: number;
  readonly contentType: string;
  /** JSON, or nothing. */
  readonly body: Buffer;
}

/** An answer as it is kept. */
export interface SealedAnswer {
  readonly claim: IdempotencyClaim;
  readonly status: number;
  readonly sealed: Buffer;
}

/** Another request has the key: nothing was written. */
export class IdempotencyKeyTaken extends Error {
  override readonly name = 'IdempotencyKeyTaken';

  constructor() {
    super('another request has the idempotency key');
  }
}

export type IdempotencyOutcome =
  | { readonly outcome: 'proceed'; readonly claim: IdempotencyClaim }
  | {
      readonly outcome: 'replay';
      readonly status: number;
      readonly body: Buffer;
      readonly headers: { readonly contentType: string };
    }
  | { readonly outcome: 'in_progress'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'reused' };

interface KeyRow {
  readonly is_mine: boolean;
  readonly request_hash: Buffer;
  readonly state: 'running' | 'done';
  readonly locked_until: Date;
  readonly resource_id: string | null;
  readonly status: number | null;
  readonly response_sealed: Buffer | null;
}

/** The very bytes: as the text that JSON is; in base64 before that, which is of two days at most. */
type StoredResponse = { readonly contentType: string } & (
  { readonly text: string } | { readonly body: string }
);

/** Longer than a request may take; after it, a retry takes over from a process that died. */
const LEASE_MS = 60_000;
/** Most requests have come to their end by then. */
const RETRY_AFTER_S = 1;

/** One round trip: takes the key if it is free, else shows what is there. Served by the primary key. */
const CLAIM: Statement = {
  name: 'idempotency_keys_claim',
  text: `WITH mine AS (
           INSERT INTO idempotency_keys (tenant_id, environment, route, key, request_hash, state, locked_until, created_at)
           VALUES ($1, $2, $3, $4, $5, 'running', $6, $7)
           ON CONFLICT DO NOTHING
           RETURNING true AS is_mine, request_hash, state, locked_until, resource_id, status, response_sealed)
         SELECT * FROM mine
         UNION ALL
         SELECT false, request_hash, state, locked_until, resource_id, status, response_sealed FROM idempotency_keys
          WHERE tenant_id = $1 AND environment = $2 AND route = $3 AND key = $4 AND NOT EXISTS (SELECT FROM mine)`,
};
const TAKE_OVER: Statement = {
  name: 'idempotency_keys_take_over',
  text: `UPDATE idempotency_keys SET locked_until = $6
          WHERE tenant_id = $1 AND environment = $2 AND route = $3 AND key = $4
            AND state = 'running' AND locked_until <= $5
         RETURNING resource_id, locked_until`,
};
/** Ties the key to what the request makes, in the transaction that makes it. No row: another attempt owns the key by now. */
const LINK_RESOURCE: Statement = {
  name: 'idempotency_keys_link',
  text: `UPDATE idempotency_keys SET resource_id = $5
          WHERE tenant_id = $1 AND environment = $2 AND route = $3 AND key = $4 AND locked_until = $6
         RETURNING key`,
};
/** Kept with what it is about, whose erasure takes it along. What is about somebody erased meanwhile is not kept. */
const FINISH: Statement = {
  name: 'idempotency_keys_finish',
  text: `UPDATE idempotency_keys SET state = 'done', status = $6, response_sealed = $7, resource_id = coalesce(resource_id, $8)
          WHERE tenant_id = $1 AND environment = $2 AND route = $3 AND key = $4 AND locked_until = $5
            AND NOT EXISTS (SELECT FROM verifications v
                             WHERE v.tenant_id = $1 AND v.id = coalesce(resource_id, $8) AND v.erased_at IS NOT NULL)`,
};
/**
 * Common table expressions that keep answers, as {@link IdempotencyService.kept} makes them, of the tenant `$1`: with the change that they
 * tell of. `which`: of the keys (`k`) that are theirs. Served by the primary key.
 */
export function keepingAnswers({
  environment,
  answers,
  which,
}: Readonly<Record<'environment' | 'answers' | 'which', string>>): string {
  return `finished AS (
           SELECT * FROM json_to_recordset(${answers}::json) AS f(route text, key text, locked_until timestamptz, status int, response text)),
         kept AS (
           UPDATE idempotency_keys k SET state = 'done', status = f.status, response_sealed = decode(f.response, 'base64')
             FROM finished f
            WHERE k.tenant_id = $1 AND k.environment = ${environment} AND k.route = ANY(ARRAY(SELECT route FROM finished))
              AND k.key = ANY(ARRAY(SELECT key FROM finished)) AND k.route = f.route AND k.key = f.key
              AND k.locked_until = f.locked_until AND ${which})`;
}

/** As {@link FINISH}, of several, in the transaction that changes what they are about. */
const FINISH_MANY: Statement = {
  name: 'idempotency_keys_finish_many',
  text: `WITH ${keepingAnswers({ environment: '$2', answers: '$3', which: 'true' })} SELECT`,
};
const RELEASE: Statement = {
  name: 'idempotency_keys_release',
  text: `DELETE FROM idempotency_keys
          WHERE tenant_id = $1 AND environment = $2 AND route = $3 AND key = $4 AND locked_until = $5
            AND state = 'running' AND resource_id IS NULL`,
};
const PURGE: Statement = {
  name: 'idempotency_keys_purge',
  text: 'DELETE FROM idempotency_keys WHERE created_at < $1',
};

/** First outcomes of keyed requests. A retry gets the same status and bytes; the work is done once. */
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly vault: TenantVault,
    private readonly clock: Clock,
  ) {}

  /** A claim to be taken with the first thing that the request writes. `requestHash`: of all that makes two requests the same one. */
  async prepare(
    scope: TenantScope,
    route: string,
    key: string,
    requestHash: Buffer,
  ): Promise<IdempotencyClaim> {
    return {
      scope,
      route,
      // Callers make keys of e-mail addresses and the like, so only a keyed hash is kept.
      key: (await this.vault.lookupHash(scope.tenantId, 'idempotency', key)).toString('base64url'),
      // Of a body that holds a phone number and little else, every hash that anybody can make tells the number.
      requestHash: await this.vault.lookupHash(scope.tenantId, 'request', requestHash.toString('hex')),
      lockedUntil: leaseFrom(this.clock),
      isTaken: false,
      resourceId: null,
      answerOf: null,
      answer: null,
    };
  }

  /** Takes the key at once, or tells who has it. */
  async begin(
    scope: TenantScope,
    route: string,
    key: string,
    requestHash: Buffer,
  ): Promise<IdempotencyOutcome> {
    const now = this.clock.now();
    const prepared = await this.prepare(scope, route, key, requestHash);
    const lease = prepared.lockedUntil;
    const name = [scope.tenantId, scope.environment, route, prepared.key];
    const [row] = await this.database
      .within(scope)
      .query<KeyRow>(CLAIM, [...name, prepared.requestHash, lease, now]);
    // Neither taken nor to be seen: somebody took or released it at this very moment. The caller's retry will see which.
    if (row === undefined) return { outcome: 'in_progress', retryAfterSeconds: RETRY_AFTER_S };
    const claim: IdempotencyClaim = {
      ...prepared,
      isTaken: true,
      resourceId: row.resource_id,
      lockedUntil: row.locked_until,
    };
    if (row.is_mine) return { outcome: 'proceed', claim };
    // Those that were stored before hashes were keyed are of two days at most.
    const isSame = row.request_hash.equals(prepared.requestHash) || row.request_hash.equals(requestHash);
    if (!isSame) return { outcome: 'reused' };
    if (row.state === 'done' && row.status !== null && row.response_sealed !== null) {
      const response = (await this.vault.openForTenant(
        scope.tenantId,
        row.response_sealed,
        placeOf(claim),
      )) as StoredResponse;
      return {
        outcome: 'replay',
        status: row.status,
        body: 'text' in response ? Buffer.from(response.text) : Buffer.from(response.body, 'base64'),
        headers: { contentType: response.contentType },
      };
    }
    // The first one's process died: its lease has run out, and this request carries on where it stopped.
    const [taken] = await this.database
      .within(scope)
      .query<{ resource_id: string | null; locked_until: Date }>(TAKE_OVER, [...name, now, lease]);
    if (taken !== undefined)
      return {
        outcome: 'proceed',
        claim: { ...claim, resourceId: taken.resource_id, lockedUntil: taken.locked_until },
      };
    return { outcome: 'in_progress', retryAfterSeconds: RETRY_AFTER_S };
  }

  /** Keeps the outcome for replays. `about`: the id of what was asked about, where the request made nothing. */
  async finish(
    claim: IdempotencyClaim,
    answer: IdempotentAnswer & { readonly about: string | null },
  ): Promise<void> {
    const { status, sealed } = await this.seal(claim, answer);
    await this.database.within(claim.scope).query(FINISH, [...nameOf(claim), status, sealed, answer.about]);
  }

  async seal(
    claim: IdempotencyClaim,
    { status, contentType, body }: IdempotentAnswer,
  ): Promise<SealedAnswer> {
    const response: StoredResponse = { contentType, text: body.toString() };
    const sealed = await this.vault.sealForTenant(claim.scope.tenantId, response, placeOf(claim));
    return { claim, status, sealed };
  }

  /** In the transaction that writes what they tell of; all of one tenant and environment. */
  async finishIn(tx: Tx, answers: readonly SealedAnswer[]): Promise<void> {
    const [first] = answers;
    if (first === undefined) return;
    const { tenantId, environment } = first.claim.scope;
    await tx.query(FINISH_MANY, [tenantId, environment, this.kept(answers)]);
  }

  /** For {@link keepingAnswers}. */
  kept(answers: readonly SealedAnswer[]): string {
    const rows = answers.map(({ claim, status, sealed }) => ({
      route: claim.route,
      key: claim.key,
      locked_until: claim.lockedUntil,
      status,
      response: sealed.toString('base64'),
    }));
    return JSON.stringify(rows);
  }

  /** No work began: the key is free again. */
  async release(claim: IdempotencyClaim): Promise<void> {
    await this.database.within(claim.scope).query(RELEASE, nameOf(claim));
  }

  /** Forgets keys made before `before`. */
  async purge(before: Date): Promise<void> {
    await this.database.across.query(PURGE, [before]);
  }
}

/** Throws Problem `idempotency_in_progress` when another attempt has taken the key over: it will make the resource. */
export async function linkTo(tx: Queryable, claim: IdempotencyClaim, resourceId: string): Promise<void> {
  const { tenantId, environment } = claim.scope;
  const values = [tenantId, environment, claim.route, claim.key, resourceId, claim.lockedUntil];
  const rows = await tx.query<{ key: string }>(LINK_RESOURCE, values);
  if (rows.length > 0) return;
  throw new Problem('idempotency_in_progress', 'Another request with this key has taken over.', {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}

/** Whoever takes a key has it from then on, however long the claim has waited for its turn. Until when. */
export function renewLease(claim: IdempotencyClaim, clock: Clock): Date {
  claim.lockedUntil = leaseFrom(clock);
  return claim.lockedUntil;
}

function leaseFrom(clock: Clock): Date {
  return new Date(clock.now().getTime() + LEASE_MS);
}

function nameOf(claim: IdempotencyClaim): readonly unknown[] {
  return [claim.scope.tenantId, claim.scope.environment, claim.route, claim.key, claim.lockedUntil];
}

function placeOf(claim: IdempotencyClaim): { table: string; row: string; column: string } {
  return {
    table: 'idempotency_keys',
    row: JSON.stringify([claim.scope.environment, claim.route, claim.key]),
    column: 'response_sealed',
  };
}
