import { createHmac } from 'node:crypto';

import { type TwinServices } from '../kit/twin.js';
import { type EmailEvent, type DentityAccount, type Verification } from './dentity.state.js';
import { imagesView, userView } from './dentity.views.js';

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
      user: userView(account, verification.user),
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
      emailDeliveryEvents: [...verification.emailEvents],
    });
  }

  #send(account: DentityAccount, verification: Verification, payload: Record<string, unknown>): void {
    const url = verification.callbackUrl ?? account.callbackUrl;
    if (url === null) return;
    const minimal = { _id: verification.id, status: verification.status };
    const body = account.switches.webhookForm === 'minimal' ? minimal : payload;
    this.#services.webhooks.send(account, verification.id, {
      method: 'PUT',
      url,
      headers: { 'content-type': 'application/json', ...signatureHeader(account, JSON.stringify(body)) },
      body: asBytes(account, body),
    });
  }
}

/** base64(HMAC-SHA256(secretKey, compact JSON)), 44 characters (providers/dentity.md 6.1). */
function signatureHeader(account: DentityAccount, compact: string): Record<string, string> {
  const sign = (key: string): string => createHmac('sha256', key).update(compact).digest('base64');
  switch (account.switches.signature) {
    case 'correct':
      return { 'Dentity-Signature': sign(account.secretKey) };
    case 'wrong':
      return { 'Dentity-Signature': sign(`${account.secretKey}-not`) };
    case 'short':
      return { 'Dentity-Signature': sign(account.secretKey).slice(0, 20) };
    case 'empty':
      return { 'Dentity-Signature': '' };
    case 'missing':
      return {};
  }
}

function asBytes(account: DentityAccount, body: unknown): string {
  switch (account.switches.webhookBytes) {
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
