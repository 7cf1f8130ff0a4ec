import {
  type Contact,
  type DocumentType,
  type Finding,
  type Handle,
  type InboundSignal,
  type ListPage,
  type ListRequest,
  type LookupHit,
  type Provider,
  type RawWebhook,
  type Reading,
  type Remapped,
  type Started,
  type StartRequest,
} from '@gatehouse/contract';

import { checked } from '../kit/checked.js';
import { toE164 } from '../kit/phones.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { invalid, SentinelCalls, type SentinelConnection } from './sentinel.calls.js';
import { checkConnection } from './sentinel.check.js';
import {
  type SentinelCredentials,
  sentinelCredentials,
  type SentinelSettings,
  sentinelSettings,
} from './sentinel.config.js';
import { SENTINEL_DOCUMENTS } from './sentinel.documents.js';
import { withImageCount } from './sentinel.evidence.js';
import { knownFrom, type SentinelHandle, sentinelHandle } from './sentinel.handle.js';
import { SentinelImages } from './sentinel.images.js';
import { latestContact } from './sentinel.match.js';
import { SENTINEL_MAPPING } from './sentinel.map.js';
import { readingOf, remapped } from './sentinel.reading.js';
import { heldRecordOf, listPageOf } from './sentinel.records.js';
import { findByContact, findCustomer } from './sentinel.search.js';
import { receiveSentinelWebhook } from './sentinel.webhook.js';

/** Sentinel (The Aurora Edge). Facts: providers/sentinel.md; mapping: providers/mapping.md 4.1. */
export class SentinelProvider implements Provider<SentinelCredentials, SentinelSettings> {
  readonly name = 'sentinel';
  readonly title = 'Sentinel';
  readonly credentials = checked(sentinelCredentials);
  readonly settings = checked(sentinelSettings);
  readonly handle = checked(sentinelHandle);
  readonly supports = {
    checks: ['profile', 'document', 'liveness'],
    documentTypes: SENTINEL_DOCUMENTS.map(({ type }) => type),
    contacts: ['email', 'phone'],
    redirect: true,
    message: false,
    reuse: false,
  } as const satisfies Provider['supports'];
  readonly whenGone = 'error';
  readonly identifies = 'person';
  /** By the contact of today, by the first one, and once for the images. */
  readonly requestsPerRead = 3;
  readonly webhookMethods = ['POST'] as const;
  readonly mappingVersion = SENTINEL_MAPPING;
  readonly images: SentinelImages;
  readonly #calls: SentinelCalls;

