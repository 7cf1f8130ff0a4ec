import { PERSON, type ProviderHarness, requestOf, type VendorUnderTest } from './harness.js';
import { TwinAccount } from './twin-account.js';

export const sardineHarness: ProviderHarness = {
  provider: 'sardine',
  capabilities: ['resume', 'renewLink', 'lookup', 'images', 'check'],
  rejection: 'absent',
  unmapped: 'risk_unknown',
  start: { paths: ['/identity/entities/search', '/identity/consents/widget'], effect: 'none' },
  readPath: '/identity/entities/',

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
      approve: () => finish({ outcome: 'complete' }),
      reject: () => finish({ outcome: 'decline' }),
      meetUnmapped: () => finish({ outcome: 'complete', level: 'purple' }),
      async loseAnswerOfStart() {
        const path = '/identity/entities';
        // The search goes by unharmed, the create that follows it does not.
        await twin.plan({ on: 'request', kind: 'latency', delayMs: 0, path });
        await twin.plan({ on: 'request', kind: 'status', status: 500, path, afterEffect: true });
      },
      countAtVendor: () => twin.count('/people'),
      webhooks: null,
    };
  },
};
