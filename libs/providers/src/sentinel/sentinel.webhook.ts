import { type Connection, type InboundSignal, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';
import { constantTimeEqual } from '@gatehouse/platform';

import { withoutDataUris } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { parseWebhookJson } from '../kit/webhook-json.js';
import { type SentinelCredentials, type SentinelSettings } from './sentinel.config.js';
import { observeWebhook } from './sentinel.map.js';
import { type SentinelWebhook, webhookBody } from './sentinel.wire.js';

/** The vendor does not say how its default event is called (providers/sentinel.md 7); our word where it sends none. */
const DEFAULT_EVENT = 'status_change';

/**
 * Authenticates and parses one webhook. Sentinel's only proof is the passphrase inside the body (providers/sentinel.md 7),
 * so the bytes are parsed first, but nothing in them matters before the passphrase was compared.
 */
export function receiveSentinelWebhook(
  { credentials, settings }: Connection<SentinelCredentials, SentinelSettings>,
  webhook: RawWebhook,
): InboundSignal {
  if (credentials.callbackPassphrase === undefined)
    throw new WebhookRefusal('unconfigured', 'No callback passphrase is configured');
  if (webhook.method.toUpperCase() !== 'POST') throw new WebhookRefusal('malformed', 'Not a POST');
  const { passphrase, ...kept } = membersOf(parseWebhookJson(webhook.body));
  if (typeof passphrase !== 'string' || !constantTimeEqual(passphrase, credentials.callbackPassphrase))
    throw new WebhookRefusal('unauthentic', 'The passphrase is missing or wrong');
  const parsed = webhookBody.safeParse(kept);
  if (!parsed.success) throw new WebhookRefusal('malformed', 'The body does not have the documented shape');
  return signalOf(parsed.data, settings, withoutDataUris(kept));
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WebhookRefusal('unauthentic', 'The body holds no passphrase');
  return { ...value };
}

function signalOf(body: SentinelWebhook, settings: SentinelSettings, evidence: unknown): InboundSignal {
  const event = body.event ?? DEFAULT_EVENT;
  const phone = toE164(body.phone) ?? body.phone ?? null;
  const email = body.email ?? null;
  return {
    event,
    correlation: {
      verificationId: null,
      reference: body.uuid,
      emails: email === null ? [] : [email],
      phones: phone === null ? [] : [phone],
    },
    observation: observeWebhook(body, settings),
    reference: body.uuid,
    handlePatch: {
      uuid: body.uuid,
      ...(email === null ? {} : { latestEmail: email }),
      ...(phone === null ? {} : { latestPhone: phone }),
      ...(event === 'expiry_warning' ? { warned: true } : {}),
    },
    authenticity: 'passphrase',
    // providers/mapping.md 2.4 (4).
    dedupKey: JSON.stringify([body.uuid, event, body.newStatus ?? null, body.updatedAt ?? null]),
    imageLinks: [],
    evidence,
  };
}
