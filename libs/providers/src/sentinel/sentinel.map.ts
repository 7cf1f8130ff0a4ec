import { type Observation, type ProviderVerdict, type ReasonCode, type Validity } from '@gatehouse/contract';

import { toInstant, toIsoDate } from '../kit/dates.js';
import { documentValidity, EXPIRING_DAYS, validityReasons } from '../kit/document-validity.js';
import { type SentinelSettings, type SentinelStatus, statusName } from './sentinel.config.js';
import { documentTypesNamed, SENTINEL_DOCUMENTS } from './sentinel.documents.js';
import { type SentinelCustomer, type SentinelDocument, type SentinelWebhook } from './sentinel.wire.js';

/** Grows with every change of what an answer comes to (docs/MAPPING-VERSIONS.md). */
export const SENTINEL_MAPPING = 1;

/** Sentinel's longest lead for an expiry warning (providers/sentinel.md 7). */
const WARNED_EXPIRING_DAYS = 90;

interface Verdict {
  readonly verdict: ProviderVerdict;
  readonly reasonCodes: readonly ReasonCode[];
}

/** providers/mapping.md 4.1, whole: anything without a confirmed meaning needs a human. */
export function verdictOf(status: SentinelStatus | null): Verdict {
  switch (status) {
    case 'pending':
      return { verdict: 'processing', reasonCodes: [] };
    case 'draft':
      return { verdict: 'requires_input', reasonCodes: ['awaiting_resubmission'] };
    case 'conflict':
      return { verdict: 'needs_review', reasonCodes: ['data_conflict'] };
    case 'duplicate':
      return { verdict: 'needs_review', reasonCodes: ['duplicate_identity'] };
    case 'rejected':
      return { verdict: 'rejected', reasonCodes: ['provider_declined'] };
    case 'accepted':
      return { verdict: 'verified', reasonCodes: [] };
    case null:
      return { verdict: 'needs_review', reasonCodes: ['provider_status_unmapped'] };
  }
}

/** What a read says, with the reasons that its result flags give (the API has no reason field; providers/sentinel.md 6.2). */
export function observeCustomer(
  customer: SentinelCustomer,
  settings: SentinelSettings,
  context: { readonly now: Date; readonly warned: boolean },
): Observation {
  const status = statusName(customer.status, settings);
  const { verdict, reasonCodes } = verdictOf(status);
  const documents = documentsOf(customer).map(({ fields }) => fields);
  const read = documentValidity(
    documentsOf(customer).map(({ type, fields }) => ({ type, expiresOn: toIsoDate(fields.dateOfExpiry) })),
    context.now,
    context.warned ? WARNED_EXPIRING_DAYS : EXPIRING_DAYS,
  );
  const validity = withExpired(read, customer.expiredIds ?? []);
  return {
    verdict,
    rawStatus: customer.status.toString(),
    reasonCodes: [...reasonCodes, ...failures(customer, documents, status), ...validityReasons(validity)],
    providerTime: toInstant(customer.updatedAt),
    delivery: [],
    validity,
    riskLevel: null,
    consent: null,
    evidence: null,
  };
}

/** Sentinel's word that documents have expired, also where it names none that we know, beside what the dates say. */
function withExpired(read: Validity | null, expiredIds: readonly string[]): Validity | null {
  if (expiredIds.length === 0) return read;
  const byDate = read?.state === 'expired' ? read.documents : [];
  const documents = [...new Set([...byDate, ...documentTypesNamed(expiredIds)])];
  return { documentExpiry: read?.documentExpiry ?? null, state: 'expired', documents };
}

/**
 * An accepted person with a failed check stays accepted, because an admin may have overridden it, but the reason is
 * attached (providers/mapping.md 4.1).
 */
function failures(
  customer: SentinelCustomer,
  documents: readonly SentinelDocument[],
  status: SentinelStatus | null,
): readonly ReasonCode[] {
  if (status !== 'draft' && status !== 'rejected' && status !== 'accepted') return [];
  const failed: ReasonCode[] = [];
  if (customer.isLive === false) failed.push('liveness_failed');
  if (documents.some((document) => document.idMatch === false)) failed.push('face_mismatch');
  if (documents.some((document) => document.idClassificationPassed === false))
    failed.push('document_unreadable');
  return failed;
}

/** What a webhook says. Only two event names are known to mean something of their own (providers/sentinel.md 7). */
export function observeWebhook(webhook: SentinelWebhook, settings: SentinelSettings): Observation {
  const common = {
    rawStatus: webhook.newStatus?.toString() ?? null,
    providerTime: toInstant(webhook.updatedAt),
    delivery: [],
    validity: null,
    riskLevel: null,
    consent: null,
    evidence: null,
  } as const;
  if (webhook.event === 'expiry_warning')
    return {
      ...common,
      verdict: null,
      reasonCodes: ['document_expiring'],
      validity: {
        documentExpiry: null,
        state: 'expiring',
        documents: documentTypesNamed(webhook.expiryWarningFor ?? []),
      },
    };
  const status = typeof webhook.newStatus === 'number' ? statusName(webhook.newStatus, settings) : null;
  if (webhook.event === 'customer_created' && status === null)
    return { ...common, verdict: 'processing', reasonCodes: [] };
  // An authentic signal without a status still means that something happened; the read that follows will tell what.
  if (typeof webhook.newStatus !== 'number') return { ...common, verdict: null, reasonCodes: [] };
  return { ...common, ...verdictOf(status) };
}

/** The documents that the person handed in, with our names for them. */
export function documentsOf(
  customer: SentinelCustomer,
): readonly { readonly type: string; readonly fields: SentinelDocument }[] {
  return SENTINEL_DOCUMENTS.flatMap(({ type, key }) => {
    const fields = customer[key];
    return fields === null || fields === undefined ? [] : [{ type, fields }];
  });
}
