import { type SardineConnection } from '../src/sardine/sardine.calls.js';
import { SardineProvider } from '../src/sardine/sardine.provider.js';
import { CREDENTIALS, CUSTOMER_ID, PROFILE } from './sardine-bodies.js';
import { json, raw, type Reply, ScriptedVendor } from './scripted-vendor.js';
import { VendorHttp } from './vendor-http.js';

/** An hour after the verification of {@link HANDLE} began. */
export const NOW = new Date('2026-05-02T10:00:00.000Z');

export const HANDLE = {
  customerId: CUSTOMER_ID,
  phone: PROFILE.phoneNumber,
  scopes: 'profile doc_kyc',
  startedAt: '2026-05-02T09:15:00.000Z',
} as const;

export const SEARCH = 'POST /v1/identity/entities/search';
export const CREATE = 'POST /v1/identity/entities';
export const WIDGET = 'POST /v1/identity/consents/widget';
export const READ = `GET /v1/identity/entities/${CUSTOMER_ID}`;

export const nobody = json(200, { customerId: null, createdAt: null });
export const somebody = json(200, { customerId: CUSTOMER_ID, createdAt: '2026-05-02T09:15:00Z' });

/** Sardine's adapter over real HTTP, at a vendor whose answers are written down. */
export class SardineRig {
  readonly provider: SardineProvider;

  private constructor(
    readonly vendor: ScriptedVendor,
    private readonly client: VendorHttp,
    patienceMs: number | undefined,
  ) {
    this.provider = new SardineProvider(client.http, patienceMs);
  }

  static async open(patienceMs?: number): Promise<SardineRig> {
    return new SardineRig(await ScriptedVendor.open(), new VendorHttp(), patienceMs);
  }

  get calls(): readonly string[] {
    return this.vendor.requests.map(({ method, path }) => `${method} ${path}`);
  }

  connection(settings: Readonly<Record<string, unknown>> = {}): SardineConnection {
    const baseUrl = `${this.vendor.url}/v1`;
    return { credentials: CREDENTIALS, settings: this.provider.settings.parse({ baseUrl, ...settings }) };
  }

  will(...replies: readonly Reply[]): void {
    this.vendor.will(...replies);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.vendor.close();
  }
}

/** An entity with its members in the order given, in which they are sent. */
export function entityReply(members: Readonly<Record<string, unknown>>): Reply {
  return raw(200, JSON.stringify(members), { 'content-type': 'application/json' });
}
