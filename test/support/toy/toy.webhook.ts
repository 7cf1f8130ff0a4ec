import { type Connection, type InboundSignal, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';

import { isHmacBase64 } from '../../../libs/providers/src/kit/signatures.js';
import { parseWebhookJson } from '../../../libs/providers/src/kit/webhook-json.js';
import { type ToyCredentials, type ToySettings } from './toy.config.js';
import { observe } from './toy.map.js';
import { webhook as webhookBody } from './toy.wire.js';

/** Authenticates the bytes first and reads them afterwards; everything else is a refusal. */
export function receiveToyWebhook(
  { credentials }: Connection<ToyCredentials, ToySettings>,
  { method, headers, body }: RawWebhook,
): InboundSignal {
  const { secret } = credentials;
  if (secret === undefined) throw new WebhookRefusal('unconfigured', 'No webhook secret is configured');
  if (method !== 'POST') throw new WebhookRefusal('malformed', 'Not a POST');
  const signature = headers['toy-signature'];
  if (typeof signature !== 'string' || !isHmacBase64(secret, body, signature))
    throw new WebhookRefusal('unauthentic', 'The signature is missing or wrong');
  const parsed = webhookBody.safeParse(parseWebhookJson(body));
  if (!parsed.success) throw new WebhookRefusal('malformed', 'The body does not have the documented shape');
  const { event, id, reference, state, changedAt } = parsed.data;
  return {
    event,
    correlation: { verificationId: reference, reference: id, emails: [], phones: [] },
    observation: observe({ state, changedAt }, new Date()),
    reference: id,
    handlePatch: { sessionId: id },
    authenticity: 'hmac_raw',
    dedupKey: JSON.stringify([event, id, state, changedAt]),
    imageLinks: [],
    evidence: parsed.data,
  };
}
