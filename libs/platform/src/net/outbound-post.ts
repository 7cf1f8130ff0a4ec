import { Agent, type Dispatcher } from 'undici';

import { isError } from '../system-error.js';
import { ADDRESS_REFUSED, type ConnectorOptions, publicConnector } from './public-connector.js';

/** What came of a post. `failure` is a fixed word or an error's code, never anything that the other side said. */
export type PostOutcome =
  | {
      readonly status: number;
      readonly retryAfter: string | null;
      readonly failure: null;
      /** How the text of an answer that is no success began; null: it is one, or has none. */
      readonly excerpt: string | null;
    }
  | {
      readonly status: null;
      readonly retryAfter: null;
      readonly failure: string;
      readonly excerpt: null;
    };

/** This much of an answer's body is read, so that the connection can be used again. */
const READ_AT_MOST = 64 * 1024;
const EXCERPT_CHARACTERS = 1000;
/** A character of UTF-8 has four at most. */
const EXCERPT_BYTES = 4 * EXCERPT_CHARACTERS;

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
      const isSuccess = answer.statusCode >= 200 && answer.statusCode < 300;
      const excerpt = isSuccess ? null : await beginningOf(answer.body, signal);
      // What is wrong with a body that nobody wants changes nothing; the deadline ends one that never does.
      if (isSuccess) await answer.body.dump({ limit: READ_AT_MOST, signal }).catch(() => undefined);
      return {
        status: answer.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        failure: null,
        excerpt,
      };
    } catch (error) {
      return {
        status: null,
        retryAfter: null,
        failure: signal.aborted ? 'timeout' : codeOf(error),
        excerpt: null,
      };
    }
  }

  /** Ends what is under way and closes every socket. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Never throws: what came until it broke off, or until the deadline, is what there is. */
async function beginningOf(
  body: Dispatcher.ResponseData['body'],
  signal: AbortSignal,
): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  const stop = (): void => {
    body.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (length < EXCERPT_BYTES) chunks.push(chunk);
      length += chunk.length;
      if (length > READ_AT_MOST) break;
    }
  } catch {
    // An answer that breaks off is an answer still; its status counts.
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const text = Buffer.concat(chunks).subarray(0, EXCERPT_BYTES).toString('utf8').slice(0, EXCERPT_CHARACTERS);
  return text === '' ? null : text;
}

function codeOf(error: unknown): string {
  if (!isError(error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return code === ADDRESS_REFUSED ? 'address_refused' : code;
}
