import {
  type Connection,
  type Contact,
  type ListRequest,
  ProviderError,
  type ProviderFault,
} from '@gatehouse/contract';

import { endpoint } from '../kit/base-url.js';
import { type Evidenced, evidenced } from '../kit/evidence.js';
import { type Answer, type OpenAnswer, type ProviderCall, type ProviderHttp } from '../kit/provider-http.js';
import { type SentinelCredentials, type SentinelSettings } from './sentinel.config.js';
import {
  customerAnswer,
  customerPage,
  mintedLink,
  ownClient,
  type SentinelCustomer,
  type SentinelOwnClient,
  type SentinelPage,
  success,
} from './sentinel.wire.js';

export type SentinelConnection = Connection<SentinelCredentials, SentinelSettings>;

/** The text that tells bad credentials from any other 400, exactly (seed 001; providers/sentinel.md trap 2). */
const BAD_CREDENTIALS = 'Invalid user credentials';
/** A page may hold a hundred people with their documents, and a record many megabytes of images, before the first byte. */
const LARGE_TIMEOUT_MS = 30_000;

/** Sentinel's API, a method for each endpoint that is used (providers/sentinel.md 5). All throw {@link ProviderError}. */
export class SentinelCalls {
  constructor(private readonly http: ProviderHttp) {}

  /** `find/self`, which the vendor recommends as the first request (seed 001). */
  async ownClient(connection: SentinelConnection): Promise<SentinelOwnClient> {
    const answer = await this.http.request({
      ...repeatable(connection, 'read our own client details from Sentinel', '/clients/find/self/clientAuth'),
      schema: ownClient,
    });
    return answer.data.data;
  }

  /** A pure call that creates nothing at Sentinel. `documents` in Sentinel's names; empty: its default. */
  mint(
    connection: SentinelConnection,
    contact: Contact,
    documents: readonly string[],
  ): Promise<Answer<{ readonly data: string }>> {
    return this.http.request({
      ...repeatable(connection, 'mint a link at Sentinel', '/clients/encrypt/url', {
        ...identifiers(contact),
        ...(documents.length === 0 ? {} : { documents }),
      }),
      schema: mintedLink,
    });
  }

  /** Whom Sentinel matches: by e-mail, else by phone (seed 000), and what of the body may be kept. Without images; null: nobody. */
  async customer(
    connection: SentinelConnection,
    contact: Contact,
  ): Promise<{ readonly customer: SentinelCustomer; readonly kept: unknown } | null> {
    const path = '/customers/statusWithoutImages/clientAuth';
    const call: ProviderCall<Evidenced<{ readonly data: SentinelCustomer }>> = {
      ...repeatable(connection, 'read a customer at Sentinel', path, identifiers(contact)),
      schema: evidenced(customerAnswer),
    };
    const answer = await this.http.find(call, [404]);
    return answer.data === null ? null : { customer: answer.data.value.data, kept: answer.data.kept };
  }

  /** As {@link customer}, with the images in it; trimmed ones are smaller (seed 000). */
  customerWithImages(
    connection: SentinelConnection,
    contact: Contact,
    { isTrimmed, signal }: { readonly isTrimmed: boolean; readonly signal: AbortSignal | null },
  ): Promise<OpenAnswer> {
    return this.http.open({
      ...repeatable(connection, 'fetch images at Sentinel', '/customers/status/clientAuth', {
        ...identifiers(contact),
        optimizedDownload: isTrimmed,
      }),
      timeoutMs: LARGE_TIMEOUT_MS,
      ...(signal === null ? {} : { signal }),
    });
  }

  async page(connection: SentinelConnection, request: ListRequest): Promise<SentinelPage> {
    const { page, pageSize, sortBy } = request;
    const answer = await this.http.request({
      ...repeatable(connection, 'list the customers at Sentinel', '/customers/listWithDoc/clientAuth', {
        page,
        entriesPerPage: pageSize,
        sortBy,
      }),
      schema: customerPage(pageSize),
      timeoutMs: LARGE_TIMEOUT_MS,
    });
    return answer.data.data;
  }

  /**
   * Changes the members that are given. False: there is no such customer. Not repeated: whether a value that the customer
   * already has conflicts with itself is not documented.
   */
  async correctContact(connection: SentinelConnection, uuid: string, change: Contact): Promise<boolean> {
    const path = '/customers/contact/clientAuth';
    const body = { customerUuid: uuid, ...identifiers(change) };
    const call: ProviderCall<unknown> = {
      ...repeatable(connection, 'correct a contact at Sentinel', path, body),
      schema: success,
      effectOnLostAnswer: 'unknown',
      repeatable: false,
    };
    const answer = await this.http.find(call, [404]);
    return answer.data !== null;
  }

  /** Replaces the registered URL, so that doing it twice is doing it once (providers/sentinel.md 5.8). */
  async registerWebhook(connection: SentinelConnection, url: string, passphrase: string): Promise<void> {
    await this.http.request({
      ...repeatable(connection, 'register the webhook at Sentinel', '/clients/setWebhook/clientAuth', {
        callbackUrl: url,
        callbackPassphrase: passphrase,
      }),
      schema: success,
    });
  }
}

/** The refusal of what cannot be asked of Sentinel; nothing was sent. */
export function invalid(operation: string, why: string): ProviderError {
  return new ProviderError(
    'sentinel',
    'invalid_request',
    'none',
    `Could not ${operation} at Sentinel: ${why}`,
  );
}

/** Every call is a POST with the credentials in its body (seed 001). Nearly all are reads or pure mints. */
function repeatable(
  { credentials, settings }: SentinelConnection,
  operation: string,
  path: string,
  body: Readonly<Record<string, unknown>> = {},
): Omit<ProviderCall<unknown>, 'schema'> {
  const { clientUuid, clientSecret } = credentials;
  return {
    provider: 'sentinel',
    operation,
    method: 'POST',
    url: endpoint(settings.baseUrl, path),
    body: { clientUuid, clientSecret, ...body },
    faultOf,
    effectOnLostAnswer: 'none',
    repeatable: true,
  };
}

function identifiers({ email, phone }: Contact): Readonly<Record<string, string>> {
  return {
    ...(email === null ? {} : { email }),
    ...(phone === null ? {} : { phoneNumber: phone }),
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
