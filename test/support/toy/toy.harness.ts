import { createHmac } from 'node:crypto';

import { type RawWebhook } from '@gatehouse/contract';

import { image } from '../../../apps/simulator/src/kit/images.js';
import {
  DAY_SECONDS,
  PERSON,
  type ProviderHarness,
  requestOf,
  type VendorUnderTest,
  type WebhookFacts,
} from '../conformance/harness.js';
import { TwinAccount } from '../conformance/twin-account.js';
import { TOY_COLUMN } from './toy.column.js';

const SIGNATURE = 'toy-signature';
const LONG_AGO = '2020-06-30';

/** All that the conformance suite has to be told about this provider. */
export const toyHarness: ProviderHarness = {
  provider: 'toy',
  documented: TOY_COLUMN,
  capabilities: [
    ...(['resume', 'receive', 'renewLink', 'lookup', 'readMany', 'list'] as const),
    ...(['images', 'report', 'correctContact', 'check', 'registerWebhook', 'erase'] as const),
  ],
  rejection: 'rejected',
  unmapped: 'provider_status_unmapped',
  start: { paths: ['/sessions'], effect: 'none' },
  paths: {
    read: '/sessions/',
    lookup: '/people',
    list: '/people',
    bulk: '/states',
    images: '/pictures',
    report: '/report',
  },
  forms: { pass: [{ outcome: 'pass' }] },
  limited: { request: { documentTypes: ['drivers_license'] }, documents: ['drivers_license'] },
  pictures: [
    { kind: 'selfie', bytes: image('face') },
    { kind: 'document_front', bytes: image('document') },
  ],
  scores: 'in_result',
  picturesBy: 'call',
  reportForSeconds: DAY_SECONDS,
  knowsDocuments: true,
  review: (twin) => twin.finish(PERSON.email, { outcome: 'review' }),

  async open(place): Promise<VendorUnderTest> {
    const credentials = { apiKey: `api-key-${place.unique}`, secret: `secret-${place.unique}` };
    const twin = await TwinAccount.make(place.simulator, 'toy', {
      ...credentials,
      webhookUrl: place.webhookUrl,
    });
    return {
      twin,
      credentials,
      wrongCredentials: { ...credentials, apiKey: `other-key-${place.unique}` },
      settingsAt: (baseUrl) => ({ baseUrl }),
      request: requestOf(place),
      secrets: [credentials.apiKey, credentials.secret],
      approve: (who = PERSON) => twin.finish(who.email ?? '', { outcome: 'pass' }),
      reject: () => twin.finish(PERSON.email, { outcome: 'fail' }),
      async loseAnswerOfStart() {
        await twin.plan({ on: 'request', kind: 'lost-answer', path: '/sessions' });
      },
      countAtVendor: () => twin.count('/people'),
      webhooks: webhooks(credentials, place.unique),
      populate: (count) => twin.post('/populate', { count }),
      expiredDocuments: [() => twin.post('/populate', { count: 1, expiresOn: LONG_AGO })],
      warnOfExpiry: () => twin.finish(PERSON.email, { outcome: 'pass', expiresOn: LONG_AGO }),
      forgetWebhookUrl: () => twin.delete('/webhook'),
    };
  },
};

function webhooks(credentials: { readonly apiKey: string }, unique: string): WebhookFacts {
  const { apiKey } = credentials;
  return {
    otherSecret: { apiKey, secret: `other-secret-${unique}` },
    noSecret: { apiKey },
    forgeries(authentic): Readonly<Record<string, RawWebhook>> {
      const { headers } = authentic;
      const forged = createHmac('sha256', 'guessed').update(authentic.body).digest('base64');
      return {
        'another state in the body': {
          ...authentic,
          body: Buffer.from(Buffer.from(authentic.body).toString().replace('"passed"', '"failed"')),
        },
        'no signature': { ...authentic, headers: { ...headers, [SIGNATURE]: undefined } },
        'a signature with a guessed secret': { ...authentic, headers: { ...headers, [SIGNATURE]: forged } },
      };
    },
    badSwitches: [{ signature: 'wrong' }, { signature: 'missing' }],
    sensitive: [],
  };
}
