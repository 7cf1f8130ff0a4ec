import {
  type Contact,
  type Finding,
  type Handle,
  type LookupHit,
  type Provider,
  ProviderError,
  type Reading,
  type Remapped,
  type Started,
  type StartRequest,
} from '@gatehouse/contract';

import { checked } from '../kit/checked.js';
import { finding } from '../kit/finding.js';
import { toE164 } from '../kit/phones.js';
import { type ProviderHttp } from '../kit/provider-http.js';
import { type SardineConnection } from './sardine.calls.js';
import {
  type SardineCredentials,
  sardineCredentials,
  type SardineSettings,
  sardineSettings,
} from './sardine.config.js';
import { SardineCustomers } from './sardine.customers.js';
import { SardineEntities } from './sardine.entities.js';
import { storedHandle } from './sardine.handle.js';
import { SardineImages } from './sardine.images.js';
import { heldRecord } from './sardine.lookup.js';
import { SARDINE_MAPPING } from './sardine.map.js';
import { readingOf, remapped } from './sardine.reading.js';
import { scopesFor, writeScopes } from './sardine.scopes.js';
import { SardineWidgets } from './sardine.widget.js';

/** Sardine Universal Identity. Facts: providers/sardine.md; mapping: providers/mapping.md 4.2. It sends no webhooks. */
export class SardineProvider implements Provider<SardineCredentials, SardineSettings> {
  readonly name = 'sardine';
  readonly title = 'Sardine';
  readonly credentials = checked(sardineCredentials);
  readonly settings = checked(sardineSettings);
  readonly handle = storedHandle;
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
  readonly mappingVersion = SARDINE_MAPPING;
  readonly images: SardineImages;

  readonly #customers: SardineCustomers;
  readonly #entities: SardineEntities;
  readonly #widgets: SardineWidgets;

  /** `patienceMs`: how long a read may take. */
  constructor(http: ProviderHttp, patienceMs?: number) {
    this.#customers = new SardineCustomers(http);
    this.#entities = new SardineEntities(http, patienceMs);
    this.#widgets = new SardineWidgets(http);
    this.images = new SardineImages(http, this.#entities);
  }

  callsPerMinute({ callsPerMinute }: SardineSettings): number {
    return callsPerMinute;
  }

  endpoints({ baseUrl, imageHosts }: SardineSettings): readonly string[] {
    return [baseUrl, ...imageHosts.map((host) => `https://${host}`)];
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
    const customerId = await this.#customers.findOrCreate(connection, phoneNumber);
    const scopes = writeScopes(scopesFor(request.checks));
    const handle = { customerId, phone: phoneNumber, scopes, startedAt: null };
    return this.#widgets.mint(connection, request, handle);
  }

  resume(connection: SardineConnection, request: StartRequest): Promise<Started> {
    return this.start(connection, request);
  }

  /** A widget URL serves once (providers/sardine.md 4.3); the time of the first stays the beginning. */
  async renewLink(connection: SardineConnection, handle: Handle, request: StartRequest): Promise<Started> {
    return this.#widgets.mint(connection, request, storedHandle.parse(handle));
  }

  async read(connection: SardineConnection, handle: Handle, now: Date): Promise<Reading> {
    const known = storedHandle.parse(handle);
    const found = await this.#entities.find(connection, known.customerId);
    if (found.entity === null)
      return { kind: 'absent', rawStatus: found.why, reasonCodes: ['awaiting_user'] };
    return readingOf(found, known, connection.settings, now);
  }

  remap(evidence: unknown, settings: SardineSettings, readAt: Date): Remapped {
    return remapped(evidence, settings, readAt);
  }

  /** By phone only: Sardine knows no other search (providers/sardine.md 4.2). */
  async lookup(connection: SardineConnection, contact: Contact, now: Date): Promise<LookupHit | null> {
    const phone = toE164(contact.phone);
    const customerId = phone === null ? null : await this.#customers.find(connection, phone);
    if (phone === null || customerId === null) return null;
    const { entity } = await this.#entities.find(connection, customerId);
    const record = entity && heldRecord(entity, { customerId, phone }, connection.settings, now);
    return record && { matchedBy: 'phone', record };
  }

  /** There is no call for it; a search for nobody's phone answers with success or with 401 (providers/mapping.md 5). */
  async check(connection: SardineConnection): Promise<readonly Finding[]> {
    const call = finding('Credentials', 'Sardine accepted the client ID and secret.', async () => {
      await this.#customers.tryOut(connection);
      return '';
    });
    return [await call];
  }

  /** Sardine tells nobody when a consent is withdrawn (providers/sardine.md 7, trap 6). */
  recheckSeconds({ recheckHours }: SardineSettings): number | null {
    return recheckHours === null ? null : Math.round(recheckHours * 3600);
  }
}
