import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { type Dispatcher } from 'undici';

import { ADDRESS_REFUSED } from '@gatehouse/platform';

import { TransportFailure } from './transport-failure.js';
import { type BodyRules, VendorBody } from './vendor-body.js';

/** What a vendor answered. The body is null when it was larger than the call allowed. */
export type VendorResponse = AxiosResponse<Buffer | null>;

/** What a vendor answered when asked to be read as it arrives: a 2xx is a {@link VendorBody}, all else is whole. */
export type OpenVendorResponse = AxiosResponse<Buffer | VendorBody | null>;

/** One exchange: settles once, whatever undici reports and in whatever order. With `rules`, a 2xx settles at its headers. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #deadline: NodeJS.Timeout;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers = new AxiosHeaders();
  #sent = false;
  #settled = false;
  #controller: Dispatcher.DispatchController | null = null;
  #body: VendorBody | null = null;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    private readonly resolve: (response: OpenVendorResponse) => void,
    private readonly reject: (reason: unknown) => void,
    private readonly rules: BodyRules | null,
  ) {
    this.#maxBytes = config.maxContentLength ?? Infinity;
    this.#deadline = setTimeout(() => {
      this.#fail('timeout', 'DEADLINE');
    }, config.timeout);
    rules?.signal?.addEventListener('abort', this.#abandon);
    if (rules?.signal?.aborted === true) this.#abandon();
  }

  /** Called just before the request is written; the only sign that tells "never sent" from "perhaps sent". */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('The call ended while waiting for a connection'));
    else this.#sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = new AxiosHeaders();
    for (const [name, value] of Object.entries(headers)) this.#headers.set(name, value);
    if (this.rules !== null && statusCode < 300) this.#open(controller, this.rules);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body !== null) {
      this.#body.receive(chunk);
      return;
    }
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) this.#answer(null);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#body !== null) this.#body.finish();
    else this.#answer(Buffer.concat(this.#chunks, this.#size));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
    if (code === ADDRESS_REFUSED) this.#fail('address_refused', code);
    else if (code === 'UND_ERR_CONNECT_TIMEOUT') this.#fail('timeout', code);
    else this.#fail('network', code);
  }

  #open(controller: Dispatcher.DispatchController, rules: BodyRules): void {
    if (!this.#settle()) return;
    const body = new VendorBody(controller, rules);
    // The signal holds for as long as the body does.
    rules.signal?.addEventListener('abort', this.#abandon);
    body.once('close', () => rules.signal?.removeEventListener('abort', this.#abandon));
    this.#body = body;
    this.resolve(this.#response(body));
  }

  #answer(body: Buffer | null): void {
    if (!this.#settle()) return;
    if (body === null) this.#controller?.abort(new Error('The body is too large'));
    this.resolve(this.#response(body));
  }

  #response(data: Buffer | VendorBody | null): OpenVendorResponse {
    return { data, status: this.#status, statusText: '', headers: this.#headers, config: this.config };
  }

  #fail(kind: TransportFailure['kind'], code: string): void {
    if (this.#body !== null) this.#body.fail(kind, code);
    else this.#stop(new TransportFailure(kind, this.#sent, code));
  }

  readonly #abandon = (): void => {
    const reason: unknown = this.rules?.signal?.reason;
    if (this.#body === null) this.#stop(reason);
    else this.#body.destroy(reason instanceof Error ? reason : new Error('Aborted', { cause: reason }));
  };

  #stop(reason: unknown): void {
    if (!this.#settle()) return;
    this.#controller?.abort(reason instanceof Error ? reason : new Error('Aborted'));
    this.reject(reason);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.rules?.signal?.removeEventListener('abort', this.#abandon);
    return true;
  }
}
