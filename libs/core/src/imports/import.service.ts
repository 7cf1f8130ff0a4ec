import {
  FAULTS,
  type HeldRecord,
  InvalidShape,
  type ListPage,
  Problem,
  ProviderError,
} from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Log,
  type Queryable,
  toTypeId,
  type Tx,
} from '@gatehouse/platform';

import { type IdempotencyClaim, linkTo } from '../idempotency/idempotency.service.js';
import { type Ledger } from '../ledger/ledger.js';
import { can } from '../routing/capabilities.js';
import { type CapableConnection, type ProviderChoice } from '../routing/provider-choice.js';
import { type ConnectionOpener } from '../tenancy/connection-opener.js';
import { reachOf, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { knownReferences } from '../verifications/people.service.js';
import { type VerificationApplier } from '../verifications/verification-applier.js';
import { bucketOf } from '../verifications/verification.rows.js';
import { type NewSubject, type VerificationRecorder } from '../verifications/verification-recorder.js';
import { type Wakeup } from '../workers/wakeup.js';
import {
  ADVANCE,
  CLAIM,
  FAIL,
  FIND,
  FIND_RUNNING,
  type ImportRow,
  INSERT,
  LOCK_PAGE,
  POSTPONE,
} from './import.rows.js';

/** How an import stands. */
export interface Import {
  readonly id: string;
  readonly provider: string;
  readonly state: 'running' | 'done' | 'failed';
  /** How often the provider's list has been begun: it is walked until a whole walk finds nobody new. */
  readonly pass: number;
  /** As the provider told last; null while or where it does not say. */
  readonly total: number | null;
  /** Records of the present walk that were looked at. */
  readonly seen: number;
  readonly adopted: number;
  /** Had a verification here before the import came to them. */
  readonly known: number;
  readonly failure: ImportRow['failure'];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

export interface ImportParts {
  readonly database: Database;
  readonly choice: ProviderChoice;
  readonly connections: ConnectionOpener;
  readonly recorder: VerificationRecorder;
  readonly applier: VerificationApplier;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly wakeup: Wakeup;
}

interface Found {
  readonly record: HeldRecord;
  readonly subject: NewSubject;
}

const PAGE_SIZE = 100;
/** Longer than one page may take; after it, another worker takes over where the last page ended. */
const LEASE_MS = 60_000;
/** A list that never comes to rest ends here; whoever is new by then has a webhook. */
const MAX_PASSES = 5;
const MAX_ATTEMPTS = 8;
const LONGEST_PAUSE_S = 300;
/** What an adopted person has to redo, they have this long for. */
const EXPIRES_IN_SECONDS = 604_800;

/**
 * Adopts everybody whom a provider already holds as verifications, once each. A page is read, and adopted in one transaction with
 * the place where to go on, so a worker that dies at any moment loses nothing and doubles nothing. The list shifts while it is walked
 * (it has no cursor; providers/sentinel.md 5.5), so it is walked again until a walk finds nobody new.
 */
export class ImportService {
  constructor(
    private readonly parts: ImportParts,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Throws Problem `capability_unsupported`, `provider_not_configured`, and `conflict` while one is running. */
  async begin(
    scope: TenantScope,
    providerName: string | null,
    claim: IdempotencyClaim | null,
  ): Promise<Import> {
    if (claim?.resourceId != null) return this.get(scope, claim.resourceId);
    const connection = await this.parts.choice.choose(
      scope,
      providerName,
      'list',
      'list the people it holds',
    );
    const begun = await this.parts.database.within(scope).transaction(async (tx) => {
      const [row] = await tx.query<ImportRow>(INSERT, [
        scope.tenantId,
        this.ids.next(),
        scope.environment,
        connection.provider.name,
        connection.id,
        scope.actor,
        bucketOf(scope.tenantId),
        this.clock.now(),
      ]);
      if (row === undefined) throw await this.#alreadyRunning(tx, scope, connection.id);
      await this.#record(tx, row, 'import.begun', {});
      if (claim !== null) await linkTo(tx, claim, row.id);
      return row;
    });
    if (claim !== null) claim.resourceId = begun.id;
    this.parts.wakeup.wake();
    return importOf(begun);
  }

  /** Throws Problem `not_found`. */
  async get(scope: TenantScope, id: string): Promise<Import> {
    const [row] = await this.parts.database
      .within(scope)
      .query<ImportRow>(FIND, [scope.tenantId, scope.environment, id]);
    if (row === undefined) throw new Problem('not_found', 'There is no such import.');
    return importOf(row);
  }

  /** Does one page of one import that is due; whether there was one. Never throws for a failing provider. */
  async workDue(): Promise<boolean> {
    const now = this.clock.now();
    const [row] = await this.parts.database.across.query<ImportRow>(CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
    ]);
    if (row === undefined) return false;
    try {
      await this.#page(row);
    } catch (error) {
      if (!(error instanceof ProviderError || error instanceof Problem || error instanceof InvalidShape))
        throw error;
      await this.#failed(row, error);
    }
    return true;
  }

  async #page(row: ImportRow): Promise<void> {
    // The adopted are the work of whoever asked for the import.
    const scope = tenantScope(row.tenant_id, row.environment, row.actor);
    const connection = await this.#connection(scope, row);
    const now = this.clock.now();
    const page = await connection.provider.list(
      connection,
      { page: row.next_page, pageSize: PAGE_SIZE, sortBy: 'updatedAt' },
      now,
    );
    const known = await knownReferences(this.parts.database, scope, connection.id, page.records);
    const fresh = distinct(page.records).filter(({ reference }) => !known.has(reference));
    const found = await Promise.all(fresh.map((record) => this.#found(scope, record)));
    await this.parts.database.within(scope).transaction(async (tx) => {
      const [mine] = await tx.query<{ id: string }>(LOCK_PAGE, [
        row.tenant_id,
        row.id,
        row.pass,
        row.next_page,
      ]);
      if (mine === undefined) return;
      let adopted = 0;
      for (const each of found) {
        if (await this.#adopt(tx, scope, row, connection, { ...each, at: now })) adopted += 1;
      }
      await this.#advance(tx, row, page, { adopted, known: page.records.length - fresh.length });
    });
  }

  async #connection(scope: TenantScope, row: ImportRow): Promise<CapableConnection<'list'>> {
    const connection = await this.parts.connections.requireById(scope, row);
    const { provider } = connection;
    if (!can(provider, 'list')) throw new Problem('capability_unsupported', 'The provider has no list.');
    return { ...connection, provider };
  }

  async #found(scope: TenantScope, record: HeldRecord): Promise<Found> {
    const person = record.identity?.person;
    const subject = await this.parts.recorder.newSubject(scope.tenantId, {
      ...record.contact,
      firstName: person?.firstName ?? null,
      lastName: person?.lastName ?? null,
      dateOfBirth: person?.dateOfBirth ?? null,
      address: person?.address ?? null,
    });
    return { record, subject };
  }

  /** False when the record was adopted before. What it says is applied as what any read says. */
  async #adopt(
    tx: Tx,
    scope: TenantScope,
    row: ImportRow,
    { provider, settings }: CapableConnection<'list'>,
    found: Found & { readonly at: Date },
  ): Promise<boolean> {
    const { recorder, applier } = this.parts;
    const { record, subject } = found;
    const id = this.ids.next();
    const written = await recorder.insert(tx, scope, [
      {
        id,
        actor: scope.actor,
        subject,
        request: {
          reference: null,
          metadata: {},
          redirectUrl: null,
          reviewRedirectUrl: null,
          message: null,
          expiresInSeconds: EXPIRES_IN_SECONDS,
        },
        checks: [],
        documentTypes: [],
        reuse: 'never',
        provider: row.provider,
        connectionId: row.connection_id,
        routing: { policyVersion: null, reason: 'import', record: null },
        leaseMs: null,
        previousId: null,
        adopted: { importId: row.id, providerReference: record.reference },
        claim: null,
      },
    ]);
    if (!written.has(id)) return false;
    await applier.applyIn(
      tx,
      scope,
      id,
      { kind: 'read', at: found.at.toISOString(), observation: record.observation },
      {
        reference: record.reference,
        handleDefaults: record.handle,
        identity: record.identity,
        startState: 'started',
        recheckSeconds: provider.recheckSeconds?.(settings) ?? null,
        cause: { why: 'import' },
      },
    );
    return true;
  }

  async #advance(
    tx: Tx,
    row: ImportRow,
    page: ListPage,
    found: { readonly adopted: number; readonly known: number },
  ): Promise<void> {
    const now = this.clock.now();
    const foundInPass = row.found_in_pass + found.adopted;
    const isPassOver = page.isLast;
    const isDone = isPassOver && (foundInPass === 0 || row.pass >= MAX_PASSES);
    const goesRoundAgain = isPassOver && !isDone;
    await tx.query(ADVANCE, [
      row.tenant_id,
      row.id,
      isDone ? 'done' : 'running',
      goesRoundAgain ? row.pass + 1 : row.pass,
      goesRoundAgain ? 1 : row.next_page + 1,
      page.total ?? row.total,
      goesRoundAgain ? 0 : row.seen + page.records.length,
      found.adopted,
      row.pass === 1 ? found.known : 0,
      goesRoundAgain ? 0 : foundInPass,
      isDone ? null : now,
      now,
      isDone ? now : null,
    ]);
    if (isDone) await this.#record(tx, row, 'import.ended', { adopted: row.adopted + found.adopted });
  }

  async #failed(row: ImportRow, error: ProviderError | Problem | InvalidShape): Promise<void> {
    const { database, log } = this.parts;
    const now = this.clock.now();
    const isTransient = error instanceof ProviderError && FAULTS[error.fault].retryable;
    const code = codeOf(error);
    log.warn('a page of an import failed', { provider: row.provider, code });
    if (isTransient && row.attempts + 1 < MAX_ATTEMPTS) {
      const seconds = Math.max(
        error.retryAfterSeconds ?? 0,
        Math.min(LONGEST_PAUSE_S, 2 ** (row.attempts + 1)),
      );
      await database
        .within(reachOf(row))
        .query(POSTPONE, [row.tenant_id, row.id, new Date(now.getTime() + seconds * 1000), now]);
      return;
    }
    await database.within(reachOf(row)).transaction(async (tx) => {
      const [failed] = await tx.query<{ id: string }>(FAIL, [row.tenant_id, row.id, code, now]);
      if (failed !== undefined) await this.#record(tx, row, 'import.ended', { code });
    });
  }

  async #alreadyRunning(tx: Queryable, scope: TenantScope, connectionId: string): Promise<Problem> {
    const [running] = await tx.query<ImportRow>(FIND_RUNNING, [scope.tenantId, connectionId]);
    return new Problem('conflict', 'An import from this provider is running already.', {
      ...(running !== undefined && {
        provider: running.provider,
        extensions: { importId: toTypeId('imp', running.id) },
      }),
    });
  }

  async #record(
    tx: Queryable,
    row: ImportRow,
    kind: 'import.begun' | 'import.ended',
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.parts.ledger.append(tx, {
      kind,
      tenantId: row.tenant_id,
      environment: row.environment,
      verificationId: null,
      version: null,
      actor: row.actor,
      data: { importId: row.id, provider: row.provider, ...data },
    });
  }
}

/** A page that names somebody twice means them once. */
function distinct(records: readonly HeldRecord[]): readonly HeldRecord[] {
  return [...new Map(records.map((record) => [record.reference, record])).values()];
}

function codeOf(error: ProviderError | Problem | InvalidShape): Problem['code'] {
  if (error instanceof ProviderError) return FAULTS[error.fault].problem;
  return error instanceof Problem ? error.code : 'internal_error';
}

function importOf(row: ImportRow): Import {
  return {
    id: row.id,
    provider: row.provider,
    state: row.state,
    pass: row.pass,
    total: row.total,
    seen: row.seen,
    adopted: row.adopted,
    known: row.known,
    failure: row.failure,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    completedAt: row.completed_at,
  };
}
