import {
  type Action,
  FAULTS,
  Problem,
  ProviderError,
  type Started,
  type StartRequest,
} from '@gatehouse/contract';
import { Batches, type Clock, type Database, type Ids, type Log } from '@gatehouse/platform';

import {
  type IdempotencyClaim,
  IdempotencyKeyTaken,
  type IdempotencyService,
  type IdempotentAnswer,
  linkTo,
  type SealedAnswer,
} from '../idempotency/idempotency.service.js';
import { type ReturnTokens } from '../inbox/return-token.js';
import { type Capabilities } from '../routing/capabilities.js';
import { type Routed, type Router } from '../routing/router.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import {
  type Applied,
  type SignalEffects,
  type StartEffects,
  type VerificationApplier,
} from './verification-applier.js';
import { type VerificationRerouter } from './verification-rerouter.js';
import { VerificationStartFailed } from './verification-start-failed.js';
import { FIND, type VerificationRow } from './verification.rows.js';
import { type Signal } from './transition.js';
import { type NewRecord, type VerificationRecorder } from './verification-recorder.js';
import { type VerificationSealer } from './verification-sealer.js';
import { type NewVerification } from './verification.js';

/**
 * How long a start may take before a worker looks after it: longer than any provider call may last, so that only the start
 * of a process that died is ever taken over.
 */
const START_LEASE_MS = 60_000;

/** What a provider is asked for, and about whom. */
type Asked = Pick<StartRequest, 'subject' | 'checks' | 'documentTypes' | 'reuse' | 'message'> & {
  readonly id: string;
};

interface Beginning {
  readonly scope: TenantScope;
  readonly record: NewRecord;
}

interface StartCall {
  readonly attempt: 'first' | 'resume';
  /** Who is asked instead should this provider fail with no effect on the person. */
  readonly others: readonly string[];
  /** Under which somebody waits for the answer. */
  readonly claim: IdempotencyClaim | null;
  /** As this process has just written it; null where somebody else may know more. */
  readonly begun: VerificationRow | null;
}

export interface StarterParts {
  readonly database: Database;
  readonly sealer: VerificationSealer;
  readonly recorder: VerificationRecorder;
  readonly applier: VerificationApplier;
  readonly returnTokens: ReturnTokens;
  readonly router: Router;
  readonly idempotency: IdempotencyService;
  readonly connections: ConnectionOpener;
  readonly capabilities: Capabilities;
  readonly rerouter: VerificationRerouter;
}

/**
 * Begins verifications: the record first, then the provider's call outside any transaction, then its outcome through `apply`.
 * Wherever the process dies in between, the record is there and a worker, or the caller's own retry, finishes it.
 */
