import { Problem } from '@gatehouse/contract';
import { type Log } from '@gatehouse/platform';
import { type FastifyReply, type FastifyRequest } from 'fastify';

export interface LoadLimits {
  /** Requests under way at most. */
  readonly requests: number;
  /** Whether the process comes too late to what it has to do. */
  readonly isBehind: () => boolean;
}

/** What is kept free of ordinary requests for vital ones, as a share of their limit. */
const RESERVE = 0.25;
/** Of the limit, for one tenant: whoever floods us, or waits for a slow vendor, leaves something to the others. */
const TENANT_SHARE = 0.8;
/** Of the limit, from where on lateness is our load's. A machine that was paused for a moment is late too, with little to do. */
const BUSY_SHARE = 0.05;
const RETRY_SECONDS = 1;

/** Thrown for a request that is refused before anything was done for it. Not an error of ours. */
export class LoadShed extends Problem {
  constructor(detail: string) {
    super('overloaded', detail, { retryAfterSeconds: RETRY_SECONDS });
  }
}

/** What one request takes up. */
export interface Place {
  tenantId: string | null;
  isAnswered: boolean;
  isClosed: boolean;
  hasLeft: boolean;
}

/**
 * Refuses what cannot be served soon, at once: a queue would only make everybody wait, those too who have given up by then. Ordinary
 * requests go first; webhooks, returning browsers and operators have a reserve; health is never refused.
 */
export class LoadShedding {
  readonly #byTenant = new Map<string, number>();
  #underWay = 0;
  /** How many, since it began; 0: none is. */
  #refused = 0;

  constructor(
    private readonly limits: LoadLimits,
    private readonly log: Log,
  ) {}

  /** Before anything of a request is looked at. Throws {@link LoadShed}. */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    const { load, access } = request.routeOptions.config;
    if (load === 'probe') return;
    const isVital = load === 'vital' || access?.kind === 'admin';
    const most = isVital ? Math.ceil(this.limits.requests * (1 + RESERVE)) : this.limits.requests;
    const isBusy = this.#underWay >= this.limits.requests * BUSY_SHARE;
    if (this.#underWay >= most || (!isVital && isBusy && this.limits.isBehind())) {
      this.#note();
      throw new LoadShed('There is more to do than can be done soon. Try again.');
    }
    if (load !== 'waiting' || !asksToWait(request)) this.#take(request, reply);
  }

  /** Once it is known for whom. Throws {@link LoadShed}. */
  admitTenant(request: FastifyRequest, tenantId: string): void {
    const { place } = request;
    if (place === null) return;
    const count = (this.#byTenant.get(tenantId) ?? 0) + 1;
    if (count > Math.ceil(this.limits.requests * TENANT_SHARE)) {
      this.#note();
      throw new LoadShed('This tenant has as many requests under way as one may have. Try again.');
    }
    this.#byTenant.set(tenantId, count);
    place.tenantId = tenantId;
  }

  /** The handler has done its work, whether or not somebody is left to hear of it. */
  answered({ place }: FastifyRequest): void {
    if (place === null) return;
    place.isAnswered = true;
    if (place.isClosed) this.#leave(place);
  }

  #take(request: FastifyRequest, reply: FastifyReply): void {
    const place: Place = { tenantId: null, isAnswered: false, isClosed: false, hasLeft: false };
    request.place = place;
    this.#underWay += 1;
    // Who hangs up early stops no work, and would else have a place for it every time.
    reply.raw.once('close', () => {
      place.isClosed = true;
      if (place.isAnswered) this.#leave(place);
    });
  }

  #leave(place: Place): void {
    // An answer that fails before its first byte is followed by another.
    if (place.hasLeft) return;
    place.hasLeft = true;
    const { tenantId } = place;
    this.#underWay -= 1;
    if (tenantId !== null) {
      const left = (this.#byTenant.get(tenantId) ?? 1) - 1;
      if (left === 0) this.#byTenant.delete(tenantId);
      else this.#byTenant.set(tenantId, left);
    }
    if (this.#refused > 0 && this.#underWay <= this.limits.requests / 2) {
      this.log.info('requests are no longer refused for overload', { count: this.#refused });
      this.#refused = 0;
    }
  }

  #note(): void {
    this.#refused += 1;
    if (this.#refused === 1) {
      this.log.warn('requests are refused for overload', { count: this.#underWay });
    }
  }
}

function asksToWait({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && 'wait' in query && Number(query.wait) > 0;
}
