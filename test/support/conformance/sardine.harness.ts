import { image } from '../../../apps/simulator/src/kit/images.js';
import { DOCUMENTED } from './documented.js';
import { PERSON, type ProviderHarness, requestOf, type VendorUnderTest } from './harness.js';
import { TwinAccount } from './twin-account.js';

const SEARCH = '/identity/entities/search';
const SOON_DAYS = 10;

export const sardineHarness: ProviderHarness = {
  provider: 'sardine',
  documented: DOCUMENTED.sardine,
  capabilities: ['resume', 'renewLink', 'lookup', 'images', 'check'],
  rejection: 'absent',
  unmapped: 'risk_unknown',
  start: { paths: [SEARCH, '/identity/consents/widget'], effect: 'none' },
  paths: { read: '/identity/entities/', lookup: SEARCH, images: '/identity/entities/' },
  forms: {
    // The one-time code of the twin's phones is their last six digits.
    pass: [{ code: PERSON.phone.slice(-6) }, { outcome: 'complete' }],
    review: [{ code: PERSON.phone.slice(-6) }, { outcome: 'manual-review' }],
  },
  limited: { request: { checks: ['profile'] }, documents: [] },
  pictures: [
    { kind: 'document_front', bytes: image('front') },
    { kind: 'document_back', bytes: image('back') },
    { kind: 'selfie', bytes: image('selfie') },
  ],
  picturesBy: 'call',
  knowsDocuments: true,
  review: (twin) => twin.finish(PERSON.phone, { outcome: 'complete', level: 'high' }),

  async open(place): Promise<VendorUnderTest> {
    const credentials = { clientId: `client-${place.unique}`, clientSecret: `client-secret-${place.unique}` };
    const twin = await TwinAccount.make(place.simulator, 'sardine', credentials);
    const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
    const finish = (body: unknown): Promise<unknown> => twin.finish(PERSON.phone, body);
    return {
      twin,
      credentials,
      wrongCredentials: { ...credentials, clientSecret: `other-secret-${place.unique}` },
      settingsAt: (baseUrl) => ({ baseUrl }),
      request: requestOf(place),
      secrets: [credentials.clientSecret, basic],
      approve: (who = PERSON) => twin.finish(who.phone ?? '', { outcome: 'complete' }),
      reject: () => finish({ outcome: 'decline' }),
      async loseAnswerOfStart() {
        const path = '/identity/entities';
        // The search goes by unharmed, the create that follows it does not.
        await twin.plan({ on: 'request', kind: 'latency', delayMs: 0, path });
        await twin.plan({ on: 'request', kind: 'lost-answer', path });
      },
      countAtVendor: () => twin.count('/people'),
      webhooks: null,
      warnOfExpiry: () => twin.changeSwitches({ documentExpiry: inDays(SOON_DAYS) }),
      makeShareable: () => twin.post('/shareable', { phoneNumber: PERSON.phone }),
      withdrawConsent: () => twin.post(`/people/${encodeURIComponent(PERSON.phone)}/revoke-consent`, {}),
    };
  },
};

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
