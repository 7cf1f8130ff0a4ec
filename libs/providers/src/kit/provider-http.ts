import { type HttpService } from '@nestjs/axios';
import { FAULTS, ProviderError, type ProviderFault } from '@gatehouse/contract';
import { type AxiosRequestConfig } from 'axios';
import { z } from 'zod';

import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';
import { TransportFailure, type VendorResponse, type VendorTransport } from './vendor-transport.js';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const MAX_RETRIES = 2;
const MAX_RETRY_AFTER_SECONDS = 86_400;

/** One call to a vendor: what is sent, and how each kind of answer is to be read. */
export interface ProviderCall<T> {
  /** The provider's name, for errors. */
  readonly provider: string;
  /** What is being done, for errors: `mint a link`. Never personal. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Checks a 2xx body: strict on what we need, silent on other keys. An empty body is `null`. */
  readonly schema: z.ZodType<T>;
  /** What a 4xx means, by status and by the vendor's own texts ({@link errorTexts}). */
  readonly faultOf: (status: number, texts: readonly string[]) => ProviderFault;
  /** What an unknown outcome means for the person: `unknown` if the call may have reached them. */
  readonly effectOnLostAnswer: 'none' | 'unknown';
  /** Whether doing it twice is the same as doing it once. Only such calls are retried here. */
  readonly repeatable: boolean;
  /** For the whole call, retries included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** A vendor's answer. `date` is its own clock (the HTTP `Date` header), to the second. */
export interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly date: Date | null;
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
    return this.#exchange(call, (response) => answerOf(call, response));
  }

  /** A request whose `absent` statuses (404 on a lookup) are an answer too, with null for data. */
  find<T>(call: ProviderCall<T>, absent: readonly number[]): Promise<Answer<T | null>> {
    return this.#exchange(call, (response) =>
      absent.includes(response.status)
        ? { status: response.status, data: null, date: dateOf(response) }
        : answerOf(call, response),
    );
  }

  async #exchange<T, R>(call: ProviderCall<T>, read: (response: VendorResponse) => R): Promise<R> {
    const timeout = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = performance.now() + timeout;
    for (let attempt = 0; ; attempt += 1) {
      const left = deadline - performance.now();
      // A repeatable call keeps half of its time back, so that one hanging connection is not the end of it.
      const share = Math.max(1, Math.ceil(call.repeatable ? Math.min(left, timeout / 2) : left));
      try {
        return read(await this.#send(call, share));
      } catch (error) {
        if (!call.repeatable || attempt >= MAX_RETRIES || !isTransient(error)) throw error;
        const wait = 300 * 2 ** attempt + 100 * this.backoff.fraction();
        if (performance.now() + wait >= deadline) throw error;
        await this.backoff.wait(wait);
      }
    }
  }

  async #send<T>(call: ProviderCall<T>, timeoutMs: number): Promise<VendorResponse> {
    const config: AxiosRequestConfig<string> = {
      adapter: this.transport.adapter,
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
      timeout: timeoutMs,
      maxContentLength: call.maxBytes ?? DEFAULT_MAX_BYTES,
      transformRequest: [],
      transformResponse: [],
    };
    try {
      return await this.http.axiosRef.request<Buffer | null, VendorResponse>(config);
    } catch (error) {
      throw lost(call, error);
    }
  }
}

/** The texts of a vendor's error body: `message` and `errors[].message`, in both shapes that vendors use. */
export function errorTexts(body: unknown): readonly string[] {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return [];
  const { message, errors } = parsed.data;
  return [message, ...errors.map((error) => error.message)].filter((text) => text !== null);
}

const text = z.string().nullable().catch(null);
const errorBody = z.object({
  message: text,
  errors: z.array(z.object({ message: text })).catch([]),
});

function isTransient(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false;
  if (error.cause instanceof TransportFailure && error.cause.kind === 'address_refused') return false;
  const { retryable, breaker } = FAULTS[error.fault];
  return retryable && breaker === 'vendor';
}

