import {
  type Connection,
  type Finding,
  type Handle,
  type InboundSignal,
  type Provider,
  type ProviderError,
  type RawWebhook,
  type Reading,
  type Started,
  type StartRequest,
} from '@gatehouse/contract';

import { present } from '../eventually.js';
import { everythingIn, failureOf } from './failures.js';
import { type ProviderHarness, type VendorUnderTest } from './harness.js';
import { type WebhookCatcher } from './webhook-catcher.js';

export interface Surroundings {
  readonly simulator: string;
  readonly catcher: WebhookCatcher;
}

let opened = 0;

/** One adapter, connected to an account of its own at its twin, with one person. */
export class ProviderAtTwin {
  private constructor(
    readonly provider: Provider,
    readonly vendor: VendorUnderTest,
    private readonly webhookUrl: string,
    private readonly catcher: WebhookCatcher,
  ) {}

  static async open(
    provider: Provider,
    harness: ProviderHarness,
    { simulator, catcher }: Surroundings,
  ): Promise<ProviderAtTwin> {
    opened += 1;
    const unique = `${opened.toString().padStart(4, '0')}k2hqz7w4`;
    const webhookUrl = catcher.addressOf(unique);
    const vendor = await harness.open({ simulator, webhookUrl, unique });
    return new ProviderAtTwin(provider, vendor, webhookUrl, catcher);
  }

  /** As the core opens it: both halves through the adapter's own schemas. */
  connection(
    changes: { readonly credentials?: unknown; readonly baseUrl?: string } = {},
  ): Connection<unknown, unknown> {
    const { provider, vendor } = this;
    return {
      credentials: provider.credentials.parse(changes.credentials ?? vendor.credentials),
      settings: provider.settings.parse(vendor.settingsAt(changes.baseUrl ?? vendor.twin.baseUrl)),
    };
  }

  async start(changes: Partial<StartRequest> = {}, connection = this.connection()): Promise<Started> {
    return this.provider.start(connection, { ...this.vendor.request, ...changes });
  }

  async resume(): Promise<Started> {
    if (this.provider.resume === undefined) throw new Error('There is no resume');
    return this.provider.resume(this.connection(), this.vendor.request);
  }

  async renewLink(handle: Handle): Promise<Started> {
    if (this.provider.renewLink === undefined) throw new Error('There is no renewLink');
    return this.provider.renewLink(this.connection(), this.stored(handle), this.vendor.request);
  }

  async check(connection = this.connection()): Promise<readonly Finding[]> {
    if (this.provider.check === undefined) throw new Error('There is no check');
    return this.provider.check(connection, this.webhookUrl);
  }

  read(handle: Handle, connection = this.connection()): Promise<Reading> {
    return this.provider.read(connection, this.stored(handle), new Date());
  }

  receive(webhook: RawWebhook, credentials: unknown = this.vendor.credentials): InboundSignal {
    if (this.provider.receive === undefined) throw new Error('There is no receive');
    return this.provider.receive(this.connection({ credentials }), webhook);
  }

  /** What the twin has sent us so far. */
  arrived(): readonly RawWebhook[] {
    return this.catcher.arrivedAt(this.webhookUrl);
  }

  /** The first webhook so far that says so. Throws if there is none yet. */
  arrivedVerdict(verdict: string): { readonly webhook: RawWebhook; readonly signal: InboundSignal } {
    const signals = this.arrived().map((webhook) => ({ webhook, signal: this.receive(webhook) }));
    return present(
      signals.find(({ signal }) => signal.observation.verdict === verdict),
      `webhook saying ${verdict}`,
    );
  }

  /** A handle that has been to the database and back. */
  stored(handle: Handle): Handle {
    return this.provider.handle.parse(JSON.parse(JSON.stringify(handle)));
  }

  /** The error a call ends with, once it has been searched for secrets and for the person. */
  async failure(call: Promise<unknown>): Promise<ProviderError> {
    const error = await failureOf(call);
    const shown = this.leaksIn(everythingIn(error));
    if (shown.length > 0 || error.provider !== this.provider.name)
      throw new Error(`The error of ${error.provider} shows ${shown.join(', ')}`, { cause: error });
    return error;
  }

  /** What of the secrets and of the person is in a text. */
  leaksIn(text: string): readonly string[] {
    return this.unspeakable().filter((word) => text.includes(word));
  }

  /** What a careless vendor could send back to us. */
  unspeakable(): readonly string[] {
    const { email, phone } = this.vendor.request.subject;
    return [...this.vendor.secrets, ...[email, phone].filter((contact) => contact !== null)];
  }
}
