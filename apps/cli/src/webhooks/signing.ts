import { randomBytes } from 'node:crypto';

import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 24;

/** A secret of the form that Gatehouse gives to endpoints. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Whether the text can be decoded to a key. */
export function isSecret(text: string): boolean {
  return (
    /^(?:whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text) &&
    Buffer.from(text.replace(/^whsec_/, ''), 'base64').length > 0
  );
}

/** The header fields of Standard Webhooks 1.0.0 for a body. */
export function signedHeaders(
  secret: string,
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
): Readonly<Record<string, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}
