import {
  type DeliveryReport,
  type DeliveryState,
  type Observation,
  type ProviderVerdict,
  type ReasonCode,
} from '@gatehouse/contract';

import { fromUnixSeconds } from '../kit/dates.js';
import { type DentityWebhook } from './dentity.wire.js';

/** providers/mapping.md 4.3. `pending` covers a person in progress and one who has not begun; they cannot be told apart. */
export function verdictOf(status: string): {
  readonly verdict: ProviderVerdict;
  readonly reasonCodes: readonly ReasonCode[];
} {
  switch (status) {
    case 'pending':
      return { verdict: 'requires_input', reasonCodes: ['awaiting_user'] };
    case 'verified':
      return { verdict: 'verified', reasonCodes: [] };
    case 'failed':
      return { verdict: 'rejected', reasonCodes: ['provider_declined'] };
    default:
      return { verdict: 'needs_review', reasonCodes: ['provider_status_unmapped'] };
  }
}

/** An observation of a verification's status; Dentity gives no time of its own. */
export function observeStatus(status: string): Observation {
  return { ...nothingBut(status), ...verdictOf(status) };
}

/**
 * An observation of a webhook. A delivery event carries the verification's status too, but only for reference
 * (providers/dentity.md 6), and an unknown type is no more than a hint to read: neither has a verdict.
 */
export function observeWebhook(webhook: DentityWebhook): Observation {
  const status = webhook.status ?? null;
  if (status !== null && (webhook.type == null || webhook.type === 'verification_status'))
    return { ...observeStatus(status), evidence: evidenceOf(webhook) };
  const delivery = deliveryOf(webhook);
  return { ...nothingBut(status), reasonCodes: unreachable(delivery), delivery };
}

function nothingBut(status: string | null): Observation {
  return {
    verdict: null,
    rawStatus: status?.slice(0, 64).toWellFormed() ?? null,
    reasonCodes: [],
    providerTime: null,
    delivery: [],
    validity: null,
    riskLevel: null,
    consent: null,
    evidence: null,
  };
}

function evidenceOf(webhook: DentityWebhook): Observation['evidence'] {
  const images = webhook.idvImages
    .flatMap((set) => Object.values(set.images ?? {}))
    .filter((url) => typeof url === 'string').length;
  return images === 0 ? null : { images, imagesUntil: null, report: false, reportUntil: null };
}

/** The steps of a message's way, oldest first. Values that nobody knows are left out (providers/dentity.md 6). */
function deliveryOf(webhook: DentityWebhook): readonly DeliveryReport[] {
  switch (webhook.type) {
    case 'email_delivery_status':
      return webhook.emailDeliveryEvents
        .toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))
        .flatMap(({ status, timestamp }) =>
          report('email', EMAIL_STATES.get(status), timestamp == null ? null : fromUnixSeconds(timestamp)),
        );
    case 'sms_delivery_status':
      return webhook.smsDeliveryEvents.flatMap(({ status }) => report('sms', SMS_STATES.get(status), null));
    default:
      return [];
  }
}

function report(
  channel: DeliveryReport['channel'],
  state: DeliveryState | undefined,
  at: string | null,
): readonly DeliveryReport[] {
  return state === undefined ? [] : [{ channel, state, at }];
}

const EMAIL_STATES: ReadonlyMap<string, DeliveryState> = new Map([
  ['processed', 'queued'],
  ['delivered', 'delivered'],
  ['deferred', 'deferred'],
  ['bounce', 'bounced'],
  ['dropped', 'dropped'],
  ['blocked', 'blocked'],
]);

const SMS_STATES: ReadonlyMap<string, DeliveryState> = new Map([
  ['accepted', 'queued'],
  ['sending', 'queued'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['failed', 'failed'],
]);

/** Whether the last step says that the person cannot be reached. `blocked` is temporary (providers/mapping.md 4.3). */
function unreachable(delivery: readonly DeliveryReport[]): readonly ReasonCode[] {
  const last = delivery.at(-1)?.state;
  return last === 'bounced' || last === 'dropped' || last === 'failed' ? ['contact_unreachable'] : [];
}
