import { Agent } from 'undici';

import { isError } from '../system-error.js';
import { ADDRESS_REFUSED, type ConnectorOptions, publicConnector } from './public-connector.js';

/** What came of a post. `failure` is a fixed word or an error's code, never anything that the other side said. */
export type PostOutcome =
  | { readonly status: number; readonly retryAfter: string | null; readonly failure: null }
  | { readonly status: null; readonly retryAfter: null; readonly failure: string };

/** An answer's body is of no interest: this much of it is read, so that the connection can be used again. */
const READ_AT_MOST = 64 * 1024;

/**
 * Posts to addresses that customers gave us: verifies TLS, follows no redirect, refuses private addresses at connect, and has one
 * deadline for the whole exchange. Connections are kept, and not limited per host: many customers may have theirs at one.
 */
export class OutboundPost {
  readonly #agent: Agent;

  constructor(options: ConnectorOptions) {
    this.#agent = new Agent({
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16 * 1024,
      connect: publicConnector(options),
    });
  }

  /** Never throws. Every HTTP status is an answer; it counts once its headers are there. */
  async send(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    timeoutMs: number,
  ): Promise<PostOutcome> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { origin, pathname, search } = new URL(url);
      const answer = await this.#agent.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers,
        body,
        signal,
      });
      const retryAfter = answer.headers['retry-after'];
      // What is wrong with a body that nobody wants changes nothing; the deadline ends one that never does.
      await answer.body.dump({ limit: READ_AT_MOST, signal }).catch(() => undefined);
      return {
        status: answer.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        failure: null,
      };
    } catch (error) {
      return { status: null, retryAfter: null, failure: signal.aborted ? 'timeout' : codeOf(error) };
    }
  }

  /** Ends what is under way and closes every socket. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function codeOf(error: unknown): string {
  if (!isError(error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return code === ADDRESS_REFUSED ? 'address_refused' : code;
}
