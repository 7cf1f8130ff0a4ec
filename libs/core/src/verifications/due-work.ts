import { InvalidShape, ProviderError, type ProviderRegistry } from '@gatehouse/contract';
import { type Clock, type Database, type Log, type RandomSource } from '@gatehouse/platform';

import { concurrently } from '../concurrently.js';
import { type CallQuotas } from '../quotas/call-quotas.js';
import { can, type Capable } from '../routing/capabilities.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { reachOf, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { later } from './facts.js';
import { restAfterTooMuchMs } from './read-retry.js';
import { nextDue } from './schedule.js';
import { viewOf } from './transition.js';
import { type VerificationBulkReader } from './verification-bulk-reader.js';
import { isReadFailure, type ReadFailure, type VerificationReader } from './verification-reader.js';
import { type VerificationStarter } from './verification-starter.js';
import {
  CLAIM_DUE_ALIKE,
  type DueRow,
  FIND_MANY,
  PUT_BACK,
  READ_AGAIN,
  type VerificationRow,
} from './verification.rows.js';

export interface DueWorkParts {
  readonly database: Database;
  readonly providers: ProviderRegistry;
  readonly connections: ConnectionOpener;
  readonly quotas: CallQuotas;
  readonly starter: VerificationStarter;
  readonly reader: VerificationReader;
  readonly bulkReader: VerificationBulkReader;
}

/** Rows that were claimed together, all of one connection, and until when they are ours. */
export interface Claimed {
  readonly rows: readonly DueRow[];
  readonly lease: Date;
}

type BulkConnection = OpenConnection & { readonly provider: Capable<'readMany'> };

/** Longer than a read may last; after it, another worker takes the row. */
export const LEASE_MS = 60_000;
/** Of one connection at once. */
export const READS_AT_ONE_CONNECTION = 6;

/** What has come due at one connection: reads, in bulk where it can and as far as its calls go, deadlines, starts that were cut off. */
export class DueWork {
  constructor(
    private readonly parts: DueWorkParts,
    private readonly surroundings: {
      readonly clock: Clock;
      readonly random: RandomSource;
      readonly log: Log;
    },
  ) {}

  /** Whether what comes due there is better left to come together. */
  isBetterTogether(provider: string): boolean {
    return this.parts.providers.get(provider)?.readMany !== undefined;
  }

  /** Null, or when there are calls again for what had to be put back. Never throws for a failing provider. */
  async do({ rows, lease }: Claimed): Promise<Date | null> {
    const [first] = rows;
    if (first === undefined) return null;
    const scope = tenantScope(first.tenant_id, first.environment, 'system');
    const { starter } = this.parts;
    const isCutOff = ({ start_state }: DueRow): boolean => start_state === 'starting';
    const readable = rows.filter((row) => row.is_readable && !isCutOff(row));
    const others = rows.filter((row) => !readable.includes(row));
    await concurrently(others, READS_AT_ONE_CONNECTION, async (row) => {
      if (isCutOff(row)) await this.#alone(row, () => starter.recover(scope, row.id));
      else await this.#readDue(scope, row);
    });
    if (readable.length === 0) return null;
    const connection = await this.#open(scope, first.connection_id);
    if (connection !== null) return this.#read(scope, connection, { rows: readable, lease });
    // One that is gone, or that cannot be read any more: each of them notes that.
    for (const row of readable) await this.#readDue(scope, row);
    return null;
  }

