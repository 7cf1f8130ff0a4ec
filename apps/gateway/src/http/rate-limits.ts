import { Problem } from '@gatehouse/contract';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

export interface RateLimitOptions {
  readonly requestsPerKey: number;
  readonly failuresPerAddress: number;
  readonly windowSeconds: number;
}

/** Each replica counts for itself: a limit against accidents, not a quota to sell. */
export const RATE_LIMITS: RateLimitOptions = {
  requestsPerKey: 30_000,
  failuresPerAddress: 600,
  windowSeconds: 60,
};

type Counter = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts requests per key, and failed authentications per address. `@fastify/rate-limit` must be registered before. */
export class RateLimits {
  readonly #perKey: Counter;
  readonly #failures: Counter;

  constructor(
    instance: FastifyInstance,
    private readonly options: RateLimitOptions,
  ) {
    const timeWindow = options.windowSeconds * 1000;
    this.#perKey = instance.createRateLimit({
      max: options.requestsPerKey,
      timeWindow,
      keyGenerator: (request) => request.principal?.keyId ?? '',
    });
    this.#failures = instance.createRateLimit({ max: options.failuresPerAddress, timeWindow });
  }

  /** Counts a request of an authenticated key and tells the caller how it stands. Throws Problem `rate_limited`. */
  async count(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { requestsPerKey, windowSeconds } = this.options;
    const state = await this.#perKey(request);
    if (state.isAllowed) return;
    reply.header('ratelimit-policy', `"key";q=${requestsPerKey};w=${windowSeconds}`);
    reply.header('ratelimit', `"key";r=${state.remaining};t=${state.ttlInSeconds}`);
    if (state.isExceeded) throw tooMany('This key made too many requests.', state.ttlInSeconds);
  }

  /**
   * Counts a request whose key is not in force. Only such requests are ever refused for it, so that nobody locks out
   * those who share an address with them (behind a balancer, that is everybody). Throws Problem `rate_limited`.
   */
  async countFailure(request: FastifyRequest): Promise<void> {
    const state = await this.#failures(request);
    if (!state.isAllowed && state.isExceeded) {
      throw tooMany('Too many requests without a valid key came from this address.', state.ttlInSeconds);
    }
  }
}

function tooMany(detail: string, retryAfterSeconds: number): Problem {
  return new Problem('rate_limited', detail, { retryAfterSeconds });
}
