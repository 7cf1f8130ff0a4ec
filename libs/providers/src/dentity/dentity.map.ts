import { type Evidence, type Observation, type ProviderVerdict, type ReasonCode } from '@gatehouse/contract';

import { type DentitySettings } from './dentity.config.js';
import { deliveryOf, unreachable } from './dentity.delivery.js';
import { type DentityHandle } from './dentity.handle.js';
import { type DentityWebhook } from './dentity.wire.js';

/** Grows with every change of what an answer comes to (docs/MAPPING-VERSIONS.md). */
export const DENTITY_MAPPING = 1;

/** From completion on (providers/dentity.md 4.3). */
const REPORT_HOURS = 24;

/**
 * providers/mapping.md 4.3. `pending` covers a person in progress and one who has not begun; they cannot be told apart. That
 * somebody verified fails afterwards is not documented, so a human looks at it (providers/dentity.md 5).
 */
export function verdictOf(
  status: string,
  { wasVerified }: Pick<DentityHandle, 'wasVerified'>,
): {
  readonly verdict: ProviderVerdict;
  readonly reasonCodes: readonly ReasonCode[];
} {
  switch (status) {
    case 'pending':
      return { verdict: 'requires_input', reasonCodes: ['awaiting_user'] };
    case 'verified':
      return { verdict: 'verified', reasonCodes: [] };
    case 'failed':
      return wasVerified
        ? { verdict: 'needs_review', reasonCodes: ['provider_declined', 'data_conflict'] }
        : { verdict: 'rejected', reasonCodes: ['provider_declined'] };
    default:
      return { verdict: 'needs_review', reasonCodes: ['provider_status_unmapped'] };
  }
}

/** Their word, for the record and within what can be stored. */
export function rawStatusOf(status: string): string {
  return status.slice(0, 64).toWellFormed();
}

/** An observation of a status that was read; Dentity gives no time of its own. `known` includes this very read. */
export function observeStatus(
  status: string,
  known: DentityHandle,
  settings: Pick<DentitySettings, 'report'>,
): Observation {
  const isDecided = status === 'verified' || status === 'failed';
  const evidence = isDecided && settings.report === 'ask' ? reportSince(known.completedAt) : null;
  return { ...nothingBut(status), ...verdictOf(status, known), evidence };
}

/**
 * An observation of a webhook. A delivery event carries the verification's status too, but only for reference
 * (providers/dentity.md 6), and an unknown type is no more than a hint to read: neither has a verdict. What a webhook says is
 * confirmed by a read, which knows what was seen before.
 */
export function observeWebhook(webhook: DentityWebhook, evidence: Evidence | null): Observation {
  const status = webhook.status ?? null;
  if (status !== null && (webhook.type == null || webhook.type === 'verification_status'))
    return { ...nothingBut(status), ...verdictOf(status, { wasVerified: false }), evidence };
  const delivery = deliveryOf(webhook);
  return { ...nothingBut(status), reasonCodes: unreachable(delivery), delivery, evidence };
}

function nothingBut(status: string | null): Observation {
  return {
    verdict: null,
    rawStatus: status === null ? null : rawStatusOf(status),
    reasonCodes: [],
    providerTime: null,
    delivery: [],
    validity: null,
    riskLevel: null,
    consent: null,
    evidence: null,
  };
}

/** A read never has images; they come with webhooks. */
function reportSince(completedAt: string | null): Evidence {
  const until = completedAt === null ? null : new Date(Date.parse(completedAt) + REPORT_HOURS * 3_600_000);
  return { images: 0, imagesUntil: null, report: true, reportUntil: until?.toISOString() ?? null };
}
