import { type InboundSignal, Problem, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';
import { Batches, type Clock, type Database, type Ids, type Log } from '@gatehouse/platform';

import { type ImageLinks } from '../evidence/image-links.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { can, type Capable } from '../routing/capabilities.js';
import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { receiveWithAny } from '../tenancy/overlapping-credentials.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { bucketOf } from '../verifications/verification.rows.js';
import { type Wakeup } from '../workers/wakeup.js';
import { type Handover } from './handover.js';
import { nextLook, type OrphanReason } from './orphan-looks.js';
import { type Correlated, type SignalCorrelator } from './signal-correlator.js';
import { sealSignal, signalScope } from './sealed-signal.js';
import { type KeptSignal, type NewSignal, type SignalRow, STORE_MANY } from './signal.rows.js';
import { storable } from './storable.js';

/** A webhook on its way into the store. */
interface Arrived {
  readonly scope: TenantScope;
  readonly signal: NewSignal;
}

/** What it was stored as; null: a repeat. */
type Stored = Pick<SignalRow, 'state_reason' | 'received_at'> | null;

/** Of the vendor's word for what happened, which is kept in the clear and told in the timeline. */
const MAX_EVENT = 64;
/**
 * Webhooks in: verified, stored, acknowledged; PendingSignals applies them then, even when this process dies right after. What repeats is
 * stored once; what nobody here knows is kept as an orphan.
 */
export class InboxService {
  /** With one commit for all that come at the same moment. */
  readonly #stored = new Batches<Arrived, Stored>((arrived) => this.#storeTogether(arrived));

  constructor(
    private readonly store: { readonly database: Database; readonly vault: TenantVault; readonly log: Log },
    private readonly connections: ConnectionOpener,
    private readonly correlator: SignalCorrelator,
    private readonly links: ImageLinks,
    private readonly surroundings: { readonly clock: Clock; readonly ids: Ids },
    private readonly wakeup: Wakeup,
    private readonly handover: Handover,
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
    const scope = signalScope(connection.tenantId, connection.environment, connection.provider.name);
    const { matches, erasedId } = await this.correlator.find(scope, connection.id, signal.correlation);
    const [first] = matches;
    // A link opens somebody's image, so it goes to nobody who only may be meant.
    if (first?.isCertain === true) this.links.put(scope.tenantId, first.id, signal.imageLinks);
    if (first === undefined && erasedId !== null) {
      await this.#noteErased(scope, connection, signal, erasedId);
      return;
    }
    const isNew = await this.#keep(scope, connection, signal, first ?? null);
    if (!isNew) return;
    if (first === undefined) {
      this.store.log.warn('a webhook of an unknown person is kept', {
        provider: connection.provider.name,
        connectionId: connection.id,
      });
      return;
    }
    this.wakeup.wake();
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

  /** False for a repeat. */
  async #keep(
    scope: TenantScope,
    connection: OpenConnection,
    signal: InboundSignal,
    match: Correlated | null,
  ): Promise<boolean> {
    const id = this.surroundings.ids.next();
    const now = this.surroundings.clock.now();
    const kept: KeptSignal = {
      observation: signal.observation,
      reference: signal.reference,
      handlePatch: signal.handlePatch,
      correlation: signal.correlation,
      evidence: signal.evidence,
    };
    const body = await sealSignal(this.store.vault, scope.tenantId, id, kept, match);
    const named = await this.#named(scope, connection, signal);
    const lease = match === null ? null : this.handover.leaseFrom(now);
    const stored = await this.#stored.add(reachName(scope), {
      scope,
      signal: {
        ...named,
        id,
        verification_id: match?.id ?? null,
        body_sealed: body.toString('base64'),
        state: match === null ? 'orphan' : 'pending',
        state_reason: match === null ? ('awaiting_owner' satisfies OrphanReason) : null,
        due_at: match === null ? nextLook(0, now) : (lease ?? now),
        received_at: now,
      },
    });
    if (stored !== null && match !== null && lease !== null) {
      const { subjectId, wrapped, keyVersion, spare } = match.subjectKey;
      this.handover.give({
        ...named,
        ...stored,
        tenant_id: scope.tenantId,
        environment: scope.environment,
        id,
        verification_id: match.id,
        body_sealed: body,
        state: 'pending',
        attempts: 0,
        subject_id: subjectId,
        key_wrapped: wrapped,
        key_version: keyVersion,
        spare_key_sealed: spare,
      });
    }
    return stored !== null;
  }

  /** That something was said about somebody who has been erased; not what. */
  async #noteErased(
    scope: TenantScope,
    connection: OpenConnection,
    signal: InboundSignal,
    verificationId: string,
  ): Promise<void> {
    const { clock, ids } = this.surroundings;
    await this.#stored.add(reachName(scope), {
      scope,
      signal: {
        ...(await this.#named(scope, connection, signal)),
        id: ids.next(),
        verification_id: verificationId,
        body_sealed: '',
        state: 'set_aside',
        state_reason: 'erased',
        due_at: null,
        received_at: clock.now(),
      },
    });
  }

  async #named(
    scope: TenantScope,
    connection: OpenConnection,
    signal: InboundSignal,
  ): Promise<
    Pick<NewSignal, 'connection_id' | 'provider' | 'event' | 'authenticity' | 'dedup_hash' | 'bucket'>
  > {
    const dedupHash = await this.#dedupHash(scope, signal);
    return {
      connection_id: connection.id,
      provider: connection.provider.name,
      event: storable(signal.event.slice(0, MAX_EVENT)),
      authenticity: signal.authenticity,
      dedup_hash: dedupHash.toString('base64'),
      bucket: bucketOf(scope.tenantId),
    };
  }

  async #storeTogether(arrived: readonly Arrived[]): Promise<readonly Stored[]> {
    const [first] = arrived;
    if (first === undefined) return [];
    const { scope } = first;
    const rows = await this.store.database
      .within(scope)
      .query<Pick<SignalRow, 'id' | 'state_reason' | 'received_at'>>(STORE_MANY, [
        scope.tenantId,
        scope.environment,
        JSON.stringify(arrived.map(({ signal }) => signal)),
      ]);
    const stored = new Map(rows.map((row) => [row.id, row]));
    return arrived.map(({ signal }) => stored.get(signal.id) ?? null);
  }

  /** Keyed, because it outlives an erasure, and a vendor without names for its webhooks has all that it said in them. */
  async #dedupHash({ tenantId }: TenantScope, { dedupKey }: InboundSignal): Promise<Buffer> {
    return this.store.vault.lookupHash(tenantId, 'signal', dedupKey);
  }
}

function reachName({ tenantId, environment }: TenantScope): string {
  return `${tenantId}/${environment}`;
}
