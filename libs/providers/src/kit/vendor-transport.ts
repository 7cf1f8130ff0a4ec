import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { type LookupFunction } from 'node:net';

import { type AxiosAdapter, type AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { Agent, buildConnector } from 'undici';

import { addressLiteral, isPublicAddress } from '@gatehouse/platform';

import { ADDRESS_REFUSED, ExchangeHandler, type OpenVendorResponse } from './exchange-handler.js';
import { type BodyRules } from './vendor-body.js';

export interface VendorTransportOptions {
  /** Whether loopback, private and link-local addresses may be called. Only for machines of developers and tests. */
  readonly allowPrivateNetworks: boolean;
  /** Connections kept per vendor host. */
  readonly connections?: number;
  /** Names to addresses; the system's resolver unless given. */
  readonly resolve?: Resolve;
}

/** `dns.lookup` asked for all addresses. */
export type Resolve = (
  hostname: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Raised inside a connect, so that undici reports it like any failed connect. */
class AddressRefused extends Error {
  readonly code = ADDRESS_REFUSED;
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
      connect: connector(options),
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

function connector(options: VendorTransportOptions): buildConnector.connector {
  if (options.allowPrivateNetworks) return buildConnector({ rejectUnauthorized: true });
  const connect = buildConnector({
    rejectUnauthorized: true,
    lookup: publicLookup(options.resolve ?? resolveAll),
  });
  return (target, callback) => {
    // Lookup hooks are not called for IP literals (RELIABILITY.md D.6).
    const literal = addressLiteral(target.hostname);
    if (literal !== null && !isPublicAddress(literal)) callback(new AddressRefused(), null);
    else connect(target, callback);
  };
}

const resolveAll: Resolve = (hostname, answer) => {
  systemLookup(hostname, { all: true }, answer);
};

/** Hands the socket only addresses that were checked, all of them, so what was checked is what is connected to. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const [first] = addresses;
      if (error !== null) callback(error, '');
      else if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        callback(new AddressRefused(), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
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