/** No answer. Only our own {@link TransportFailure} goes into the error: what axios throws holds the whole request. */
function lost<T>(call: ProviderCall<T>, error: unknown): ProviderError {
  if (!(error instanceof TransportFailure))
    return new ProviderError(
      call.provider,
      'unavailable',
      call.effectOnLostAnswer,
      `Could not ${call.operation}`,
    );
  const effect = error.sent ? call.effectOnLostAnswer : 'none';
  const [fault, why] = LOST[error.kind];
  return new ProviderError(
    call.provider,
    fault,
    effect,
    `Could not ${call.operation}: ${why} (${error.code})`,
    {
      cause: error,
    },
  );
}

const LOST = {
  address_refused: ['unavailable', 'its address is in a private network'],
  network: ['unavailable', 'the connection failed'],
  timeout: ['timeout', 'no answer in time'],
} as const satisfies Record<TransportFailure['kind'], readonly [ProviderFault, string]>;

function answerOf<T>(call: ProviderCall<T>, response: VendorResponse): Answer<T> {
  const { status } = response;
  const date = dateOf(response);
  if (status < 200 || status >= 300) throw refusal(call, response, date);
  return { status, data: readBody(call, response), date };
}

function readBody<T>(call: ProviderCall<T>, response: VendorResponse): T {
  const broken = (what: string, cause?: unknown): ProviderError =>
    new ProviderError(
      call.provider,
      'contract',
      call.effectOnLostAnswer,
      `Could not ${call.operation}: the answer ${what}`,
      { httpStatus: response.status, cause },
    );
  if (response.data === null) throw broken('is too large');
  const encoding = headerOf(response, 'content-encoding');
  if (encoding !== null && encoding !== 'identity') throw broken('is compressed, which was not asked for');
  let value: unknown;
  try {
    value = response.data.length === 0 ? null : parseUntrustedJson(response.data);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    throw broken('is not readable JSON', error);
  }
  const parsed = call.schema.safeParse(value);
  if (!parsed.success) throw broken(`does not have the documented shape at ${places(parsed.error)}`);
  return parsed.data;
}

/** Where a body did not fit, by our own schema's names; never its values. */
function places(error: z.ZodError): string {
  const paths = error.issues.map(
    ({ path }) => `/${path.filter((part) => typeof part === 'string').join('/')}`,
  );
  return [...new Set(paths)].slice(0, 5).join(', ');
}

function refusal<T>(call: ProviderCall<T>, response: VendorResponse, date: Date | null): ProviderError {
  const { status } = response;
  const error = (
    fault: ProviderFault,
    effect: ProviderError['effect'],
    retryAfterSeconds: number | null = null,
  ): ProviderError =>
    new ProviderError(call.provider, fault, effect, `Could not ${call.operation}: answered ${status}`, {
      httpStatus: status,
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    });
  if (status >= 500) return error('unavailable', call.effectOnLostAnswer, retryAfter(response, date));
  if (status < 400) return error('contract', call.effectOnLostAnswer);
  if (status === 408) return error('timeout', call.effectOnLostAnswer);
  if (status === 429) return error('rate_limited', 'none', retryAfter(response, date));
  return error(call.faultOf(status, errorTexts(bodyOrNull(response))), 'none');
}

function bodyOrNull(response: VendorResponse): unknown {
  if (response.data === null) return null;
  try {
    return parseUntrustedJson(response.data);
  } catch (error) {
    if (error instanceof UnreadableJson) return null;
    throw error;
  }
}

/** `Retry-After` as seconds or as a date, bounded to a day; null when absent or unreadable. */
function retryAfter(response: VendorResponse, date: Date | null): number | null {
  const value = headerOf(response, 'retry-after');
  if (value === null) return null;
  const until = instantOf(value);
  const seconds = /^\d{1,9}$/u.test(value)
    ? Number(value)
    : until === null
      ? null
      : Math.ceil((until.getTime() - (date ?? new Date()).getTime()) / 1000);
  return seconds === null ? null : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
}

function dateOf(response: VendorResponse): Date | null {
  return instantOf(headerOf(response, 'date'));
}

function instantOf(header: string | null): Date | null {
  if (header === null) return null;
  const date = new Date(header);
  return Number.isNaN(date.getTime()) ? null : date;
}

function headerOf(response: VendorResponse, name: string): string | null {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value.trim() : null;
}
