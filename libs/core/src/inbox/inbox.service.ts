import {
  type InboundSignal,
  type Observation,
  Problem,
  type RawWebhook,
  WebhookRefusal,
} from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Log,
  MasterKeyUnavailable,
  type Statement,
} from '@gatehouse/platform';

import { type ImageLinks } from '../evidence/image-links.js';
import { context, type TenantVault, wrappedKeyOf } from '../privacy/tenant-vault.js';
import { can, type Capable } from '../routing/capabilities.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { receiveWithAny } from '../tenancy/overlapping-credentials.js';
import { type Environment, reachOf, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationApplier } from '../verifications/verification-applier.js';
import { bucketOf, FIND, MAKE_DUE, type VerificationRow } from '../verifications/verification.rows.js';
import { type Wakeup } from '../workers/wakeup.js';
import { nextLook, type OrphanReason } from './orphan-looks.js';
import { type Correlated, type SignalCorrelator } from './signal-correlator.js';

/** What is kept of a webhook, sealed: enough to apply it, and the evidence it was read from. */
interface KeptSignal {
  readonly observation: Observation;
  readonly reference: string | null;
  readonly handlePatch: InboundSignal['handlePatch'];
  readonly correlation: InboundSignal['correlation'];
  readonly evidence: unknown;
}

interface SignalRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly connection_id: string;
  readonly environment: Environment;
  readonly provider: string;
  readonly verification_id: string | null;
  readonly event: string;
  readonly authenticity: string;
  readonly body_sealed: Buffer;
  readonly state: 'pending' | 'orphan';
  readonly state_reason: string | null;
  readonly attempts: number;
  readonly received_at: Date;
}

/**
 * A repeat changes nothing and is not returned, except that of an orphan whom we have come to know meanwhile. Served by
 * signals_dedup.
 */
const STORE: Statement = {
  name: 'signals_store',
  text: `INSERT INTO signals (tenant_id, id, connection_id, environment, provider, verification_id, source, event, authenticity,
             dedup_hash, body_sealed, state, state_reason, bucket, due_at, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'webhook', $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (tenant_id, connection_id, dedup_hash) DO UPDATE
            SET verification_id = EXCLUDED.verification_id, body_sealed = EXCLUDED.body_sealed, id = EXCLUDED.id,
                state = 'pending', state_reason = 'adopted', attempts = 0, due_at = EXCLUDED.due_at
          WHERE signals.state = 'orphan' AND EXCLUDED.verification_id IS NOT NULL
         RETURNING id`,
};
/** Served by signals_due. */
const CLAIM_PENDING: Statement = {
  name: 'signals_claim_pending',
  text: `UPDATE signals s SET due_at = $2::timestamptz + interval '30 s' * (2 ^ least(attempts, 7)), attempts = attempts + 1
           FROM (SELECT tenant_id, id FROM signals
                  WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
          WHERE s.tenant_id = due.tenant_id AND s.id = due.id
         RETURNING s.tenant_id, s.id, s.connection_id, s.environment, s.provider, s.verification_id, s.event, s.authenticity,
             s.body_sealed, s.state, s.state_reason, s.attempts, s.received_at`,
};
const LOCK_PENDING: Statement = {
  name: 'signals_lock_pending',
  text: `SELECT id FROM signals WHERE tenant_id = $1 AND id = $2 AND state = 'pending' FOR UPDATE`,
};
/** What an erased person is still spoken of with is not kept. */
const SETTLE: Statement = {
  name: 'signals_settle',
  text: `UPDATE signals SET state = $3, state_reason = coalesce($4, state_reason), due_at = NULL, applied_at = $5,
             body_sealed = CASE WHEN $4 = 'erased' THEN ''::bytea ELSE body_sealed END
          WHERE tenant_id = $1 AND id = $2 AND state = 'pending'`,
};
/** Unless it was adopted meanwhile, because the vendor has sent it again. */
const ADOPT: Statement = {
  name: 'signals_adopt',
  text: `UPDATE signals SET verification_id = $3, body_sealed = $4, state = 'pending', state_reason = 'adopted', attempts = 0,
             due_at = $5
          WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};
/** An orphan whose person has been erased since it came. */
const ERASE_ORPHAN: Statement = {
  name: 'signals_erase_orphan',
  text: `UPDATE signals SET verification_id = $3, body_sealed = '', state = 'set_aside', state_reason = 'erased', due_at = NULL,
             applied_at = $4
          WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};
