import {
  type Action,
  type Handle,
  type Identity,
  isSettled,
  Problem,
  type Subject,
  type VerificationStatus,
} from '@gatehouse/contract';
import {
  Batches,
  type Clock,
  type Database,
  isConnectionLost,
  type RandomSource,
  type Statement,
  type Tx,
} from '@gatehouse/platform';

import { FORGET_REPORTS, SCHEDULE_REPORTS } from '../evidence/report-archive.js';
import { type IdempotencyService, type SealedAnswer } from '../idempotency/idempotency.service.js';
import { commitmentTo, SALT_BYTES } from '../ledger/commitment.js';
import { type Ledger, type LedgerEvent, type ToldEntry } from '../ledger/ledger.js';
import { type ReadingArchive } from '../readings/reading-archive.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import {
  type Commitments,
  contradictedClaim,
  entryOf,
  type EntryEffects,
  sourceOf,
} from './applied-entry.js';
import { canonical, NO_FACTS } from './facts.js';
import { nextDue, READS_AT_START } from './schedule.js';
import { type SetAsideReason, type Signal, transition, type Transition, type View } from './transition.js';
import {
  bucketOf,
  LOCK_MANY,
  LOCK_SUBJECT,
  type StartState,
  UPDATE_BEGUN,
  UPDATE_MANY,
  UPDATE_SUBJECT,
  type Updated,
  type VerificationRow,
} from './verification.rows.js';
import {
  type SealedColumn,
  type SealedDecision,
  type SealedIdentity,
  type VerificationSealer,
} from './verification-sealer.js';

/** What a signal brings along besides its facts. */
export interface SignalEffects extends EntryEffects {
  /** The provider's durable name for the person or session. */
  readonly reference?: string | null;
  /** Merged over the stored handle, unless the signal is set aside. */
  readonly handlePatch?: Handle;
  /** Merged under the stored handle: what a webhook has taught us meanwhile is not undone by a start or a new link. */
  readonly handleDefaults?: Handle;
  /** The identity as this read showed it; stored when the read is the greatest so far. */
  readonly identity?: Identity | null;
  readonly action?: Action;
  readonly startState?: StartState;
  /** The account that was asked to begin: what comes of it counts for a verification that is with it still. */
  readonly begunAt?: string;
  /** What becomes of the person as they are known when the signal is applied; another correction may have come before. */
  readonly correctSubject?: (known: Subject) => Promise<CorrectedSubject>;
  /** Who decided, and why, as the reviewer wrote it. */
  readonly decision?: SealedDecision;
  /** Seconds between reads for as long as they are verified ({@link nextDue}); absent: as before. */
  readonly recheckSeconds?: number | null;
  readonly warnings?: readonly string[];
  /** What the caller whose request this completes is answered, kept together with it. */
  readonly answer?: (row: VerificationRow) => Promise<SealedAnswer>;
}

/** A subject whose contact was corrected, with the hashes it is found by from now on. */
export interface CorrectedSubject {
  readonly details: Subject;
  readonly emailHash: Buffer | null;
  readonly phoneHash: Buffer | null;
}

/** Columns as a signal changes them, and what the ledger is to commit to of it. */
interface Sealed {
  readonly sealed: Partial<VerificationRow>;
  readonly commitments: Commitments | null;
}

export interface Applied {
  readonly row: VerificationRow;
  readonly changed: boolean;
  /** `erased`: nothing is known of the person any more, and nothing is learnt. */
  readonly setAside: SetAsideReason | 'erased' | null;
}

/** What a signal has made of a row. */
interface Change {
  readonly row: VerificationRow;
  readonly next: VerificationRow;
  readonly step: Transition;
  readonly arrival: Arrival;
}

/** A signal on its way to a verification. */
export interface Arrival {
  readonly scope: TenantScope;
  readonly id: string;
  readonly signal: Signal;
  readonly effects: SignalEffects;
}

/** An arrival at a row as this process wrote it. */
interface FirstArrival extends Arrival {
  readonly begun: VerificationRow;
}

/** What the provider's answer to a start brings along: nothing that is written anywhere but in the row, the ledger and the kept answer. */
export type StartEffects = Omit<SignalEffects, 'correctSubject' | 'reading'>;

const FIRST_FACTS = JSON.stringify(NO_FACTS);

/** Rows as signals leave them, and what goes along with them. */
interface Changes {
  readonly results: readonly (Applied | null)[];
  readonly rows: readonly VerificationRow[];
  readonly told: readonly ToldEntry[];
  readonly answers: readonly SealedAnswer[];
}

