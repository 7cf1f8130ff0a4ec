import { type RawWebhook } from '@gatehouse/contract';

import {
  PERSON,
  type ProviderHarness,
  requestOf,
  type VendorUnderTest,
  type WebhookFacts,
} from './harness.js';
import { TwinAccount } from './twin-account.js';

const CREATE = '/verification';
const SIGNATURE = 'dentity-signature';

export const dentityHarness: ProviderHarness = {
  provider: 'dentity',
  capabilities: ['receive', 'readMany', 'images', 'report', 'check'],
  rejection: 'rejected',
  unmapped: 'provider_status_unmapped',
  start: { paths: [CREATE], effect: 'unknown' },
  readPath: '/status',

  async open(place): Promise<VendorUnderTest> {
    const credentials = { apiKey: `api-key-${place.unique}`, secretKey: `secret-key-${place.unique}` };
    const twin = await TwinAccount.make(place.simulator, 'dentity', {
      ...credentials,
      // The form in which a birth date goes in; which one comes out is not documented (providers/dentity.md 4.2).
      switches: { deliveryDelayMs: 0, dateOfBirthFormat: 'MM/DD/YYYY' },
    });
    return {
      twin,
      credentials,
      wrongCredentials: { ...credentials, apiKey: `other-key-${place.unique}` },
      settingsAt: (baseUrl) => ({ baseUrl }),
      request: requestOf(place),
      secrets: [credentials.apiKey, credentials.secretKey],
      approve: () => twin.finish(PERSON.phone, { outcome: 'pass' }),
      reject: () => twin.finish(PERSON.phone, { outcome: 'fail' }),
      meetUnmapped: () =>
        twin.post(`/people/${encodeURIComponent(PERSON.phone)}/status`, { status: 'shiny' }),
      async loseAnswerOfStart() {
        await twin.plan({ on: 'request', kind: 'status', status: 500, path: CREATE, afterEffect: true });
      },
      countAtVendor: () => twin.count('/people'),
      webhooks: webhooks(credentials, place.unique),
    };
  },
};

function webhooks(credentials: { readonly apiKey: string }, unique: string): WebhookFacts {
  const { apiKey } = credentials;
  return {
    otherSecret: { apiKey, secretKey: `other-secret-key-${unique}` },
    noSecret: { apiKey },
    forgeries(authentic): Readonly<Record<string, RawWebhook>> {
      const { [SIGNATURE]: signature = '', ...headers } = authentic.headers;
      const text = Buffer.from(authentic.body).toString();
      const withBody = (body: string): RawWebhook => ({ ...authentic, body: Buffer.from(body) });
      const signed = (value: string | readonly string[]): RawWebhook => ({
        ...authentic,
        headers: { ...headers, [SIGNATURE]: value },
      });
      return {
        'another status in the body': withBody(text.replace('"verified"', '"failed"')),
        'one more member in the body': withBody(text.replace('{', '{"extra":1,')),
        'a letter after the body': { ...authentic, body: Buffer.from(`${text}x`) },
        'no signature': { ...authentic, headers },
        'an empty signature': signed(''),
        'the signature cut short': signed(String(signature).slice(0, -1)),
        'the signature twice': signed([String(signature), String(signature)]),
        'a signature of nothing but its length': signed('A'.repeat(44)),
      };
    },
    badSwitches: [
      { signature: 'wrong' },
      { signature: 'short' },
      { signature: 'missing' },
      { signature: 'empty' },
    ],
    sensitive: [/X-Amz-Signature/u, /\/dentity\/images\//u],
  };
}
