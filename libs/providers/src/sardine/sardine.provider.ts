import {
  type Connection,
  type Finding,
  type Handle,
  type Provider,
  ProviderError,
  type ProviderFault,
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
  type SardineCredentials,
  sardineCredentials,
  type SardineSettings,
  sardineSettings,
} from './sardine.config.js';
import { type SardineHandle, sardineHandle } from './sardine.handle.js';
import { identityOf } from './sardine.identity.js';
import { observeEntity } from './sardine.map.js';
import { readScopes, scopesFor, writeScopes } from './sardine.scopes.js';
import { createdCustomer, entity, foundCustomer, widget } from './sardine.wire.js';

type SardineConnection = Connection<SardineCredentials, SardineSettings>;

/** Up to three images in base64 come with every read (providers/sardine.md trap 9). */
const ENTITY_MAX_BYTES = 40 * 1024 * 1024;

/** Of the range kept for fiction: belongs to nobody. */
const NOBODYS_PHONE = '+12025550100';

/** Sardine Universal Identity. Facts: providers/sardine.md; mapping: providers/mapping.md 4.2. It sends no webhooks. */
export class SardineProvider implements Provider<SardineCredentials, SardineSettings> {
  readonly name = 'sardine';
  readonly title = 'Sardine';
  readonly credentials = checked(sardineCredentials);
  readonly settings = checked(sardineSettings);
  readonly handle = checked(sardineHandle);
  readonly supports = {
    checks: ['profile', 'document', 'liveness', 'ssn'],
    documentTypes: [],
    contacts: ['phone'],
    redirect: true,
    message: false,
    reuse: true,
  } as const satisfies Provider['supports'];
  readonly whenGone = 'revoked';
  readonly identifies = 'person';

  constructor(private readonly http: ProviderHttp) {}

  endpoints(settings: SardineSettings): readonly string[] {
    return [settings.baseUrl];
  }