/** The claim that a read did not bear out. Several at one instant say the same, or are as doubtful. Served by signals_by_verification. */
const MARK_CONTRADICTED: Statement = {
  name: 'signals_mark_contradicted',
  text: `UPDATE signals SET state = 'set_aside', state_reason = 'contradicted'
          WHERE tenant_id = $1 AND verification_id = $2 AND received_at = $3 AND state = 'applied'`,
};

/**
 * The one place where a verification changes: under its row lock, new facts, derived status, ledger entry and next due time
 * are written together, whoever the source is.
 */
export class VerificationApplier {
  readonly #together = new Batches<Arrival, Applied | null>((arrivals) => this.#applyTogether(arrivals));
  readonly #firstTogether = new Batches<FirstArrival, Applied | null>((arrivals) =>
    this.#applyFirst(arrivals),
  );

  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly readings: ReadingArchive,
    private readonly ledger: Ledger,
    private readonly idempotency: IdempotencyService,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** In a transaction of its own, or shared with others that come at the same moment. Throws Problem `not_found`. */
  async apply(scope: TenantScope, id: string, signal: Signal, effects: SignalEffects = {}): Promise<Applied> {
    const kind = `${scope.tenantId}/${scope.environment}`;
    const applied = await this.#together.add(kind, { scope, id, signal, effects });
    return found(applied);
  }

  /**
   * As {@link apply}, to a verification as this process wrote it (`begun`). It is neither locked nor read again, unless it turns out that
   * somebody else came to it before the provider answered, which few do.
   */
  async applyTo(
    begun: VerificationRow,
    scope: TenantScope,
    signal: Extract<Signal, { kind: 'started' }>,
    effects: StartEffects,
  ): Promise<Applied> {
    const kind = `${scope.tenantId}/${scope.environment}`;
    return found(await this.#firstTogether.add(kind, { scope, id: begun.id, signal, effects, begun }));
  }

  /** The caller calls it off; `setAside` is `not_allowed` when the present status does not let it. */
  async cancel(scope: TenantScope, id: string): Promise<Applied> {
    return this.apply(scope, id, { kind: 'cancel', at: this.clock.now().toISOString() });
  }

  /** Within the caller's transaction, so that what the signal came in with is settled together with it. */
  async applyIn(
    tx: Tx,
    scope: TenantScope,
    id: string,
    signal: Signal,
    effects: SignalEffects = {},
  ): Promise<Applied> {
    const [applied] = await this.#applyAll(tx, [{ scope, id, signal, effects }]);
    return found(applied ?? null);
  }

  /** As {@link applyIn}, of one tenant and environment, in their order. `settle` writes beside it what becomes of what they came in with. */
  async applyAllIn(
    tx: Tx,
    arrivals: readonly Arrival[],
    settle: (applied: readonly Applied[]) => Promise<unknown>,
  ): Promise<void> {
    await this.#applyAll(tx, arrivals, async (applied) => {
      await settle(applied.map(found));
    });
  }

  /** Signals of one tenant and environment, in their order; null for an id that names nothing. */
  async #applyAll(
    tx: Tx,
    arrivals: readonly Arrival[],
    settle: (applied: readonly (Applied | null)[]) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<readonly (Applied | null)[]> {
    const [first] = arrivals;
    if (first === undefined) {
      await settle([]);
      return [];
    }
    const { tenantId, environment } = first.scope;
    const ids = [...new Set(arrivals.map(({ id }) => id))];
    const locked = await tx.query<VerificationRow>(LOCK_MANY, [tenantId, environment, ids]);
    const { results, rows, told, answers } = await this.#changes(arrivals, locked, (change) =>
      this.#writeBeside(tx, change),
    );
    const columns = JSON.stringify(rows.map(changedColumns));
    const [[updated]] = await Promise.all([
      rows.length === 0 ? [] : tx.query<Updated>(UPDATE_MANY, [tenantId, columns, JSON.stringify(told)]),
      this.idempotency.finishIn(tx, answers),
      settle(results),
    ]);
    if (updated?.is_published === true) this.ledger.published(tx);
    return results;
  }

  /**
   * Signals of one tenant and environment, each to a row that was just written, in one statement. Returns by their ids what was written:
   * of the others somebody else has changed the row since.
   */
  async #applyAllFirst(arrivals: readonly FirstArrival[]): Promise<ReadonlyMap<string, Applied>> {
    const [first] = arrivals;
    if (first === undefined) return new Map();
    const { tenantId, environment } = first.scope;
    const present = new Map(arrivals.map(({ begun }) => [begun.id, begun]));
    const { results, rows, told, answers } = await this.#changes(arrivals, [...present.values()], null);
    // They are locked by the change itself, in the order of everybody who locks several.
    const inOrder = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    const sessions = this.database.within(first.scope);
    const [updated] = await sessions.query<Updated>(UPDATE_BEGUN, [
      tenantId,
      JSON.stringify(
        inOrder.map((row) => ({ ...changedColumns(row), was_due_at: present.get(row.id)?.due_at })),
      ),
      JSON.stringify(told),
      FIRST_FACTS,
      environment,
      this.idempotency.kept(answers),
    ]);
    if (updated?.is_published === true) this.ledger.published(sessions);
    const ids = new Set(updated?.ids);
    const written = results.filter(
      (applied): applied is Applied => applied !== null && ids.has(applied.row.id),
    );
    return new Map(written.map((applied) => [applied.row.id, applied]));
  }

  /** What signals make of rows, in the signals' order. `beside`: writes what belongs to a change elsewhere; null where nothing does. */
  async #changes(
    arrivals: readonly Arrival[],
    present: readonly VerificationRow[],
    beside: ((change: Change) => Promise<void>) | null,
  ): Promise<Changes> {
    const rows = new Map(present.map((row) => [row.id, row]));
    const changed = new Map<string, VerificationRow>();
    const told: ToldEntry[] = [];
    const answers: SealedAnswer[] = [];
    const results: (Applied | null)[] = [];
    for (const arrival of arrivals) {
      const row = rows.get(arrival.id);
      if (row === undefined) {
        results.push(null);
        continue;
      }
      // Whoever was on the way to it with something of the person has come too late.
      if (row.erased_at !== null) {
        results.push({ row, changed: false, setAside: 'erased' });
        continue;
      }
      const { begunAt = row.connection_id } = arrival.effects;
      // For the account that was asked it is over: another one was asked instead, whose handle would be lost.
      if (begunAt !== row.connection_id) {
        results.push({ row, changed: false, setAside: 'closed' });
        continue;
      }
      if (isBegunAlready(row, arrival)) {
        results.push({ row, changed: false, setAside: null });
        continue;
      }
      const { next, step, entry } = await this.#applied(row, arrival);
      await beside?.({ row, next, step, arrival });
      rows.set(next.id, next);
      changed.set(next.id, next);
      if (entry !== null) told.push(entry);
      if (arrival.effects.answer !== undefined) answers.push(await arrival.effects.answer(next));
      results.push({ row: next, changed: next.version !== row.version, setAside: step.setAside });
    }
    return { results, rows: [...changed.values()], told, answers };
  }

  /** What a signal makes of a row. */
  async #applied(
    row: VerificationRow,
    { scope, signal, effects }: Arrival,
  ): Promise<{
    readonly next: VerificationRow;
    readonly step: Transition;
    readonly entry: ToldEntry | null;
  }> {
    const step = transition(row.facts, signal);
    const { sealed, commitments } = await this.#sealed(row, signal, step, effects);
    const next = await this.#next(row, signal, step, sealed, effects);
    const entry = entryOf(row, next, signal, step, { ...effects, commitments });
    return {
      next,
      step,
      entry: entry === null ? null : this.ledger.told({ ...entry, ...whose(scope, row) }),
    };
  }

  /** What else is written because a signal has changed a row. */
  async #writeBeside(tx: Tx, { row, next, step, arrival }: Change): Promise<void> {
    const { signal, effects } = arrival;
    if (effects.correctSubject !== undefined) await this.#correct(tx, row, effects.correctSubject);
    await this.#keepReports(tx, row, next);
    await this.#keepReading(tx, row, next, signal, step, effects);
    if (contradictedClaim(row.facts, signal) !== null) {
      await tx.query(MARK_CONTRADICTED, [row.tenant_id, row.id, row.facts.claim?.receivedAt]);
    }
  }

  async #applyTogether(arrivals: readonly Arrival[]): Promise<readonly (Applied | null)[]> {
    const [first] = arrivals;
    if (first === undefined) return [];
    return this.database
      .within(first.scope)
      .transaction((tx) => this.#applyAll(tx, arrivals), { isPipelined: true });
  }

  async #applyFirst(arrivals: readonly FirstArrival[]): Promise<readonly (Applied | null)[]> {
    const written = await this.#applyAllFirst(arrivals).catch((error: unknown) => {
      if (!isConnectionLost(error)) throw error;
      // Written or not, under locks it is seen which.
      return new Map<string, Applied>();
    });
    const others = arrivals.filter(({ id }) => !written.has(id));
    const later = await this.#applyTogether(others);
    return arrivals.map((arrival) => written.get(arrival.id) ?? later[others.indexOf(arrival)] ?? null);
  }

  async #next(
    row: VerificationRow,
    signal: Signal,
    step: Transition,
    sealed: Partial<VerificationRow>,
    effects: SignalEffects,
  ): Promise<VerificationRow> {
    const now = this.clock.now();
    const { view } = step;
    const isReturn = isReturnToPerson(row.status, view.status);
    const readCount = nextReadCount(row, signal);
    const base: VerificationRow = {
      ...row,
      ...sealed,
      start_state: effects.startState ?? (step.facts.startedAt === null ? row.start_state : 'started'),
      facts: step.facts,
      read_count: readCount,
      failed_reads: isAnswer(signal) ? 0 : row.failed_reads,
      recheck_seconds: effects.recheckSeconds === undefined ? row.recheck_seconds : effects.recheckSeconds,
      warnings: effects.warnings === undefined ? row.warnings : [...effects.warnings],
    };
    const expiresAt = isReturn ? await this.#newDeadline(row, now) : row.expires_at;
    const due = this.#due(base, signal, step, expiresAt);
    if (!step.changed && effects.change === undefined) return { ...base, due_at: due };
    const entersSettled = isSettled(view.status) && view.status !== row.status;
    return {
      ...base,
      status: view.status,
      reason_codes: [...view.reasonCodes],
      version: row.version + 1,
      attempt: row.attempt + (isReturn ? 1 : 0),
      raw_status: view.rawStatus,
      // How a message fares, or what images there are, says nothing of where the verdict comes from.
      ...(isAboutVerdict(row, view) && { observed_at: new Date(signal.at), source: sourceOf(signal) }),
      delivery: view.delivery,
      validity: view.validity,
      risk_level: view.riskLevel,
      consent: view.consent,
      evidence: view.evidence,
      due_at: due,
      expires_at: expiresAt,
      updated_at: now,
      completed_at: isSettled(view.status) ? (entersSettled ? now : row.completed_at) : null,
    };
  }

  /** The columns that are sealed under the subject's key, as far as the signal changes them. */
  async #sealed(
    row: VerificationRow,
    signal: Signal,
    step: Transition,
    effects: SignalEffects,
  ): Promise<Sealed> {
    if (isWithoutEffect(step.setAside)) return { sealed: {}, commitments: null };
    const isRead = signal.kind === 'read' || signal.kind === 'remap';
    const isGreatestRead = isRead && step.facts.read?.readAt === signal.at;
    const identity = isGreatestRead && isAboutResult(step) ? (effects.identity ?? null) : null;
    const reference = effects.reference ?? row.provider_reference;
    // What a person has withdrawn is not passed on.
    if (step.view.status === 'revoked') {
      return { sealed: { provider_reference: reference, identity_sealed: null }, commitments: null };
    }
    const { handlePatch, handleDefaults } = effects;
    const touchesHandle = handlePatch !== undefined || handleDefaults !== undefined;
    const { action, decision } = effects;
    if (!touchesHandle && action === undefined && decision === undefined && identity === null) {
      return { sealed: { provider_reference: reference }, commitments: null };
    }
    const opened = await this.sealer.open(row);
    const seal = (column: SealedColumn, value: unknown): Buffer =>
      this.sealer.seal(opened.key, row.tenant_id, row.id, column, value);
    const stored = identity === null ? null : await this.#stored(row, identity, signal.at);
    const sealed = {
      provider_reference: reference,
      ...(touchesHandle && {
        handle_sealed: seal('handle_sealed', { ...handleDefaults, ...known(opened.handle), ...handlePatch }),
      }),
      ...(action !== undefined && { action_sealed: seal('action_sealed', action) }),
      ...(decision !== undefined && { decision_sealed: seal('decision_sealed', decision) }),
      ...(stored !== null && { identity_sealed: seal('identity_sealed', stored.identity) }),
    };
    return { sealed, commitments: stored?.commitments ?? null };
  }

  /** An identity as it is to be kept; with what the ledger has to commit to, unless it is the one that it is committed to already. */
  async #stored(
    row: VerificationRow,
    identity: Identity,
    retrievedAt: string,
  ): Promise<{ readonly identity: SealedIdentity; readonly commitments: Commitments | null }> {
    const former = await this.sealer.openIdentity(row);
    const isSame = former !== null && canonical(former.identity) === canonical(identity);
    if (isSame && former.salt !== undefined) {
      return { identity: { identity, retrievedAt, salt: former.salt }, commitments: null };
    }
    const salt = this.random.bytes(SALT_BYTES).toString('hex');
    const opening = { salt, value: canonical(identity) };
    return {
      identity: { identity, retrievedAt, salt },
      commitments: { identity: commitmentTo(opening) },
    };
  }

  /** A person who is asked again gets the caller's whole time again. */
  async #newDeadline(row: VerificationRow, now: Date): Promise<Date> {
    const { request } = await this.sealer.open(row);
    return new Date(now.getTime() + request.expiresInSeconds * 1000);
  }

  async #keepReports(tx: Tx, before: VerificationRow, after: VerificationRow): Promise<void> {
    const { tenant_id, id, environment } = after;
    if (after.status === 'revoked') {
      if (before.status === 'revoked') return;
      for (const statement of FORGET_REPORTS) await tx.query(statement, [tenant_id, id]);
    } else if (after.evidence?.report === true && after.version !== before.version) {
      await tx.query(SCHEDULE_REPORTS, [tenant_id, id, environment, bucketOf(tenant_id), this.clock.now()]);
    }
  }

  /** What a person has withdrawn is not kept, and neither is what does not count. */
  async #keepReading(
    tx: Tx,
    before: VerificationRow,
    after: VerificationRow,
    signal: Signal,
    step: Transition,
    { reading }: SignalEffects,
  ): Promise<void> {
    const isWithdrawal = signal.kind === 'read' && signal.observation.consent?.revokedAt != null;
    if (isWithdrawal || (after.status === 'revoked' && before.status !== 'revoked')) {
      await this.readings.forget(tx, after);
    } else if (reading !== undefined && !isWithoutEffect(step.setAside)) {
      await this.readings.keep(tx, after, reading, signal.at);
    }
  }

  async #correct(
    tx: Tx,
    row: VerificationRow,
    correct: NonNullable<SignalEffects['correctSubject']>,
  ): Promise<void> {
    const { tenant_id, subject_id } = row;
    const [locked] = await tx.query<Pick<VerificationRow, 'details_sealed'>>(LOCK_SUBJECT, [
      tenant_id,
      subject_id,
    ]);
    const { key, subject } = await this.sealer.open({ ...row, ...locked });
    const { details, emailHash, phoneHash } = await correct(subject);
    const sealed = this.sealer.sealSubject(key, tenant_id, subject_id, details);
    await tx.query(UPDATE_SUBJECT, [tenant_id, subject_id, sealed, emailHash, phoneHash]);
  }

  #due(row: VerificationRow, signal: Signal, step: Transition, expiresAt: Date): Date | null {
    const now = this.clock.now();
    if (step.view.status === 'canceled' || step.view.status === 'revoked') return null;
    const scheduled = nextDue({
      view: step.view,
      facts: step.facts,
      readCount: row.read_count,
      recheckSeconds: row.recheck_seconds,
      now,
      expiresAt,
      jitter: this.random.fraction(),
    });
    // A hint that came while we were at work wants an answer of its own.
    const hint = row.due_at !== null && row.due_at <= now ? row.due_at : null;
    switch (signal.kind) {
      case 'webhook':
        // A delivery report says nothing about the record; everything else asks for a look at it.
        return signal.observation.verdict === null && signal.observation.delivery.length > 0
          ? (row.due_at ?? scheduled)
          : now;
      case 'return':
        // Somebody may be waiting for the provider's answer: until they have it, or their lease is over, nobody else asks.
        return row.start_state === 'starting' ? row.due_at : now;
      case 'superseded':
        // Nothing is left to be found; it expires, unless something happens that is its own.
        return hint !== null && hint.toISOString() > signal.at
          ? hint
          : now < expiresAt
            ? expiresAt
            : scheduled;
      case 'read':
      case 'absent':
      case 'gone':
      case 'foreign':
        return hint !== null && hint.toISOString() > signal.at ? hint : scheduled;
      case 'remap':
      case 'started':
      case 'unshared':
      case 'deadline':
        return hint ?? scheduled;
      case 'start_failed':
        // The provider told of the person while we waited for its answer: that is looked at, whatever the answer.
        if (step.facts.startedAt !== null) return hint ?? scheduled;
        // What surely did not happen has nothing to wait for; what may have happened can be found until it expires.
        return row.start_state === 'unknown' ? scheduled : null;
      case 'cancel':
      case 'decision':
        return scheduled;
    }
  }
}

