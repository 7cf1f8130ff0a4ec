import { type Readable } from 'node:stream';

import { OutgoingRequests } from '@gatehouse/platform';
import { type HttpService } from '@nestjs/axios';
import { type AxiosAdapter, type AxiosRequestConfig } from 'axios';
import { type z } from 'zod';

import { type OpenVendorResponse, type VendorResponse } from './exchange-handler.js';
import { fitted } from './fitted.js';
import {
  type Attempt,
  type Broken,
  brokenBy,
  isTransient,
  lost,
  refusal,
  refuseEncoding,
} from './provider-failures.js';
import { contentLengthOf, dateOf, mediaTypeOf } from './response-headers.js';
import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';
import { VendorBody } from './vendor-body.js';
import { type VendorTransport } from './vendor-transport.js';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_IDLE_MS = 30_000;
/** A vendor that puts megabytes together takes its time over the first byte. */
const DEFAULT_OPEN_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const DEFAULT_MAX_STREAM_BYTES = 256 * 1024 * 1024;
const MAX_RETRIES = 2;

/** What is sent to a vendor, and what becomes of it if there is no good answer. */
interface Sending extends Attempt {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether doing it twice is the same as doing it once. Only such calls are retried here. */
  readonly repeatable: boolean;
}

/** One call to a vendor: what is sent, and how each kind of answer is to be read. */
export interface ProviderCall<T> extends Sending {
  /** Checks a 2xx body: strict on what we need, silent on other keys. An empty body is `null`. */
  readonly schema: z.ZodType<T>;
  /** For the whole call, retries included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** A call whose answer is read while it arrives, because it holds images or a report. */
export interface StreamCall extends Sending {
  /** Until the headers of the answer, retries included; 30 s unless given. */
  readonly timeoutMs?: number;
  /** The longest silence of the vendor within the body. How slowly the body is read has no limit. */
  readonly idleMs?: number;
  readonly maxBytes?: number;
  /** Ends the call, before the answer or within its body, with the signal's reason: that is no fault of the vendor. */
  readonly signal?: AbortSignal;
}

/** A vendor's answer. `date` is its own clock (the HTTP `Date` header), to the second. */
export interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly date: Date | null;
}

/** A vendor's answer whose body is still arriving. Whoever opened it reads the body to its end or destroys it. */
export interface OpenAnswer {
  readonly status: number;
  readonly date: Date | null;
  /** What the vendor says it is: without parameters, in lower case. */
  readonly mediaType: string | null;
  /** Buffers. Breaks off with a {@link ProviderError}; destroying it closes the vendor's connection at once. */
  readonly body: Readable;
  readonly broken: Broken;
}

/** How to wait between attempts; replaced in tests. */
export interface Backoff {
  wait(milliseconds: number): Promise<void>;
  /** In [0, 1). */
  fraction(): number;
}

const systemBackoff: Backoff = {
  wait: (milliseconds) =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    }),
  fraction: () => Math.random(),
};

function patient(call: StreamCall): StreamCall & { readonly timeoutMs: number } {
  return { ...call, timeoutMs: call.timeoutMs ?? DEFAULT_OPEN_TIMEOUT_MS };
}

/**
 * The one client for calls to vendors. Whatever goes wrong comes out as a {@link ProviderError} with its fault and its
 * effect, holding no body, no header and no query: vendors echo what we send, and we send secrets in bodies.
 */
export class ProviderHttp {
  constructor(
    private readonly http: HttpService,
    private readonly transport: VendorTransport,
    private readonly backoff: Backoff = systemBackoff,
  ) {}

  /** Throws {@link ProviderError} for everything but a 2xx of the expected shape. */
  request<T>(call: ProviderCall<T>): Promise<Answer<T>> {
    return this.#exchange(call, async (timeoutMs) => answerOf(call, await this.#send(call, timeoutMs)));
  }

