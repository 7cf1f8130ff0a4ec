import { type RawWebhook } from '@gatehouse/contract';

import { hmacBase64 } from '../src/kit/signatures.js';

/** Bodies as Dentity documents them (providers/dentity.md 4, 6), with an invented person. */

export const VERIFICATION_ID = '665f0a1b2c3d4e5f60718293';

export const USER = {
  firstName: 'Li',
  lastName: 'Wei',
  fullName: 'Li Wei',
  email: 'li@mail.test',
  phoneNumber: '4155550123',
  dateOfBirth: '1994-02-11',
  addressDetail: { street: '1 Oak', country: 'US', city: 'Reno', state: 'NV', zip: '89501' },
};

export const STATUS_WEBHOOK = {
  type: 'verification_status',
  _id: VERIFICATION_ID,
  status: 'verified',
  user: USER,
  metadata: { verificationId: 'ver_01k00000000000000000000000' },
};

export const EMAIL_WEBHOOK = {
  type: 'email_delivery_status',
  _id: VERIFICATION_ID,
  status: 'pending',
  emailDeliveryEvents: [
    { email: 'li@mail.test', timestamp: 1_716_000_002, status: 'delivered' },
    { email: 'li@mail.test', timestamp: 1_716_000_000, status: 'processed' },
  ],
};

export const SMS_WEBHOOK = {
  type: 'sms_delivery_status',
  _id: VERIFICATION_ID,
  status: 'pending',
  smsDeliveryEvents: { to: '+14155550123', status: 'sent' },
};

export const CREDENTIALS = { apiKey: 'pk_of_the_tests', secretKey: 'sk_of_the_tests' };

export const CONTACT_MISMATCH = { message: 'The phone or email you entered does not match your account' };

/** The n-th of many ids. */
export function idOf(n: number): string {
  return n.toString(16).padStart(24, '0');
}

export function signatureOf(bytes: Uint8Array | string): string {
  return hmacBase64(CREDENTIALS.secretKey, bytes);
}

/** A webhook as Dentity sends it: compact bytes, signed. */
export function signedPut(body: unknown, overrides: Partial<RawWebhook> = {}): RawWebhook {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { method: 'PUT', headers: { 'dentity-signature': signatureOf(bytes) }, body: bytes, ...overrides };
}

/** The link of an image, signed at 2026-11-24T10:00:00Z; `parameters` that are undefined are left out. */
export function imageUrl(
  place: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const url = new URL(place);
  const signed: Readonly<Record<string, string | undefined>> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': '20261124T100000Z',
    'X-Amz-Expires': '60',
    'X-Amz-Signature': 'a1b2c3',
    ...parameters,
  };
  for (const [name, value] of Object.entries(signed)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}
