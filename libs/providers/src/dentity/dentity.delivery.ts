import { type DeliveryReport, type DeliveryState, type ReasonCode } from '@gatehouse/contract';

import { fromUnixSeconds } from '../kit/dates.js';
import { type DentityWebhook } from './dentity.wire.js';

/** The steps of a message's way, oldest first. Values that nobody knows are left out (providers/dentity.md 6). */
export function deliveryOf(webhook: DentityWebhook): readonly DeliveryReport[] {
  switch (webhook.type) {
    case 'email_delivery_status':
      return emailSteps(webhook.emailDeliveryEvents);
    case 'sms_delivery_status':
      return smsSteps(webhook.smsDeliveryEvents);
    default:
      return [];
  }
}

/** Whether the last step says that the person cannot be reached. `blocked` is temporary (providers/mapping.md 4.3). */
export function unreachable(delivery: readonly DeliveryReport[]): readonly ReasonCode[] {
  const last = delivery.at(-1)?.state;
  return last === 'bounced' || last === 'dropped' || last === 'failed' ? ['contact_unreachable'] : [];
}

type Events = DentityWebhook['emailDeliveryEvents'];

/**
 * A whole history, the newest first as far as it has no times (providers/dentity.md 6). Beside steps with a time, one without
 * is left out: it would be taken for the newest.
 */
function emailSteps(events: Events): readonly DeliveryReport[] {
  const isDated = events.some(({ timestamp }) => timestamp != null);
  return events
    .filter(({ timestamp }) => !isDated || timestamp != null)
    .toReversed()
    .toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))
    .flatMap(({ status, timestamp }) => {
      const state = EMAIL_STATES.get(status);
      const at = timestamp == null ? null : fromUnixSeconds(timestamp);
      return state === undefined ? [] : [{ channel: 'email', state, at }];
    });
}

/** Without times; how far a message got is what orders them (providers/dentity.md 6). */
function smsSteps(events: Events): readonly DeliveryReport[] {
  const reached = new Set(events.map(({ status }) => status));
  return [...SMS_STATES]
    .filter(([status]) => reached.has(status))
    .map(([, state]) => ({ channel: 'sms', state, at: null }));
}

const EMAIL_STATES: ReadonlyMap<string, DeliveryState> = new Map([
  ['processed', 'queued'],
  ['delivered', 'delivered'],
  ['deferred', 'deferred'],
  ['bounce', 'bounced'],
  ['dropped', 'dropped'],
  ['blocked', 'blocked'],
]);

/** In the order in which they happen. `queued` and `undelivered` are Twilio's, whose words the others are (INFERRED). */
const SMS_STATES: ReadonlyMap<string, DeliveryState> = new Map([
  ['accepted', 'queued'],
  ['queued', 'queued'],
  ['sending', 'queued'],
  ['sent', 'sent'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
  // What arrived did arrive.
  ['delivered', 'delivered'],
]);
