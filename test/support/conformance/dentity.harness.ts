import { type RawWebhook } from '@gatehouse/contract';
import { z } from 'zod';

import { image } from '../../../apps/simulator/src/kit/images.js';
import { DOCUMENTED } from './documented.js';
import {
  DAY_SECONDS,
  PERSON,
  type ProviderHarness,
  requestOf,
  type VendorUnderTest,
  type WebhookFacts,
} from './harness.js';
import { TwinAccount } from './twin-account.js';

const CREATE = '/verification';
const SIGNATURE = 'dentity-signature';
const texts = z.object({ data: z.array(z.object({ to: z.string(), text: z.string() })) });

export const dentityHarness: ProviderHarness = {
  provider: 'dentity',
  documented: DOCUMENTED.dentity,
  capabilities: ['receive', 'readMany', 'images', 'report', 'check'],
  rejection: 'rejected',
  unmapped: 'provider_status_unmapped',
  start: { paths: [CREATE], effect: 'unknown' },
  paths: {
    read: '/status',
    bulk: '/programmatic/credential/bulk',
    images: '/dentity/images/',
    report: '/pdf',
  },
  pictures: [
    { kind: 'document_front_cropped', bytes: image('cropped_front') },
    { kind: 'document_portrait', bytes: image('face') },
    { kind: 'document_front', bytes: image('original_front') },
  ],
  scores: 'in_report',
  picturesBy: { linkForSeconds: 60 },
  reportForSeconds: DAY_SECONDS,
  knowsDocuments: false,

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
      settingsAt: (baseUrl) => ({ baseUrl, imageHosts: ['127.0.0.1'] }),
      request: requestOf(place),
      secrets: [credentials.apiKey, credentials.secretKey],
      approve: (who = PERSON) => twin.finish(who.phone ?? '', { outcome: 'pass' }),
      reject: () => twin.finish(PERSON.phone, { outcome: 'fail' }),
      async loseAnswerOfStart() {
        await twin.plan({ on: 'request', kind: 'lost-answer', path: CREATE });
      },
      countAtVendor: () => twin.count('/people'),
      webhooks: webhooks(credentials, place.unique),
      texts: async () => texts.parse(await twin.get('/messages')).data,
      deliver: (channel, what) =>
        twin.post(`/people/${encodeURIComponent(PERSON.phone)}/delivery`, {
          channel,
          status: what === 'failed' && channel === 'email' ? 'bounce' : what,
        }),
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
