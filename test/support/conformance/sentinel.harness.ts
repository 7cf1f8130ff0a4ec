import { randomUUID } from 'node:crypto';

import { type RawWebhook } from '@gatehouse/contract';
import { z } from 'zod';

import {
  PERSON,
  type ProviderHarness,
  requestOf,
  type VendorUnderTest,
  type WebhookFacts,
} from './harness.js';
import { TwinAccount } from './twin-account.js';

const UNKNOWN_CODE = 99;
const MINT = '/clients/encrypt/url';
const members = z.record(z.string(), z.unknown());

export const sentinelHarness: ProviderHarness = {
  provider: 'sentinel',
  capabilities: [
    'resume',
    'receive',
    'renewLink',
    'lookup',
    'list',
    'images',
    'correctContact',
    'check',
    'registerWebhook',
  ],
  rejection: 'rejected',
  unmapped: 'provider_status_unmapped',
  start: { paths: [MINT], effect: 'none' },
  readPath: '/customers/statusWithoutImages/clientAuth',

  review: (twin) => twin.finish(PERSON.email, { outcome: 'conflict' }),

  async answerWithStranger(twin) {
    await twin.post('/customers', { count: 1 });
    await twin.changeSwitches({ lookupAnswersWrongPerson: true });
  },

  async open(place): Promise<VendorUnderTest> {
    const credentials = {
      clientUuid: randomUUID(),
      clientSecret: `client-secret-${place.unique}`,
      callbackPassphrase: `passphrase-${place.unique}`,
    };
    const twin = await TwinAccount.make(place.simulator, 'sentinel', {
      ...credentials,
      callbackUrl: place.webhookUrl,
    });
    const finish = (outcome: string): Promise<unknown> => twin.finish(PERSON.email, { outcome });
    return {
      twin,
      credentials,
      wrongCredentials: { ...credentials, clientSecret: `other-secret-${place.unique}` },
      settingsAt: (baseUrl) => ({
        baseUrl,
        statusCodes: { pending: 1, draft: 2, conflict: 3, duplicate: 4, rejected: 5, accepted: 6 },
      }),
      request: requestOf(place),
      secrets: [credentials.clientSecret, credentials.callbackPassphrase],
      approve: () => finish('approve'),
      reject: () => finish('reject'),
      async meetUnmapped() {
        await finish('approve');
        await twin.post(`/customers/${encodeURIComponent(PERSON.email)}/status`, { status: UNKNOWN_CODE });
      },
      async loseAnswerOfStart() {
        await twin.plan({ on: 'request', kind: 'status', status: 500, path: MINT, afterEffect: true });
      },
      // A link is nothing yet; the record of a person is made when they finish (providers/sentinel.md 5.2).
      countAtVendor: () => twin.count('/customers'),
      webhooks: webhooks(credentials, place.unique),
    };
  },
};

/** The passphrase in the body is the only proof (providers/sentinel.md 7): a known one could be put on any body. */
function webhooks(
  credentials: Readonly<Record<string, string>> & { readonly callbackPassphrase: string },
  unique: string,
): WebhookFacts {
  const { callbackPassphrase, ...noSecret } = credentials;
  return {
    otherSecret: { ...noSecret, callbackPassphrase: `other-passphrase-${unique}` },
    noSecret,
    forgeries(authentic): Readonly<Record<string, RawWebhook>> {
      const sent = members.parse(JSON.parse(Buffer.from(authentic.body).toString()));
      const body = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'passphrase'));
      const withBody = (value: unknown): RawWebhook => ({
        ...authentic,
        body: Buffer.from(JSON.stringify(value)),
      });
      return {
        'no passphrase': withBody(body),
        'an empty passphrase': withBody({ ...body, passphrase: '' }),
        'a null passphrase': withBody({ ...body, passphrase: null }),
        'the beginning of the passphrase': withBody({ ...body, passphrase: callbackPassphrase.slice(0, -1) }),
        'the passphrase in other letters': withBody({
          ...body,
          passphrase: callbackPassphrase.toUpperCase(),
        }),
        'the passphrase in a list': withBody({ ...body, passphrase: [callbackPassphrase] }),
        'the passphrase one level down': withBody({ data: { ...body, passphrase: callbackPassphrase } }),
        'the passphrase in a list of bodies': withBody([{ ...body, passphrase: callbackPassphrase }]),
      };
    },
    badSwitches: [{ webhookPassphrase: 'wrong' }, { webhookPassphrase: 'missing' }],
    sensitive: [new RegExp(callbackPassphrase, 'u')],
  };
}