  /** Finds or makes the customer, then a widget URL. Nothing here reaches the person, so all of it may be repeated. */
  async start(connection: SardineConnection, request: StartRequest): Promise<Started> {
    const phoneNumber = toE164(request.subject.phone);
    if (phoneNumber === null)
      throw new ProviderError(
        this.name,
        'invalid_request',
        'none',
        'Could not begin at Sardine: a phone is needed',
      );
    const customerId = await this.#findOrCreate(connection, phoneNumber);
    return this.#widget(connection, request, {
      customerId,
      scopes: writeScopes(scopesFor(request.checks)),
      startedAt: null,
      reuse: request.reuse,
    });
  }

  resume(connection: SardineConnection, request: StartRequest): Promise<Started> {
    return this.start(connection, request);
  }

  /** A widget URL serves once (providers/sardine.md 4.3); the time of the first stays the beginning. */
  async renewLink(connection: SardineConnection, handle: Handle, request: StartRequest): Promise<Started> {
    return this.#widget(connection, request, this.handle.parse(handle));
  }

  async read(connection: SardineConnection, handle: Handle, now: Date): Promise<Reading> {
    const known = this.handle.parse(handle);
    const call = callOf(connection, {
      operation: 'read an identity at Sardine',
      method: 'GET',
      path: `/identity/entities/${encodeURIComponent(known.customerId)}`,
      schema: entity,
      maxBytes: ENTITY_MAX_BYTES,
    });
    // What is answered before completion or after revocation is not documented (providers/sardine.md 4.4): 403 and 404
    // both mean that there is nothing for us to read.
    const answer = await this.http.find(call, [403, 404]);
    if (answer.data === null)
      return {
        kind: 'absent',
        rawStatus: answer.status === 403 || answer.status === 404 ? answer.status.toString() : 'empty',
        reasonCodes: ['awaiting_user'],
      };
    const found = observeEntity(answer.data, known, connection.settings, now);
    if (found.kind === 'waiting')
      return { kind: 'absent', rawStatus: found.rawStatus, reasonCodes: found.reasonCodes };
    return {
      kind: 'present',
      observation: found.observation,
      // What a person has withdrawn is not passed on.
      identity: found.kind === 'revoked' ? null : identityOf(answer.data),
      reference: known.customerId,
      handlePatch: {},
    };
  }

  /** There is no call for it; a search for nobody's phone answers with success or with 401 (providers/mapping.md 5). */
  async check(connection: SardineConnection): Promise<readonly Finding[]> {
    const call = finding('Credentials', 'Sardine accepted the client ID and secret.', async () => {
      await this.http.request(searchCall(connection, NOBODYS_PHONE));
      return '';
    });
    return [await call];
  }

  /**
   * Search first, then create; whatever create says, somebody else may have been faster, so a failure is searched again
   * before it counts (providers/sardine.md 4.1).
   */
  async #findOrCreate(connection: SardineConnection, phoneNumber: string): Promise<string> {
    const found = await this.#search(connection, phoneNumber);
    if (found !== null) return found;
    const call = callOf(connection, {
      operation: 'create a customer at Sardine',
      method: 'POST',
      path: '/identity/entities',
      body: { phoneNumber },
      schema: createdCustomer,
      repeatable: false,
    });
    try {
      const answer = await this.http.request(call);
      return answer.data.customerId;
    } catch (error) {
      if (
        !(error instanceof ProviderError) ||
        error.fault === 'credentials' ||
        error.fault === 'rate_limited'
      )
        throw error;
      const raced = await this.#search(connection, phoneNumber);
      if (raced === null) throw error;
      return raced;
    }
  }

  async #search(connection: SardineConnection, phoneNumber: string): Promise<string | null> {
    const answer = await this.http.find(searchCall(connection, phoneNumber), [404]);
    return answer.data;
  }

  async #widget(
    connection: SardineConnection,
    request: StartRequest,
    handle: SardineHandle,
  ): Promise<Started> {
    const call = callOf(connection, {
      operation: 'get a widget URL from Sardine',
      method: 'POST',
      path: '/identity/consents/widget',
      body: {
        customerId: handle.customerId,
        scope: readScopes(handle.scopes),
        flow: handle.reuse === 'allow' ? 'kyc_sharing' : 'kyc_input',
        successUrl: request.returnUrl,
        manualKycUrl: request.reviewReturnUrl,
        autoRedirect: true,
      },
      schema: widget,
    });
    const answer = await this.http.request(call);
    return {
      action: { type: 'redirect', url: answer.data.widgetUrl, expiresAt: null },
      reference: handle.customerId,
      handle: { ...handle, startedAt: handle.startedAt ?? answer.date?.toISOString() ?? null },
      rawStatus: null,
      delivery: null,
      warnings: [],
      isSharingRefused: false,
    };
  }
}

function searchCall(connection: SardineConnection, phoneNumber: string): ProviderCall<string | null> {
  return callOf(connection, {
    operation: 'search a customer at Sardine',
    method: 'POST',
    path: '/identity/entities/search',
    body: { phoneNumber },
    schema: foundCustomer,
  });
}

/** HTTP Basic on every call (seed 002). */
function callOf<T>(
  { credentials, settings }: SardineConnection,
  call: Pick<ProviderCall<T>, 'operation' | 'method' | 'body' | 'maxBytes'> & {
    readonly path: string;
    readonly schema: z.ZodType<T>;
    readonly repeatable?: boolean;
  },
): ProviderCall<T> {
  const { path, ...rest } = call;
  const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
  return {
    repeatable: true,
    ...rest,
    provider: 'sardine',
    url: endpoint(settings.baseUrl, path),
    headers: { authorization: `Basic ${basic}` },
    faultOf,
    effectOnLostAnswer: 'none',
  };
}

/** No error of this API is documented (providers/sardine.md 5); this is what the codes say by themselves. */
function faultOf(status: number): ProviderFault {
  switch (status) {
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
