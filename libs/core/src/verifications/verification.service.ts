import { Problem } from '@gatehouse/contract';
import { type Database } from '@gatehouse/platform';

import { type IdempotencyClaim } from '../idempotency/idempotency.service.js';
import { type Ledger } from '../ledger/ledger.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationApplier } from './verification-applier.js';
import { type VerificationQueries } from './verification-queries.js';
import { type VerificationReader } from './verification-reader.js';
import { type VerificationStarter } from './verification-starter.js';
import {
  type NewVerification,
  type Page,
  type PageRequest,
  type StoredIdentity,
  type TimelineEvent,
  type Verification,
  type VerificationFilter,
} from './verification.js';

/** What a product backend can do with verifications. Every method acts within its caller's tenant and environment. */
export class VerificationService {
  constructor(
    private readonly database: Database,
    private readonly starter: VerificationStarter,
    private readonly reader: VerificationReader,
    private readonly applier: VerificationApplier,
    private readonly queries: VerificationQueries,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Records and begins a verification. With a claim that already made one (its first attempt died), finishes that one
   * instead. Throws Problem, and VerificationStartFailed when the provider's call failed; the record then says so.
   */
  async create(
    scope: TenantScope,
    input: NewVerification,
    claim: IdempotencyClaim | null,
  ): Promise<Verification> {
    if (claim?.resourceId != null) {
      await this.starter.recover(scope, claim.resourceId);
      return this.queries.get(scope, claim.resourceId);
    }
    return this.queries.get(scope, await this.starter.start(scope, input, claim));
  }

  /** From the store; no provider is called. Throws Problem `not_found`. */
  async get(scope: TenantScope, id: string): Promise<Verification> {
    return this.queries.get(scope, id);
  }

  async list(scope: TenantScope, filter: VerificationFilter, page: PageRequest): Promise<Page<Verification>> {
    return this.queries.list(scope, filter, page);
  }

  /** Ours only; with both given, those that match either. */
  async search(
    scope: TenantScope,
    by: { readonly email: string | null; readonly phone: string | null },
    page: PageRequest,
  ): Promise<Page<Verification>> {
    return this.queries.search(scope, by, page);
  }

  /** Reads the provider now. Throws Problem, and ProviderError when it cannot be read. */
  async refresh(scope: TenantScope, id: string): Promise<Verification> {
    const { status } = await this.queries.get(scope, id);
    if (status !== 'canceled' && status !== 'revoked') await this.reader.read(scope, id, { why: 'refresh' });
    return this.queries.get(scope, id);
  }

  /** Calling off twice is no error. Throws Problem `invalid_transition` for one that is decided. */
  async cancel(scope: TenantScope, id: string): Promise<Verification> {
    const { setAside, row } = await this.applier.cancel(scope, id);
    if (setAside === 'not_allowed') {
      throw new Problem('invalid_transition', `A verification that is ${row.status} cannot be canceled.`);
    }
    return this.queries.get(scope, id);
  }

  /** Throws Problem `invalid_transition`, `capability_unsupported`, and ProviderError. */
  async renewLink(scope: TenantScope, id: string): Promise<Verification> {
    const row = await this.queries.row(scope, id);
    const isOpen = row.status === 'requires_input' || row.status === 'needs_review';
    if (!isOpen || row.start_state !== 'started') {
      throw new Problem('invalid_transition', `A verification that is ${row.status} has no link to renew.`);
    }
    await this.starter.renewLink(scope, row);
    return this.queries.get(scope, id);
  }

  /** The timeline, newest first. */
  async events(scope: TenantScope, id: string, page: PageRequest): Promise<Page<TimelineEvent>> {
    return this.queries.events(scope, id, page);
  }

  /** The person as the provider verified them; the view is in the ledger. Throws Problem `not_found` while there is none. */
  async identity(scope: TenantScope, id: string): Promise<StoredIdentity> {
    const identity = await this.queries.identity(scope, id);
    await this.ledger.append(this.database, {
      kind: 'identity.viewed',
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId: id,
      version: null,
      actor: scope.actor,
      data: {},
    });
    return identity;
  }
}
