import { createHmac } from 'node:crypto';

import { type ProviderName } from '../vendor-accounts.js';
import { type Canaries } from './canaries.js';
import { type Person } from './planted-world.js';

export function malformedConnections(
  canaries: Canaries,
  provider: ProviderName,
  credentials: Record<string, string>,
): readonly unknown[] {
  const canary = (what: string): string => canaries.text(`${what} (malformed connection, ${provider})`);
  const [first = ''] = Object.keys(credentials);
  return [
    {
      credentials: { ...credentials, [first]: [canary('credential in a list')] },
      settings: { baseUrl: 'https://a.test' },
    },
    { credentials: canary('credentials as text'), settings: {} },
    { credentials: { ...credentials, unknown: canary('unknown credential') }, settings: {} },
    { credentials, settings: { baseUrl: `https://user:${canary('password in a URL')}@a.test` } },
    { credentials, settings: { baseUrl: `ftp://${canary('URL of another scheme')}` } },
    { credentials, settings: { baseUrl: 'https://a.test', unknown: canary('unknown setting') } },
    {
      credentials: { [first]: canary('credentials that are not all') },
      settings: { baseUrl: canary('no URL') },
    },
  ];
}

export function invalidBodies(canaries: Canaries): readonly unknown[] {
  const canary = (what: string): string => canaries.text(`${what} (invalid body)`);
  const subject = { email: canaries.email('subject.email (invalid body)') };
  return [
    { subject: { email: canary('email without @') } },
    { subject: { phone: canary('phone of letters') } },
    { subject: { ...subject, dateOfBirth: canary('date') } },
    { subject: { ...subject, firstName: [canary('name in a list')] } },
    { subject: { ...subject, address: canary('address as text') } },
    { subject: { ...subject, extra: canary('unknown member') } },
    { subject: canary('subject as text') },
    { subject, redirectUrl: `javascript:${canary('URL of another scheme')}` },
    { subject, redirectUrl: `https://user:${canary('password in a URL')}@a.test` },
    { subject, checks: [canary('unknown check')] },
    { subject, metadata: { name: { inner: canary('metadata of another type') } } },
    { subject, message: canary('message without link') },
    { subject, provider: canary('unknown provider') },
    { subject, reference: `${canary('reference with a NUL')}\0` },
    { subject, reference: canary('reference that is too long').repeat(20) },
  ];
}

export function webhookAbout(person: Person, more: string): Record<string, unknown> {
  return {
    uuid: '0d8c2f9e-1111-4222-8333-944455566677',
    _id: '0d8c2f9e111142228333944455566677',
    email: person.email,
    phone: person.phone,
    newStatus: 6,
    type: 'verification_status',
    status: 'verified',
    user: { ...person, documentNumber: more },
    metadata: { verificationId: more },
    message: more,
  };
}

export interface Hook {
  readonly method: string;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** Signs as the vendor does: Sentinel with a member of the body, Dentity with a header. */
export function signer(
  provider: 'sentinel' | 'dentity',
  credentials: Record<string, string>,
): (body: string) => Hook {
  if (provider === 'sentinel') {
    const passphrase = JSON.stringify(credentials['callbackPassphrase'] ?? '');
    return (body) => ({ method: 'POST', body: `{"passphrase":${passphrase},${body.slice(1)}`, headers: {} });
  }
  return (body) => {
    const signature = createHmac('sha256', credentials['secretKey'] ?? '')
      .update(body)
      .digest('base64');
    return { method: 'PUT', body, headers: { 'dentity-signature': signature } };
  };
}