  /** A request whose `absent` statuses (404 on a lookup) are an answer too, with null for data. */
  find<T>(call: ProviderCall<T>, absent: readonly number[]): Promise<Answer<T | null>> {
    return this.#exchange(call, async (timeoutMs) => {
      const response = await this.#send(call, timeoutMs);
      return absent.includes(response.status)
        ? { status: response.status, data: null, date: dateOf(response) }
        : answerOf(call, response);
    });
  }

  /** The answer as soon as its headers are there. Throws {@link ProviderError} for everything but a 2xx. */
  open(call: StreamCall): Promise<OpenAnswer> {
    return this.#exchange(patient(call), async (timeoutMs) =>
      openAnswerOf(call, await this.#begin(call, timeoutMs)),
    );
  }

  /** Like {@link open}, but null where the status is one of `absent`. */
  openIfPresent(call: StreamCall, absent: readonly number[]): Promise<OpenAnswer | null> {
    return this.#exchange(patient(call), async (timeoutMs) => {
      const response = await this.#begin(call, timeoutMs);
      if (!absent.includes(response.status)) return openAnswerOf(call, response);
      if (response.data instanceof VendorBody) response.data.destroy();
      return null;
    });
  }

  async #exchange<R>(
    call: Sending & { readonly timeoutMs?: number; readonly signal?: AbortSignal },
    attemptOnce: (timeoutMs: number) => Promise<R>,
  ): Promise<R> {
    const timeout = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = performance.now() + timeout;
    for (let attempt = 0; ; attempt += 1) {
      OutgoingRequests.tell();
      const left = deadline - performance.now();
      // A repeatable call keeps half of its time back, so that one hanging connection is not the end of it.
      const share = Math.max(1, Math.ceil(call.repeatable ? Math.min(left, timeout / 2) : left));
      try {
        return await attemptOnce(share);
      } catch (error) {
        const isOver = attempt >= MAX_RETRIES || call.signal?.aborted === true;
        if (!call.repeatable || isOver || !isTransient(error)) throw error;
        const wait = 300 * 2 ** attempt + 100 * this.backoff.fraction();
        if (performance.now() + wait >= deadline) throw error;
        await this.backoff.wait(wait);
      }
    }
  }

  async #send<T>(call: ProviderCall<T>, timeoutMs: number): Promise<VendorResponse> {
    const { adapter } = this.transport;
    const config = configOf(call, adapter, timeoutMs, call.maxBytes ?? DEFAULT_MAX_BYTES);
    try {
      return await this.http.axiosRef.request<Buffer | null, VendorResponse>(config);
    } catch (error) {
      throw lost(call, error);
    }
  }

  async #begin(call: StreamCall, timeoutMs: number): Promise<OpenVendorResponse> {
    const adapter = this.transport.streaming({
      maxBytes: call.maxBytes ?? DEFAULT_MAX_STREAM_BYTES,
      idleMs: call.idleMs ?? DEFAULT_IDLE_MS,
      signal: call.signal ?? null,
      describe: (failure) => lost(call, failure),
    });
    const config = configOf(call, adapter, timeoutMs, DEFAULT_MAX_BYTES);
    try {
      return await this.http.axiosRef.request<OpenVendorResponse['data'], OpenVendorResponse>(config);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw lost(call, error);
    }
  }
}

function configOf(
  call: Sending,
  adapter: AxiosAdapter,
  timeout: number,
  maxContentLength: number,
): AxiosRequestConfig<string> {
  return {
    adapter,
    method: call.method,
    url: call.url,
    headers: {
      accept: 'application/json',
      // Compressed bodies would evade the size cap.
      'accept-encoding': 'identity',
      'user-agent': 'gatehouse',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { data: JSON.stringify(call.body) }),
    timeout,
    maxContentLength,
    transformRequest: [],
    transformResponse: [],
  };
}

function answerOf<T>(call: ProviderCall<T>, response: VendorResponse): Answer<T> {
  const { status } = response;
  if (status < 200 || status >= 300) throw refusal(call, response);
  return { status, data: readBody(call, response), date: dateOf(response) };
}

function readBody<T>(call: ProviderCall<T>, response: VendorResponse): T {
  const broken = brokenBy(call, response.status);
  if (response.data === null) throw broken('is too large');
  refuseEncoding(response, broken);
  let value: unknown;
  try {
    value = response.data.length === 0 ? null : parseUntrustedJson(response.data);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    throw broken('is not readable JSON', error);
  }
  return fitted(call.schema, value, broken);
}

function openAnswerOf(call: StreamCall, response: OpenVendorResponse): OpenAnswer {
  const { status, data: body } = response;
  if (!(body instanceof VendorBody)) throw refusal(call, { ...response, data: body });
  const broken = brokenBy(call, status);
  const contentLength = contentLengthOf(response);
  try {
    refuseEncoding(response, broken);
    if ((contentLength ?? 0) > (call.maxBytes ?? DEFAULT_MAX_STREAM_BYTES)) throw broken('is too large');
  } catch (error) {
    body.destroy();
    throw error;
  }
  return { status, date: dateOf(response), mediaType: mediaTypeOf(response), body, broken };
}
