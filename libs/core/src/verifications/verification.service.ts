import { type Contact, isSettled, Problem, type ProblemCode } from '@gatehouse/contract';
import { type Clock, type Database } from '@gatehouse/platform';

import { type IdempotencyClaim } from '../idempotency/idempotency.service.js';
import { type Ledger } from '../ledger/ledger.js';
import { type Capabilities } from '../routing/capabilities.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Explanation } from './explanation.js';
import { shownFields } from './shown-fields.js';
import { statedIn, type ViewReason } from './view-reason.js';
import { type VerificationApplier } from './verification-applier.js';
import { type VerificationBulkReader } from './verification-bulk-reader.js';
import { type VerificationExplainer } from './verification-explainer.js';
import { type VerificationQueries } from './verification-queries.js';
import { type VerificationReader } from './verification-reader.js';
import { type VerificationRecorder } from './verification-recorder.js';
import { type VerificationSealer } from './verification-sealer.js';
import { type VerificationStarter } from './verification-starter.js';
import { type VerificationRow } from './verification.rows.js';
import {
  type NewVerification,
  type Page,
  type PageRequest,
  type StoredIdentity,
  type TimelineEvent,
  type Verification,
  type VerificationFilter,
} from './verification.js';

export interface VerificationParts {
  readonly database: Database;
  readonly starter: VerificationStarter;
  readonly reader: VerificationReader;
  readonly bulkReader: VerificationBulkReader;
  readonly applier: VerificationApplier;
  readonly recorder: VerificationRecorder;
  readonly sealer: VerificationSealer;
  readonly queries: VerificationQueries;
  readonly explainer: VerificationExplainer;
  readonly connections: ConnectionOpener;
  readonly capabilities: Capabilities;
  readonly ledger: Ledger;
}

/** Many records at once, in the order asked for. */
export interface Statuses {
  /** Null for an id that names nothing of the caller's. */
  readonly records: readonly (Verification | null)[];
  /** Those that could not be read, where reading was asked for: they are as they were. */
  readonly failures: ReadonlyMap<string, ProblemCode>;
}

/** What a product backend can do with verifications. Every method acts within its caller's tenant and environment. */
export class VerificationService {
  constructor(
    private readonly parts: VerificationParts,
    private readonly clock: Clock,
  ) {}

  /**
   * Records and begins a verification. With a claim that already made one (its first attempt died), finishes that one
   * instead. Throws Problem, IdempotencyKeyTaken, and VerificationStartFailed when the provider's call failed; the record then says so.
   */
  async create(
    scope: TenantScope,
    input: NewVerification,
    claim: IdempotencyClaim | null,
  ): Promise<Verification> {
    if (claim?.resourceId != null) {
      await this.parts.starter.recover(scope, claim.resourceId);
      return this.parts.queries.get(scope, claim.resourceId);
    }
    return this.parts.sealer.toVerification(await this.parts.starter.start(scope, input, claim));
  }

  /** Why it is where it is. Throws Problem `not_found`. */
  async explain(scope: TenantScope, id: string): Promise<Explanation> {
    return this.parts.explainer.explain(scope, id);
  }

  /** From the store; no provider is called. Throws Problem `not_found`. */
  async get(scope: TenantScope, id: string): Promise<Verification> {
    return this.parts.queries.get(scope, id);
  }

  async list(scope: TenantScope, filter: VerificationFilter, page: PageRequest): Promise<Page<Verification>> {
    return this.parts.queries.list(scope, filter, page);
  }

  /** Ours only; with both given, those that match either. */
  async search(
    scope: TenantScope,
    by: { readonly email: string | null; readonly phone: string | null },
    page: PageRequest,
  ): Promise<Page<Verification>> {
    return this.parts.queries.search(scope, by, page);
  }

  /** Reads the provider now. Throws Problem, `erased` among them, and ProviderError when it cannot be read. */
  async refresh(scope: TenantScope, id: string): Promise<Verification> {
    const row = await this.parts.queries.row(scope, id);
    requireKept(row);
    const { status } = row;
    if (status !== 'canceled' && status !== 'revoked')
      await this.parts.reader.read(scope, id, { why: 'refresh' });
    return this.parts.queries.get(scope, id);
  }

  /** Calling off twice is no error. Throws Problem `invalid_transition` for one that is decided, `erased` for one that was erased. */
  async cancel(scope: TenantScope, id: string): Promise<Verification> {
    const { setAside, row } = await this.parts.applier.cancel(scope, id);
    requireKept(row);
    if (setAside === 'not_allowed') {
      throw new Problem('invalid_transition', `A verification that is ${row.status} cannot be canceled.`);
    }
    return this.parts.queries.get(scope, id);
  }

  /** Throws Problem `invalid_transition`, `capability_unsupported`, and ProviderError. */
  async renewLink(scope: TenantScope, id: string): Promise<Verification> {
    const row = await this.parts.queries.row(scope, id);
    requireKept(row);
    const isOpen = row.status === 'requires_input' || row.status === 'needs_review';
    if (!isOpen || row.start_state !== 'started') {
      throw new Problem('invalid_transition', `A verification that is ${row.status} has no link to renew.`);
    }
    await this.parts.starter.renewLink(scope, row);
    return this.parts.queries.get(scope, id);
  }

