import { setImmediate as nextTurn } from 'node:timers/promises';

import { type Clock, type Log, type OutboundPost, type RandomSource } from '@gatehouse/platform';

import { publishedEvent } from '../events/published-event.js';
import { toldEvent } from '../events/told-event.js';
import { type TenantVault } from '../privacy/tenant-vault.js';
import { type Wakeup } from '../workers/wakeup.js';
import { allot, TURNS } from './allotment.js';
import { DeliveryLanes } from './delivery-lanes.js';
import { type Attempted, type ClaimedDelivery, type DeliveryQueue } from './delivery-queue.js';
import { type EndpointHealth } from './endpoint-health.js';
import { endpointSecrets, placeOfEndpoint, signingSecrets } from './endpoint-secrets.js';
import { placeOfExcerpt } from './response-excerpt.js';
import { nextTry, retryAfterMs } from './retry-schedule.js';
import { signedMessage } from './signed-message.js';

export interface DispatcherParts {
  readonly queue: DeliveryQueue;
  readonly health: EndpointHealth;
  readonly vault: TenantVault;
  /** Opened for as long as it runs. */
  readonly openPost: () => OutboundPost;
  /** Told after the commit of what is to be delivered. */
  readonly wakeup: Wakeup;
  readonly log: Log;
}

/** The net under the wake-up after a commit. */
const POLL_MS = 250;
const TIMEOUT_MS = 15_000;
const SETTLED_AT_ONCE = 64;

/**
 * Delivers events to the endpoints that asked for them, at least once. Any number of processes may run it. What is under way when a
 * process dies is taken up by another when its lease has run out.
 */
export class WebhookDispatcher {
  #loop: Promise<void> | null = null;
  #stopping = false;
  readonly #underWay = new Set<Promise<void>>();
  readonly #lanes = new DeliveryLanes();
  #outcomes: Attempted[] = [];
  #settling: Promise<void> | null = null;

  constructor(
    private readonly parts: DispatcherParts,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  start(): void {
    if (this.#loop !== null) return;
    this.#stopping = false;
    const post = this.parts.openPost();
    this.#loop = this.#run(post).finally(() => post.close());
  }

  /** Takes nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.parts.wakeup.wake();
    await this.#loop;
    this.#loop = null;
  }

  async #run(post: OutboundPost): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      let isIdle = true;
      try {
        isIdle = (await this.#round(post)) === 0;
        failures = 0;
      } catch (error) {
        // The database is away, most likely: said once per outage, tried again at each poll.
        failures += 1;
        if (failures === 1) this.parts.log.error('the webhooks to be sent could not be taken', { error });
      }
      if (isIdle) await this.parts.wakeup.wait(POLL_MS);
    }
    await this.#giveBack(this.#lanes.takeAll()).catch((error: unknown) => {
      this.parts.log.error('webhooks that were not begun are held until their lease runs out', { error });
    });
    await Promise.all(this.#underWay);
    await this.#settling;
  }

  /** One look at every endpoint for which something waits. How many deliveries were begun. */
  async #round(post: OutboundPost): Promise<number> {
    await this.#giveBack(this.#lanes.takeLeft(this.clock.now()));
    let begun = 0;
    for (let isOver = false; !isOver && !this.#stopping;) {
      isOver = true;
      for (const turn of TURNS) {
        const now = this.clock.now();
        const { queues, isLast } = await this.parts.queue.due(turn, now);
        const allotted = allot(queues, this.#lanes.places(), turn);
        const claimed = allotted.length > 0 ? await this.parts.queue.claim(turn, allotted, now) : [];
        for (const delivery of claimed) if (this.#lanes.begins(delivery)) this.#launch(post, delivery);
        begun += claimed.length;
        isOver &&= isLast;
      }
    }
    return begun;
  }

  async #giveBack(left: readonly ClaimedDelivery[]): Promise<void> {
    if (left.length > 0) await this.parts.queue.giveBack(left);
  }

  #launch(post: OutboundPost, delivery: ClaimedDelivery): void {
    const work = this.#attempt(post, delivery)
      .then((outcome) => {
        this.#outcomes.push(outcome);
        this.#settling ??= this.#settleAll();
        return outcome.state === 'delivered' ? outcome.durationMs : null;
      })
      .catch((error: unknown) => {
        // What cannot be opened or signed is ours to mend; its lease runs out, and it is tried again.
        this.parts.log.error('a webhook could not be prepared', { deliveryId: delivery.id, error });
        return null;
      })
      .then((tookMs) => {
        this.#underWay.delete(work);
        const next = this.#lanes.ended(delivery, tookMs);
        if (next !== null) this.#launch(post, next);
        this.parts.wakeup.wake();
      });
    this.#underWay.add(work);
  }

  async #attempt(post: OutboundPost, delivery: ClaimedDelivery): Promise<Attempted> {
    const { tenantId, endpointId, sealed, tries } = delivery;
    const opened = await this.parts.vault.openForTenant(tenantId, sealed, placeOfEndpoint(endpointId));
    const secrets = endpointSecrets(opened);
    const at = this.clock.now();
    const message = signedMessage(toldEvent(publishedEvent(delivery.event)), signingSecrets(secrets, at), at);
    const began = performance.now();
    const { status, retryAfter, failure, excerpt } = await post.send(
      secrets.url,
      message.headers,
      message.body,
      TIMEOUT_MS,
    );
    const durationMs = Math.round(performance.now() - began);
    const made = { delivery, at, responseStatus: status, durationMs };
    if (status !== null && status >= 200 && status < 300) {
      return { ...made, error: null, responseSealed: null, state: 'delivered', dueAt: null };
    }
    const place = placeOfExcerpt(delivery.id, delivery.attempts + 1);
    const responseSealed =
      excerpt === null ? null : await this.parts.vault.sealForTenant(tenantId, excerpt, place);
    const now = this.clock.now();
    const dueAt =
      status === 410 ? null : nextTry(tries + 1, now, retryAfterMs(retryAfter, now), this.random.fraction());
    const state = dueAt === null ? 'failed' : 'pending';
    return { ...made, error: errorOf(status, failure), responseSealed, state, dueAt };
  }

  /** Together what came together: one statement for many. What cannot be written is delivered again when its lease has run out. */
  async #settleAll(): Promise<void> {
    // One turn of the event loop later, so that what ends at the same moment is written in one go.
    await nextTurn();
    while (this.#outcomes.length > 0) {
      const outcomes = this.#outcomes.splice(0, SETTLED_AT_ONCE);
      try {
        await this.parts.queue.settle(outcomes);
        await this.parts.health.learn(outcomes);
      } catch (error) {
        this.parts.log.error('what came of webhooks could not be written', { error });
      }
    }
    this.#settling = null;
  }
}

/** In our words: what the receiver said is only kept sealed. */
function errorOf(status: number | null, failure: string | null): string {
  if (status === null)
    return failure === 'timeout' ? 'no answer within 15 seconds' : `no connection: ${failure ?? ''}`;
  return status >= 300 && status < 400 ? 'answered with a redirect' : `answered ${status}`;
}