  constructor(http: ProviderHttp) {
    this.#calls = new SentinelCalls(http);
    this.images = new SentinelImages(this.#calls);
  }

  callsPerMinute({ callsPerMinute }: SentinelSettings): number {
    return callsPerMinute;
  }

  endpoints(settings: SentinelSettings): readonly string[] {
    return [settings.baseUrl];
  }

  /** Mints a link: a pure call that creates nothing at Sentinel (providers/sentinel.md 5.2), so it may be repeated. */
  async start(connection: SentinelConnection, request: StartRequest): Promise<Started> {
    const { email } = request.subject;
    const phone = toE164(request.subject.phone) ?? request.subject.phone;
    const { url, startedAt } = await this.#mint(connection, request, { email, phone });
    return started(url, request, {
      email,
      phone,
      latestEmail: null,
      latestPhone: null,
      uuid: null,
      startedAt,
      warned: false,
      images: null,
      imagesOf: null,
    });
  }

  resume(connection: SentinelConnection, request: StartRequest): Promise<Started> {
    return this.start(connection, request);
  }

  /** Keeps the time of the first link: a result from in between is a result of this verification. */
  async renewLink(connection: SentinelConnection, handle: Handle, request: StartRequest): Promise<Started> {
    const known = this.handle.parse(handle);
    const { url, startedAt } = await this.#mint(connection, request, latestContact(known));
    return started(url, request, { ...known, startedAt: known.startedAt ?? startedAt });
  }

  async read(connection: SentinelConnection, handle: Handle, now: Date): Promise<Reading> {
    const known = this.handle.parse(handle);
    const found = await findCustomer(this.#calls, connection, known);
    if (found === 'foreign') return { kind: 'foreign' };
    // Nobody by these contacts: not finished yet, or never existed (providers/sentinel.md 6.3).
    if (found === null) return { kind: 'absent', rawStatus: '404', reasonCodes: ['awaiting_user'] };
    const reading = readingOf(found, known, connection.settings, now);
    return withImageCount(reading, known, () => this.images.count(connection, found));
  }

  remap(evidence: unknown, settings: SentinelSettings, readAt: Date): Remapped {
    return remapped(evidence, settings, readAt);
  }

  receive(connection: SentinelConnection, webhook: RawWebhook): InboundSignal {
    return receiveSentinelWebhook(connection, webhook);
  }

  async lookup(connection: SentinelConnection, contact: Contact, now: Date): Promise<LookupHit | null> {
    const hit = await findByContact(this.#calls, connection, contact);
    if (hit === null) return null;
    return { matchedBy: hit.matchedBy, record: heldRecordOf(hit.customer, connection.settings, now) };
  }

  async list(connection: SentinelConnection, request: ListRequest, now: Date): Promise<ListPage> {
    const page = await this.#calls.page(connection, request);
    return listPageOf(page, request, connection.settings, now);
  }

  async correctContact(
    connection: SentinelConnection,
    handle: Handle,
    change: Contact,
  ): Promise<Handle | null> {
    const known = await this.#learnt(connection, this.handle.parse(handle));
    if (known === null) return null;
    const phone = toE164(change.phone) ?? change.phone;
    const isCorrected = await this.#calls.correctContact(connection, known.uuid, {
      email: change.email,
      phone,
    });
    if (!isCorrected) return null;
    return {
      ...known,
      ...(change.email === null ? {} : { latestEmail: change.email }),
      ...(phone === null ? {} : { latestPhone: phone }),
    };
  }

  check(connection: SentinelConnection, webhookUrl: string): Promise<readonly Finding[]> {
    return checkConnection(this.#calls, connection, webhookUrl);
  }

  async registerWebhook(connection: SentinelConnection, webhookUrl: string): Promise<void> {
    const { callbackPassphrase } = connection.credentials;
    if (callbackPassphrase === undefined)
      throw invalid('register the webhook', 'the credentials hold no callback passphrase');
    await this.#calls.registerWebhook(connection, webhookUrl, callbackPassphrase);
  }

  /** The customer's id and what came with it; null while there is no record that is surely the person's. */
  async #learnt(
    connection: SentinelConnection,
    handle: SentinelHandle,
  ): Promise<ReturnType<typeof knownFrom> | null> {
    if (handle.uuid !== null) return { uuid: handle.uuid };
    const found = await findCustomer(this.#calls, connection, handle);
    return found !== null && found !== 'foreign' && found.whose === 'ours' ? knownFrom(found.customer) : null;
  }

  async #mint(
    connection: SentinelConnection,
    request: StartRequest,
    contact: Contact,
  ): Promise<{ readonly url: string; readonly startedAt: string | null }> {
    if (contact.email === null && contact.phone === null)
      throw invalid('mint a link', 'an e-mail address or a phone is needed');
    const documents = request.documentTypes.map(documentName);
    const { data, date } = await this.#calls.mint(connection, contact, documents);
    return {
      url: withRedirect(data.data, request.returnUrl('success')),
      startedAt: date?.toISOString() ?? null,
    };
  }
}

function started(url: string, request: StartRequest, handle: SentinelHandle): Started {
  return {
    action: { type: 'redirect', url, expiresAt: null },
    reference: handle.uuid,
    handle,
    rawStatus: null,
    delivery: null,
    warnings: warningsOf(request.documentTypes),
    isSharingRefused: false,
  };
}

/** providers/sentinel.md 1 and trap 11. */
function warningsOf(documentTypes: readonly DocumentType[]): readonly string[] {
  if (!documentTypes.includes('egypt_national_id')) return [];
  const notShown = "Sentinel's portal does not show the Egyptian national ID yet";
  return documentTypes.every((type) => type === 'egypt_national_id')
    ? [`${notShown}; the person may have nothing to upload.`]
    : [`${notShown}; the person may only be able to upload another document.`];
}

/** The link as it came, to the byte, with our parameter after it (providers/sentinel.md 8). */
function withRedirect(link: string, returnUrl: string): string {
  return `${link}${link.includes('?') ? '&' : '?'}redirectUrl=${encodeURIComponent(returnUrl)}`;
}

function documentName(type: DocumentType): string {
  const document = SENTINEL_DOCUMENTS.find((known) => known.type === type);
  if (document === undefined) throw invalid('mint a link', `documents of type ${type} are not supported`);
  return document.key;
}
