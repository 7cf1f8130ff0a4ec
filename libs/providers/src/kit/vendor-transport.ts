import { type AxiosAdapter, type AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { Agent } from 'undici';

import { type ConnectorOptions, publicConnector } from '@gatehouse/platform';

import { ExchangeHandler, type OpenVendorResponse } from './exchange-handler.js';
import { type BodyRules } from './vendor-body.js';

export interface VendorTransportOptions extends ConnectorOptions {
  /** Connections per vendor host at most, each for one call at a time. */
  readonly connections?: number;
}

/**
 * The sockets under all calls to vendors: an undici pool per host behind axios' adapter interface (axios' own adapter
 * costs several times as much; PERFORMANCE.md). Never follows a redirect, always verifies TLS, takes `timeout` as the
 * deadline of the whole exchange and `maxContentLength` as the largest body, and refuses private addresses at connect.
 */
export class VendorTransport {
  readonly #agent: Agent;

  constructor(options: VendorTransportOptions) {
    this.#agent = new Agent({
      connections: options.connections ?? 64,
      pipelining: 1,
      // One deadline for the whole exchange is kept below; a vendor sending a byte a second would outlive these two.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: publicConnector(options),
    });
  }

  /** For axios' `adapter`: a {@link VendorResponse}. Rejects with {@link TransportFailure}; every HTTP status is an answer. */
  readonly adapter: AxiosAdapter = (config) => exchange(this.#agent, config, null);

  /**
   * For axios' `adapter`, an {@link OpenVendorResponse}: `timeout` is the deadline of the headers only, and
   * `maxContentLength` the largest body of what is not a 2xx. Rejects with the signal's reason when that is the cause.
   */
  streaming(rules: BodyRules): AxiosAdapter {
    return (config) => exchange(this.#agent, config, rules);
  }

  /** Ends the calls under way and closes every socket. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function exchange(
  agent: Agent,
  config: InternalAxiosRequestConfig,
  rules: BodyRules | null,
): Promise<OpenVendorResponse> {
  return new Promise((resolve, reject) => {
    const url = new URL(config.url ?? '');
    agent.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: (config.method ?? 'get').toUpperCase(),
        headers: plainHeaders(config.headers),
        body: typeof config.data === 'string' ? config.data : null,
      },
      new ExchangeHandler(config, resolve, reject, rules),
    );
  });
}

function plainHeaders(headers: AxiosHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of headers) if (typeof value === 'string') plain[name] = value;
  return plain;
}