export class VerificationStarter {
  readonly #together = new Batches<Beginning, VerificationRow | null>((beginnings) =>
    this.#recordTogether(beginnings),
  );

  constructor(
    private readonly parts: StarterParts,
    private readonly publicUrl: string,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  /**
   * Returns the new verification. Throws Problem, IdempotencyKeyTaken, and VerificationStartFailed when the provider's call
   * failed.
   */
  async start(
    scope: TenantScope,
    input: NewVerification,
    claim: IdempotencyClaim | null,
  ): Promise<VerificationRow> {
    return this.#begin(scope, input, claim, null);
  }

  /** A new verification of the same person, with the same request, by today's policy. As {@link start}. */
  async again(
    scope: TenantScope,
    previous: VerificationRow,
    claim: IdempotencyClaim | null,
  ): Promise<VerificationRow> {
    const { subject, request } = await this.parts.sealer.open(previous);
    const input: NewVerification = {
      subject,
      ...request,
      checks: previous.checks,
      documentTypes: previous.document_types,
      reuse: previous.reuse,
      provider: null,
    };
    return this.#begin(scope, input, claim, previous);
  }

  async #begin(
    scope: TenantScope,
    input: NewVerification,
    claim: IdempotencyClaim | null,
    previous: VerificationRow | null,
  ): Promise<VerificationRow> {
    const routed = await this.parts.router.route(scope, input);
    const connection = await this.parts.connections.require(scope, routed.provider);
    const id = this.ids.next();
    const row = await this.#record(scope, id, input, { routed, connection }, claim, previous);
    const { subject, checks, documentTypes, reuse, message } = input;
    const asked: Asked = { id, subject, checks, documentTypes, reuse, message };
    // A person who was here before may have been corrected meanwhile.
    const begun = previous === null ? row : null;
    return this.#call(scope, asked, connection, { attempt: 'first', others: routed.others, claim, begun });
  }

  /**
   * Finishes a start whose process died. A provider that can `resume` is asked again; of the others nobody but the provider
   * knows what happened, and the person must not be texted twice: the record says so until a webhook proves it.
   */
  async recover(scope: TenantScope, id: string): Promise<void> {
    const row = await this.row(scope, id);
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
        {
          begunAt: row.connection_id,
          startState: 'unknown',
          cause: { start: 'unknown', why: 'interrupted' },
        },
      );
      return;
    }
    try {
      await this.#call(scope, await this.#askedIn(row), connection, {
        attempt: 'resume',
        others: [],
        claim: null,
        begun: null,
      });
    } catch (error) {
      if (!(error instanceof VerificationStartFailed)) throw error;
      // The provider's failure, which the record has: nothing of ours to put right.
      this.log.warn('a start that was taken up again failed', { verificationId: id, error });
    }
  }

  /** A fresh link. Throws Problem `capability_unsupported`, and ProviderError. */
  async renewLink(scope: TenantScope, row: VerificationRow): Promise<Action> {
    const connection = await this.parts.connections.requireById(scope, row);
    const provider = this.parts.capabilities.require(connection.provider, 'renewLink', 'mint a new link');
    const { handle } = await this.parts.sealer.open(row);
    if (handle === null) {
      throw new Problem('invalid_transition', 'The provider has not begun this verification.');
    }
    const request = await this.#request(scope, await this.#askedIn(row), connection);
    const started = await provider.renewLink(connection, provider.handle.parse(handle), request);
    await this.parts.applier.apply(
      scope,
      row.id,
      { kind: 'started', at: this.#now(), delivery: null },
      { ...effectsOf(started, connection), change: 'link_renewed' },
    );
    return started.action;
  }

  /**
   * The person's identity elsewhere cannot be shared: they are asked for everything, at the link returned. Null: the account that says so
   * (`begunAt`) has nothing to do with it any more. Throws Problem, and as {@link renewLink}.
   */
  async goOnUnshared(
    scope: TenantScope,
    id: string,
    effects: Pick<SignalEffects, 'begunAt'>,
  ): Promise<Action | null> {
    const { status } = await this.row(scope, id);
    if (status !== 'requires_input') {
      throw new Problem(
        'invalid_transition',
        `A verification that is ${status} asks the person for nothing.`,
      );
    }
    const signal = { kind: 'unshared', at: this.#now() } as const;
    const { row, setAside } = await this.parts.applier.apply(scope, id, signal, effects);
    return setAside === 'closed' ? null : this.renewLink(scope, row);
  }

  async #call(
    scope: TenantScope,
    asked: Asked,
    connection: OpenConnection,
    call: StartCall,
  ): Promise<VerificationRow> {
    const { id } = asked;
    const request = await this.#request(scope, asked, connection);
    const { provider } = connection;
    let started: Started;
    try {
      started =
        call.attempt === 'resume' && provider.resume !== undefined
          ? await provider.resume(connection, request)
          : await provider.start(connection, request);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const row = await this.row(scope, id);
      if (row.connection_id !== connection.id) return this.#overtaken(row, error);
      const elsewhere = await this.#goneElsewhere(scope, row, asked, error, call);
      if (elsewhere !== null) return elsewhere;
      if (!this.#isWorthAnotherTry(row, call.attempt, error)) await this.#failed(scope, row, error);
      throw new VerificationStartFailed(id, FAULTS[error.fault].reason, error);
    }
    const signal = { kind: 'started', at: this.#now(), delivery: started.delivery } as const;
    const effects: StartEffects = {
      ...effectsOf(started, connection),
      begunAt: connection.id,
      startState: 'started',
      cause: { start: call.attempt },
    };
    if (started.isSharingRefused) {
      await this.parts.applier.apply(scope, id, signal, effects);
      const unshared = { kind: 'unshared', at: this.#now() } as const;
      const after = { begunAt: connection.id };
      return this.#complete(scope, id, unshared, after, call);
    }
    return this.#complete(scope, id, signal, effects, call);
  }

  /** The last thing that a start writes; what its caller is answered is kept together with it. */
  async #complete(
    scope: TenantScope,
    id: string,
    signal: Extract<Signal, { kind: 'started' | 'unshared' }>,
    effects: StartEffects,
    { claim, begun }: Pick<StartCall, 'claim' | 'begun'>,
  ): Promise<VerificationRow> {
    const { applier } = this.parts;
    const apply = (all: StartEffects): Promise<Applied> =>
      begun === null || signal.kind === 'unshared'
        ? applier.apply(scope, id, signal, all)
        : applier.applyTo(begun, scope, signal, all);
    const answerOf = claim?.answerOf ?? null;
    if (claim === null || answerOf === null) return this.#kept(await apply(effects), effects);
    // Of each row that the signal is tried on; only what was made of the last one is kept, if anything is.
    const made = new WeakMap<VerificationRow, IdempotentAnswer>();
    const answer = async (row: VerificationRow): Promise<SealedAnswer> => {
      const answered = answerOf(await this.parts.sealer.toVerification(row));
      made.set(row, answered);
      return this.parts.idempotency.seal(claim, answered);
    };
    const applied = await apply({ ...effects, answer });
    claim.answer = made.get(applied.row) ?? null;
    return this.#kept(applied, effects);
  }

  #kept({ row }: Applied, { begunAt = row.connection_id }: StartEffects): VerificationRow {
    return begunAt === row.connection_id ? row : this.#overtaken(row, null);
  }

  /** While a provider was asked the verification was given to another one (`provider`), who goes on with it. `error`: how the first one failed. */
  #overtaken(row: VerificationRow, error: ProviderError | null): VerificationRow {
    this.log.warn('a start ended at a provider that the verification was taken from', {
      verificationId: row.id,
      provider: row.provider,
      ...(error !== null && { error }),
    });
    return row;
  }

  /**
   * Begins at the next provider that can, if the failure says something of this one and surely did nothing to the person. What
   * may have reached them is never repeated elsewhere. Null: at none.
   */
  async #goneElsewhere(
    scope: TenantScope,
    row: VerificationRow,
    asked: Asked,
    error: ProviderError,
    { others, claim }: StartCall,
  ): Promise<VerificationRow | null> {
    if (error.effect !== 'none' || FAULTS[error.fault].breaker === 'none') return null;
    for (const [index, name] of others.entries()) {
      const connection = await this.parts.connections.open(scope, name);
      if (connection === null) continue;
      const moved = await this.parts.rerouter.move(scope, row, connection, error, START_LEASE_MS);
      if (!moved) return null;
      return this.#call(scope, asked, connection, {
        attempt: 'first',
        others: others.slice(index + 1),
        claim,
        begun: null,
      });
    }
    return null;
  }

  /** A start that is being recovered stays due until its deadline while its provider is merely away. */
  #isWorthAnotherTry(row: VerificationRow, attempt: 'first' | 'resume', error: ProviderError): boolean {
    const isHarmless = FAULTS[error.fault].retryable && error.effect === 'none';
    return attempt === 'resume' && isHarmless && this.clock.now() < row.expires_at;
  }

  async #failed(scope: TenantScope, row: VerificationRow, error: ProviderError): Promise<void> {
    const reason = FAULTS[error.fault].reason ?? 'provider_declined';
    await this.parts.applier.apply(
      scope,
      row.id,
      { kind: 'start_failed', at: this.#now(), reason },
      {
        begunAt: row.connection_id,
        startState: error.effect === 'unknown' ? 'unknown' : 'failed',
        cause: { start: 'failed', fault: error.fault, effect: error.effect },
      },
    );
  }

  async #record(
    scope: TenantScope,
    id: string,
    input: NewVerification,
    { routed, connection }: { readonly routed: Routed; readonly connection: OpenConnection },
    claim: IdempotencyClaim | null,
    previous: VerificationRow | null,
  ): Promise<VerificationRow> {
    const { recorder, sealer, database } = this.parts;
    const record: NewRecord = {
      id,
      actor: scope.actor,
      subject:
        previous === null
          ? await recorder.newSubject(scope.tenantId, input.subject)
          : // A person stays one person: found, erased and encrypted as one.
            { id: previous.subject_id, key: (await sealer.open(previous)).key, row: previous },
      request: {
        reference: input.reference,
        metadata: input.metadata,
        redirectUrl: input.redirectUrl,
        reviewRedirectUrl: input.reviewRedirectUrl,
        message: input.message,
        expiresInSeconds: input.expiresInSeconds,
      },
      checks: input.checks,
      documentTypes: input.documentTypes,
      reuse: input.reuse,
      provider: connection.provider.name,
      connectionId: connection.id,
      routing: {
        policyVersion: routed.policyVersion,
        reason: routed.reason,
        record: { rule: routed.rule, skipped: routed.skipped, attempts: [] },
      },
      leaseMs: START_LEASE_MS,
      previousId: previous?.id ?? null,
      adopted: null,
      claim: claim?.isTaken === false ? claim : null,
    };
    const row =
      previous === null && claim?.isTaken !== true
        ? await this.#together.add(`${scope.tenantId}/${scope.environment}`, { scope, record })
        : await database.within(scope).transaction(async (tx) => {
            if (previous !== null) await recorder.keepSubject(tx, scope, previous.subject_id);
            const written = await recorder.insert(tx, scope, [record]);
            if (claim?.isTaken === true) await linkTo(tx, claim, id);
            return written.get(id) ?? null;
          });
    if (row === null) throw new IdempotencyKeyTaken();
    if (claim !== null) {
      claim.isTaken = true;
      claim.resourceId = id;
    }
    return row;
  }

  async #recordTogether(beginnings: readonly Beginning[]): Promise<readonly (VerificationRow | null)[]> {
    const [first] = beginnings;
    if (first === undefined) return [];
    const { scope } = first;
    const records = beginnings.map(({ record }) => record);
    // One statement, which is its own transaction. A record that nobody goes on with is finished as that of a process that died.
    const written = await this.parts.recorder.insert(this.parts.database.within(scope), scope, records);
    return records.map(({ id }) => written.get(id) ?? null);
  }

  async #askedIn(row: VerificationRow): Promise<Asked> {
    const { subject, request } = await this.parts.sealer.open(row);
    return {
      id: row.id,
      subject,
      checks: row.checks,
      documentTypes: row.document_types,
      // Whom nobody can vouch for is not asked to share again.
      reuse: row.facts.unsharedAt === null ? row.reuse : 'never',
      message: request.message,
    };
  }

  async #request(
    { tenantId, environment }: TenantScope,
    { id, ...asked }: Asked,
    connection: OpenConnection,
  ): Promise<StartRequest> {
    const tokenFor = await this.parts.returnTokens.maker({
      tenantId,
      environment,
      verificationId: id,
      connectionId: connection.id,
    });
    return {
      ...asked,
      verificationId: id,
      returnUrl: (way) => `${this.publicUrl}/return/${tokenFor(way)}`,
      webhookUrl: connection.webhookUrl,
    };
  }

  /** Throws Problem `not_found`. */
  async row(scope: TenantScope, id: string): Promise<VerificationRow> {
    const [row] = await this.parts.database
      .within(scope)
      .query<VerificationRow>(FIND, [scope.tenantId, scope.environment, id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such verification.');
    return row;
  }

  #now(): string {
    return this.clock.now().toISOString();
  }
}

/** What the first start, or a webhook since, has remembered stays: a result from between two links must still count. */
function effectsOf(started: Started, { provider, settings }: OpenConnection): StartEffects {
  return {
    reference: started.reference,
    handleDefaults: started.handle,
    action: started.action,
    warnings: started.warnings,
    recheckSeconds: provider.recheckSeconds?.(settings) ?? null,
  };
}
