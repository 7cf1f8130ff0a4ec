import { randomBytes } from 'node:crypto';

import { type WebhookAddress } from './generator/webhook-requests.js';
import { ADMIN_KEY } from './gateway.js';
import { VENDOR } from './vendor.js';

/** A customer of the gateway's as an operator sets one up, and one verification of theirs. */
export interface Tenant {
  readonly id: string;
  readonly keys: readonly string[];
  /** Of its endpoint. */
  readonly webhookSecret: string;
}

/** One for each of 16 callers. Each may ask for 30,000 things a minute, which is the gateway's guard against accidents. */
const KEYS = 16;

/** Over the API, as an operator and a product backend do it. Throws an error with the answer where one is not as it should be. */
export async function setUpTenant(
  origin: string,
  { vendorOrigin, receiverUrl }: { readonly vendorOrigin: string; readonly receiverUrl: string },
): Promise<Tenant> {
  const admin = adminAt(origin);
  const id = textOf(await admin('POST', '/tenants', { name: 'Northwind Bank' }), 'id');
  const keys: string[] = [];
  for (let number = 0; number < KEYS; number += 1) {
    const scopes = ['verifications:read', 'verifications:write', 'webhooks:read', 'webhooks:write'];
    const made = await admin('POST', `/tenants/${id}/api-keys`, {
      name: `backend ${number}`,
      environment: 'test',
      scopes,
    });
    keys.push(textOf(made, 'key'));
  }
  await admin('PUT', `/tenants/${id}/connections/${VENDOR.name}?environment=test`, {
    credentials: VENDOR.credentials,
    // Reads in the background, which begin a minute after a start, would be charged to whatever is measured then.
    settings: { baseUrl: vendorOrigin + VENDOR.basePath, callsPerMinute: 10 },
  });
  await admin('PUT', `/tenants/${id}/routing?environment=test`, { provider: VENDOR.name });
  const [key = ''] = keys;
  const endpoint = await send(`${origin}/v1/webhook-endpoints`, 'POST', key, {
    url: receiverUrl,
    // Who makes a verification has its beginning in the answer, and wants to be told how it goes on.
    eventTypes: ['verification.status_changed'],
  });
  return { id, keys, webhookSecret: textOf(endpoint, 'secret') };
}

/** From now on the tenant's people go to a vendor that signs its webhooks; where it sends them. */
export async function connectSigningVendor(
  origin: string,
  { id }: Tenant,
  vendorOrigin: string,
): Promise<WebhookAddress> {
  const admin = adminAt(origin);
  const secret = randomBytes(16).toString('hex');
  const connection = await admin('PUT', `/tenants/${id}/connections/dentity?environment=test`, {
    credentials: { apiKey: 'bench', secretKey: secret },
    // As many calls as the vendor is taken to allow unless it says otherwise, fifty verifications in each.
    settings: { baseUrl: `${vendorOrigin}/dentity` },
  });
  await admin('PUT', `/tenants/${id}/routing?environment=test`, { provider: 'dentity' });
  return { path: new URL(textOf(connection, 'webhookUrl')).pathname, secret };
}

function adminAt(origin: string): (method: string, path: string, body: object) => Promise<Answer> {
  return (method, path, body) => send(`${origin}/admin/v1${path}`, method, ADMIN_KEY, body);
}

type Answer = Readonly<Record<string, unknown>>;

async function send(url: string, method: string, key: string, body: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}

function textOf(answer: Answer, member: string): string {
  const value = answer[member];
  if (typeof value !== 'string') throw new Error(`no ${member} in an answer`);
  return value;
}
