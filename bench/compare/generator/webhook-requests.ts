import { createHmac, createSecretKey, type KeyObject, randomInt } from 'node:crypto';

import { fromTypeId } from '../../../libs/platform/src/ids.js';
import { vendorIdOf } from '../vendor-id.js';
import { type Request } from './requests.js';

/** Where a vendor's webhooks go, and the secret that it signs them with. */
export interface WebhookAddress {
  readonly path: string;
  readonly secret: string;
}

/** Of a hundred webhooks; the rest say something new, in the order in which it happened. */
const REPLAYED = 5;
const FORGED = 3;
const LATE = 2;

/**
 * What a vendor tells of verifications that were begun at it: each is done once. Among that what comes twice, late or from somebody else,
 * about those whose first news was answered: what is late news depends on which of the two comes first.
 */
export class WebhookRequests {
  readonly #key: KeyObject;
  readonly #untold: string[] = [];
  readonly #told: string[] = [];

  constructor(private readonly address: WebhookAddress) {
    this.#key = createSecretKey(Buffer.from(address.secret));
  }

  /** A verification that is to be told of. */
  learn(verificationId: string): void {
    this.#untold.push(verificationId);
  }

  /** A verification whose news was taken. */
  told(verificationId: string): void {
    this.#told.push(verificationId);
  }

  next(): Request {
    const told = this.#told[randomInt(Math.max(1, this.#told.length))];
    const die = randomInt(100);
    if (told !== undefined && die < REPLAYED) return this.#request(told, 'verified', { isGenuine: true });
    if (told !== undefined && die < REPLAYED + FORGED)
      return this.#request(told, 'verified', { isGenuine: false });
    if (told !== undefined && die < REPLAYED + FORGED + LATE)
      return { ...this.#request(told, 'pending', { isGenuine: true }), isLate: true };
    const next = this.#untold.shift();
    if (next === undefined) throw new Error('every verification has been told of');
    return { ...this.#request(next, 'verified', { isGenuine: true }), tellsOf: next };
  }

  #request(
    verificationId: string,
    status: 'pending' | 'verified',
    { isGenuine }: { readonly isGenuine: boolean },
  ): Request {
    const uuid = fromTypeId('ver', verificationId) ?? '';
    const body = JSON.stringify({
      type: 'verification_status',
      _id: vendorIdOf(uuid),
      status,
      metadata: { verificationId: uuid },
    });
    const signature = createHmac('sha256', this.#key)
      .update(isGenuine ? body : `${body} `)
      .digest('base64');
    return {
      method: 'PUT',
      path: this.address.path,
      headers: { 'content-type': 'application/json', 'dentity-signature': signature },
      body,
      expected: isGenuine ? 200 : 401,
      tellsOf: null,
    };
  }
}
