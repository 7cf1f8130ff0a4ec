import {
  type Action,
  type Check,
  FAULTS,
  type Handle,
  Problem,
  ProviderError,
  type ProviderRegistry,
  type Started,
  type StartRequest,
  type Subject,
} from '@gatehouse/contract';
import { type Clock, type Database, type Ids, type Log } from '@gatehouse/platform';

import { type IdempotencyClaim, linkTo } from '../idempotency/idempotency.service.js';
import { type ReturnTokens } from '../inbox/return-token.js';
import { type Ledger } from '../ledger/ledger.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type RoutingDecision, type RoutingService } from '../routing/routing.service.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { NO_FACTS } from './facts.js';
import { viewOf } from './transition.js';
import { type VerificationApplier } from './verification-applier.js';
import { VerificationStartFailed } from './verification-start-failed.js';
import { bucketOf, FIND, INSERT, INSERT_SUBJECT, type VerificationRow } from './verification.rows.js';
import { type SealedRequest, type VerificationSealer } from './verification-sealer.js';
import { type NewVerification } from './verification.js';

/**
 * How long a start may take before a worker looks after it: longer than any provider call may last, so that only the start
 * of a process that died is ever taken over.
 */
const START_LEASE_MS = 60_000;

export interface StarterParts {
  readonly database: Database;
  readonly vault: TenantVault;
  readonly sealer: VerificationSealer;
  readonly applier: VerificationApplier;
  readonly ledger: Ledger;
  readonly returnTokens: ReturnTokens;
  readonly routing: RoutingService;
  readonly connections: ConnectionOpener;
  readonly providers: ProviderRegistry;
}

/**
 * Begins verifications: the record first, then the provider's call outside any transaction, then its outcome through `apply`.
 * Wherever the process dies in between, the record is there and a worker, or the caller's own retry, finishes it.
 */
