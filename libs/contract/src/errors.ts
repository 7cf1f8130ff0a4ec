import { type ReasonCode } from './reason-codes.js';

/**
 * The one table of problems (RFC 9457) that the API can answer. `owner` names who has to act.
 * Codes are contract (API.md 1): never renamed, never reused.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON', owner: 'caller' },
  bad_request: { status: 400, title: 'The request cannot be read', owner: 'caller' },
  unauthenticated: { status: 401, title: 'The sender did not prove who it is', owner: 'caller' },
  insufficient_scope: { status: 403, title: 'The API key lacks a scope', owner: 'caller' },
  not_found: { status: 404, title: 'There is no such resource', owner: 'caller' },
  method_not_allowed: { status: 405, title: 'The method is not supported here', owner: 'caller' },
  conflict: { status: 409, title: 'The request conflicts with existing data', owner: 'caller' },
  invalid_transition: { status: 409, title: 'The verification cannot make that move now', owner: 'caller' },
  capability_unsupported: { status: 409, title: 'The provider cannot do that', owner: 'caller' },
  provider_not_configured: {
    status: 409,
    title: 'No provider is configured for this tenant',
    owner: 'configuration',
  },
  trust_framework_not_configured: {
    status: 409,
    title: 'The tenant has not stated a trust framework',
    owner: 'configuration',
  },
  contact_in_use: {
    status: 409,
    title: 'The contact belongs to another person at the provider',
    owner: 'caller',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this key is still running',
    owner: 'caller',
  },
  stale_version: { status: 412, title: 'The resource changed since it was read', owner: 'caller' },
  payload_too_large: { status: 413, title: 'The body is too large', owner: 'caller' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported', owner: 'caller' },
  validation_failed: { status: 422, title: 'The request is not valid', owner: 'caller' },
  idempotency_key_reused: {
    status: 422,
    title: 'The idempotency key was used for another request',
    owner: 'caller',
  },
  provider_rejected_request: { status: 422, title: 'The provider refused the request', owner: 'caller' },
  rate_limited: { status: 429, title: 'Too many requests', owner: 'caller' },
  headers_too_large: { status: 431, title: 'The head of the request is too large', owner: 'caller' },
  erased: { status: 410, title: 'The data has been erased', owner: 'caller' },
  evidence_lost: { status: 410, title: 'The evidence is no longer available', owner: 'vendor' },
  internal_error: { status: 500, title: 'Gatehouse failed', owner: 'gatehouse' },
  provider_contract_broken: { status: 502, title: 'The provider broke its contract', owner: 'vendor' },
  provider_auth_failed: {
    status: 502,
    title: 'The provider refused our credentials',
    owner: 'configuration',
  },
  provider_unavailable: { status: 503, title: 'The provider is not available', owner: 'vendor' },
  webhook_not_configured: {
    status: 503,
    title: 'The webhook has no secret configured',
    owner: 'configuration',
  },
  overloaded: { status: 503, title: 'Gatehouse is overloaded', owner: 'gatehouse' },
  provider_timeout: { status: 504, title: 'The provider did not answer in time', owner: 'vendor' },
} as const satisfies Record<string, ProblemDefinition>;

export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly owner: 'caller' | 'configuration' | 'vendor' | 'gatehouse';
}
export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body, or a parameter's name. */
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown anywhere below the API to answer with a problem. `detail` must hold no personal data and no secret. */
export class Problem extends Error {
  readonly errors: readonly FieldError[];
  readonly provider: string | null;
  readonly retryAfterSeconds: number | null;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: {
      errors?: readonly FieldError[];
      provider?: string;
      retryAfterSeconds?: number;
      extensions?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.errors = options.errors ?? [];
    this.provider = options.provider ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.extensions = options.extensions ?? {};
  }
}

/** What went wrong in a call to a provider. */
export const PROVIDER_FAULTS = [
  'credentials',
  'invalid_request',
  'subject',
  'not_found',
  'conflict',
  'rate_limited',
  'unavailable',
  'timeout',
  'contract',
] as const;
export type ProviderFault = (typeof PROVIDER_FAULTS)[number];

/**
 * Everything that follows from a fault, in one table: whether to try again later, whether it says something about the
 * vendor's health, what the caller is told, and what the verification records.
 */
export const FAULTS = {
  credentials: {
    retryable: false,
    breaker: 'ours',
    problem: 'provider_auth_failed',
    reason: 'provider_auth_failed',
  },
  invalid_request: { retryable: false, breaker: 'none', problem: 'provider_rejected_request', reason: null },
  subject: {
    retryable: false,
    breaker: 'none',
    problem: 'provider_rejected_request',
    reason: 'contact_mismatch',
  },
  not_found: {
    retryable: false,
    breaker: 'none',
    problem: 'provider_contract_broken',
    reason: 'provider_contract_broken',
  },
  conflict: { retryable: false, breaker: 'none', problem: 'contact_in_use', reason: 'contact_in_use' },
  rate_limited: {
    retryable: true,
    breaker: 'ours',
    problem: 'provider_unavailable',
    reason: 'provider_unavailable',
  },
  unavailable: {
    retryable: true,
    breaker: 'vendor',
    problem: 'provider_unavailable',
    reason: 'provider_unavailable',
  },
  timeout: {
    retryable: true,
    breaker: 'vendor',
    problem: 'provider_timeout',
    reason: 'provider_unavailable',
  },
  contract: {
    retryable: false,
    breaker: 'vendor',
    problem: 'provider_contract_broken',
    reason: 'provider_contract_broken',
  },
} as const satisfies Record<
  ProviderFault,
  {
    readonly retryable: boolean;
    /**
     * Whose health the fault speaks of: the vendor's, or that of our account there (credentials, quota). `none`: it is about the
     * person or the request, and no sign of a failing connection.
     */
    readonly breaker: 'vendor' | 'ours' | 'none';
    readonly problem: ProblemCode;
    readonly reason: ReasonCode | null;
  }
>;

/**
 * A failed call to a provider. `message` is ours and says what was being done; it never holds a body, a header,
 * a URL's query or a person.
 */
export class ProviderError extends Error {
  readonly retryAfterSeconds: number | null;
  /** The vendor's HTTP status, where there was one. */
  readonly httpStatus: number | null;

  constructor(
    readonly provider: string,
    readonly fault: ProviderFault,
    /**
     * `none`: nothing happened to the person, so the call may be repeated here or elsewhere.
     * `unknown`: it may have taken effect; repeating it could text a person twice.
     */
    readonly effect: 'none' | 'unknown',
    message: string,
    options: { retryAfterSeconds?: number; httpStatus?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ProviderError';
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.httpStatus = options.httpStatus ?? null;
  }
}

/**
 * Thrown by `receive`: the sender did not prove itself, or what it sent cannot be read.
 * `unauthentic` is answered 401, `malformed` 400, `unconfigured` 503.
 */
export class WebhookRefusal extends Error {
  constructor(
    readonly kind: 'unauthentic' | 'malformed' | 'unconfigured',
    /** A fixed phrase for the security log; never anything from the request. */
    message: string,
  ) {
    super(message);
    this.name = 'WebhookRefusal';
  }
}