/**
 * A start's end where the row has one: this very one, written when the connection was lost, or that of another who took the start up at the
 * same time. What each got of the provider belongs together; of two, half of each would be somebody's link beside another person's handle. A
 * new link is something else.
 */
function isBegunAlready({ action_sealed, facts }: VerificationRow, { signal, effects }: Arrival): boolean {
  return effects.startState === 'started' && (action_sealed !== null || facts.startedAt === signal.at);
}

/** Throws Problem `not_found`. */
function found(applied: Applied | null): Applied {
  if (applied === null) throw new Problem('not_found', 'There is no such verification.');
  return applied;
}

function whose(
  scope: TenantScope,
  row: VerificationRow,
): Pick<LedgerEvent, 'tenantId' | 'environment' | 'verificationId' | 'actor'> {
  return {
    tenantId: row.tenant_id,
    environment: row.environment,
    verificationId: row.id,
    actor: scope.actor,
  };
}

/** Before there is a result, providers show what the person was announced as: a claim of ours, not an identity. */
function isAboutResult(step: Transition): boolean {
  const verdict = step.facts.read?.verdict;
  return verdict === 'verified' || verdict === 'rejected' || verdict === 'needs_review';
}

/** The members of a handle that say something. */
function known(handle: Handle | null): Handle {
  return Object.fromEntries(Object.entries(handle ?? {}).filter(([, value]) => value !== null));
}