export class VerificationStarter {
  constructor(
    private readonly parts: StarterParts,
    private readonly publicUrl: string,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  /** Returns the new verification's id. Throws Problem, and VerificationStartFailed when the provider's call failed. */
  async start(scope: TenantScope, input: NewVerification, claim: IdempotencyClaim | null): Promise<string> {
    const decision = await this.parts.routing.decide(scope, input.provider);
    const connection = await this.parts.connections.open(scope, decision.provider);
    if (connection === null) {
      throw new Problem(
        'provider_not_configured',
        'The provider in force is not connected for this environment.',
        {
          provider: decision.provider,
        },
      );
    }
    this.#requireCapable(connection, input);
    const id = this.ids.next();
    await this.#record(scope, id, input, decision, connection, claim);
    if (claim !== null) claim.resourceId = id;
    await this.#call(scope, id, connection, 'first');
    return id;
  }

  /**
   * Finishes a start whose process died. A provider that can `resume` is asked again; of the others nobody but the provider
   * knows what happened, and the person must not be texted twice: the record says so until a webhook proves it.
   */
  async recover(scope: TenantScope, id: string): Promise<void> {
    const row = await this.#row(scope, id);
    if (row.start_state !== 'starting') return;
    const connection = await this.parts.connections.openById(scope, row.connection_id);
    if (connection?.provider.resume === undefined) {
      this.log.warn('a start of unknown outcome waits for its provider', {
        verificationId: id,
        provider: row.provider,
      });
      await this.parts.applier.apply(
        scope,
        id,
        { kind: 'start_failed', at: this.#now(), reason: 'provider_unavailable' },
        { startState: 'unknown', cause: { start: 'unknown', why: 'interrupted' } },
      );
      return;
    }
    await this.#call(scope, id, connection, 'resume');
  }

  /** A fresh link. Throws Problem `capability_unsupported`, and ProviderError. */
  async renewLink(scope: TenantScope, row: VerificationRow): Promise<void> {
    const connection = await this.#connectionOf(scope, row);
    const { provider } = connection;
    const opened = await this.parts.sealer.open(row);
    if (provider.renewLink === undefined || opened.handle === null) {
      throw new Problem(
        'capability_unsupported',
        'The provider of this verification cannot mint a new link.',
        {
          provider: provider.name,
          extensions: { supportedBy: this.#othersThat((other) => other.renewLink !== undefined) },
        },
      );
    }
    const request = await this.#request(scope, row, connection);
    const started = await provider.renewLink(connection, opened.handle, request);
    await this.parts.applier.apply(
      scope,
      row.id,
      { kind: 'started', at: this.#now(), delivery: null },
      {
        ...effectsOf(started),
        isRenewal: true,
        cause: warningsOf(started),
      },
    );
  }

  async #call(
    scope: TenantScope,
    id: string,
    connection: OpenConnection,
    attempt: 'first' | 'resume',
  ): Promise<void> {
    const row = await this.#row(scope, id);
    const request = await this.#request(scope, row, connection);
    const { provider } = connection;
    let started: Started;
    try {
      started =
        attempt === 'resume' && provider.resume !== undefined
          ? await provider.resume(connection, request)
          : await provider.start(connection, request);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (!this.#isWorthAnotherTry(row, attempt, error)) await this.#failed(scope, id, error);
      throw new VerificationStartFailed(id, FAULTS[error.fault].reason, error);
    }
    await this.parts.applier.apply(
      scope,
      id,
      { kind: 'started', at: this.#now(), delivery: started.delivery },
      {
        ...effectsOf(started),
        startState: 'started',
        cause: { start: attempt, ...warningsOf(started) },
      },
    );
  }

  /** A start that is being recovered stays due until its deadline while its provider is merely away. */
  #isWorthAnotherTry(row: VerificationRow, attempt: 'first' | 'resume', error: ProviderError): boolean {
    const isHarmless = FAULTS[error.fault].retryable && error.effect === 'none';
    return attempt === 'resume' && isHarmless && this.clock.now() < row.expires_at;
  }

  async #failed(scope: TenantScope, id: string, error: ProviderError): Promise<void> {
    const reason = FAULTS[error.fault].reason ?? 'provider_declined';
    await this.parts.applier.apply(
      scope,
      id,
      { kind: 'start_failed', at: this.#now(), reason },
      {
        startState: error.effect === 'unknown' ? 'unknown' : 'failed',
        cause: { start: 'failed', fault: error.fault, effect: error.effect },
      },
    );
  }

  async #record(
    scope: TenantScope,
    id: string,
    input: NewVerification,
    decision: RoutingDecision,
    connection: OpenConnection,
    claim: IdempotencyClaim | null,
  ): Promise<void> {
    const { vault, sealer, database, ledger } = this.parts;
    const { tenantId, environment } = scope;
    const now = this.clock.now();
    const subjectId = this.ids.next();
    const { key, wrapped } = await vault.createSubjectKey(tenantId, subjectId);
    const { subject } = input;
    const request: SealedRequest = {
      reference: input.reference,
      metadata: input.metadata,
      redirectUrl: input.redirectUrl,
      reviewRedirectUrl: input.reviewRedirectUrl,
      message: input.message,
      expiresInSeconds: input.expiresInSeconds,
    };
    const hash = (kind: 'email' | 'phone' | 'reference', value: string | null): Promise<Buffer | null> =>
      value === null ? Promise.resolve(null) : vault.lookupHash(tenantId, kind, value);
    const emailHash = await hash('email', subject.email?.toLowerCase() ?? null);
    const phoneHash = await hash('phone', subject.phone);
    const referenceHash = await hash('reference', input.reference);
    const view = viewOf(NO_FACTS);
    await database.transaction(async (tx) => {
      await tx.query(INSERT_SUBJECT, [
        tenantId,
        subjectId,
        environment,
        wrapped.wrapped,
        wrapped.keyVersion,
        sealer.sealSubject(key, tenantId, subjectId, subject),
        emailHash,
        phoneHash,
        now,
      ]);
      await tx.query(INSERT, [
        tenantId,
        id,
        environment,
        subjectId,
        connection.provider.name,
        connection.id,
        decision.policyVersion,
        decision.reason,
        sealer.seal(key, tenantId, id, 'request_sealed', request),
        referenceHash,
        input.checks,
        input.documentTypes,
        input.reuse,
        JSON.stringify(NO_FACTS),
        view.status,
        view.reasonCodes,
        bucketOf(tenantId),
        new Date(now.getTime() + START_LEASE_MS),
        0,
        new Date(now.getTime() + input.expiresInSeconds * 1000),
        now,
      ]);
      await ledger.append(tx, {
        kind: 'verification.created',
        tenantId,
        environment,
        verificationId: id,
        version: 1,
        actor: scope.actor,
        data: {
          provider: decision.provider,
          policyVersion: decision.policyVersion,
          routingReason: decision.reason,
          checks: input.checks,
          documentTypes: input.documentTypes,
          to: view.status,
          reasonCodes: view.reasonCodes,
        },
      });
      if (claim !== null) await linkTo(tx, claim, id);
    });
  }

  async #request(
    scope: TenantScope,
    row: VerificationRow,
    connection: OpenConnection,
  ): Promise<StartRequest> {
    const { subject, request } = await this.parts.sealer.open(row);
    const address = { tenantId: scope.tenantId, environment: scope.environment, verificationId: row.id };
    const returnUrl = async (way: 'success' | 'review'): Promise<string> =>
      `${this.publicUrl}/return/${await this.parts.returnTokens.make({ ...address, way })}`;
    return {
      verificationId: row.id,
      subject,
      checks: row.checks,
      documentTypes: row.document_types,
      reuse: row.reuse,
      message: request.message,
      returnUrl: await returnUrl('success'),
      reviewReturnUrl: await returnUrl('review'),
      webhookUrl: connection.webhookUrl,
    };
  }

  /** Refuses before anything is recorded what the provider could not do, and says who could. */
  #requireCapable(connection: OpenConnection, input: NewVerification): void {
    const { provider } = connection;
    const { supports } = provider;
    const missing = [
      ...input.checks.filter((check) => !supports.checks.includes(check)).map((check) => `checks: ${check}`),
      ...input.documentTypes
        .filter((type) => !supports.documentTypes.includes(type))
        .map((type) => `documentTypes: ${type}`),
    ];
    if (missing.length > 0) {
      const supportedBy = this.#othersThat(
        (other) =>
          includesAll<Check>(other.supports.checks, input.checks) &&
          includesAll(other.supports.documentTypes, input.documentTypes),
      );
      const others = supportedBy.length === 0 ? 'No provider does.' : `Who does: ${supportedBy.join(', ')}.`;
      throw new Problem(
        'capability_unsupported',
        `${provider.title} does not support ${missing.join(', ')}. ${others}`,
        { provider: provider.name, extensions: { supportedBy } },
      );
    }
    if (!supports.contacts.some((contact) => hasContact(input.subject, contact))) {
      throw new Problem('validation_failed', 'The provider needs a way to reach or find the person.', {
        provider: provider.name,
        errors: supports.contacts.map((contact) => ({
          pointer: `/subject/${contact}`,
          detail:
            supports.contacts.length > 1
              ? 'one of these contacts is required'
              : 'is required by the provider',
        })),
      });
    }
  }

