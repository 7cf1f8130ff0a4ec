import { Webhook } from 'standardwebhooks';

import { type ToldEvent } from '../events/told-event.js';

export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An event as Standard Webhooks 1.0.0 has it: the event's id is the message's at every attempt, its time that of the attempt, and
 * there is a signature for each secret in force.
 */
export function signedMessage(event: ToldEvent, secrets: readonly string[], at: Date): SignedMessage {
  const { id, type, timestamp, data } = event;
  const body = JSON.stringify({ type, timestamp, data });
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'gatehouse-webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
