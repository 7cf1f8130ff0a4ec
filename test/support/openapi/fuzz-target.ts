import fc from 'fast-check';

import {
  ALL_SCOPES,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../gateway-harness.js';
import { IsolationWorld } from '../isolation-world.js';
import { type RawAnswer, rawRequest, type RawRequest } from '../raw-http.js';
import { PROVIDER_NAMES, type VendorAccount } from '../vendor-accounts.js';
import { AnswerJudge, describeRequest, type Expectation } from './answer-judge.js';
import {
  type ApiDescription,
  firstOf,
  type Operation,
  operationsOf,
  type Parameter,
  parametersOf,
  pathOf,
} from './api-description.js';
import { SchemaArbitraries } from './schema-arbitrary.js';

/** In the values of every generated request; nowhere else. */
export const MARKER = 'zq7marker';

/** Refuses every connection. */
const NOWHERE = 'http://127.0.0.1:9/hooks';

const NO_LIMITS = { requestsPerKey: 10_000_000, failuresPerAddress: 10_000_000, windowSeconds: 60 };

/** The parts of a request to an operation that a test may set; the rest is as it should be. */
export interface Attempt {
  readonly segments?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: RawRequest['headers'];
  readonly body?: Buffer | null;
  readonly contentType?: string | null;
  readonly chunked?: boolean;
  /** Null: no Authorization field at all. */
  readonly authorization?: string | null;
  readonly method?: string;
}

/** A gateway with a tenant whose providers are all well, and for each operation a request that ought to succeed. */
export class FuzzTarget {
  readonly operations: readonly Operation[];
  readonly judge: AnswerJudge;
  /** How many requests were judged. */
  requests = 0;
  readonly #arbitraries: SchemaArbitraries;
  readonly #succeeded = new Set<string>();

  private constructor(
    readonly harness: GatewayHarness,
    readonly description: ApiDescription,
    readonly stock: Stock,
  ) {
    this.operations = operationsOf(description);
    this.judge = new AnswerJudge(description);
    this.#arbitraries = new SchemaArbitraries(description, MARKER, {
      phone: fc.integer({ min: 2_000, max: 9_999 }).map((n) => `+1415555${n}`),
      country: fc.constantFrom('AE', 'EG', 'US', 'DE'),
      provider: fc.constantFrom(...PROVIDER_NAMES),
      'country[]': fc.constantFrom('AE', 'US'),
      'fallback[]': fc.constantFrom(...PROVIDER_NAMES),
      passRate: fc.constantFrom(0, 0.5, 1),
      errorRate: fc.constantFrom(0, 0.5, 1),
      percent: fc.integer({ min: 0, max: 100 }),
      message: fc.constantFrom('{{link}}', `${MARKER} {{link}} ${'x'.repeat(400)}`),
      cursor: fc.constant(stock.cursor),
      actor: fc.constantFrom('system', 'browser', 'provider:sentinel', `auditor:${MARKER}`),
      url: fc.constant(NOWHERE),
      endpointId: fc.constant(stock.webhook.endpointId),
      eventId: fc.constant(stock.webhook.eventId),
      tenantId: fc.constant(stock.tenant.id),
      verificationId: fc.constant(stock.heldId),
      ticket: fc.constantFrom('OPS-1204', '#7'),
      'checkpoints[]': fc.constant(stock.checkpoint),
      // A tenant to whom nothing happens would be waited for as long as asked.
      wait: fc.constant(0),
      credentials: fc.constant(stock.account.connection.credentials),
      settings: fc.constant(stock.account.connection.settings),
    });
  }

  static async start(): Promise<FuzzTarget> {
    const harness = await startGateway({}, { rateLimits: NO_LIMITS });
    const description = (await harness.fetch('/openapi.json')).json as unknown as ApiDescription;
    return new FuzzTarget(harness, description, await stocked(harness));
  }

  /** Ids and names in the path that are this operation's own, so that operations do not take each other's away. */
  segments(operation: Operation): Readonly<Record<string, string>> {
    return this.stock.segments(operation);
  }

  /** Some ids that exist, of every kind. */
  get ids(): readonly string[] {
    return this.stock.ids;
  }

  /** The key that an operation is for; null for a public one. */
  key(operation: Operation): string | null {
    switch (operation.admission.kind) {
      case 'public':
        return null;
      case 'tenant':
        return isAboutWebhooks(operation) ? this.stock.posted.key : this.stock.tenant.key;
      case 'admin':
        return this.harness.adminKey;
    }
  }

  /** Bodies that fit the schema; undefined for an operation that takes none. */
  bodies(operation: Operation): fc.Arbitrary<unknown> | null {
    const { body } = operation;
    if (body === null) return null;
    return Object.keys(body).length === 0 ? fc.jsonValue() : this.#arbitraries.valid(body, operation.id);
  }

  /** Query strings that fit the described parameters. */
  queries(operation: Operation): fc.Arbitrary<string> {
    const parameters = parametersOf(operation, 'query');
    const values = Object.fromEntries(
      parameters.map(({ name, schema }) => [name, this.#arbitraries.parameter(schema, name)]),
    );
    const needed = parameters.filter(isNeeded).map(({ name }) => name);
    return fc
      .record(values, { requiredKeys: needed })
      .map((members) => new URLSearchParams(members as Record<string, string>).toString());
  }

  /** Only what has to be there. */
  plainQuery(operation: Operation): string {
    const needed = parametersOf(operation, 'query').filter(isNeeded);
    return needed.map(({ name, schema }) => `${name}=${firstOf(schema)}`).join('&');
  }

  /** The smallest body that ought to succeed, as text; null where none is described. */
  plainBody(operation: Operation): string | null {
    if (operation.body === null) return null;
    return JSON.stringify(this.stock.plainBodies[operation.id] ?? {});
  }

  /** The path of a request that ought to succeed. */
  path(operation: Operation): string {
    return pathOf(operation, this.segments(operation));
  }

  /** Whether a value, as it goes over the wire, breaks a parameter's schema. What is not even encoded right is left open. */
  isInvalidParameter({ schema }: Parameter, value: string): boolean {
    const text = decoded(value);
    if (text === null) return false;
    const isNumber =
      schema.type === 'integer' || (Array.isArray(schema.type) && schema.type.includes('integer'));
    return !this.judge.fits(schema, isNumber && /^\d+$/.test(text) ? Number(text) : text);
  }

  /** A key with one scope only, for each scope. */
  async keysByScope(): Promise<ReadonlyMap<string, string>> {
    const keys = new Map<string, string>();
    for (const scope of ALL_SCOPES) keys.set(scope, (await this.harness.tenant([scope])).key);
    return keys;
  }

  /** Sends and judges; throws with everything that is wrong with the answer. */
  async check(operation: Operation, attempt: Attempt, expectation: Expectation = {}): Promise<RawAnswer> {
    const request = this.#request(operation, attempt);
    const answer = await this.#send(request);
    if (answer.status < 400) this.#succeeded.add(operation.id);
    return this.#judged(operation, request, answer, expectation);
  }

  /** Sends and judges what belongs to no operation. */
  async checkOther(request: RawRequest, expectation: Expectation): Promise<RawAnswer> {
    return this.#judged(null, request, await this.#send(request), { marker: MARKER, ...expectation });
  }

  /** Operations that never answered with success. */
  get neverSucceeded(): readonly string[] {
    return this.operations.map(({ id }) => id).filter((id) => !this.#succeeded.has(id));
  }

  #request(operation: Operation, attempt: Attempt): RawRequest {
    const query = attempt.query ?? this.plainQuery(operation);
    const path = pathOf(operation, { ...this.segments(operation), ...attempt.segments });
    const key = this.key(operation);
    const authorization =
      attempt.authorization === undefined ? (key === null ? null : `Bearer ${key}`) : attempt.authorization;
    const plain = this.plainBody(operation);
    const body = attempt.body === undefined ? (plain === null ? null : Buffer.from(plain)) : attempt.body;
    const contentType = attempt.contentType === undefined ? 'application/json' : attempt.contentType;
    return {
      method: attempt.method ?? operation.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: [
        ...(authorization === null ? [] : [['Authorization', authorization] as const]),
        ...(body === null || contentType === null ? [] : [['Content-Type', contentType] as const]),
        ...(attempt.headers ?? []),
      ],
      body,
      ...(attempt.chunked === undefined ? {} : { chunked: attempt.chunked }),
    };
  }

  #send(request: RawRequest): Promise<RawAnswer> {
    this.requests += 1;
    return rawRequest(this.harness.origin, request);
  }

  #judged(
    operation: Operation | null,
    request: RawRequest,
    answer: RawAnswer,
    expectation: Expectation,
  ): RawAnswer {
    const complaints = this.judge.complaints(operation, answer, { marker: MARKER, ...expectation });
    if (complaints.length === 0) return answer;
    throw new Error(
      `${complaints.join('\n')}\nafter ${describeRequest(request)}\nanswered ${answer.status} ${answer.text.slice(0, 500)}`,
    );
  }
}

