import { type SentinelConnection } from '../src/sentinel/sentinel.calls.js';
import { type SentinelSettings } from '../src/sentinel/sentinel.config.js';
import { type SentinelHandle } from '../src/sentinel/sentinel.handle.js';
import { SentinelProvider } from '../src/sentinel/sentinel.provider.js';
import { json, type Reply, ScriptedVendor } from './scripted-vendor.js';
import { ALL_CODES, CREDENTIALS, CUSTOMER } from './sentinel-bodies.js';
import { VendorHttp } from './vendor-http.js';

/** Sentinel's adapter before a vendor that says what it is told to say. */
export class SentinelUnderTest {
  readonly provider: SentinelProvider;

  private constructor(
    readonly vendor: ScriptedVendor,
    readonly client: VendorHttp,
  ) {
    this.provider = new SentinelProvider(client.http);
  }

  static async open(): Promise<SentinelUnderTest> {
    return new SentinelUnderTest(await ScriptedVendor.open(), new VendorHttp());
  }

  connection(overrides: Partial<SentinelSettings> = {}): SentinelConnection {
    const settings = this.provider.settings.parse({
      baseUrl: `${this.vendor.url}/`,
      statusCodes: ALL_CODES,
    });
    return { credentials: CREDENTIALS, settings: { ...settings, ...overrides } };
  }

  /** The paths asked, in order. */
  get paths(): readonly string[] {
    return this.vendor.requests.map(({ path }) => path);
  }

  /** What was sent in the n-th request beside the credentials, which must be in every one. */
  asked(index = 0): unknown {
    const { clientUuid, clientSecret, ...rest } = this.vendor.sent(index) as Record<string, unknown>;
    if (clientUuid !== CREDENTIALS.clientUuid || clientSecret !== CREDENTIALS.clientSecret)
      throw new Error('The request holds no credentials');
    return rest;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.vendor.close();
  }
}

/** The handle of a verification of the invented customer, begun just before their record. */
export function handleOf(overrides: Partial<SentinelHandle> = {}): SentinelHandle {
  return {
    email: CUSTOMER.email,
    phone: CUSTOMER.phoneNumber,
    latestEmail: null,
    latestPhone: null,
    uuid: null,
    startedAt: '2026-05-20T08:00:00.000Z',
    warned: false,
    images: null,
    imagesOf: null,
    ...overrides,
  };
}

/** The invented customer's record, with changes. */
export function found(overrides: object = {}): Reply {
  return json(200, { message: 'Success', data: { ...CUSTOMER, ...overrides } });
}
