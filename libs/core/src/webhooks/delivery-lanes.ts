import { ahead, OF_AN_ENDPOINT, type UnderWay } from './allotment.js';
import { type ClaimedDelivery } from './delivery-queue.js';

/** What this process has claimed of one endpoint. */
interface Lane {
  readonly tenantId: string;
  underWay: number;
  /** Until one that is under way ends, in the order in which they were claimed. */
  waiting: readonly ClaimedDelivery[];
  /** Of its latest answers, the later ones counting more; null: not known, or what was known holds no longer. */
  answersInMs: number | null;
}

/** An endpoint that has become slow has no hold on what was claimed while it was quick. */
const WAITS_MS = 2_000;
const WEIGHT_OF_LATEST = 0.2;

/** What was claimed, by endpoint: under way, or waiting for a place. Nothing is remembered of an endpoint for which there is nothing. */
export class DeliveryLanes {
  readonly #lanes = new Map<string, Lane>();
  #failing = 0;
  #notBegun: ClaimedDelivery[] = [];

  /** Whether it is to begin now; else it waits. */
  begins(delivery: ClaimedDelivery): boolean {
    const { tenantId, endpointId } = delivery;
    const lane = this.#lanes.get(endpointId) ?? { tenantId, underWay: 0, waiting: [], answersInMs: null };
    this.#lanes.set(endpointId, lane);
    if (lane.underWay >= OF_AN_ENDPOINT) {
      lane.waiting = [...lane.waiting, delivery];
      return false;
    }
    this.#begin(lane, delivery);
    return true;
  }

  /** What begins in its place. `tookMs`: until it was accepted; null: it was not, and what waits behind it is left. */
  ended(delivery: ClaimedDelivery, tookMs: number | null): ClaimedDelivery | null {
    const lane = this.#lanes.get(delivery.endpointId);
    if (lane === undefined) return null;
    lane.underWay -= 1;
    if (delivery.failingSince !== null) this.#failing -= 1;
    if (tookMs === null) this.#leave(lane);
    else {
      const before = lane.answersInMs ?? tookMs;
      lane.answersInMs = before + (tookMs - before) * WEIGHT_OF_LATEST;
    }
    const [next, ...others] = lane.waiting;
    lane.waiting = others;
    if (next !== undefined) this.#begin(lane, next);
    else if (lane.underWay === 0) this.#lanes.delete(delivery.endpointId);
    return next ?? null;
  }

  /** What was claimed and is not to begin here, each of it once: of endpoints that fail, or have become slow. */
  takeLeft(now: Date): readonly ClaimedDelivery[] {
    for (const lane of this.#lanes.values()) {
      const [longest] = lane.waiting;
      if (longest !== undefined && now.getTime() - longest.claimedAt.getTime() > WAITS_MS) this.#leave(lane);
    }
    return this.#notBegun.splice(0);
  }

  /** As {@link takeLeft}, with all that waits. */
  takeAll(): readonly ClaimedDelivery[] {
    for (const lane of this.#lanes.values()) this.#leave(lane);
    return this.#notBegun.splice(0);
  }

  places(): UnderWay {
    const ofTenant = new Map<string, number>();
    let total = 0;
    for (const lane of this.#lanes.values()) {
      ofTenant.set(lane.tenantId, (ofTenant.get(lane.tenantId) ?? 0) + lane.underWay);
      total += lane.underWay;
    }
    return {
      total,
      failing: this.#failing,
      ofTenant: (id) => ofTenant.get(id) ?? 0,
      ofEndpoint: (id) => this.#lanes.get(id)?.underWay ?? 0,
      aheadOf: (id) => {
        const lane = this.#lanes.get(id);
        return lane === undefined ? 0 : Math.max(0, ahead(lane.answersInMs) - lane.waiting.length);
      },
    };
  }

  #begin(lane: Lane, { failingSince }: ClaimedDelivery): void {
    lane.underWay += 1;
    if (failingSince !== null) this.#failing += 1;
  }

  /** It is not as quick as it was, so nothing is claimed ahead until it answers again. */
  #leave(lane: Lane): void {
    this.#notBegun.push(...lane.waiting);
    lane.waiting = [];
    lane.answersInMs = null;
  }
}
