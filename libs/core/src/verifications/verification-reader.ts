import { InvalidShape, Problem, ProviderError, type Reading } from '@gatehouse/contract';
import { type Clock, type Database, type Log, type RandomSource } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Facts } from './facts.js';
import { retryDelayMs } from './read-retry.js';
import { GONE_AFTER_MS, PATIENCE_MS } from './schedule.js';
import { type Signal } from './transition.js';
import { type VerificationApplier } from './verification-applier.js';
import { claimOn, judgedBy } from './verification-rivals.js';
import { FIND, GIVE_UP, POSTPONE, REST, type VerificationRow } from './verification.rows.js';
import { type VerificationSealer } from './verification-sealer.js';

/** Past this long after the deadline a provider that cannot be read no longer holds up `expired`. */
const DEADLINE_GRACE_MS = 24 * 3_600_000;

/** Reads providers and applies what they say: the only way to `verified`. */
export class VerificationReader {
  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly applier: VerificationApplier,
    private readonly connections: ConnectionOpener,
    private readonly ledger: Ledger,
    private readonly surroundings: {
      readonly clock: Clock;
      readonly random: RandomSource;
      readonly log: Log;
    },
  ) {}

  /**
   * Asks the provider now. Throws ProviderError when it cannot be read (the verification stays as it is), and Problem
   * `invalid_transition` while there is nothing to read.
   */
  async read(scope: TenantScope, id: string, cause: Readonly<Record<string, unknown>>): Promise<void> {
    const row = await this.#row(scope, id);
    const connection = await this.connections.requireById(scope, row);
    const { handle } = await this.sealer.open(row);
    if (handle === null) {
      throw new Problem(
        'invalid_transition',
        'The provider has not begun this verification; there is nothing to read.',
      );
    }
    const asked = this.surroundings.clock.now();
    const reading = await connection.provider.read(
      connection,
      connection.provider.handle.parse(handle),
      asked,
    );
    await this.#apply(scope, row, connection, asked.toISOString(), reading, cause);
  }

  /**
   * One piece of scheduled work: a read, and the deadline when it has come. Never throws for a failing provider: gives back what it
   * failed with, once the next try is scheduled.
   */
  async readDue(scope: TenantScope, id: string): Promise<ReadFailure | null> {
    const row = await this.#row(scope, id);
    if (row.handle_sealed !== null) {
      try {
        await this.read(scope, id, { why: 'scheduled' });
      } catch (error) {
        if (!isReadFailure(error)) throw error;
        await this.postpone(scope, id, error);
        return error;
      }
    }
    await this.#expire(scope, id);
    if (row.handle_sealed === null) {
      await this.database.within(scope).query(REST, [scope.tenantId, id, this.surroundings.clock.now()]);
    }
    return null;
  }

  async #apply(
    scope: TenantScope,
    row: VerificationRow,
    connection: OpenConnection,
    at: string,
    reading: Reading,
    cause: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    switch (reading.kind) {
      case 'present':
        await this.#applyPresent(scope, row, connection, at, reading, cause);
        return;
      case 'absent': {
        const signals: Signal[] = [{ kind: 'absent', at, reasonCodes: reading.reasonCodes }];
        if (isSecondAbsence(row.facts, at)) {
          signals.push({ kind: 'gone', at, meaning: connection.provider.whenGone });
        }
        for (const signal of signals) await this.applier.apply(scope, row.id, signal, { cause });
        return;
      }
      case 'foreign':
        this.surroundings.log.warn('a provider answered with another person', {
          verificationId: row.id,
          provider: row.provider,
        });
        await this.applier.apply(scope, row.id, { kind: 'foreign', at }, { cause });
        return;
    }
  }

  /** A result of a person's record counts for the verification that asked for it last (`verification-rivals.ts`). */
  async #applyPresent(
    scope: TenantScope,
    row: VerificationRow,
    connection: OpenConnection,
    at: string,
    reading: Extract<Reading, { kind: 'present' }>,
    cause: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { observation, reference, handlePatch, identity, evidence } = reading;
    const claim = await claimOn(this.database, scope, row, connection, { observation, reference, at });
    if (claim === 'superseded') {
      await this.applier.apply(scope, row.id, { kind: 'superseded', at }, { cause });
      return;
    }
    await this.applier.apply(
      scope,
      row.id,
      { kind: 'read', at, observation: judgedBy(claim, observation) },
      {
        reading: {
          mappingVersion: connection.provider.mappingVersion,
          evidence,
          isDisputed: claim === 'disputed',
        },
        reference,
        handlePatch,
        identity,
        cause,
        recheckSeconds: connection.provider.recheckSeconds?.(connection.settings) ?? null,
      },
    );
  }

  async #expire(scope: TenantScope, id: string): Promise<void> {
    const row = await this.#row(scope, id);
    const now = this.surroundings.clock.now();
    if (now < row.expires_at || row.facts.deadlineAt === row.expires_at.toISOString()) return;
    // In force from the time that was announced, not from when we got round to it.
    await this.applier.apply(scope, id, { kind: 'deadline', at: row.expires_at.toISOString() });
  }

  /** After a read that failed: when it is tried again, or that it is given up. The deadline comes all the same, somewhat later. */
  async postpone(scope: TenantScope, id: string, error: ReadFailure): Promise<void> {
    const { clock, random, log } = this.surroundings;
    const row = await this.#row(scope, id);
    const now = clock.now();
    const isProviderError = error instanceof ProviderError;
    log.warn('a provider could not be read', {
      verificationId: id,
      provider: row.provider,
      ...(isProviderError ? { fault: error.fault } : { code: codeOf(error) }),
    });
    const pauseMs = retryDelayMs({
      fault: isProviderError ? error.fault : null,
      failures: row.failed_reads,
      retryAfterSeconds: isProviderError ? error.retryAfterSeconds : null,
      jitter: random.fraction(),
    });
    const overdueMs = now.getTime() - row.expires_at.getTime();
    await this.database.within(scope).transaction(async (tx) => {
      // A connection that was removed does not come back: a new one has another id.
      const isHopeless = error instanceof Problem && error.code === 'provider_not_configured';
      // Somebody verified is looked at for as long as they are.
      const isOver = overdueMs > PATIENCE_MS && !(row.status === 'verified' && row.recheck_seconds !== null);
      if (isOver || isHopeless) await tx.query(GIVE_UP, [scope.tenantId, id]);
      else await tx.query(POSTPONE, [scope.tenantId, id, new Date(now.getTime() + pauseMs), now]);
      await this.ledger.append(tx, {
        kind: 'read.failed',
        tenantId: scope.tenantId,
        environment: scope.environment,
        verificationId: id,
        version: null,
        actor: scope.actor,
        data: isProviderError ? { fault: error.fault, effect: error.effect } : { code: codeOf(error) },
      });
    });
    if (overdueMs > DEADLINE_GRACE_MS) await this.#expire(scope, id);
  }

  async #row(scope: TenantScope, id: string): Promise<VerificationRow> {
    const [row] = await this.database
      .within(scope)
      .query<VerificationRow>(FIND, [scope.tenantId, scope.environment, id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    return row;
  }
}

/** What keeps a provider from being read; anything else is a defect. */
export type ReadFailure = ProviderError | Problem | InvalidShape;

export function isReadFailure(error: unknown): error is ReadFailure {
  return error instanceof ProviderError || error instanceof Problem || error instanceof InvalidShape;
}

function codeOf(error: Exclude<ReadFailure, ProviderError>): string {
  return error instanceof Problem ? error.code : 'invalid_shape';
}

/** The record was there once, and an earlier read, long enough ago, did not find it either. */
function isSecondAbsence({ presentAt, absentAt }: Facts, at: string): boolean {
  if (presentAt === null || absentAt === null || absentAt <= presentAt) return false;
  return Date.parse(at) - Date.parse(absentAt) >= GONE_AFTER_MS;
}
