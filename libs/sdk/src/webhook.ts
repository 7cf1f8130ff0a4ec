import { Webhook } from 'standardwebhooks';

import { type GatehouseEvent } from './event.js';

/** Headers as fetch has them, or as Node's server and the frameworks on it do. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Not sent by your gateway, changed on the way, or too old: answer 400 or 401, and do nothing else. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/**
 * The event of a webhook that was signed with one of `secrets` (`whsec_…`) within the last five minutes. `body` is what
 * arrived, byte for byte: not parsed and put together again. While a secret is rotated, give the old and the new one.
 *
 * Throws WebhookVerificationError, and a TypeError where no secret is given: nothing is verified by nothing.
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
): GatehouseEvent {
  const webhooks = [secrets].flat().map(webhookOf);
  if (webhooks.length === 0) throw new TypeError('no webhook secret was given');
  const text = textOf(body);
  const signed = Object.fromEntries(NAMES.map((name) => [name, headerOf(headers, name)]));
  if (!webhooks.some((webhook) => isSignedBy(webhook, text, signed)))
    throw new WebhookVerificationError('no secret that was given made this signature, or it is too old');
  return eventOf(signed['webhook-id'] ?? '', text);
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // Its message is not passed on: it may be about the secret's characters.
    throw new TypeError('a webhook secret is empty or not base64 (whsec_…)');
  }
}

function isSignedBy(webhook: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    // All that it throws is that it could not be verified.
    return false;
  }
}

function textOf(body: string | Uint8Array): string {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new WebhookVerificationError('the body is not UTF-8');
  }
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : ofRecord(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`there is no header ${name}, or more than one`);
}

function ofRecord(
  headers: Exclude<WebhookHeaders, Headers>,
  name: string,
): string | readonly string[] | undefined {
  const values = Object.entries(headers).filter(([key]) => key.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}

/** Who signed it is trusted to have written an event; what is no event at all is refused all the same. */
function eventOf(id: string, text: string): GatehouseEvent {
  const { type, timestamp, data } = membersOf(text);
  if (typeof type !== 'string' || typeof timestamp !== 'string' || typeof data !== 'object' || data === null)
    throw new WebhookVerificationError('the body is signed, and no event');
  return { id, type, timestamp, data } as GatehouseEvent;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