/** Statuses that count as having left `requires_input`; a failed start never got there. */
function isReturnToPerson(from: VerificationStatus, to: VerificationStatus): boolean {
  return to === 'requires_input' && from !== 'requires_input' && from !== 'error';
}

function isAboutVerdict(before: VerificationRow, after: View): boolean {
  return (
    before.status !== after.status ||
    before.raw_status !== after.rawStatus ||
    before.reason_codes.join() !== after.reasonCodes.join() ||
    before.risk_level !== after.riskLevel ||
    canonical([before.consent, before.validity]) !== canonical([after.consent, after.validity])
  );
}

/** Whether what came along with a signal is not kept either: an earlier reviewer's decision, somebody's identity. */
function isWithoutEffect(setAside: SetAsideReason | null): boolean {
  return (
    setAside === 'stale' || setAside === 'foreign' || setAside === 'closed' || setAside === 'not_allowed'
  );
}

function nextReadCount(row: VerificationRow, signal: Signal): number {
  switch (signal.kind) {
    case 'webhook':
    case 'return':
      return 0;
    case 'started':
      return READS_AT_START;
    case 'read':
    case 'absent':
    case 'superseded':
    case 'foreign':
      return row.read_count + 1;
    case 'remap':
    case 'gone':
    case 'start_failed':
    case 'unshared':
    case 'deadline':
    case 'cancel':
    case 'decision':
      return row.read_count;
  }
}

/** Whether the provider has answered a read. */
function isAnswer({ kind }: Signal): boolean {
  return kind === 'read' || kind === 'absent' || kind === 'superseded' || kind === 'foreign';
}

/** As {@link UPDATE_MANY} takes them. */
function changedColumns(row: VerificationRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    provider_reference: row.provider_reference,
    handle_sealed: base64(row.handle_sealed),
    action_sealed: base64(row.action_sealed),
    identity_sealed: base64(row.identity_sealed),
    start_state: row.start_state,
    facts: row.facts,
    status: row.status,
    reason_codes: row.reason_codes,
    version: row.version,
    attempt: row.attempt,
    raw_status: row.raw_status,
    observed_at: row.observed_at,
    source: row.source,
    delivery: row.delivery,
    validity: row.validity,
    risk_level: row.risk_level,
    consent: row.consent,
    evidence: row.evidence,
    due_at: row.due_at,
    read_count: row.read_count,
    expires_at: row.expires_at,
    updated_at: row.updated_at,
    completed_at: row.completed_at,
    recheck_seconds: row.recheck_seconds,
    warnings: row.warnings,
    decision_sealed: base64(row.decision_sealed),
    failed_reads: row.failed_reads,
  };
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64');
}
