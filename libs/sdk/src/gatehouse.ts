import { type Runtime } from './attempts.js';
import { type Calls, type Items } from './calls.js';
import { type FeedOptions, type FeedPage, readFeed } from './event-feed.js';
import { httpClient } from './http-client.js';
import { itemsOf } from './paging.js';
import { type Verifications, verificationsOf } from './verifications.js';

export interface GatehouseOptions {
  /** Where the gateway is, without `/v1`. */
  readonly baseUrl: string;
  /** A tenant's key for `/v1`, or an operator's for `/admin/v1`. */
  readonly apiKey: string;
  /** Absent: the platform's own. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** How often a call is repeated that failed and may be; absent: 3. */
  readonly retries?: number | undefined;
  /** For one attempt; absent: 30 000. */
  readonly timeoutMs?: number | undefined;
  /** For a call with all its attempts and the pauses between them; absent: 120 000. */
  readonly deadlineMs?: number | undefined;
}

/**
 * The API as typed calls. They resolve with `{ data, response }` and throw GatehouseProblem for whatever is no success,
 * GatehouseUnreachable where there was no answer.
 */
export interface Gatehouse extends Calls {
  readonly verifications: Verifications;
  readonly items: Items;
  events(options?: FeedOptions): AsyncGenerator<FeedPage, void, undefined>;
}

/** A client of one gateway with one key. Throws TypeError for options that cannot work. */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { retries = 3, timeoutMs = 30_000, deadlineMs = 120_000 } = options;
  const runtime = systemRuntime(options.fetch);
  const destination = { baseUrl: checkedUrl(options.baseUrl), apiKey: checkedKey(options.apiKey) };
  const calls = httpClient(destination, { retries, timeoutMs, deadlineMs }, runtime);
  return {
    ...calls,
    verifications: verificationsOf(calls, runtime),
    items: itemsOf(calls.GET),
    events: (feedOptions) => readFeed(calls.GET, feedOptions),
  };
}

/** Refused here and by no message of fetch, which would show the key. */
function checkedKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/u.test(apiKey))
    throw new TypeError('apiKey is empty, or has characters that no key has');
  return apiKey;
}

function checkedUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/u.test(url.protocol)) throw new TypeError('baseUrl is no http(s) URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('baseUrl has more than an origin and a path');
  return url.href;
}

function systemRuntime(fetch: GatehouseOptions['fetch']): Runtime {
  return {
    // Looked up at each call, so that what replaces it later (tracing, a proxy) counts.
    fetch: fetch ?? ((request) => globalThis.fetch(request)),
    now: Date.now,
    random: Math.random,
    newIdempotencyKey: () => crypto.randomUUID(),
    pause,
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      // Whatever the caller gave as the reason.
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
