import {
  type ByteStream,
  type Connection,
  type Contact,
  type Finding,
  type Glance,
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

import { checked } from '../../../libs/providers/src/kit/checked.js';
import { evidenced, readEvidence } from '../../../libs/providers/src/kit/evidence.js';
import { finding } from '../../../libs/providers/src/kit/finding.js';
import { type ProviderHttp } from '../../../libs/providers/src/kit/provider-http.js';
import { addressed } from './toy.calls.js';
import {
  type ToyCredentials,
  toyCredentials,
  toyHandle,
  type ToySettings,
  toySettings,
} from './toy.config.js';
import { ToyImages } from './toy.images.js';
import { heldRecord, identityOf, judge, observe, TOY_MAPPING } from './toy.map.js';
import { receiveToyWebhook } from './toy.webhook.js';
import { account, begun, nothing, people, states, type ToySession, toySession } from './toy.wire.js';

type ToyConnection = Connection<ToyCredentials, ToySettings>;

const BULK_LIMIT = 20;
const SORTS = { name: 'person', phoneNumber: 'phone', status: 'state', updatedAt: 'changedAt' } as const;

/** A provider that does not exist: every optional member of the contract in the simplest way (docs/ADDING-A-PROVIDER.md). */
export class ToyProvider implements Provider<ToyCredentials, ToySettings> {
  readonly name = 'toy';
  readonly title = 'Toy';
  readonly credentials = checked(toyCredentials);
  readonly settings = checked(toySettings);
  readonly handle = toyHandle;
  readonly supports = {
    checks: ['profile', 'document', 'liveness'],
    documentTypes: ['passport', 'drivers_license'],
    contacts: ['email', 'phone'],
    redirect: true,
    message: false,
    reuse: false,
  } as const satisfies Provider['supports'];
  readonly whenGone = 'error';
  readonly identifies = 'session';
  readonly webhookMethods = ['POST'] as const;
  readonly mappingVersion = TOY_MAPPING;
  readonly images: ToyImages;

  constructor(private readonly http: ProviderHttp) {
    this.images = new ToyImages(http);
  }

  endpoints({ baseUrl }: ToySettings): readonly string[] {
    return [baseUrl];
  }

  /** The reference is an idempotency key: the same one again is the same session, with a fresh page. */
  async start(connection: ToyConnection, request: StartRequest): Promise<Started> {
    const { email, phone } = request.subject;
    const answer = await this.http.request({
      ...addressed(connection, '/sessions'),
      operation: 'begin a session at Toy',
      method: 'POST',
      body: {
        reference: request.verificationId,
        document: request.documentTypes[0] ?? 'passport',
        returnUrl: request.returnUrl('success'),
        ...given({ email, phone }),
      },
      schema: begun,
    });
    const { id, state, page } = answer.data;
    return {
      action: { type: 'redirect', url: page, expiresAt: null },
      reference: id,
      handle: { sessionId: id },
      rawStatus: state,
      delivery: null,
      warnings: [],
      isSharingRefused: false,
    };
  }

  resume(connection: ToyConnection, request: StartRequest): Promise<Started> {
    return this.start(connection, request);
  }

  renewLink(connection: ToyConnection, _handle: Handle, request: StartRequest): Promise<Started> {
    return this.start(connection, request);
  }

  async read(connection: ToyConnection, handle: Handle, now: Date): Promise<Reading> {
    const { sessionId } = this.handle.parse(handle);
    const answer = await this.http.find(
      {
        ...addressed(connection, `/sessions/${sessionId}`),
        operation: 'read a session at Toy',
        method: 'GET',
        schema: evidenced(toySession),
      },
      [404],
    );
    if (answer.data === null) return { kind: 'absent', rawStatus: '404', reasonCodes: ['awaiting_user'] };
    const { value, kept } = answer.data;
    if (value.id !== sessionId) return { kind: 'foreign' };
    return { ...observed(value, now), reference: sessionId, handlePatch: {}, evidence: kept };
  }

  remap(evidence: unknown, _settings: ToySettings, readAt: Date): Remapped {
    return observed(readEvidence(toySession, evidence), readAt);
  }

  receive(connection: ToyConnection, webhook: RawWebhook): InboundSignal {
    return receiveToyWebhook(connection, webhook);
  }

  async lookup(connection: ToyConnection, contact: Contact, now: Date): Promise<LookupHit | null> {
    const { records } = await this.#people(connection, given(contact), now);
    for (const record of records) {
      if (record.contact.email !== null && record.contact.email === contact.email)
        return { matchedBy: 'email', record };
      if (record.contact.phone !== null && record.contact.phone === contact.phone)
        return { matchedBy: 'phone', record };
    }
    return null;
  }

  async list(connection: ToyConnection, request: ListRequest, now: Date): Promise<ListPage> {
    const { page, pageSize, sortBy } = request;
    const sort = sortBy in SORTS ? SORTS[sortBy as keyof typeof SORTS] : 'person';
    const query = { page: String(page), size: String(pageSize), sort };
    const { records, total } = await this.#people(connection, query, now);
    return { records, total, isLast: page * pageSize >= total };
  }

  async readMany(connection: ToyConnection, handles: readonly Handle[]): Promise<readonly (Glance | null)[]> {
    const ids = handles.map((handle) => this.handle.parse(handle).sessionId);
    const known = new Map<string, Glance>();
    for (let from = 0; from < ids.length; from += BULK_LIMIT) {
      const answer = await this.http.request({
        ...addressed(connection, '/states'),
        operation: 'read sessions at Toy',
        method: 'POST',
        body: { ids: ids.slice(from, from + BULK_LIMIT) },
        schema: states,
      });
      for (const { id, state } of answer.data.rows)
        known.set(id, { verdict: judge(state).verdict, rawStatus: state });
    }
    return ids.map((id) => known.get(id) ?? null);
  }

  async report(
    connection: ToyConnection,
    handle: Handle,
    { confidences, signal }: { readonly confidences: boolean; readonly signal: AbortSignal },
  ): Promise<ByteStream | null> {
    const { sessionId } = this.handle.parse(handle);
    const path = `/sessions/${sessionId}/report${confidences ? '?scores=true' : ''}`;
    const answer = await this.http.openIfPresent(
      { ...addressed(connection, path), operation: 'open a report at Toy', method: 'GET', signal },
      [404, 410],
    );
    return answer === null ? null : { mediaType: 'application/pdf', bytes: answer.body };
  }

  async correctContact(connection: ToyConnection, handle: Handle, change: Contact): Promise<Handle | null> {
    const { sessionId } = this.handle.parse(handle);
    const answer = await this.http.find(
      {
        ...addressed(connection, `/sessions/${sessionId}/contact`),
        operation: 'correct a contact at Toy',
        method: 'POST',
        body: given(change),
        schema: toySession,
      },
      [404],
    );
    return answer.data === null ? null : {};
  }

  async check(connection: ToyConnection, webhookUrl: string): Promise<readonly Finding[]> {
    const call = await finding('API key', 'Toy accepted the API key.', async () => {
      const answer = await this.http.request({
        ...addressed(connection, '/account'),
        operation: 'read the account at Toy',
        method: 'GET',
        schema: account,
      });
      return answer.data.webhookUrl === webhookUrl ? 'Its webhooks come here.' : 'Its webhooks go elsewhere.';
    });
    return [call];
  }

  async erase(connection: ToyConnection, handle: Handle): Promise<void> {
    const { sessionId } = this.handle.parse(handle);
    await this.http.find(
      {
        ...addressed(connection, `/sessions/${sessionId}/erase`),
        operation: 'erase a session at Toy',
        method: 'POST',
        body: {},
        schema: nothing,
      },
      [404],
    );
  }

  async registerWebhook(connection: ToyConnection, webhookUrl: string): Promise<void> {
    await this.http.request({
      ...addressed(connection, '/account/webhook'),
      operation: 'register the webhook at Toy',
      method: 'POST',
      body: { url: webhookUrl },
      schema: account.partial(),
    });
  }

  async #people(
    connection: ToyConnection,
    query: Readonly<Record<string, string>>,
    now: Date,
  ): Promise<Pick<ListPage, 'records'> & { readonly total: number }> {
    const answer = await this.http.request({
      ...addressed(connection, `/people?${new URLSearchParams(query).toString()}`),
      operation: 'look for people at Toy',
      method: 'GET',
      schema: people,
    });
    return {
      records: answer.data.people.map((session) => heldRecord(session, now)),
      total: answer.data.total,
    };
  }
}

function observed(session: ToySession, now: Date): Extract<Remapped, { kind: 'present' }> {
  return { kind: 'present', observation: observe(session, now), identity: identityOf(session) };
}

function given(contact: Contact): Readonly<Record<string, string>> {
  const { email, phone } = contact;
  return { ...(email !== null && { email }), ...(phone !== null && { phone }) };
}
