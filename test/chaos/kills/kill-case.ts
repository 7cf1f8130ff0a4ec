import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { fromTypeId, LocalMasterKey, toTypeId } from '@gatehouse/platform';

import {
  type Answer,
  type ConnectedAccount,
  type GatewayTenant,
  required,
  text,
} from '../../support/gateway-client.js';
import { type CreateRequest, createRequest, personAt } from '../../support/people.js';
import { type ProviderName } from '../../support/vendor-accounts.js';
import { Dice } from '../dice.js';
import { nullIfHungUp } from '../hung-up.js';
import { type Endpoint } from '../invariants/deliveries.js';
import { Records } from '../records.js';
import { type KillWorld } from './kill-world.js';

/** A caller's request, with everything that its caller was ever answered: the client's history. */
export interface KeyedCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly key: string;
  /** Null: hung up on. */
  readonly answers: (Answer | null)[];
}

const RETRY_MS = 100;
const PATIENCE_MS = 60_000;
/** Whoever lives has ended by then what they began. */
export const DEAD_AFTER_S = 4;
/** As long as the product leases each of them, and a moment. */
const START_LEASE_S = 61;
const KEY_LEASE_S = 61;
const DELIVERY_LEASE_S = 46;
const SIGNAL_LEASE_S = 31;

/** A tenant of its own at one vendor, with an endpoint that is told everything, and what its caller asks for. */
export class KillCase {
  readonly calls: KeyedCall[] = [];
  /** What each of its verifications has to end as, by id; the others are not looked at. */
  readonly ends = new Map<string, string>();
  /** Messages whose sending was cut off between their being accepted and the note of it: these may come again. */
  cutOff = 0;

  private constructor(
    readonly world: KillWorld,
    readonly provider: ProviderName,
    readonly tenant: GatewayTenant,
    readonly account: ConnectedAccount,
    readonly endpoint: Endpoint,
    readonly endpointPath: string,
    readonly records: Records,
  ) {}

  static async open(world: KillWorld, provider: ProviderName): Promise<KillCase> {
    const tenant = await world.client.tenant();
    const account = await tenant.connect(provider, switchesOf(provider));
    await tenant.route(provider);
    const path = `/${tenant.id}`;
    const made = required(
      await tenant.call('POST', '/webhook-endpoints', { url: world.receiver.origin + path, eventTypes: [] }),
      201,
    );
    const inbox = world.receiver.endpoint(path, text(made, 'secret'), new Dice(tenant.id));
    const endpoint = { id: text(made, 'id'), eventTypes: [], inbox };
    const records = Records.of(world.pool, tenant, new LocalMasterKey(randomBytes(32)));
    return new KillCase(world, provider, tenant, account, endpoint, path, records);
  }

  /** As the database writes it. */
  get tenantId(): string {
    return fromTypeId('tnt', this.tenant.id) ?? '';
  }

  /** A new request with a key of its own, not sent yet. */
  request(path: string, body?: unknown): KeyedCall {
    const call = { method: 'POST', path, body, key: randomBytes(12).toString('hex'), answers: [] };
    this.calls.push(call);
    return call;
  }

  newcomer(): { readonly person: CreateRequest; readonly call: KeyedCall } {
    const person = createRequest();
    return { person, call: this.request('/verifications', person) };
  }

  /** Once; null when nobody answers. */
  async send({ method, path, body, key, answers }: KeyedCall): Promise<Answer | null> {
    const answer = await this.tenant.call(method, path, body, { 'idempotency-key': key }).catch(nullIfHungUp);
    answers.push(answer);
    return answer;
  }

  /** Again and again, as a careful caller does, until it is answered for good. */
  async sendUntilAnswered(call: KeyedCall): Promise<Answer> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.send(call);
      const isTaken = answer?.json['code'] === 'idempotency_in_progress';
      if (answer !== null && !isTaken && answer.status < 500) return answer;
      if (performance.now() > deadline)
        throw new Error(
          `${call.path}: no answer for good, at last ${answer === null ? 'none' : answer.text}`,
        );
      if (isTaken) await this.endLeases(DEAD_AFTER_S);
      await delay(RETRY_MS);
    }
  }

  /** To be called when somebody was killed, before anybody goes on. */
  async noteCutOff(): Promise<void> {
    const { rows } = await this.world.pool.query<{ event_id: string }>(
      "SELECT event_id FROM webhook_deliveries WHERE tenant_id = $1 AND state = 'pending'",
      [this.tenantId],
    );
    const { messages } = this.endpoint.inbox;
    this.cutOff = rows.filter(
      ({ event_id }) => (messages.get(toTypeId('evt', event_id))?.accepted ?? 0) > 0,
    ).length;
  }

  /** Begins one and has its 201. */
  async begun(): Promise<{ readonly id: string; readonly person: CreateRequest }> {
    const { person, call } = this.newcomer();
    const answer = await this.sendUntilAnswered(call);
    return { id: text(required(answer, 201), 'id'), person };
  }

  async act(person: CreateRequest, outcome: 'approve' | 'review'): Promise<void> {
    await this.account.finish(personAt(this.provider, person), outcome);
  }

  /**
   * What time would do: what was leased so many seconds ago or earlier is free. Whatever is due later than a lease lasts stays so, and
   * what is never due stays so.
   */
  async endLeases(ageSeconds: number): Promise<void> {
    const { pool } = this.world;
    const free = async (
      table: string,
      column: string,
      leaseSeconds: number,
      which: string,
    ): Promise<void> => {
      await pool.query(
        `UPDATE ${table} SET ${column} = now()
          WHERE tenant_id = $1 AND ${which} AND ${column} > now() AND ${column} < now() + make_interval(secs => $2)`,
        [this.tenantId, leaseSeconds - ageSeconds],
      );
    };
    await free('verifications', 'due_at', START_LEASE_S, 'true');
    await free('signals', 'due_at', SIGNAL_LEASE_S, "state = 'pending'");
    await free('webhook_deliveries', 'due_at', DELIVERY_LEASE_S, "state = 'pending'");
    await free('idempotency_keys', 'locked_until', KEY_LEASE_S, "state = 'running'");
  }
}

/** A vendor that says nothing but results, and says them again to whoever did not answer. */
function switchesOf(provider: ProviderName): Readonly<Record<string, unknown>> {
  const again = { webhookRetries: 20, webhookRetryDelayMs: 1000 };
  switch (provider) {
    case 'sentinel':
      return again;
    case 'sardine':
      return {};
    case 'dentity':
      return { ...again, deliveryEvents: false };
  }
}
