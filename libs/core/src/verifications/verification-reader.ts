import { FAULTS, Problem, ProviderError, type Reading } from '@gatehouse/contract';
import { type Clock, type Database, type Log } from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { type ConnectionService } from '../tenancy/connection.service.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Facts } from './facts.js';
import { type Signal } from './transition.js';
import { type VerificationApplier } from './verification-applier.js';
import { FIND, POSTPONE, type VerificationRow } from './verification.rows.js';
import { type VerificationSealer } from './verification-sealer.js';

/** Seconds until a failed read is tried again: doubles from the first to the last. */
const FIRST_RETRY_S = 2;
const LAST_RETRY_S = 900;

/** Past this long after the deadline a provider that cannot be read no longer holds up `expired`. */
const DEADLINE_GRACE_MS = 24 * 3_600_000;

/** Reads providers and applies what they say: the only way to `verified`. */
export class VerificationReader {
  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly applier: VerificationApplier,
    private readonly connections: ConnectionService,
    private readonly ledger: Ledger,
    private readonly surroundings: { readonly clock: Clock; readonly log: Log },
  ) {}

  /**
   * Asks the provider now. Throws ProviderError when it cannot be read (the verification stays as it is), and Problem
   * `invalid_transition` while there is nothing to read.
   */
  async read(scope: TenantScope, id: string, cause: Readonly<Record<string, unknown>>): Promise<void> {
    const row = await this.#row(scope, id);
    const connection = await this.connections.openById(scope, row.connection_id);
    if (connection === null) {
      throw new Problem(
        'provider_not_configured',
        'The connection that this verification began with is gone.',
        {
          provider: row.provider,
        },
      );
    }
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
    await this.#apply(scope, row, asked.toISOString(), reading, connection.provider.whenGone, cause);
  }

  /** One piece of scheduled work: a read, and the deadline when it has come. Never throws for a failing provider. */
  async readDue(scope: TenantScope, id: string): Promise<void> {
    const { clock } = this.surroundings;
    const begun = clock.now();
    try {
      await this.read(scope, id, { why: 'scheduled' });
    } catch (error) {
      if (!(error instanceof ProviderError || error instanceof Problem)) throw error;
      await this.#postpone(scope, id, begun, error);
      return;
    }
    await this.#expire(scope, id);
  }

  async #apply(
    scope: TenantScope,
    row: VerificationRow,
    at: string,
    reading: Reading,
    whenGone: 'revoked' | 'error',
    cause: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    switch (reading.kind) {
      case 'present':
        await this.applier.apply(
          scope,
          row.id,
          { kind: 'read', at, observation: reading.observation },
          {
            reference: reading.reference,
            handlePatch: reading.handlePatch,
            identity: reading.identity,
            cause,
          },
        );
        return;
      case 'absent': {
        const signals: Signal[] = [{ kind: 'absent', at, reasonCodes: reading.reasonCodes }];
        if (isSecondAbsence(row.facts)) signals.push({ kind: 'gone', at, meaning: whenGone });
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

  async #expire(scope: TenantScope, id: string): Promise<void> {
    const row = await this.#row(scope, id);
    const now = this.surroundings.clock.now();
    if (now < row.expires_at || row.facts.deadlineAt === row.expires_at.toISOString()) return;
    // In force from the time that was announced, not from when we got round to it.
    await this.applier.apply(scope, id, { kind: 'deadline', at: row.expires_at.toISOString() });
  }

  async #postpone(
    scope: TenantScope,
    id: string,
    begun: Date,
    error: ProviderError | Problem,
  ): Promise<void> {
    const { clock, log } = this.surroundings;
    const row = await this.#row(scope, id);
    const now = clock.now();
    const isProviderError = error instanceof ProviderError;
    log.warn('a provider could not be read', {
      verificationId: id,
      provider: row.provider,
      ...(isProviderError ? { fault: error.fault } : { code: error.code }),
    });
    const seconds = Math.min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** Math.min(row.read_count, 10));
    const isRetryable = isProviderError && FAULTS[error.fault].retryable;
    const pause = isRetryable ? Math.max(seconds, error.retryAfterSeconds ?? 0) : LAST_RETRY_S;
    await this.database.transaction(async (tx) => {
      await tx.query(POSTPONE, [scope.tenantId, id, new Date(now.getTime() + pause * 1000), begun]);
      await this.ledger.append(tx, {
        kind: 'read.failed',
        tenantId: scope.tenantId,
        environment: scope.environment,
        verificationId: id,
        version: null,
        actor: scope.actor,
        data: isProviderError ? { fault: error.fault, effect: error.effect } : { code: error.code },
      });
    });
    if (now.getTime() - row.expires_at.getTime() > DEADLINE_GRACE_MS) await this.#expire(scope, id);
  }

  async #row(scope: TenantScope, id: string): Promise<VerificationRow> {
    const [row] = await this.database.query<VerificationRow>(FIND, [scope.tenantId, scope.environment, id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    return row;
  }
}

/** The record was there once, and the read before this one did not find it either. */
function isSecondAbsence(facts: Facts): boolean {
  return facts.presentAt !== null && facts.absentAt !== null && facts.absentAt > facts.presentAt;
}
