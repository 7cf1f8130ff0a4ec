import { type ByteStream, type ImageEntry, type ImageLink } from './evidence.js';
import { type Identity } from './identity.js';
import {
  type Handle,
  type InboundSignal,
  type Observation,
  type Reading,
  type Remapped,
} from './observation.js';
import { type Check, type Contact, type DocumentType, type StartRequest } from './requests.js';
import { type ProviderVerdict } from './statuses.js';

/** A JSON Schema (2020-12) object, for forms and for the API document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Checks one kind of JSON on its way in. Built by each adapter from its own zod schema. */
export interface Checked<T> {
  /** Throws {@link InvalidShape} naming each wrong member, never its value. */
  parse(value: unknown): T;
  readonly jsonSchema: JsonSchema;
}

/** Members that did not fit a {@link Checked}; `pointer` as JSON Pointer, `detail` free of values. */
export class InvalidShape extends Error {
  constructor(readonly errors: readonly { readonly pointer: string; readonly detail: string }[]) {
    super('The value does not have the expected shape');
    this.name = 'InvalidShape';
  }
}

/** What a provider needs to call on behalf of one tenant. Comes in with every call; adapters keep nothing. */
export interface Connection<Credentials, Settings> {
  readonly credentials: Credentials;
  readonly settings: Settings;
}

/** The next thing the person has to do. */
export type Action =
  | { readonly type: 'redirect'; readonly url: string; readonly expiresAt: string | null }
  /** The provider texted the person; `to` in E.164 (masked by the API). */
  | { readonly type: 'sms'; readonly to: string }
  | { readonly type: 'none' };

export interface Started {
  readonly action: Action;
  /** The provider's durable name for the person or session, when it has one already. */
  readonly reference: string | null;
  readonly handle: Handle;
  readonly rawStatus: string | null;
  /** Channel on which the provider delivers the link itself, if it does. */
  readonly delivery: 'sms' | null;
  /** Things a caller should know that stop nothing, e.g. a document the vendor's portal does not show yet. */
  readonly warnings: readonly string[];
  /** Sharing was asked for and the provider refused it, so the link asks the person for everything. */
  readonly isSharingRefused: boolean;
}

/** What a provider holds on a person now, whether or not a verification of ours began it. */
export interface HeldRecord {
  /** The provider's durable name for the person. */
  readonly reference: string;
  readonly contact: Contact;
  readonly observation: Observation;
  readonly identity: Identity | null;
  /** With which the record can be read again, once it is adopted as a verification. */
  readonly handle: Handle;
}

/** The one person a lookup found, and the contact of theirs that was asked for. */
export interface LookupHit {
  readonly matchedBy: 'email' | 'phone';
  readonly record: HeldRecord;
}

export const LIST_PAGE_SIZES = [10, 50, 100] as const;
export const LIST_SORTS = ['name', 'phoneNumber', 'nationality', 'gender', 'status', 'updatedAt'] as const;

export interface ListRequest {
  /** From 1 on. */
  readonly page: number;
  readonly pageSize: (typeof LIST_PAGE_SIZES)[number];
  readonly sortBy: (typeof LIST_SORTS)[number];
}

export interface ListPage {
  readonly records: readonly HeldRecord[];
  /** How many there are on all pages; null where the provider does not say. */
  readonly total: number | null;
  readonly isLast: boolean;
}

/** What a bulk read shows of one verification: enough to see whether it has changed. */
export interface Glance {
  readonly verdict: ProviderVerdict;
  readonly rawStatus: string | null;
}

/** A person's pictures, wherever the provider keeps them. They pass through; none is ever kept. */
export interface ImageSource<Credentials, Settings> {
  list(
    connection: Connection<Credentials, Settings>,
    handle: Handle,
    links: readonly ImageLink[],
  ): Promise<readonly ImageEntry[]>;

  /** The first image whose key is wanted, once its first bytes are there; null: the provider has none such, or no more. */
  open(
    connection: Connection<Credentials, Settings>,
    handle: Handle,
    request: {
      readonly isWanted: (key: string) => boolean;
      readonly links: readonly ImageLink[];
      /** `small`: trimmed, where the provider can trim. */
      readonly size: 'full' | 'small';
      readonly signal: AbortSignal;
    },
  ): Promise<ByteStream | null>;
}

/** One finding of a connection check, in plain words for an admin. Never a credential. */
export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly detail: string;
}

/**
 * One vendor behind the one interface. Adapters are stateless: credentials, settings and handle come in with each
 * call and what must be remembered goes out with each answer. All failures are {@link ProviderError}s.
 *
 * `start` and `read` are required; every optional member *is* a capability, so there is no flag that could lie.
 */
export interface Provider<Credentials = unknown, Settings = unknown> {
  /** Lower-case name in URLs, policies and records. */
  readonly name: string;
  readonly title: string;

  readonly credentials: Checked<Credentials>;
  readonly settings: Checked<Settings>;
  /** URLs in the settings that we will call, that of the API first; the core refuses private addresses among them. */
  endpoints(settings: Settings): readonly string[];
  readonly handle: Checked<Handle>;

  /** What a request may ask of this provider. */
  readonly supports: {
    readonly checks: readonly Check[];
    /** Document types that the person can be limited to; empty: the provider decides and none may be asked for. */
    readonly documentTypes: readonly DocumentType[];
    /** At least one of these contacts is needed to begin. */
    readonly contacts: readonly ('email' | 'phone')[];
    readonly redirect: boolean;
    readonly message: boolean;
    readonly reuse: boolean;
  };

  /**
   * What it means when a record that we have seen is gone at two reads in a row: the consent was withdrawn
   * (Sardine), or the provider broke its contract.
   */
  readonly whenGone: 'revoked' | 'error';

