import { SystemIds, toTypeId } from '@gatehouse/platform';

import { eventually } from './eventually.js';
import { ALL_SCOPES, type Answer, type GatewayHarness, required, text } from './gateway-harness.js';
import { firstOf, type Operation, parametersOf } from './openapi/api-description.js';
import { type ProviderName, vendorAccount, type VendorAccount } from './vendor-accounts.js';

export type Environment = 'test' | 'live';

/** One side of a wall: a tenant in one of its environments, with an account at Sentinel and at Dentity. */
export interface Side {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly key: string;
  readonly keyId: string;
  readonly sentinel: VendorAccount;
  readonly dentity: VendorAccount;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  create(more?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The same person for everybody: what keeps them apart must be the wall and nothing else. */
export const SUBJECT = { email: 'ana.ruiz@mail.test', phone: '+14155550123' };
const HELD_SUBJECT = { email: 'hugo.ruiz@mail.test', phone: '+14155550199' };
export const REFERENCE = 'user-42';
/** Nobody listens there, and what it asks for hardly ever happens. */
const ENDPOINT = { url: 'http://127.0.0.1:9/hooks', eventTypes: ['endpoint.disabled'] };

const REPLAY = { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z' };

const ids = new SystemIds();

export class IsolationWorld {
  constructor(readonly harness: GatewayHarness) {}

  async tenantId(): Promise<string> {
    return text(
      required(await this.harness.admin('POST', '/tenants', { name: 'Northwind Bank' }), 201),
      'id',
    );
  }

  async apiKey(
    tenantId: string,
    environment: Environment = 'test',
    scopes: readonly string[] = ALL_SCOPES,
  ): Promise<{ id: string; key: string }> {
    const body = { name: 'backend', environment, scopes };
    const created = required(await this.harness.admin('POST', `/tenants/${tenantId}/api-keys`, body), 201);
    return { id: text(created, 'id'), key: text(created, 'key') };
  }

  async adminKey(role: string): Promise<{ id: string; key: string }> {
    const created = required(await this.harness.admin('POST', '/admin-keys', { name: role, role }), 201);
    return { id: text(created, 'id'), key: text(created, 'key') };
  }

  async connect(tenantId: string, environment: Environment, provider: ProviderName): Promise<VendorAccount> {
    // What the vendor tells of its own accord would be in the way of what is told here.
    const switches = provider === 'dentity' ? { deliveryEvents: false } : {};
    const account = await vendorAccount(this.harness.simulatorOrigin, provider, switches);
    const path = `/tenants/${tenantId}/connections/${provider}?environment=${environment}`;
    const connection = required(await this.harness.admin('PUT', path, account.connection), 201);
    if (provider === 'sentinel') await account.setWebhook(text(connection, 'webhookUrl'));
    return account;
  }

  /** A second version of the routing policy, which waits for anybody but its author. */
  async propose(tenantId: string, environment: Environment): Promise<string> {
    const change = { twoPersonApproval: true };
    required(await this.harness.admin('PATCH', `/tenants/${tenantId}`, change), 200);
    const { key: author } = await this.adminKey('admin');
    const path = `/admin/v1/tenants/${tenantId}/routing?environment=${environment}`;
    const proposed = required(await this.call(author, 'PUT', path, { provider: 'dentity' }), 202);
    return String(proposed['version']);
  }

  /** An erasure that has left a provider's copy to be asked for, and a verification that is held back from erasure. */
  async erased(tenantId: string, key: string): Promise<Readonly<Record<string, string>>> {
    const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
      this.harness.admin(method, `/tenants/${tenantId}${path}`, body);
    const created = async (subject: typeof SUBJECT): Promise<string> =>
      text(required(await this.call(key, 'POST', '/v1/verifications', { subject }), 201), 'id');
    // Two people: the copy of one who is held could not be asked for.
    const [gone, verificationId] = [await created(SUBJECT), await created(HELD_SUBJECT)];
    const held = await admin('POST', '/holds', { verificationId, reason: 'a dispute' });
    const asked = required(await admin('POST', '/erasures', { verificationId: gone }), 202);
    const erasureId = text(asked, 'id');
    const dutyId = await eventually(async () => {
      const found = required(await admin('GET', `/erasures/${erasureId}`), 200);
      const [copy] = found['providerCopies'] as { id: string }[];
      if (copy === undefined) throw new Error('it is not erased yet');
      return copy.id;
    });
    return { erasureId, dutyId, verificationId, holdId: text(required(held, 201), 'id') };
  }

  /** An endpoint of the tenant's, a delivery to it, and a replay. */
  async posted(key: string): Promise<Readonly<Record<string, string>>> {
    const made = required(await this.call(key, 'POST', '/v1/webhook-endpoints', ENDPOINT), 201);
    const endpointId = text(made, 'id');
    const path = `/webhook-endpoints/${endpointId}`;
    const deliveryId = text(required(await this.call(key, 'POST', `/v1${path}/test`), 202), 'deliveryId');
    const replayed = required(await this.harness.admin('POST', `${path}/replay`, REPLAY), 202);
    return { endpointId, deliveryId, replayId: text(replayed, 'replayId') };
  }

  async webhookUrl({ tenantId, environment }: Side, provider: ProviderName): Promise<string> {
    const path = `/tenants/${tenantId}/connections/${provider}?environment=${environment}`;
    return text(required(await this.harness.admin('GET', path), 200), 'webhookUrl');
  }

  /** Routed to Sentinel; callers may choose Dentity. */
  async side(tenantId: string, environment: Environment): Promise<Side> {
    const sentinel = await this.connect(tenantId, environment, 'sentinel');
    const dentity = await this.connect(tenantId, environment, 'dentity');
    const policy = { provider: 'sentinel', callerMayChoose: true };
    required(
      await this.harness.admin('PUT', `/tenants/${tenantId}/routing?environment=${environment}`, policy),
      200,
    );
    const { id: keyId, key } = await this.apiKey(tenantId, environment);
    const call: Side['call'] = (method, path, body, headers) =>
      this.call(key, method, `/v1${path}`, body, headers);
    return {
      tenantId,
      environment,
      key,
      keyId,
      sentinel,
      dentity,
      call,
      create: async (more = {}) => {
        const body = { subject: SUBJECT, reference: REFERENCE, ...more };
        return text(required(await call('POST', '/verifications', body), 201), 'id');
      },
    };
  }

  call(
    key: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.harness.fetch(path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Calls an operation with ids in its path, and a body that would do. */
  operate(
    key: string | null,
    operation: Operation,
    segments: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(segments[name] ?? ''),
    );
    const query = parametersOf(operation, 'query')
      .filter((parameter) => parameter.required === true)
      .map(({ name, schema }) => `${name}=${firstOf(schema)}`)
      .join('&');
    return this.call(
      key,
      operation.method,
      query === '' ? path : `${path}?${query}`,
      this.#bodyFor(operation, segments),
    );
  }

  #bodyFor({ id, body }: Operation, segments: Readonly<Record<string, string>>): unknown {
    if (body === null) return undefined;
    if (id === 'placeLegalHold')
      return { verificationId: segments['verificationId'] ?? missingId('ver'), reason: 'a dispute' };
    const known = this.#bodies[id];
    if (known === undefined) throw new Error(`say here what body ${id} takes`);
    return known;
  }

  readonly #bodies: Readonly<Record<string, unknown>> = {
    createVerification: { subject: SUBJECT },
    searchVerifications: SUBJECT,
    getVerificationStatuses: { ids: [] },
    decideVerification: { decision: 'approve', reason: 'compared with the file' },
    correctVerificationContact: { email: 'ana.new@mail.test' },
    lookUpPerson: SUBJECT,
    beginImport: {},
    createWebhookEndpoint: ENDPOINT,
    changeWebhookEndpoint: { description: 'the backend' },
    replayWebhookEndpoint: REPLAY,
    replayAnyWebhookEndpoint: REPLAY,
    createTenant: { name: 'Northwind Bank' },
    changeTenant: { name: 'Northwind Bank' },
    createApiKey: { name: 'backend', environment: 'test', scopes: ['verifications:read'] },
    rotateApiKey: {},
    createAdminKey: { name: 'Dana', role: 'approver' },
    putConnection: {
      credentials: { apiKey: 'pk-any', secretKey: 'any' },
      settings: { baseUrl: 'http://127.0.0.1:9/dentity' },
    },
    putRoutingPolicy: { provider: 'dentity' },
    rollBackRoutingPolicy: { version: 1 },
    verifyAuditLog: { checkpoints: [] },
    previewRoutingPolicy: { policy: { provider: 'dentity' } },
    rotateKeys: {},
    requestErasure: { email: SUBJECT.email },
    closeErasureDuty: { note: 'their support confirmed it' },
    searchAllVerifications: { tenantId: missingId('tnt'), ...SUBJECT },
    viewAnyIdentity: { purpose: 'support', ticket: 'OPS-1204' },
    viewAnyImages: { purpose: 'review' },
    viewAnyImage: { purpose: 'review' },
    decideAnyVerification: { decision: 'approve', reason: 'compared with the file' },
  };
}

/** The ids in the path of an operation with which it can succeed, and what becomes of a side by making them. */
export async function ownObject(side: Side, operation: Operation): Promise<Readonly<Record<string, string>>> {
  const prefix = idPrefixOf(operation, 'id') ?? '';
  switch (prefix) {
    case 'imp':
      return { id: await importOf(side) };
    case 'whe':
      return { id: await endpointOf(side) };
    case 'dlv': {
      const tested = await side.call('POST', `/webhook-endpoints/${await endpointOf(side)}/test`);
      return { id: text(required(tested, 202), 'deliveryId') };
    }
  }
  switch (operation.id) {
    case 'getVerificationIdentity':
    case 'getIdentityReceipt':
    case 'listVerificationImages':
    case 'correctVerificationContact':
    case 'viewAnyIdentity':
    case 'viewAnyImages':
      return { id: await verifiedBy(side, 'sentinel') };
    case 'getVerificationReport':
      return { id: await verifiedBy(side, 'dentity') };
    case 'getVerificationImage':
    case 'viewAnyImage': {
      const id = await verifiedBy(side, 'sentinel');
      const { data } = required(await side.call('GET', `/verifications/${id}/images`), 200);
      const [image] = data as { id: string }[];
      return { id, imageId: image?.id ?? '' };
    }
    case 'decideVerification':
    case 'decideAnyVerification': {
      const id = await side.create();
      await side.sentinel.finish(SUBJECT.email, 'review');
      required(await side.call('POST', `/verifications/${id}/refresh`), 200);
      return { id };
    }
    case 'retryVerification': {
      const id = await side.create();
      required(await side.call('POST', `/verifications/${id}/cancel`), 200);
      return { id };
    }
    default:
      return { id: await side.create() };
  }
}

/** One import at a time: the one that runs, or a new one. */
async function importOf(side: Side): Promise<string> {
  const answer = await side.call('POST', '/imports', {});
  const running = answer.json['importId'];
  return typeof running === 'string' ? running : text(required(answer, 202), 'id');
}

async function endpointOf(side: Side): Promise<string> {
  return text(required(await side.call('POST', '/webhook-endpoints', ENDPOINT), 201), 'id');
}

async function verifiedBy(side: Side, provider: 'sentinel' | 'dentity'): Promise<string> {
  const id = await side.create({ provider });
  const name = provider === 'sentinel' ? SUBJECT.email : SUBJECT.phone;
  await side[provider].finish(name, 'approve');
  required(await side.call('POST', `/verifications/${id}/refresh`), 200);
  return id;
}

/** An id that nobody ever made. */
export function missingId(prefix: string): string {
  return toTypeId(prefix, ids.next());
}

/** Of the resources whose members are addressed by id, by the segment before it; null where a name stands. */
const PREFIXES: Readonly<Record<string, string | null>> = {
  verifications: 'ver',
  tenants: 'tnt',
  'api-keys': 'key',
  'admin-keys': 'adk',
  images: 'img',
  imports: 'imp',
  'webhook-endpoints': 'whe',
  'webhook-deliveries': 'dlv',
  rotations: 'rot',
  erasures: 'ers',
  duties: 'dty',
  holds: 'hld',
  replays: 'rpl',
  connections: null,
  // Counted from 1 on, within the tenant and environment.
  versions: null,
};

/** The kind of id that a parameter of a path takes; null for a name. Throws for a resource that is new here. */
export function idPrefixOf({ id, path }: Operation, name: string): string | null {
  const segments = path.split('/');
  const resource = segments[segments.indexOf(`{${name}}`) - 1] ?? '';
  const prefix = PREFIXES[resource];
  if (prefix === undefined) throw new Error(`${id}: say here what names one of the ${resource}`);
  return prefix;
}
