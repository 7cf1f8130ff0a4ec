import {
  type ByteStream,
  type Finding,
  type Glance,
  type Handle,
  type ImageSource,
  type InboundSignal,
  type Provider,
  ProviderError,
  type RawWebhook,
  type Reading,
  type Remapped,
  type Started,
  type StartRequest,
  type Subject,
} from '@gatehouse/contract';

import { checked } from '../kit/checked.js';
import { toUsDate } from '../kit/dates.js';
import { type Evidenced, evidenced } from '../kit/evidence.js';
import { finding } from '../kit/finding.js';
import { splitPhone, toE164 } from '../kit/phones.js';
import { type ProviderCall, type ProviderHttp } from '../kit/provider-http.js';
import { glanceAtAll, MAX_IDS } from './dentity.bulk.js';
import { addressed, type DentityConnection } from './dentity.calls.js';
import {
  type DentityCredentials,
  dentityCredentials,
  type DentitySettings,
  dentitySettings,
} from './dentity.config.js';
import { dentityHandle } from './dentity.handle.js';
import { DentityImages } from './dentity.images.js';
import { DENTITY_MAPPING, rawStatusOf } from './dentity.map.js';
import { readingOf, remapped } from './dentity.reading.js';
import { openReport } from './dentity.report.js';
import { receiveDentityWebhook } from './dentity.webhook.js';
import { created, type DentityStatus, verificationStatus } from './dentity.wire.js';

/** In the form of an id, belonging to nothing. */
const NOBODYS_ID = '000000000000000000000000';

/** Dentity. Facts: providers/dentity.md; mapping: providers/mapping.md 4.3. It texts the link to the person itself. */
export class DentityProvider implements Provider<DentityCredentials, DentitySettings> {
  readonly name = 'dentity';
  readonly title = 'Dentity';
  readonly credentials = checked(dentityCredentials);
  readonly settings = checked(dentitySettings);
  readonly handle = checked(dentityHandle);
  readonly supports = {
    checks: ['profile', 'document', 'liveness'],
    documentTypes: [],
    contacts: ['phone'],
    redirect: false,
    message: true,
    reuse: false,
  } as const satisfies Provider['supports'];
  readonly whenGone = 'error';
  readonly identifies = 'session';
  readonly readManyAtOnce = MAX_IDS;
  readonly webhookMethods = ['PUT'] as const;
  readonly mappingVersion = DENTITY_MAPPING;

  readonly images: ImageSource<DentityCredentials, DentitySettings>;

  constructor(private readonly http: ProviderHttp) {
    this.images = new DentityImages(http);
  }

  callsPerMinute({ callsPerMinute }: DentitySettings): number {
    return callsPerMinute;
  }

  endpoints({ baseUrl, imageHosts }: DentitySettings): readonly string[] {
    return [baseUrl, ...imageHosts.map((host) => `https://${host}`)];
  }

  /**
   * Creates a verification, which texts the person. There is no idempotency key and no search (providers/dentity.md 4.1):
   * after a lost answer it is never repeated, and there is no `resume`; only the webhook can tell what became of it.
   */
  async start(connection: DentityConnection, request: StartRequest): Promise<Started> {
    const to = toE164(request.subject.phone);
    const phone = to === null ? null : splitPhone(to);
    if (to === null || phone === null) throw invalid('a phone number is needed');
    if (request.message?.includes('{{link}}') === false) throw invalid('the message must contain {{link}}');
    const answer = await this.http.request({
      ...addressed(connection, '/verification'),
      operation: 'create a verification at Dentity',
      method: 'POST',
      body: {
        key: connection.credentials.apiKey,
        phoneNumber: { dialCode: phone.dialCode, phone: phone.national },
        ...personOf(request.subject),
        metadata: { verificationId: request.verificationId },
        callbackUrl: request.webhookUrl,
        ...(request.message === null ? {} : { smsMessage: request.message }),
      },
      schema: created,
      effectOnLostAnswer: 'unknown',
      repeatable: false,
    });
    const { _id: verificationId, status } = answer.data.data;
    return {
      action: { type: 'sms', to },
      reference: verificationId,
      handle: this.handle.parse({ verificationId }),
      rawStatus: status === null ? null : rawStatusOf(status),
      delivery: 'sms',
      warnings: [],
      isSharingRefused: false,
    };
  }

  async read(connection: DentityConnection, handle: Handle, now: Date): Promise<Reading> {
    const known = this.handle.parse(handle);
    const answer = await this.http.find(statusCall(connection, known.verificationId), [404]);
    if (answer.data === null) return { kind: 'absent', rawStatus: '404', reasonCodes: ['awaiting_user'] };
    return readingOf(answer.data, known, connection.settings, now);
  }

  remap(evidence: unknown, settings: DentitySettings): Remapped {
    return remapped(evidence, settings);
  }

  async readMany(
    connection: DentityConnection,
    handles: readonly Handle[],
  ): Promise<readonly (Glance | null)[]> {
    return glanceAtAll(
      this.http,
      connection,
      handles.map((handle) => this.handle.parse(handle)),
    );
  }

  async report(
    connection: DentityConnection,
    handle: Handle,
    request: { readonly confidences: boolean; readonly signal: AbortSignal },
  ): Promise<ByteStream | null> {
    if (connection.settings.report === 'none') return null;
    return openReport(this.http, connection, this.handle.parse(handle).verificationId, request);
  }

  receive(connection: DentityConnection, webhook: RawWebhook): InboundSignal {
    return receiveDentityWebhook(connection, webhook);
  }

  /** There is no call for it; the status of nothing answers 404 to a good key (providers/mapping.md 5). */
  async check(connection: DentityConnection): Promise<readonly Finding[]> {
    const call = await finding('API key', 'Dentity did not refuse the API key.', async () => {
      // A wrong path would answer 404 as well, so this is all that can be said.
      await this.http.find(statusCall(connection, NOBODYS_ID), [404]);
      return 'Whether the base URL is right shows with the first verification.';
    });
    return [
      call,
      connection.credentials.secretKey === undefined
        ? { ok: false, what: 'Webhooks', detail: 'No secret key is set, so every webhook is refused.' }
        : { ok: true, what: 'Webhooks', detail: 'A secret key is set.' },
    ];
  }
}

/** What we know of the person, in Dentity's forms: `MM/DD/YYYY`, and objects where its table says "String". */
function personOf(subject: Subject): Readonly<Record<string, unknown>> {
  const { email, dateOfBirth, firstName, lastName, address } = subject;
  return {
    ...(email === null ? {} : { email }),
    ...(dateOfBirth === null ? {} : { dateOfBirth: toUsDate(dateOfBirth) }),
    ...(firstName === null && lastName === null ? {} : { name: known({ firstName, lastName }) }),
    ...(address === null
      ? {}
      : {
          address: known({
            street: address.street,
            city: address.city,
            state: address.region,
            zip: address.postalCode,
            country: address.country,
          }),
        }),
  };
}

function known(members: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}

function statusCall(
  connection: DentityConnection,
  verificationId: string,
): ProviderCall<Evidenced<DentityStatus>> {
  return {
    ...addressed(connection, `/verification/${encodeURIComponent(verificationId)}/status`),
    operation: 'read a verification at Dentity',
    method: 'GET',
    schema: evidenced(verificationStatus),
    effectOnLostAnswer: 'none',
    repeatable: true,
  };
}

function invalid(why: string): ProviderError {
  return new ProviderError(
    'dentity',
    'invalid_request',
    'none',
    `Could not create a verification at Dentity: ${why}`,
  );
}