  /**
   * What `reference` names: one record of the `person`, which every verification of that person then reads, or a `session`
   * that is this verification's own.
   */
  readonly identifies: 'person' | 'session';

  /** Begins a verification. May have an effect on the person (a text message). */
  start(connection: Connection<Credentials, Settings>, request: StartRequest): Promise<Started>;

  /**
   * Begins again after a start whose outcome we never learned (a crash, a lost answer), with no second effect on the
   * person. Absent: such a start is never repeated; the provider's webhook is the only way to find it.
   */
  resume?(connection: Connection<Credentials, Settings>, request: StartRequest): Promise<Started>;

  /** Reads what the provider holds now, without images where it can. */
  read(connection: Connection<Credentials, Settings>, handle: Handle, now: Date): Promise<Reading>;

  /** Version of what the adapter makes of an answer. Grows whenever the same answer may come to something else. */
  readonly mappingVersion: number;

  /**
   * What the present mapping makes of what was read at `readAt` and kept as {@link Reading} `evidence`. Pure: calls nobody, and
   * with the version that made the evidence says the same again. Throws {@link InvalidShape} for what it cannot read.
   */
  remap(evidence: unknown, settings: Settings, readAt: Date): Remapped;

  /**
   * Authenticates **and** parses one webhook, over the raw bytes. Throws {@link WebhookRefusal} and nothing else:
   * whatever arrives, there is no way round the check and no way to make it fail otherwise.
   */
  receive?(connection: Connection<Credentials, Settings>, webhook: RawWebhook): InboundSignal;
  /** Methods the vendor's webhooks come with. */
  readonly webhookMethods?: readonly ('POST' | 'PUT')[];

  /** A fresh link for a person who still has something to do. */
  renewLink?(
    connection: Connection<Credentials, Settings>,
    handle: Handle,
    request: StartRequest,
  ): Promise<Started>;

  /** Asks the provider for a person by contact. An answer about anybody else counts as none. */
  lookup?(
    connection: Connection<Credentials, Settings>,
    contact: Contact,
    now: Date,
  ): Promise<LookupHit | null>;

  /** Looks at many at once. In the order of `handles`; null for one that the provider gave no answer on. */
  readMany?(
    connection: Connection<Credentials, Settings>,
    handles: readonly Handle[],
  ): Promise<readonly (Glance | null)[]>;

  /** One page of everybody the provider holds. */
  list?(connection: Connection<Credentials, Settings>, request: ListRequest, now: Date): Promise<ListPage>;

  readonly images?: ImageSource<Credentials, Settings>;

  /** The provider's own report as a PDF; null: it has none, or no more. */
  report?(
    connection: Connection<Credentials, Settings>,
    handle: Handle,
    request: { readonly confidences: boolean; readonly signal: AbortSignal },
  ): Promise<ByteStream | null>;

  /**
   * Corrects how the provider knows the person. Members that are null stay as they are. Returns what to merge over the handle,
   * or null while the provider has no record of the person that could be corrected.
   */
  correctContact?(
    connection: Connection<Credentials, Settings>,
    handle: Handle,
    change: Contact,
  ): Promise<Handle | null>;

  /**
   * Calls the provider and says what worked. The first finding is about the call: whether the provider answered and takes the
   * credentials. `webhookUrl`: where its webhooks are expected.
   */
  check?(connection: Connection<Credentials, Settings>, webhookUrl: string): Promise<readonly Finding[]>;

  /**
   * Has the provider erase what it holds behind the handle: of a `session` that alone, of a `person` everything. Done twice is as
   * good as once, and what is gone already is no failure. Absent: whoever {@link erasureContact} names has to be asked.
   */
  erase?(connection: Connection<Credentials, Settings>, handle: Handle): Promise<void>;

  /** Whom to ask for an erasure that no call does, as the vendor's documentation has it. Absent: it names nobody. */
  readonly erasureContact?: string;

  /** Tells the provider where to send its webhooks from now on. */
  registerWebhook?(connection: Connection<Credentials, Settings>, webhookUrl: string): Promise<void>;

  /**
   * Seconds between reads of somebody verified, for as long as they are (a consent can be withdrawn without a word). Absent
   * or null: the core's own schedule, which comes to an end.
   */
  recheckSeconds?(settings: Settings): number | null;

  /** Requests that the vendor takes in a minute, as the connection's admin has set it; absent: the core's own default. */
  callsPerMinute?(settings: Settings): number;

  /** The most requests that one `read` makes when none has to be repeated; absent: one. */
  readonly requestsPerRead?: number;

  /** How many handles one request of `readMany` holds; absent: one. */
  readonly readManyAtOnce?: number;
}

/** A webhook exactly as it arrived. Header names are lower-case; a repeated header is an array. */
export interface RawWebhook {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** The optional members of {@link Provider}, by name: the capability list. */
export const CAPABILITIES = [
  'resume',
  'receive',
  'renewLink',
  'lookup',
  'readMany',
  'list',
  'images',
  'report',
  'correctContact',
  'check',
  'registerWebhook',
  'erase',
] as const satisfies readonly (keyof Provider)[];
export type Capability = (typeof CAPABILITIES)[number];

/** What a provider can do, read off the object itself. */
export function capabilitiesOf(provider: Provider): readonly Capability[] {
  return CAPABILITIES.filter((capability) => provider[capability] !== undefined);
}

/** The providers that this deployment knows. Its one implementation is the list in `libs/providers`. */
export abstract class ProviderRegistry {
  abstract get(name: string): Provider | undefined;
  abstract all(): readonly Provider[];
}