/** Everything that requests need to exist. */
interface Stock {
  readonly tenant: GatewayTenant;
  /** The one with webhook endpoints, to whom nothing else happens: else every request would be posted to all of them. */
  readonly posted: GatewayTenant;
  /** The tenant's accounts at the vendors that send webhooks. */
  readonly senders: { readonly sentinel: VendorAccount; readonly dentity: VendorAccount };
  /** Somebody's name at Sentinel. */
  readonly customer: string;
  readonly account: VendorAccount;
  readonly cursor: string;
  readonly checkpoint: string;
  /** Of an event that went to an endpoint. */
  readonly webhook: { readonly endpointId: string; readonly eventId: string };
  /** A verification that is held back from erasure. */
  readonly heldId: string;
  readonly ids: readonly string[];
  readonly plainBodies: Readonly<Record<string, unknown>>;
  segments(operation: Operation): Readonly<Record<string, string>>;
}

async function stocked(harness: GatewayHarness): Promise<Stock> {
  const tenant = await harness.tenant();
  const sentinel = await tenant.connect('sentinel');
  await tenant.connect('sardine');
  const dentity = await tenant.connect('dentity');
  required(
    await harness.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, {
      provider: 'sentinel',
      callerMayChoose: true,
    }),
    200,
  );
  const victim = await harness.tenant();
  const suspended = await harness.tenant();
  const account = await victim.connect('dentity');
  const told = await victim.connect('sentinel');
  await victim.connect('sardine');
  await victim.route('dentity');
  const subject = { email: 'ana.ruiz@mail.test', phone: '+14155550123' };
  const create = async (who = subject): Promise<string> =>
    text(required(await tenant.call('POST', '/verifications', { subject: who }), 201), 'id');
  const keyOf = async (): Promise<string> => {
    const body = { name: 'another', environment: 'test', scopes: ['verifications:read'] };
    return text(required(await harness.admin('POST', `/tenants/${victim.id}/api-keys`, body), 201), 'id');
  };
  const shared = await create();
  const own: Record<string, string> = {};
  for (const id of [
    'cancelVerification',
    'refreshVerification',
    'renewVerificationLink',
    'retryVerification',
    'refreshAnyVerification',
  ])
    own[id] = await create();
  required(await tenant.call('POST', `/verifications/${own['retryVerification'] ?? ''}/cancel`), 200);
  // Somebody else, because Sentinel's result is about a person and would end the others too.
  const verified = await create({ email: 'bea.ruiz@mail.test', phone: '+14155550124' });
  await sentinel.finish('bea.ruiz@mail.test', 'approve');
  const refreshed = required(await tenant.call('POST', `/verifications/${verified}/refresh`), 200);
  const { reference } = refreshed['provider'] as { reference: string };
  const { data: images } = required(await tenant.call('GET', `/verifications/${verified}/images`), 200) as {
    data: { id: string }[];
  };
  for (const id of [
    'getVerificationIdentity',
    'getIdentityReceipt',
    'listVerificationImages',
    'getVerificationImage',
    'viewAnyIdentity',
    'viewAnyImages',
    'viewAnyImage',
  ])
    own[id] = verified;
  // People of their own again: one that is to be decided, one whose contact changes, one with a report.
  own['decideVerification'] = await create({ email: 'cleo.ruiz@mail.test', phone: '+14155550125' });
  await sentinel.finish('cleo.ruiz@mail.test', 'review');
  own['decideAnyVerification'] = await create({ email: 'eva.ruiz@mail.test', phone: '+14155550128' });
  await sentinel.finish('eva.ruiz@mail.test', 'review');
  own['correctVerificationContact'] = await create({ email: 'dora.ruiz@mail.test', phone: '+14155550126' });
  await sentinel.finish('dora.ruiz@mail.test', 'approve');
  const reported = { subject: { phone: '+14155550127' }, provider: 'dentity' };
  own['getVerificationReport'] = text(
    required(await tenant.call('POST', '/verifications', reported), 201),
    'id',
  );
  await dentity.finish('+14155550127', 'approve');
  for (const id of [
    'decideVerification',
    'decideAnyVerification',
    'correctVerificationContact',
    'getVerificationReport',
  ])
    required(await tenant.call('POST', `/verifications/${own[id] ?? ''}/refresh`), 200);
  own['getImport'] = text(required(await tenant.call('POST', '/imports', {}), 202), 'id');
  await told.setWebhook(NOWHERE);
  const posted = await harness.tenant();
  const endpointOf = async (): Promise<string> =>
    text(required(await posted.call('POST', '/webhook-endpoints', { url: NOWHERE }), 201), 'id');
  for (const id of ['getWebhookEndpoint', 'changeWebhookEndpoint', 'removeWebhookEndpoint'])
    own[id] = await endpointOf();
  const endpointId = await endpointOf();
  for (const id of ['rotateWebhookEndpointSecret', 'testWebhookEndpoint', 'replayWebhookEndpoint'])
    own[id] = endpointId;
  const tested = required(await posted.call('POST', `/webhook-endpoints/${endpointId}/test`), 202);
  for (const id of ['getWebhookDelivery', 'redeliverWebhook']) own[id] = text(tested, 'deliveryId');
  const connection = required(
    await harness.admin('GET', `/tenants/${tenant.id}/connections/dentity?environment=test`),
    200,
  );
  const [provider = '', connectionId = '', token = ''] = new URL(text(connection, 'webhookUrl')).pathname
    .split('/')
    .slice(2);
  const created = required(await tenant.call('GET', `/verifications/${shared}`), 200);
  const action = created['action'] as { url: string };
  const returnUrl = new URL(action.url).searchParams.get('redirectUrl') ?? '';
  const proposals = Object.fromEntries(
    await Promise.all(
      ['approveRoutingPolicy', 'rejectRoutingPolicy'].map(
        async (id) => [id, await proposing(harness)] as const,
      ),
    ),
  );
  const { data: heads } = required(
    await harness.admin('GET', `/audit-log/checkpoints?tenantId=${tenant.id}`),
    200,
  ) as { data: Record<string, unknown>[] };
  const list = required(await tenant.call('GET', '/verifications?limit=1'), 200);
  const operators = { name: 'another', role: 'approver' };
  const adminKey = text(required(await harness.admin('POST', '/admin-keys', operators), 201), 'id');
  const rotated = required(await harness.admin('POST', '/keys/rotate', { tenantId: victim.id }), 202);
  const [rotation] = rotated['data'] as { id: string }[];
  const replayed = required(
    await harness.admin('POST', `/webhook-endpoints/${endpointId}/replay`, REPLAY),
    202,
  );
  const adminIds: Readonly<Record<string, string>> = {
    getAnyWebhookDelivery: text(tested, 'deliveryId'),
    redeliverAnyWebhook: text(tested, 'deliveryId'),
    replayAnyWebhookEndpoint: endpointId,
    getWebhookReplay: endpointId,
    getKeyRotation: rotation?.id ?? '',
    suspendTenant: suspended.id,
    revokeAdminKey: adminKey,
  };
  const keys = { revokeApiKey: await keyOf(), rotateApiKey: await keyOf() };
  const erased = await new IsolationWorld(harness).erased(victim.id, victim.key);
  return {
    tenant,
    posted,
    senders: { sentinel, dentity },
    customer: reference,
    account,
    cursor: text(list, 'nextCursor'),
    checkpoint: text(heads[0] ?? {}, 'note'),
    webhook: { endpointId, eventId: text(tested, 'eventId') },
    heldId: erased['verificationId'] ?? '',
    ids: [shared, endpointId, tenant.id, keys.rotateApiKey, connectionId, adminKey],
    plainBodies: {
      createVerification: { subject },
      searchVerifications: { email: subject.email },
      getVerificationStatuses: { ids: [shared] },
      lookUpPerson: { email: 'bea.ruiz@mail.test' },
      decideVerification: { decision: 'approve', reason: 'compared with the file' },
      correctVerificationContact: { email: 'dora.new@mail.test' },
      createWebhookEndpoint: { url: NOWHERE },
      changeWebhookEndpoint: { description: 'the backend' },
      replayWebhookEndpoint: REPLAY,
      replayAnyWebhookEndpoint: REPLAY,
      createTenant: { name: 'Northwind Bank' },
      changeTenant: { name: 'Northwind Bank' },
      createAdminKey: { name: 'another', role: 'approver' },
      createApiKey: { name: 'backend', environment: 'test', scopes: ['verifications:read'] },
      putConnection: account.connection,
      putRoutingPolicy: { provider: 'dentity' },
      rollBackRoutingPolicy: { version: 1 },
      previewRoutingPolicy: { policy: { provider: 'dentity' } },
      requestErasure: { email: 'nobody@mail.test' },
      closeErasureDuty: { note: 'their support confirmed it' },
      searchAllVerifications: { tenantId: tenant.id, email: subject.email },
      viewAnyIdentity: { purpose: 'support', ticket: 'OPS-1204' },
      viewAnyImages: { purpose: 'review' },
      viewAnyImage: { purpose: 'review' },
      decideAnyVerification: { decision: 'approve', reason: 'compared with the file' },
      placeLegalHold: { verificationId: erased['verificationId'], reason: 'a dispute' },
    },
    segments: ({ id, path }) => {
      if (/^(?:\/admin)?\/v1\/verifications\//.test(path) || path.startsWith('/v1/'))
        return { id: own[id] ?? shared, imageId: images[0]?.id ?? '' };
      if (path.startsWith('/admin/')) {
        return {
          id: proposals[id] ?? adminIds[id] ?? victim.id,
          version: '2',
          keyId: id === 'rotateApiKey' ? keys.rotateApiKey : keys.revokeApiKey,
          provider: PROVIDERS[id] ?? 'dentity',
          replayId: text(replayed, 'replayId'),
          ...erased,
        };
      }
      return {
        provider,
        connectionId,
        token: path.startsWith('/hooks') ? token : (returnUrl.split('/').at(-1) ?? ''),
        code: 'not_found',
        file: 'start.js',
      };
    },
  };
}

/** A tenant whose second routing policy waits for whoever asks, since another key proposed it. */
async function proposing(harness: GatewayHarness): Promise<string> {
  const world = new IsolationWorld(harness);
  const id = await world.tenantId();
  await world.connect(id, 'test', 'dentity');
  const policy = { provider: 'dentity' };
  required(await harness.admin('PUT', `/tenants/${id}/routing?environment=test`, policy), 200);
  await world.propose(id, 'test');
  return id;
}

const REPLAY = { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z' };

/** Whose connection an operation is about, where it is not any. */
const PROVIDERS: Readonly<Record<string, string>> = {
  removeConnection: 'sardine',
  registerWebhook: 'sentinel',
};

function isAboutWebhooks({ path }: Operation): boolean {
  return path.startsWith('/v1/webhook-');
}

function isNeeded(parameter: Parameter): boolean {
  return parameter.required === true;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
