import { WebhookRefusal } from '@gatehouse/contract';

import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';

/** A webhook's body as JSON; what cannot be read is refused as malformed. Throws {@link WebhookRefusal}. */
export function parseWebhookJson(body: Uint8Array): unknown {
  try {
    return parseUntrustedJson(body);
  } catch (error) {
    if (error instanceof UnreadableJson) throw new WebhookRefusal('malformed', error.message);
    throw error;
  }
}
