import {
  type ByteStream,
  type Connection,
  type Contact,
  type Finding,
  type Glance,
  type Handle,
  type ImageEntry,
  type ImageLink,
  type InboundSignal,
  type ListPage,
  type ListRequest,
  type LookupHit,
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

/** The members that a provider may lack. */
type OptionalMember = {
  [Name in keyof Provider]-?: undefined extends Provider[Name] ? Name : never;
}[keyof Provider];
type With<Name extends OptionalMember> = Provider & Required<Pick<Provider, Name>>;

let opened = 0;

/** One adapter, connected to an account of its own at its twin, with one person. */
export class ProviderAtTwin {
  private constructor(
    readonly provider: Provider,
    readonly harness: ProviderHarness,
    readonly vendor: VendorUnderTest,
    readonly webhookUrl: string,
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
    return new ProviderAtTwin(provider, harness, vendor, webhookUrl, catcher);
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

  /** Begins, and the person passes. */
  async verified(connection = this.connection()): Promise<Started> {
    const started = await this.start({}, connection);
    await this.vendor.approve();
    return started;
  }

  async resume(): Promise<Started> {
    return this.member('resume').call(this.provider, this.connection(), this.vendor.request);
  }

  async renewLink(handle: Handle): Promise<Started> {
    const renewLink = this.member('renewLink');
    return renewLink.call(this.provider, this.connection(), this.stored(handle), this.vendor.request);
  }

  async check(connection = this.connection()): Promise<readonly Finding[]> {
    return this.member('check').call(this.provider, connection, this.webhookUrl);
  }

  async lookup(contact: Partial<Contact>, connection = this.connection()): Promise<LookupHit | null> {
    const whole = { email: null, phone: null, ...contact };
    return this.member('lookup').call(this.provider, connection, whole, new Date());
  }

  async list(request: Partial<ListRequest> = {}, connection = this.connection()): Promise<ListPage> {
    const whole = { page: 1, pageSize: 50, sortBy: 'updatedAt', ...request } as const;
    return this.member('list').call(this.provider, connection, whole, new Date());
  }

  async readMany(
    handles: readonly Handle[],
    connection = this.connection(),
  ): Promise<readonly (Glance | null)[]> {
    const stored = handles.map((handle) => this.stored(handle));
    return this.member('readMany').call(this.provider, connection, stored);
  }

  async correctContact(
    handle: Handle,
    change: Partial<Contact>,
    connection = this.connection(),
  ): Promise<Handle | null> {
    const whole = { email: null, phone: null, ...change };
    return this.member('correctContact').call(this.provider, connection, this.stored(handle), whole);
  }

  async report(
    handle: Handle,
    confidences = false,
    connection = this.connection(),
  ): Promise<ByteStream | null> {
    const request = { confidences, signal: new AbortController().signal };
    return this.member('report').call(this.provider, connection, this.stored(handle), request);
  }

  async registerWebhook(connection = this.connection()): Promise<void> {
    await this.member('registerWebhook').call(this.provider, connection, this.webhookUrl);
  }

  read(handle: Handle, connection = this.connection(), now = new Date()): Promise<Reading> {
    return this.provider.read(connection, this.stored(handle), now);
  }

  receive(webhook: RawWebhook, credentials: unknown = this.vendor.credentials): InboundSignal {
    return this.member('receive').call(this.provider, this.connection({ credentials }), webhook);
  }

  listImages(handle: Handle, connection = this.connection()): Promise<readonly ImageEntry[]> {
    const images = this.member('images');
    return images.list(connection, this.stored(handle), this.imageLinks());
  }

  openImage(
    handle: Handle,
    key: string,
    request: { readonly size?: 'full' | 'small'; readonly signal?: AbortSignal } = {},
    connection = this.connection(),
  ): Promise<ByteStream | null> {
    const images = this.member('images');
    return images.open(connection, this.stored(handle), {
      isWanted: (candidate) => candidate === key,
      links: this.imageLinks(),
      size: request.size ?? 'full',
      signal: request.signal ?? new AbortController().signal,
    });
  }

  /** What the adapter can ask the vendor beside `start`, `read` and `check`, with our credentials; by name. */
  otherCalls(
    handle: Handle,
    connection: Connection<unknown, unknown>,
  ): ReadonlyMap<string, Promise<unknown>> {
    const { provider } = this;
    const contact = { email: this.vendor.request.subject.email, phone: this.vendor.request.subject.phone };
    const calls = {
      renewLink: () => provider.renewLink?.(connection, this.stored(handle), this.vendor.request),
      lookup: () => provider.lookup?.(connection, contact, new Date()),
      list: () => provider.list && this.list({}, connection),
      readMany: () => provider.readMany?.(connection, [this.stored(handle)]),
      images: () => (this.harness.picturesBy === 'call' ? this.listImages(handle, connection) : undefined),
      report: () => provider.report && this.report(handle, false, connection),
      registerWebhook: () => provider.registerWebhook?.(connection, this.webhookUrl),
    };
    return new Map(
      Object.entries(calls).flatMap(([name, call]) => {
        const under = call();
        return under === undefined ? [] : [[name, under]];
      }),
    );
  }

  /** An optional member that the tables say there is. */
  member<Name extends OptionalMember>(name: Name): With<Name>[Name] {
    if (!has(this.provider, name)) throw new Error(`${this.provider.name} has no ${name}`);
    return this.provider[name];
  }

  /** What the twin has sent us so far. */
  arrived(): readonly RawWebhook[] {
    return this.catcher.arrivedAt(this.webhookUrl);
  }

  signals(): readonly InboundSignal[] {
    return this.arrived().map((webhook) => this.receive(webhook));
  }

  /** The first webhook so far that says so. Throws if there is none yet. */
  arrivedVerdict(verdict: string): { readonly webhook: RawWebhook; readonly signal: InboundSignal } {
    const signals = this.arrived().map((webhook) => ({ webhook, signal: this.receive(webhook) }));
    return present(
      signals.find(({ signal }) => signal.observation.verdict === verdict),
      `webhook saying ${verdict}`,
    );
  }

  /** The addresses of images that webhooks have brought so far. */
  imageLinks(): readonly ImageLink[] {
    return this.provider.receive === undefined ? [] : this.signals().flatMap((signal) => signal.imageLinks);
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

function has<Name extends OptionalMember>(provider: Provider, name: Name): provider is With<Name> {
  return provider[name] !== undefined;
}