const LEAVE_ORPHAN: Statement = {
  name: 'signals_leave_orphan',
  text: `UPDATE signals SET state_reason = $3, due_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'orphan'`,
};

/** Of the vendor's word for what happened, which is kept in the clear and told in the timeline. */
const MAX_EVENT = 64;
/** A signal that fails so often, over some three hours, fails for good: a read tells what it would have told. */
const MAX_ATTEMPTS = 10;

/**
 * Webhooks in: verified, stored, acknowledged, then applied. What is stored is applied even when this process dies right
 * after; what repeats is stored once; what nobody here knows is kept as an orphan, looked at again a few times, and adopted
 * once its verification is known.
 */
export class InboxService {
  constructor(
    private readonly store: { readonly database: Database; readonly vault: TenantVault; readonly log: Log },
    private readonly connections: ConnectionOpener,
    private readonly correlator: SignalCorrelator,
    private readonly applier: VerificationApplier,
    private readonly links: ImageLinks,
    private readonly surroundings: { readonly clock: Clock; readonly ids: Ids },
    private readonly wakeup: Wakeup,
  ) {}

  /**
   * Returns once the webhook is stored (or known already). Throws Problem `not_found` for an address that is not ours, and
   * WebhookRefusal for a sender that does not prove itself.
   */
  async receive(
    address: { readonly provider: string; readonly connectionId: string; readonly token: string },
    raw: RawWebhook,
  ): Promise<void> {
    const connection = await this.connections.openByAddress(address);
    if (connection === null || !can(connection.provider, 'receive'))
      throw new Problem('not_found', 'There is no such webhook address.');
    const signal = this.#authenticate(connection, connection.provider, raw);
    const scope = this.#scope(connection.tenantId, connection.environment, connection.provider.name);
    const matches = await this.correlator.find(scope, connection.id, signal.correlation);
    const [first] = matches;
    // A link opens somebody's image, so it goes to nobody who only may be meant.
    if (first?.isCertain === true) this.links.put(scope.tenantId, first.id, signal.imageLinks);
    if (first === undefined) {
      const erasedId = await this.correlator.findErased(scope, connection.id, signal.correlation);
      if (erasedId !== null) {
        await this.#noteErased(scope, connection, signal, erasedId);
        return;
      }
    }
    const [id] = await this.#store(scope, connection, signal, first ?? null);
    if (id === undefined) return;
    if (matches.length === 0) {
      this.store.log.warn('a webhook of an unknown person is kept', {
        provider: connection.provider.name,
        connectionId: connection.id,
      });
      return;
    }
    this.wakeup.wake();
  }

  /** Applies up to `limit` stored signals; returns how many it took. */
  async applyPending(limit: number): Promise<number> {
    const now = this.surroundings.clock.now();
    const rows = await this.store.database.across.query<SignalRow>(CLAIM_PENDING, [now, now, limit]);
    // In order of arrival; one that fails is tried again when its lease runs out, each time later, and holds up nothing.
    const inOrder = [...rows].sort((a, b) => a.received_at.getTime() - b.received_at.getTime());
    for (const row of inOrder) {
      try {
        await (row.state === 'orphan' ? this.#lookAgain(row) : this.#apply(row));
      } catch (error) {
        this.store.log.error('a stored webhook could not be applied', { provider: row.provider, error });
        // A master key that cannot be had says nothing about the signal.
        const isOverAndDone = row.attempts >= MAX_ATTEMPTS && !(error instanceof MasterKeyUnavailable);
        if (isOverAndDone) await this.#giveUp(row);
      }
    }
    return rows.length;
  }

  #authenticate(connection: OpenConnection, provider: Capable<'receive'>, raw: RawWebhook): InboundSignal {
    const whose = { provider: provider.name, connectionId: connection.id };
    try {
      const { signal, isByFormer } = receiveWithAny(provider, connection, raw);
      if (isByFormer) this.store.log.info('a webhook was authenticated by former credentials', whose);
      return signal;
    } catch (error) {
      if (error instanceof WebhookRefusal) {
        this.store.log.warn('a webhook was refused', {
          event: 'security.webhook_refused',
          ...whose,
          reason: error.kind,
        });
      }
      throw error;
    }
  }

