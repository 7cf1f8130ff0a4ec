import {
  type Connection,
  type DocumentType,
  type Finding,
  type Handle,
  type InboundSignal,
  type Provider,
  ProviderError,
  type ProviderFault,
  type RawWebhook,
  type Reading,
  type Started,
  type StartRequest,
} from '@gatehouse/contract';
import { type z } from 'zod';

import { endpoint } from '../kit/base-url.js';
import { checked } from '../kit/checked.js';
import { finding } from '../kit/finding.js';
import { toE164 } from '../kit/phones.js';
import { type ProviderCall, type ProviderHttp } from '../kit/provider-http.js';
import {
  type SentinelCredentials,
  sentinelCredentials,
  type SentinelSettings,
  sentinelSettings,
} from './sentinel.config.js';
import { type SentinelHandle, sentinelHandle } from './sentinel.handle.js';
import { belonging, type Contact, contactsOf, latestContact } from './sentinel.match.js';
import { readingOf } from './sentinel.reading.js';
import { receiveSentinelWebhook } from './sentinel.webhook.js';
import { customerAnswer, mintedLink, ownClient, type SentinelCustomer } from './sentinel.wire.js';

type SentinelConnection = Connection<SentinelCredentials, SentinelSettings>;

/** Our document types at Sentinel (providers/sentinel.md 5.2). */
const DOCUMENTS: ReadonlyMap<DocumentType, string> = new Map([
  ['passport', 'passport'],
  ['emirates_id', 'emiratesId'],
  ['egypt_national_id', 'egyptNationalId'],
]);

/** The text that tells bad credentials from any other 400, exactly (seed 001; providers/sentinel.md trap 2). */
const BAD_CREDENTIALS = 'Invalid user credentials';

/** Sentinel (The Aurora Edge). Facts: providers/sentinel.md; mapping: providers/mapping.md 4.1. */
export class SentinelProvider implements Provider<SentinelCredentials, SentinelSettings> {
  readonly name = 'sentinel';
  readonly title = 'Sentinel';
  readonly credentials = checked(sentinelCredentials);
  readonly settings = checked(sentinelSettings);
  readonly handle = checked(sentinelHandle);
  readonly supports = {
    checks: ['profile', 'document', 'liveness'],
    documentTypes: [...DOCUMENTS.keys()],
    contacts: ['email', 'phone'],
    redirect: true,
    message: false,
    reuse: false,
  } as const satisfies Provider['supports'];
  readonly whenGone = 'error';
  readonly identifies = 'person';
  readonly webhookMethods = ['POST'] as const;

  constructor(private readonly http: ProviderHttp) {}

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
    let sawForeign = false;
    for (const contact of contactsOf(known)) {
      const customer = await this.#lookup(connection, contact);
      if (customer === null) continue;
      const whose = belonging(known, customer);
      if (whose === 'foreign') sawForeign = true;
      else return readingOf(customer, whose, known, connection.settings, now);
    }
    // Nobody by these contacts: not finished yet, or never existed (providers/sentinel.md 6.3).
    return sawForeign
      ? { kind: 'foreign' }
      : { kind: 'absent', rawStatus: '404', reasonCodes: ['awaiting_user'] };
  }

  receive(connection: SentinelConnection, webhook: RawWebhook): InboundSignal {
    return receiveSentinelWebhook(connection, webhook);
  }

  /** `find/self`, which the vendor recommends as the first request (seed 001). */
  async check(connection: SentinelConnection): Promise<readonly Finding[]> {
    const { credentials, settings } = connection;
    const call = await finding('Credentials', 'Sentinel accepted the client UUID and secret.', async () => {
      const call = callOf(connection, {
        operation: 'read our own client details from Sentinel',
        path: '/clients/find/self/clientAuth',
        body: {},
        schema: ownClient,
      });
      const answer = await this.http.request(call);
      return typeof answer.data.data.callbackUrl === 'string'
        ? 'A webhook URL is registered.'
        : 'No webhook URL is registered yet; results are found by polling.';
    });
    return [
      call,
      credentials.callbackPassphrase === undefined
        ? {
            ok: false,
            what: 'Webhooks',
            detail: 'No callback passphrase is set, so every webhook is refused.',
          }
        : { ok: true, what: 'Webhooks', detail: 'A callback passphrase is set.' },
      settings.statusCodes.accepted === undefined
        ? {
            ok: false,
            what: 'Status codes',
            detail: 'No code is set for "accepted", so nobody can become verified.',
          }
        : { ok: true, what: 'Status codes', detail: 'A code is set for "accepted".' },
    ];
  }

  async #mint(
    connection: SentinelConnection,
    request: StartRequest,
    contact: Contact,
  ): Promise<{ readonly url: string; readonly startedAt: string | null }> {
    if (contact.email === null && contact.phone === null)
      throw invalid('an e-mail address or a phone is needed');
    const call = callOf(connection, {
      operation: 'mint a link at Sentinel',
      path: '/clients/encrypt/url',
      body: {
        ...identifiers(contact),
        ...(request.documentTypes.length === 0 ? {} : { documents: request.documentTypes.map(documentName) }),
      },
      schema: mintedLink,
    });
    const answer = await this.http.request(call);
    return {
      url: withRedirect(answer.data.data, request.returnUrl),
      startedAt: answer.date?.toISOString() ?? null,
    };
  }

  async #lookup(connection: SentinelConnection, contact: Contact): Promise<SentinelCustomer | null> {
    const call = callOf(connection, {
      operation: 'read a customer at Sentinel',
      path: '/customers/statusWithoutImages/clientAuth',
      body: identifiers(contact),
      schema: customerAnswer,
    });
    const answer = await this.http.find(call, [404]);
    return answer.data?.data ?? null;
  }
}

