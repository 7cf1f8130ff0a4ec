import { type ProblemCode } from '@gatehouse/contract';

/** What the page of each problem says. */
export const PROBLEM_GUIDE: Readonly<
  Record<ProblemCode, { readonly meaning: string; readonly cure: string }>
> = {
  malformed_json: {
    meaning: 'The body is not JSON in UTF-8, is nested too deeply, or has a member with a forbidden name.',
    cure: 'Send well-formed JSON. Nothing was done.',
  },
  bad_request: {
    meaning: 'The request or the webhook cannot be read.',
    cure: 'Compare what is sent with the API reference. Nothing was done.',
  },
  unauthenticated: {
    meaning: 'No key was sent, or it is unknown, expired or revoked, or its tenant is suspended.',
    cure: 'Send a key in force as “Authorization: Bearer gk_…”. A webhook must carry the provider’s own proof.',
  },
  insufficient_scope: {
    meaning:
      'The key is in force and does not allow this. Tenants’ keys act on /v1, admin keys on /admin/v1.',
    cure: 'Use a key with the scope that the API reference names.',
  },
  not_found: {
    meaning: 'Nothing of this name exists for this key. What belongs to others is answered the same way.',
    cure: 'Check the id, and that the key is of the right tenant and environment.',
  },
  method_not_allowed: {
    meaning: 'The path exists and does not answer to this method.',
    cure: 'Use one of the methods in the Allow field.',
  },
  conflict: {
    meaning: 'The request contradicts what is stored.',
    cure: 'Read the resource again, then decide what should become of it.',
  },
  invalid_transition: {
    meaning: 'The verification is in a status from which it cannot do that.',
    cure: 'Read the verification; act on its present status.',
  },
  capability_unsupported: {
    meaning: 'The provider of this verification or policy cannot do what was asked.',
    cure: 'Ask for less, or choose one of the providers that the problem names.',
  },
  trust_framework_not_configured: {
    meaning:
      'Verified claims name the trust framework under which a person was verified. The tenant has stated none, and Gatehouse makes none up.',
    cure: 'An admin sets “trustFramework” of the tenant.',
  },
  provider_not_configured: {
    meaning: 'The tenant has no connection or no policy for the provider that would be needed.',
    cure: 'An admin puts the connection and the routing policy in place.',
  },
  contact_in_use: {
    meaning: 'The provider knows the e-mail address or phone number as another person’s.',
    cure: 'Ask the person for other contacts.',
  },
  idempotency_in_progress: {
    meaning: 'The first request with this idempotency key has not been answered yet.',
    cure: 'Repeat the request after the time in Retry-After.',
  },
  stale_version: {
    meaning: 'Somebody changed the resource after the read that If-Match refers to.',
    cure: 'Read it again and repeat the change on what is there now.',
  },
  payload_too_large: {
    meaning: 'The body is larger than is accepted: 256 KiB, or 1 MiB for webhooks.',
    cure: 'Send less.',
  },
  unsupported_media_type: {
    meaning: 'The body is not sent as application/json in UTF-8 without compression.',
    cure: 'Set the Content-Type field.',
  },
  validation_failed: {
    meaning: 'Some members or parameters are unknown, missing or out of their rules; “errors” names each.',
    cure: 'Correct what “errors” names. Nothing was done.',
  },
  idempotency_key_reused: {
    meaning: 'The idempotency key belongs to an earlier request with another body or path.',
    cure: 'Use a new key for a new request, and the same body for the same key.',
  },
  provider_rejected_request: {
    meaning:
      'The provider does not accept what it was sent about this person; “detail” says so where the phone number and the e-mail address do not belong together there.',
    cure: 'Check the person’s details; the rules differ between providers.',
  },
  rate_limited: {
    meaning: 'The key, or the address that failed to authenticate, made too many requests.',
    cure: 'Wait for the time in Retry-After; watch the RateLimit field.',
  },
  headers_too_large: {
    meaning: 'The request line and the header fields together are larger than 16 KiB.',
    cure: 'Send fewer or shorter fields; cookies are of no use here. Nothing was done.',
  },
  erased: {
    meaning: 'The personal data was erased at somebody’s request. Status and proof survive.',
    cure: 'None: that is what erasure is for.',
  },
  evidence_lost: {
    meaning: 'The provider no longer has the evidence.',
    cure: 'Begin a new verification if the evidence is needed.',
  },
  internal_error: {
    meaning: 'Gatehouse made a mistake.',
    cure: 'Repeat the request with the same idempotency key, so that it is carried out at most once; if it stays so, report the request id.',
  },
  provider_contract_broken: {
    meaning: 'The provider answered in a way that its documentation does not allow.',
    cure: 'Nothing a caller could do; our operators see it.',
  },
  provider_auth_failed: {
    meaning: 'The provider refuses the credentials of the tenant’s connection.',
    cure: 'An admin corrects the connection and checks it.',
  },
  provider_unavailable: {
    meaning: 'The provider does not answer, or asks us to slow down.',
    cure: 'Wait for the time in Retry-After. Where the problem names a verification, this outcome is stored under the idempotency key: read the verification, and use a new key for a new attempt.',
  },
  webhook_not_configured: {
    meaning: 'The connection holds no secret to check webhooks with, so none is accepted.',
    cure: 'An admin adds the secret to the connection.',
  },
  overloaded: {
    meaning: 'Gatehouse cannot take the request at the moment.',
    cure: 'Repeat it after the time in Retry-After, with the same idempotency key.',
  },
  provider_timeout: {
    meaning: 'The provider did not answer in time; whether it acted may be unknown.',
    cure: 'Where the problem names a verification, it stays and may still be found at the provider: look at it before you begin another. This outcome is stored under the idempotency key, so a new attempt needs a new key.',
  },
};