  async #store(
    scope: TenantScope,
    connection: OpenConnection,
    signal: InboundSignal,
    match: Correlated | null,
  ): Promise<readonly string[]> {
    const id = this.surroundings.ids.next();
    const now = this.surroundings.clock.now();
    const kept: KeptSignal = {
      observation: signal.observation,
      reference: signal.reference,
      handlePatch: signal.handlePatch,
      correlation: signal.correlation,
      evidence: signal.evidence,
    };
    const rows = await this.store.database
      .within(scope)
      .query<{ id: string }>(STORE, [
        scope.tenantId,
        id,
        connection.id,
        scope.environment,
        connection.provider.name,
        match?.id ?? null,
        eventOf(signal),
        signal.authenticity,
        await this.#dedupHash(scope, signal),
        await this.#seal(scope.tenantId, id, kept, match),
        match === null ? 'orphan' : 'pending',
        match === null ? ('awaiting_owner' satisfies OrphanReason) : null,
        bucketOf(scope.tenantId),
        match === null ? nextLook(0, now) : now,
        now,
      ]);
    return rows.map((row) => row.id);
  }

  /** That something was said about somebody who has been erased; not what. */
  async #noteErased(
    scope: TenantScope,
    connection: OpenConnection,
    signal: InboundSignal,
    verificationId: string,
  ): Promise<void> {
    const { clock, ids } = this.surroundings;
    await this.store.database
      .within(scope)
      .query(STORE, [
        scope.tenantId,
        ids.next(),
        connection.id,
        scope.environment,
        connection.provider.name,
        verificationId,
        eventOf(signal),
        signal.authenticity,
        await this.#dedupHash(scope, signal),
        Buffer.alloc(0),
        'set_aside',
        'erased',
        bucketOf(scope.tenantId),
        null,
        clock.now(),
      ]);
  }

  /** Keyed, because it outlives an erasure, and a vendor without names for its webhooks has all that it said in them. */
  async #dedupHash({ tenantId }: TenantScope, { dedupKey }: InboundSignal): Promise<Buffer> {
    return this.store.vault.lookupHash(tenantId, 'signal', dedupKey);
  }

  /** Under the person's key where we know whom it is about, so that it goes with them when they are erased. */
  async #seal(tenantId: string, id: string, kept: KeptSignal, match: Correlated | null): Promise<Buffer> {
    const { vault } = this.store;
    if (match === null) return vault.sealForTenant(tenantId, kept, placeOf(id));
    const key = await vault.openSubjectKey(tenantId, match.subjectKey);
    return key.sealJson(kept, context(tenantId, placeOf(id)));
  }

  /** Whether an orphan's verification has become known: its handle was stored later, or its contact was corrected. */
  async #lookAgain(row: SignalRow): Promise<void> {
    const { database, vault } = this.store;
    const scope = this.#scope(row.tenant_id, row.environment, row.provider);
    // Sealed by `#seal`.
    const kept = (await vault.openForTenant(row.tenant_id, row.body_sealed, placeOf(row.id))) as KeptSignal;
    const matches = await this.correlator.find(scope, row.connection_id, kept.correlation);
    const owner = matches.find(({ createdAt }) => createdAt <= row.received_at);
    const now = this.surroundings.clock.now();
    const erasedId =
      owner === undefined
        ? await this.correlator.findErased(scope, row.connection_id, kept.correlation)
        : null;
    if (erasedId !== null) {
      await database.within(scope).query(ERASE_ORPHAN, [row.tenant_id, row.id, erasedId, now]);
      return;
    }
    if (owner === undefined) {
      const next = nextLook(row.attempts, now);
      const reason: OrphanReason = next === null ? 'nobody_known' : 'awaiting_owner';
      await database.within(scope).query(LEAVE_ORPHAN, [row.tenant_id, row.id, reason, next]);
      return;
    }
    const sealed = await this.#seal(row.tenant_id, row.id, kept, owner);
    await database.within(scope).query(ADOPT, [row.tenant_id, row.id, owner.id, sealed, now]);
    this.wakeup.wake();
  }

  /** Kept with the reason; what it was about is read instead. */
  async #giveUp(row: SignalRow): Promise<void> {
    const { database } = this.store;
    const now = this.surroundings.clock.now();
    if (row.state === 'orphan') {
      await database
        .within(reachOf(row))
        .query(LEAVE_ORPHAN, [row.tenant_id, row.id, 'failed' satisfies OrphanReason, null]);
      return;
    }
    await database.within(reachOf(row)).query(SETTLE, [row.tenant_id, row.id, 'set_aside', 'failed', now]);
    await database.within(reachOf(row)).query(MAKE_DUE, [row.tenant_id, [row.verification_id], now]);
  }

  /** What `#seal` sealed; null when the person has been erased since. */
  async #open(scope: TenantScope, row: SignalRow): Promise<KeptSignal | null> {
    const [verification] = await this.store.database
      .within(scope)
      .query<VerificationRow>(FIND, [scope.tenantId, scope.environment, row.verification_id]);
    const wrapped =
      verification === undefined || verification.erased_at !== null ? null : wrappedKeyOf(verification);
    if (wrapped === null) return null;
    const key = await this.store.vault.openSubjectKey(scope.tenantId, wrapped);
    return key.openJson(row.body_sealed, context(scope.tenantId, placeOf(row.id))) as KeptSignal;
  }

  async #apply(row: SignalRow): Promise<void> {
    const scope = this.#scope(row.tenant_id, row.environment, row.provider);
    const kept = await this.#open(scope, row);
    if (kept === null) {
      const now = this.surroundings.clock.now();
      await this.store.database
        .within(scope)
        .query(SETTLE, [row.tenant_id, row.id, 'set_aside', 'erased', now]);
      return;
    }
    const matches = await this.correlator.find(scope, row.connection_id, kept.correlation);
    const isCertain = matches.some((match) => match.id === row.verification_id && match.isCertain);
    // Images that may be somebody else's were not kept either.
    const observation = isCertain ? kept.observation : { ...kept.observation, evidence: null };
    await this.store.database.within(scope).transaction(async (tx) => {
      const [pending] = await tx.query<{ id: string }>(LOCK_PENDING, [row.tenant_id, row.id]);
      if (pending === undefined || row.verification_id === null) return;
      const { setAside } = await this.applier.applyIn(
        tx,
        scope,
        row.verification_id,
        { kind: 'webhook', at: row.received_at.toISOString(), observation },
        {
          ...(isCertain && { reference: kept.reference, handlePatch: kept.handlePatch }),
          cause: {
            signalId: row.id,
            event: row.event,
            authenticity: row.authenticity,
            ...(row.state_reason === 'adopted' && { adopted: true }),
          },
        },
      );
      const state = setAside === null ? 'applied' : 'set_aside';
      await tx.query(SETTLE, [row.tenant_id, row.id, state, setAside, this.surroundings.clock.now()]);
    });
    await this.#askOthers(row, matches, kept.observation);
    this.wakeup.wake();
  }

  /** One record at the provider can stand behind several verifications of a person; the others are read again. */
  async #askOthers(row: SignalRow, matches: readonly Correlated[], observation: Observation): Promise<void> {
    const others = matches.filter((match) => match.id !== row.verification_id).map((match) => match.id);
    if (observation.verdict === null || others.length === 0) return;
    await this.store.database
      .within(reachOf(row))
      .query(MAKE_DUE, [row.tenant_id, others, this.surroundings.clock.now()]);
  }

  #scope(tenantId: string, environment: Environment, provider: string): TenantScope {
    return tenantScope(tenantId, environment, `provider:${provider}`);
  }
}

function eventOf({ event }: InboundSignal): string {
  return event.slice(0, MAX_EVENT).toWellFormed();
}

function placeOf(signalId: string): { table: string; row: string; column: string } {
  return { table: 'signals', row: signalId, column: 'body_sealed' };
}