/** Every call is a POST with the credentials in its body (seed 001). All that are made here are reads or pure mints. */
function callOf<T>(
  { credentials, settings }: SentinelConnection,
  call: {
    readonly operation: string;
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly schema: z.ZodType<T>;
  },
): ProviderCall<T> {
  const { clientUuid, clientSecret } = credentials;
  return {
    provider: 'sentinel',
    operation: call.operation,
    method: 'POST',
    url: endpoint(settings.baseUrl, call.path),
    body: { clientUuid, clientSecret, ...call.body },
    schema: call.schema,
    faultOf,
    effectOnLostAnswer: 'none',
    repeatable: true,
  };
}

function started(url: string, request: StartRequest, handle: SentinelHandle): Started {
  const onlyEgyptian = request.documentTypes.length === 1 && request.documentTypes[0] === 'egypt_national_id';
  return {
    action: { type: 'redirect', url, expiresAt: null },
    reference: handle.uuid,
    handle,
    rawStatus: null,
    delivery: null,
    // providers/sentinel.md trap 11.
    warnings: onlyEgyptian
      ? [
          "Sentinel's portal does not show the Egyptian national ID yet; the person may have nothing to upload.",
        ]
      : [],
    isSharingRefused: false,
  };
}

/** The link as it came, to the byte, with our parameter after it (providers/sentinel.md 8). */
function withRedirect(link: string, returnUrl: string): string {
  return `${link}${link.includes('?') ? '&' : '?'}redirectUrl=${encodeURIComponent(returnUrl)}`;
}

function documentName(type: DocumentType): string {
  const name = DOCUMENTS.get(type);
  if (name === undefined) throw invalid(`documents of type ${type} are not supported`);
  return name;
}

function identifiers(contact: Contact): Readonly<Record<string, string>> {
  return {
    ...(contact.email === null ? {} : { email: contact.email }),
    ...(contact.phone === null ? {} : { phoneNumber: contact.phone }),
  };
}

/** Sentinel never uses 401 or 403 (providers/sentinel.md 4); should a proxy in between do, they mean the same. */
function faultOf(status: number, texts: readonly string[]): ProviderFault {
  switch (status) {
    case 400:
      return texts.includes(BAD_CREDENTIALS) ? 'credentials' : 'invalid_request';
    case 401:
    case 403:
      return 'credentials';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    default:
      return 'invalid_request';
  }
}

function invalid(why: string): ProviderError {
  return new ProviderError(
    'sentinel',
    'invalid_request',
    'none',
    `Could not mint a link at Sentinel: ${why}`,
  );
}
