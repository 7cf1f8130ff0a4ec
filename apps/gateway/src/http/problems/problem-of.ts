import {
  FAULTS,
  InvalidShape,
  Problem,
  ProviderError,
  type ProviderFault,
  WebhookRefusal,
} from '@gatehouse/contract';
import { VerificationStartFailed } from '@gatehouse/core';
import { DatabaseError, MasterKeyUnavailable, toTypeId } from '@gatehouse/platform';
import { HttpException } from '@nestjs/common';

/** When to come back, where nobody said anything better. */
const RETRY_PROVIDER_SECONDS = 30;
const RETRY_OURS_SECONDS = 1;
const RETRY_KEEPER_SECONDS = 10;

/** Anything that was thrown, as the problem that the caller is told. Total: what is not known is `internal_error`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof VerificationStartFailed) return ofFailedStart(error);
  if (error instanceof ProviderError) return ofProvider(error);
  if (error instanceof WebhookRefusal) return ofRefusal(error);
  if (error instanceof InvalidShape) {
    return new Problem('validation_failed', 'Some members are not valid.', {
      errors: error.errors,
      cause: error,
    });
  }
  if (error instanceof DatabaseError && isPassing(error)) {
    return new Problem('overloaded', 'The store does not answer at the moment. Try again.', {
      retryAfterSeconds: RETRY_OURS_SECONDS,
      cause: error,
    });
  }
  if (error instanceof MasterKeyUnavailable) {
    return new Problem('overloaded', 'A key that this needs cannot be had at the moment. Try again.', {
      retryAfterSeconds: RETRY_KEEPER_SECONDS,
      cause: error,
    });
  }
  // Nest wraps Fastify's errors and keeps them as the cause.
  const cause = error instanceof HttpException && error.cause instanceof Error ? error.cause : error;
  const code =
    codeOfFramework(cause) ?? (error instanceof HttpException ? codeOfStatus(error.getStatus()) : null);
  return code === null ? internalError(error) : new Problem(code, FRAMEWORK_DETAILS[code], { cause: error });
}

function internalError(error: unknown): Problem {
  return new Problem(
    'internal_error',
    'Something went wrong on our side. The request id names it in our log.',
    {
      cause: error,
    },
  );
}

function ofProvider(error: ProviderError): Problem {
  const code = FAULTS[error.fault].problem;
  const retryAfterSeconds =
    error.retryAfterSeconds ?? (code === 'provider_unavailable' ? RETRY_PROVIDER_SECONDS : null);
  return new Problem(code, PROVIDER_DETAILS[error.fault], {
    provider: error.provider,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    cause: error,
  });
}

/** As its cause, and which verification it left behind. */
function ofFailedStart({ verificationId, reason, cause }: VerificationStartFailed): Problem {
  const { code, message, retryAfterSeconds } = ofProvider(cause);
  return new Problem(code, `${message} ${AFTER_START[cause.effect]}`, {
    provider: cause.provider,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    extensions: { verificationId: toTypeId('ver', verificationId), reasonCode: reason },
    cause,
  });
}

/** The outcome is stored, so the same idempotency key leads nowhere new. */
const AFTER_START: Readonly<Record<ProviderError['effect'], string>> = {
  none: 'The verification records it; another attempt is a new request with a new idempotency key.',
  unknown:
    'Whether the provider acted is not known: the verification stays and may still be found. Look at it before you begin another, with a new idempotency key.',
};

const BROKE_CONTRACT = 'The provider answered in a way that its documentation does not allow.';
const PROVIDER_DETAILS: Readonly<Record<ProviderFault, string>> = {
  credentials: 'The provider refused the credentials of this tenant’s connection.',
  invalid_request: 'The provider does not accept what it was sent about this person.',
  subject: 'The phone number and the e-mail address do not belong together at the provider.',
  not_found: BROKE_CONTRACT,
  conflict: 'The e-mail address or phone number belongs to another person at the provider.',
  rate_limited: 'The provider asks us to slow down.',
  unavailable: 'The provider is not available at the moment.',
  timeout: 'The provider did not answer in time.',
  contract: BROKE_CONTRACT,
};

function ofRefusal(refusal: WebhookRefusal): Problem {
  switch (refusal.kind) {
    case 'unauthentic':
      return new Problem('unauthenticated', 'The webhook did not prove where it comes from.', {
        cause: refusal,
      });
    case 'malformed':
      return new Problem('bad_request', 'The webhook cannot be read.', { cause: refusal });
    case 'unconfigured':
      return new Problem('webhook_not_configured', 'The connection has no secret to check webhooks with.', {
        cause: refusal,
      });
  }
}

/**
 * Connection failures, too many connections, a full disk, a server that goes down or comes up or is a standby still, a lock or a statement
 * that took too long, a right that the gateway's role does not have at the moment: another attempt may well succeed.
 */
function isPassing(error: DatabaseError): boolean {
  return /^(08|53|57P0|25006$|42501$|55P03$|57014$|E[A-Z_]+$)/.test(error.code);
}

type FrameworkCode =
  | 'malformed_json'
  | 'bad_request'
  | 'unauthenticated'
  | 'insufficient_scope'
  | 'not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited';

/** Frameworks quote the request in their messages; ours do not. */
const FRAMEWORK_DETAILS: Readonly<Record<FrameworkCode, string>> = {
  malformed_json: 'The body cannot be read as JSON in UTF-8.',
  bad_request: 'The request cannot be read as HTTP that this API understands.',
  unauthenticated: 'Send a valid key as Authorization: Bearer.',
  insufficient_scope: 'The key does not allow this.',
  not_found: 'There is no such resource.',
  method_not_allowed: 'The resource exists, and does not support this method.',
  payload_too_large: 'The body is larger than is accepted here.',
  unsupported_media_type: 'The media type of the body is not supported here.',
  rate_limited: 'Too many requests. Slow down.',
};

function codeOfFramework(error: unknown): FrameworkCode | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'payload_too_large';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'unsupported_media_type';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'malformed_json';
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'FST_ERR_NOT_FOUND':
      return 'not_found';
    // The last two: the sender hung up in the middle of its body, and nobody reads the answer.
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
    case 'ECONNABORTED':
      return 'bad_request';
    default:
      return null;
  }
}

function codeOfStatus(status: number): FrameworkCode | null {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'insufficient_scope';
    case 404:
    case 414:
      return 'not_found';
    case 405:
      return 'method_not_allowed';
    case 413:
      return 'payload_too_large';
    case 415:
      return 'unsupported_media_type';
    case 429:
      return 'rate_limited';
    default:
      return status >= 400 && status < 500 ? 'bad_request' : null;
  }
}
