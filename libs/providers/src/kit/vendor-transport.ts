import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { type LookupFunction } from 'node:net';

import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Agent, buildConnector, type Dispatcher } from 'undici';

import { addressLiteral, isPublicAddress } from '@gatehouse/platform';

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

/** What a vendor answered. The body is null when it was larger than the call allowed. */
export type VendorResponse = AxiosResponse<Buffer | null>;

/** No answer arrived. Holds nothing of the request. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'address_refused' | 'network' | 'timeout',
    /** False only if not one byte of the request was written. */
    readonly sent: boolean,
    /** Node's or undici's error code, e.g. `ECONNREFUSED`. */
    readonly code: string,
  ) {
    super(`No answer (${code})`);
    this.name = 'TransportFailure';
  }
}

const ADDRESS_REFUSED = 'ADDRESS_REFUSED';

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

  /** For axios' `adapter`. Rejects with {@link TransportFailure}; every HTTP status is an answer. */
  readonly adapter: AxiosAdapter = (config) => exchange(this.#agent, config);

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

function exchange(agent: Agent, config: InternalAxiosRequestConfig): Promise<VendorResponse> {
  return new Promise((resolve, reject) => {
    const url = new URL(config.url ?? '');
    const handler = new ExchangeHandler(config, resolve, reject);
    agent.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: (config.method ?? 'get').toUpperCase(),
        headers: plainHeaders(config.headers),
        body: typeof config.data === 'string' ? config.data : null,
      },
      handler,
    );
  });
}

function plainHeaders(headers: AxiosHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of headers) if (typeof value === 'string') plain[name] = value;
  return plain;
}

/** One exchange: settles once, whatever undici reports and in whatever order. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #deadline: NodeJS.Timeout;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers = new AxiosHeaders();
  #sent = false;
  #settled = false;
  #controller: Dispatcher.DispatchController | null = null;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    private readonly resolve: (response: VendorResponse) => void,
    private readonly reject: (failure: TransportFailure) => void,
  ) {
    this.#maxBytes = config.maxContentLength ?? Infinity;
    this.#deadline = setTimeout(() => {
      this.#fail('timeout', 'DEADLINE');
    }, config.timeout);
  }

  /** Called just before the request is written; the only sign that tells "never sent" from "perhaps sent". */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('The deadline passed while waiting for a connection'));
    else this.#sent = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = new AxiosHeaders();
    for (const [name, value] of Object.entries(headers)) this.#headers.set(name, value);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.#answer(null);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#answer(Buffer.concat(this.#chunks, this.#size));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
    if (code === ADDRESS_REFUSED) this.#fail('address_refused', code);
    else if (code === 'UND_ERR_CONNECT_TIMEOUT') this.#fail('timeout', code);
    else this.#fail('network', code);
  }

  #answer(body: Buffer | null): void {
    if (!this.#settle()) return;
    if (body === null) this.#controller?.abort(new Error('The body is too large'));
    this.resolve({
      data: body,
      status: this.#status,
      statusText: '',
      headers: this.#headers,
      config: this.config,
    });
  }

  #fail(kind: TransportFailure['kind'], code: string): void {
    if (!this.#settle()) return;
    const failure = new TransportFailure(kind, this.#sent, code);
    this.#controller?.abort(failure);
    this.reject(failure);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#deadline);
    return true;
  }
}
