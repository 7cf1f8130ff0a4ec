import { type ReasonCode, type VerificationStatus } from '@gatehouse/contract';
import { type AsideReason } from '@gatehouse/core';

/** What follows "the verification is". */
export const STATUS_WORDS: Readonly<Record<VerificationStatus, string>> = {
  requires_input: 'waiting for the person',
  processing: 'in progress',
  needs_review: 'waiting for a review',
  verified: 'verified',
  rejected: 'rejected',
  expired: 'expired',
  canceled: 'canceled',
  revoked: 'revoked',
  error: 'in error',
};

/** What follows "because". */
export const REASON_WORDS: Readonly<Record<ReasonCode, string>> = {
  awaiting_user: 'the person has not finished',
  awaiting_resubmission: 'the person has to hand something in again',
  liveness_failed: 'the liveness check failed',
  face_mismatch: 'the face does not match the document',
  document_unreadable: 'the document could not be read',
  document_type_unsupported: 'this kind of document is not accepted',
  document_expired: 'a document has expired',
  document_expiring: 'a document expires soon',
  data_conflict: 'what was handed in does not agree',
  duplicate_identity: 'the person may be known under another record',
  screening_hit: 'a screening list has a hit',
  provider_declined: 'the provider turned the person down',
  manual_review_required: 'a human has to look at it',
  risk_high: 'the risk is high',
  risk_medium: 'the risk is medium',
  risk_unknown: 'the risk is not known',
  consent_missing: 'the person has not consented to all of it',
  consent_revoked: 'the person has withdrawn the consent',
  identity_not_shareable: 'there was no identity to share',
  contact_unreachable: 'the message did not reach the person',
  contact_mismatch: 'the contact belongs to somebody else at the provider',
  contact_in_use: 'the contact is in use at the provider',
  abandoned_or_timeout: 'the person did not finish in time',
  evidence_lost: 'evidence is no longer there',
  provider_status_unmapped: 'nobody has said what the provider’s status means',
  provider_auth_failed: 'the provider refused the credentials',
  provider_unavailable: 'the provider could not be reached',
  provider_contract_broken: 'the provider answered in a way that it should not',
};

/** What follows "it was set aside, because". */
export const ASIDE_WORDS: Readonly<Record<AsideReason, string>> = {
  stale: 'something newer was known already',
  repeated: 'it said nothing new',
  contradicted: 'a newer answer of the provider says otherwise',
  absent_after_present: 'the record had been there before, and one look without it proves nothing',
  superseded: 'the result belongs to a newer verification of the same person',
  foreign: 'it was about somebody else',
  closed: 'the verification was over',
  not_allowed: 'the status did not allow it',
  erased: 'the person’s data had been erased',
};

export const OBSTACLE_WORDS = {
  not_connected: 'it is not connected',
  unsupported: 'it cannot do what was asked for',
  unhealthy: 'its calls had been failing',
} as const;

export function timeWords(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function providerWords(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `, because …`; nothing where there is no reason. */
export function because(codes: readonly ReasonCode[]): string {
  if (codes.length === 0) return '';
  return `, because ${codes.map((code) => REASON_WORDS[code]).join(' and ')}`;
}
