import { createHmac } from 'node:crypto';

import { type WebhookForm } from '../kit/faults.js';
import { type TwinServices } from '../kit/twin.js';
import { type EmailEvent, type DentityAccount, type Verification } from './dentity.state.js';
import { type DentitySwitches } from './dentity.settings.js';
import { imagesView, userEntry } from './dentity.views.js';

/** Sends the three documented webhooks by PUT (providers/dentity.md 6). */
export class DentityWebhooks {
  readonly #services: TwinServices;

  constructor(services: TwinServices) {
    this.#services = services;
  }

  statusChanged(account: DentityAccount, verification: Verification): void {
    this.#send(account, verification, {
      type: 'verification_status',
      _id: verification.id,
      status: verification.status,
      ...userEntry(account, verification),
      metadata: verification.metadata,
      ...(account.switches.images ? { idvImages: imagesView(account, verification) } : {}),
    });
  }

  /** The top-level status stays that of the verification. */
  smsDelivery(account: DentityAccount, verification: Verification, status: string): void {
    verification.smsStatus = status;
    const event = { to: verification.phone, status };
    this.#send(account, verification, {
      type: 'sms_delivery_status',
      _id: verification.id,
      status: verification.status,
      ...metadataOf(account, verification),
      smsDeliveryEvents: account.switches.smsEventShape === 'array' ? [event] : event,
    });
  }

  /** Each e-mail webhook carries the whole history, newest first. */
  emailDelivery(account: DentityAccount, verification: Verification, status: string): void {
    if (verification.email === null) return;
    const seconds = Math.floor(account.clock.now().getTime() / 1000);
    const latest = verification.emailEvents[0]?.timestamp ?? 0;
    const event: EmailEvent = { email: verification.email, timestamp: Math.max(seconds, latest + 1), status };
    verification.emailEvents.unshift(event);
    this.#send(account, verification, {
      type: 'email_delivery_status',
      _id: verification.id,
      status: verification.status,
      ...metadataOf(account, verification),
      emailDeliveryEvents:
        account.switches.emailHistory === 'newest-first'
          ? [...verification.emailEvents]
          : verification.emailEvents.toReversed(),
    });
  }

  #send(account: DentityAccount, verification: Verification, payload: Record<string, unknown>): void {
    const url = verification.callbackUrl ?? account.callbackUrl;
    if (url === null) return;
    const minimal = { _id: verification.id, status: verification.status };
    const body = account.switches.webhookForm === 'minimal' ? minimal : payload;
    const { secretKey, switches } = account;
    this.#services.webhooks.send(account, verification.id, (form) => {
      const compact = JSON.stringify(body);
      const bytes = asBytes(body, form === 'pretty' ? 'pretty' : switches.webhookBytes);
      const signed = switches.signedBytes === 'sent' && form !== 'pretty' ? bytes : compact;
      return {
        method: 'PUT',
        url,
        headers: {
          'content-type': 'application/json',
          ...signatureHeader(secretKey, signed, SIGNATURES[form] ?? switches.signature),
        },
        body: bytes,
      };
    });
  }
}

const SIGNATURES: Readonly<Record<WebhookForm | 'usual', DentitySwitches['signature'] | null>> = {
  usual: null,
  pretty: null,
  unsigned: 'missing',
  'wrong-signature': 'wrong',
};

function metadataOf(account: DentityAccount, { metadata }: Verification): Record<string, unknown> {
  return account.switches.deliveryMetadata ? { metadata } : {};
}

/** base64(HMAC-SHA256(secretKey, compact JSON)), 44 characters (providers/dentity.md 6.1). */
function signatureHeader(
  secretKey: string,
  signed: string,
  form: DentitySwitches['signature'],
): Record<string, string> {
  const sign = (key: string): string => createHmac('sha256', key).update(signed).digest('base64');
  switch (form) {
    case 'correct':
      return { 'Dentity-Signature': sign(secretKey) };
    case 'wrong':
      return { 'Dentity-Signature': sign(`${secretKey}-not`) };
    case 'short':
      return { 'Dentity-Signature': sign(secretKey).slice(0, 20) };
    case 'empty':
      return { 'Dentity-Signature': '' };
    case 'missing':
      return {};
  }
}

function asBytes(body: unknown, form: DentitySwitches['webhookBytes']): string {
  switch (form) {
    case 'compact':
      return JSON.stringify(body);
    case 'pretty':
      return JSON.stringify(body, null, 2);
    case 'escaped':
      return JSON.stringify(body)
        .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .replaceAll('/', '\\/');
  }
}