  async #read(scope: TenantScope, connection: OpenConnection, claimed: Claimed): Promise<Date | null> {
    const { provider } = connection;
    if (!can(provider, 'readMany')) return this.#readSingly(scope, connection, claimed);
    const alike = await this.#withAlike({ ...connection, provider }, claimed);
    return alike.rows.length < 2
      ? this.#readSingly(scope, connection, alike)
      : this.#readAlike(scope, { ...connection, provider }, alike);
  }

  /** A glance at as many as one request holds, then those that it tells something new about. */
  async #readAlike(scope: TenantScope, connection: BulkConnection, claimed: Claimed): Promise<Date | null> {
    const { database, quotas } = this.parts;
    const { rows: due, lease } = claimed;
    const grant = await quotas.ask(connection.quota, 1, 1);
    if (grant.pieces === 0) return this.#putBack(claimed, due, grant.nextAt);
    const rows = await database
      .within(scope)
      .query<VerificationRow>(FIND_MANY, [scope.tenantId, scope.environment, due.map(({ id }) => id)]);
    const glanced = rows.filter((row) => this.#isGlanceEnough(row));
    const { settled, failure } = await quotas.spending(connection.quota, 1, () =>
      this.#glance(scope, connection, glanced),
    );
    const left = { rows: due.filter(({ id }) => !settled.has(id)), lease };
    return failure === null
      ? this.#readSingly(scope, connection, left)
      : this.#afterFailure(connection, left, left.rows, failure);
  }

  /** Schedules those about which there is nothing new, or all of them where they could not be looked at. */
  async #glance(
    scope: TenantScope,
    connection: BulkConnection,
    rows: readonly VerificationRow[],
  ): Promise<{ readonly settled: ReadonlySet<string>; readonly failure: ReadFailure | null }> {
    if (rows.length === 0) return { settled: new Set(), failure: null };
    const { database, bulkReader, reader } = this.parts;
    try {
      const news = new Set((await bulkReader.newsAt(connection, rows)).map(({ id }) => id));
      const quiet = rows.filter(({ id }) => !news.has(id));
      const now = this.surroundings.clock.now();
      await database
        .within(scope)
        .query(READ_AGAIN, [
          scope.tenantId,
          quiet.map(({ id }) => id),
          quiet.map((row) => this.#nextDue(row, now)),
          now,
        ]);
      return { settled: new Set(quiet.map(({ id }) => id)), failure: null };
    } catch (error) {
      if (!isReadFailure(error)) {
        // One of them cannot be opened, most likely: it must not keep the others from being read.
        this.surroundings.log.error('a glance failed', { connectionId: connection.id, error });
        return { settled: new Set(), failure: null };
      }
      for (const { id } of rows) await reader.postpone(scope, id, error);
      return { settled: new Set(rows.map(({ id }) => id)), failure: error };
    }
  }

  async #readSingly(scope: TenantScope, connection: OpenConnection, claimed: Claimed): Promise<Date | null> {
    const { quotas } = this.parts;
    const { quota } = connection;
    const { rows, lease } = claimed;
    if (rows.length === 0) return null;
    const grant = await quotas.ask(quota, rows.length, quota.requestsPerRead);
    const granted = rows.slice(0, grant.pieces);
    const left: DueRow[] = rows.slice(grant.pieces);
    const seen: { failure: ReadFailure | null } = { failure: null };
    await concurrently(granted, READS_AT_ONE_CONNECTION, (row) =>
      quotas.spending(quota, quota.requestsPerRead, async () => {
        // What has had too much is left in peace, and what takes too long must not be begun by two.
        if (isTooMuch(seen.failure) || this.#isHalfOver(lease)) left.push(row);
        else seen.failure = (await this.#readDue(scope, row)) ?? seen.failure;
      }),
    );
    if (seen.failure !== null) return this.#afterFailure(connection, claimed, left, seen.failure);
    return left.length === 0 ? null : this.#putBack(claimed, left, grant.nextAt);
  }

  /** A defect in one of them, which is tried again when the lease runs out, must not hold up the others. */
  async #alone<T>(row: DueRow, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.surroundings.log.error('scheduled work failed', { verificationId: row.id, error });
      return null;
    }
  }

  #readDue(scope: TenantScope, row: DueRow): Promise<ReadFailure | null> {
    return this.#alone(row, () => this.parts.reader.readDue(scope, row.id));
  }

  async #afterFailure(
    { quota }: OpenConnection,
    claimed: Claimed,
    left: readonly DueRow[],
    failure: ReadFailure,
  ): Promise<Date | null> {
    const now = this.surroundings.clock.now();
    if (!isTooMuch(failure)) return this.#putBack(claimed, left, now);
    const until = new Date(now.getTime() + restAfterTooMuchMs(failure.retryAfterSeconds));
    await this.parts.quotas.rest(quota, until);
    return this.#putBack(claimed, left, until);
  }

  async #putBack({ lease }: Claimed, rows: readonly DueRow[], nextAt: Date): Promise<Date> {
    const [first] = rows;
    if (first === undefined) return nextAt;
    await this.parts.database
      .within(reachOf(first))
      .query(PUT_BACK, [
        first.tenant_id,
        rows.map(({ id }) => id),
        rows.map(({ was_due_at }) => was_due_at),
        lease,
      ]);
    return nextAt;
  }

  /** And whatever else has come due there, as far as one request goes. */
  async #withAlike({ tenantId, id, provider }: BulkConnection, { rows, lease }: Claimed): Promise<Claimed> {
    const room = (provider.readManyAtOnce ?? 1) - rows.length;
    if (room <= 0) return { rows, lease };
    const now = this.surroundings.clock.now();
    const more = await this.parts.database
      .within({ tenantId })
      .query<DueRow>(CLAIM_DUE_ALIKE, [now, lease, room, tenantId, id]);
    return { rows: [...rows, ...more], lease };
  }

  /** A glance does for one that we have read before and that nothing else has been said about since; not for a last look. */
  #isGlanceEnough({ facts, expires_at }: VerificationRow): boolean {
    const { read, claim, presentAt, absentAt, deadlineAt } = facts;
    if (read === null || (absentAt !== null && absentAt > (presentAt ?? ''))) return false;
    if (claim !== null && claim.receivedAt > later(presentAt, absentAt ?? '')) return false;
    return this.surroundings.clock.now() < expires_at || deadlineAt === expires_at.toISOString();
  }

  #nextDue(row: VerificationRow, now: Date): Date | null {
    return nextDue({
      view: viewOf(row.facts),
      facts: row.facts,
      readCount: row.read_count + 1,
      recheckSeconds: row.recheck_seconds,
      now,
      expiresAt: row.expires_at,
      jitter: this.surroundings.random.fraction(),
    });
  }

  #isHalfOver(lease: Date): boolean {
    return lease.getTime() - this.surroundings.clock.now().getTime() < LEASE_MS / 2;
  }

  async #open(scope: TenantScope, connectionId: string): Promise<OpenConnection | null> {
    try {
      return await this.parts.connections.openById(scope, connectionId);
    } catch (error) {
      if (error instanceof InvalidShape) return null;
      throw error;
    }
  }
}

function isTooMuch(failure: ReadFailure | null): failure is ProviderError {
  return failure instanceof ProviderError && failure.fault === 'rate_limited';
}