  #othersThat(can: (provider: ReturnType<ProviderRegistry['all']>[number]) => boolean): readonly string[] {
    return this.parts.providers
      .all()
      .filter(can)
      .map((provider) => provider.name);
  }

  async #connectionOf(scope: TenantScope, row: VerificationRow): Promise<OpenConnection> {
    const connection = await this.parts.connections.openById(scope, row.connection_id);
    if (connection !== null) return connection;
    throw new Problem(
      'provider_not_configured',
      'The connection that this verification began with is gone.',
      {
        provider: row.provider,
      },
    );
  }

  async #row(scope: TenantScope, id: string): Promise<VerificationRow> {
    const [row] = await this.parts.database.query<VerificationRow>(FIND, [
      scope.tenantId,
      scope.environment,
      id,
    ]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    return row;
  }

  #now(): string {
    return this.clock.now().toISOString();
  }
}

/** What the first start, or a webhook since, has remembered stays: a result from between two links must still count. */
function effectsOf(started: Started): { reference: string | null; handleDefaults: Handle; action: Action } {
  return { reference: started.reference, handleDefaults: started.handle, action: started.action };
}

function warningsOf(started: Started): { warnings?: readonly string[] } {
  return started.warnings.length > 0 ? { warnings: started.warnings } : {};
}

function hasContact(subject: Subject, contact: 'email' | 'phone'): boolean {
  return subject[contact] !== null;
}

function includesAll<T>(known: readonly T[], asked: readonly T[]): boolean {
  return asked.every((item) => known.includes(item));
}
