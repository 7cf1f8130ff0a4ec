import { Webhook } from 'standardwebhooks';

import { type ToldEvent } from '../events/told-event.js';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An event as Standard Webhooks 1.0.0 has it, without its signatures. */
export function messageOf({ id, type, timestamp, data }: ToldEvent, at: Date): Message {
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'gatehouse-webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    },
    body: JSON.stringify({ type, timestamp, data }),
  };
}

/**
 * An event as Standard Webhooks 1.0.0 has it: the event's id is the message's at every attempt, its time that of the attempt, and
 * there is a signature for each secret in force.
 */
export function signedMessage(event: ToldEvent, secrets: readonly string[], at: Date): Message {
  const { headers, body } = messageOf(event, at);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(event.id, at, body));
  return { headers: { ...headers, 'webhook-signature': signatures.join(' ') }, body };
}
