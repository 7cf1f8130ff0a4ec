import { randomUUID } from 'node:crypto';

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

const MINT = '/clients/encrypt/url';
const LONG_AGO = '2020-06-30';
const members = z.record(z.string(), z.unknown());

export const sentinelHarness: ProviderHarness = {
  provider: 'sentinel',
  documented: DOCUMENTED.sentinel,
  capabilities: [
    ...(['resume', 'receive', 'renewLink', 'lookup', 'list'] as const),
    ...(['images', 'correctContact', 'check', 'registerWebhook'] as const),
  ],
  rejection: 'rejected',
  unmapped: 'provider_status_unmapped',
  start: { paths: [MINT], effect: 'none' },
  paths: {
    read: '/customers/statusWithoutImages/clientAuth',
    lookup: '/customers/statusWithoutImages/clientAuth',
    list: '/customers/listWithDoc/clientAuth',
    images: '/customers/status/clientAuth',
  },
  forms: { pass: [{ outcome: 'approve' }] },
  limited: { request: { documentTypes: ['emirates_id'] }, documents: ['emirates_id'] },
  pictures: [
    { kind: 'selfie', bytes: image('selfie') },
    { kind: 'document_portrait', bytes: image('face') },
    { kind: 'document_front', bytes: image('passport/front') },
    { kind: 'document_image', bytes: image('passport/id', 0, 'png') },
  ],
  scores: 'in_result',
  picturesBy: 'call',
  knowsDocuments: true,
  review: (twin) => twin.finish(PERSON.email, { outcome: 'conflict' }),

  async open(place): Promise<VendorUnderTest> {
    const credentials = {
      clientUuid: randomUUID(),
      clientSecret: `client-secret-${place.unique}`,
      callbackPassphrase: `passphrase-${place.unique}`,
    };
    const twin = await TwinAccount.make(place.simulator, 'sentinel', {
      ...credentials,
      callbackUrl: place.webhookUrl,
      switches: { allowLoopbackCallback: true },
    });
    const finish = (body: object): Promise<unknown> => twin.finish(PERSON.email, body);
    const dashboard = (action: string): Promise<unknown> =>
      twin.post(`/customers/${encodeURIComponent(PERSON.email)}/${action}`, {});
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
      approve: (who = PERSON) => twin.finish(who.email ?? '', { outcome: 'approve' }),
      reject: () => finish({ outcome: 'reject' }),
      async loseAnswerOfStart() {
        await twin.plan({ on: 'request', kind: 'lost-answer', path: MINT });
      },
      // A link is nothing yet; the record of a person is made when they finish (providers/sentinel.md 5.2).
      countAtVendor: () => twin.count('/customers'),
      webhooks: webhooks(credentials, place.unique),
      populate: (count) => twin.post('/customers', { count }),
      expiredDocuments: ['camel', 'snake'].map((expiredIdsCase) => async () => {
        await twin.changeSwitches({ expiredIdsCase });
        await finish({ outcome: 'approve', document: 'emiratesId', documentExpiry: LONG_AGO });
      }),
      sendBack: () => dashboard('draft'),
      warnOfExpiry: () => dashboard('expiry-warning'),
      async expire() {
        await twin.changeSwitches({ rekycOnExpiry: ['passport'] });
        // Further than any passport of the twin lasts.
        await twin.advanceClock(12 * 366 * DAY_SECONDS);
        await twin.post('/expiry-job', {});
      },
      async forgetWebhookUrl() {
        await TwinAccount.make(place.simulator, 'sentinel', {
          ...credentials,
          callbackUrl: null,
          callbackPassphrase: null,
          switches: { allowLoopbackCallback: true },
        });
      },
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