  /** A new verification of the same person, by today's policy. As {@link create}; throws Problem `invalid_transition` too. */
  async retry(scope: TenantScope, id: string, claim: IdempotencyClaim | null): Promise<Verification> {
    const { queries, sealer, starter } = this.parts;
    if (claim?.resourceId != null) {
      await starter.recover(scope, claim.resourceId);
      return queries.get(scope, claim.resourceId);
    }
    const previous = await queries.row(scope, id);
    requireKept(previous);
    if (!isSettled(previous.status) && previous.status !== 'error') {
      throw new Problem(
        'invalid_transition',
        `A verification that is ${previous.status} is still open; cancel it first, or go on with it.`,
      );
    }
    return sealer.toVerification(await starter.again(scope, previous, claim));
  }

  /** Up to 500 at once; `refresh` reads the providers first, in bulk where they can. */
  async statuses(
    scope: TenantScope,
    ids: readonly (string | null)[],
    options: { readonly refresh: boolean },
  ): Promise<Statuses> {
    const { queries, bulkReader } = this.parts;
    const known = ids.filter((id) => id !== null);
    const failures = options.refresh
      ? await bulkReader.read(scope, await queries.rows(scope, known))
      : new Map<string, ProblemCode>();
    const found = await queries.many(scope, known);
    return { records: ids.map((id) => (id === null ? null : (found.get(id) ?? null))), failures };
  }

  /** A reviewer decides what waits for a human. Throws Problem `invalid_transition` for anything else, `erased` for one that was erased. */
  async decide(
    scope: TenantScope,
    id: string,
    decision: { readonly decision: 'approve' | 'reject'; readonly reason: string },
  ): Promise<Verification> {
    const at = this.clock.now().toISOString();
    const { setAside, row } = await this.parts.applier.apply(
      scope,
      id,
      { kind: 'decision', at, verdict: decision.decision === 'approve' ? 'verified' : 'rejected' },
      { decision: { ...decision, actor: scope.actor, at }, cause: { decision: decision.decision } },
    );
    requireKept(row);
    if (setAside === 'not_allowed') {
      throw new Problem(
        'invalid_transition',
        `A verification that is ${row.status} does not wait for a decision.`,
      );
    }
    return this.parts.queries.get(scope, id);
  }

  /**
   * Corrects the person's contact at the provider, then here. Throws Problem `contact_in_use`, `capability_unsupported`, and
   * `invalid_transition` while the provider has no record of the person; ProviderError.
   */
  async correctContact(scope: TenantScope, id: string, change: Contact): Promise<Verification> {
    const { applier, capabilities, connections, queries, recorder, sealer } = this.parts;
    const row = await queries.row(scope, id);
    requireKept(row);
    const { handle } = await sealer.open(row);
    const connection = await connections.requireById(scope, row);
    const provider = capabilities.require(connection.provider, 'correctContact', 'correct a contact');
    const patch =
      handle === null || isOver(row.status)
        ? null
        : await provider.correctContact(connection, provider.handle.parse(handle), change);
    if (patch === null) {
      throw new Problem(
        'invalid_transition',
        'The provider has no record of the person yet, or this verification is over: there is nothing to correct.',
      );
    }
    await applier.apply(
      scope,
      id,
      { kind: 'started', at: this.clock.now().toISOString(), delivery: null },
      {
        handlePatch: patch,
        correctSubject: (known) =>
          recorder.findable(scope.tenantId, {
            ...known,
            email: change.email ?? known.email,
            phone: change.phone ?? known.phone,
          }),
        change: 'contact_corrected',
        cause: { members: (['email', 'phone'] as const).filter((member) => change[member] !== null) },
      },
    );
    return queries.get(scope, id);
  }

  /** The timeline, newest first. */
  async events(scope: TenantScope, id: string, page: PageRequest): Promise<Page<TimelineEvent>> {
    return this.parts.queries.events(scope, id, page);
  }

  /**
   * The person as the provider verified them; the view is in the ledger, with the reason where an operator looks. Throws Problem
   * `not_found` while there is none.
   */
  async identity(scope: TenantScope, id: string, reason: ViewReason | null = null): Promise<StoredIdentity> {
    const identity = await this.parts.queries.identity(scope, id);
    await this.parts.ledger.append(this.parts.database.within(scope), {
      kind: 'identity.viewed',
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId: id,
      version: null,
      actor: scope.actor,
      data: { fields: shownFields(identity.identity), ...statedIn(reason) },
    });
    return identity;
  }
}

/** Throws Problem `erased`. */
function requireKept({ erased_at }: VerificationRow): void {
  if (erased_at !== null) throw new Problem('erased', 'The person’s data has been erased.');
}

function isOver(status: Verification['status']): boolean {
  return status === 'canceled' || status === 'revoked';
}
