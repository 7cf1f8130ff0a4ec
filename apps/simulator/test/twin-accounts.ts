import { randomUUID } from 'node:crypto';

import { type Answer, at, type SimulatorUnderTest, textAt } from './simulator-under-test.js';

/** One account of a test's own, and the ways to its API and its control API. */
interface Account {
  readonly id: string;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  switches(changes: object): Promise<Answer>;
  /** Plans a fault; fails when it is refused. */
  fault(fault: object): Promise<void>;
  finish(person: string, outcome: string): Promise<Answer>;
}

export interface SentinelUnderTest extends Account {
  readonly auth: { readonly clientUuid: string; readonly clientSecret: string };
  api(path: string, body?: object): Promise<Answer>;
  mint(contact: object): Promise<string>;
  /** The light result of this e-mail. */
  status(email: string): Promise<Answer>;
}

export interface SardineUnderTest extends Account {
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  create(phoneNumber: string): Promise<string>;
  widget(customerId: string, body?: object): Promise<URL>;
  /** Creates a customer who has shared profile and document. */
  verified(phoneNumber: string): Promise<string>;
  entity(customerId: string): Promise<Answer>;
}

export interface DentityUnderTest extends Account {
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  create(body?: object): Promise<string>;
  status(id: string): Promise<Answer>;
}

export interface AccountOptions {
  readonly id?: string;
  readonly callbackUrl?: string;
  readonly seed?: string;
  readonly switches?: object;
}

export async function sentinelAccount(
  simulator: SimulatorUnderTest,
  { id = randomUUID(), callbackUrl, ...options }: AccountOptions = {},
): Promise<SentinelUnderTest> {
  const auth = { clientUuid: id, clientSecret: 'a-secret-of-enough-letters' };
  await made(simulator, 'sentinel', {
    ...auth,
    ...(callbackUrl === undefined ? {} : { callbackUrl, callbackPassphrase: 's3cr3t-pass' }),
    ...options,
  });
  const api = (path: string, body: object = {}): Promise<Answer> =>
    simulator.call('POST', `/sentinel${path}`, { ...auth, ...body });
  return {
    ...account(simulator, 'sentinel', id),
    auth,
    api,
    mint: async (contact) => textAt((await api('/clients/encrypt/url', contact)).json, 'data'),
    status: (email) => api('/customers/statusWithoutImages/clientAuth', { email }),
  };
}

export async function sardineAccount(
  simulator: SimulatorUnderTest,
  { id = `client-${randomUUID()}`, ...options }: Omit<AccountOptions, 'callbackUrl'> = {},
): Promise<SardineUnderTest> {
  await made(simulator, 'sardine', { clientId: id, clientSecret: 'the:secret', ...options });
  const authorization = `Basic ${Buffer.from(`${id}:the:secret`).toString('base64')}`;
  const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/sardine/v1/identity${path}`, body, { authorization });
  const own = account(simulator, 'sardine', id);
  const create = async (phoneNumber: string): Promise<string> =>
    textAt((await api('POST', '/entities', { phoneNumber })).json, 'customerId');
  const widget = async (customerId: string, body: object = {}): Promise<URL> => {
    const wanted = { customerId, scope: ['profile', 'doc_kyc'], ...body };
    return new URL(textAt((await api('POST', '/consents/widget', wanted)).json, 'widgetUrl'));
  };
  return {
    ...own,
    api,
    create,
    widget,
    verified: async (phoneNumber) => {
      const customerId = await create(phoneNumber);
      await widget(customerId);
      await own.finish(customerId, 'complete');
      return customerId;
    },
    entity: (customerId) => api('GET', `/entities/${customerId}`),
  };
}

export async function dentityAccount(
  simulator: SimulatorUnderTest,
  { id = `pk-${randomUUID()}`, ...options }: AccountOptions = {},
): Promise<DentityUnderTest> {
  await made(simulator, 'dentity', {
    apiKey: id,
    secretKey: 'the-secret-key',
    ...options,
    switches: { deliveryEvents: false, ...options.switches },
  });
  const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/dentity/core/api/v1${path}`, body, { 'x-api-key': id });
  return {
    ...account(simulator, 'dentity', id),
    api,
    create: async (body = {}) => {
      const request = { key: id, phoneNumber: { dialCode: '+1', phone: '4155550123' }, ...body };
      return textAt((await api('POST', '/verification', request)).json, 'data._id');
    },
    status: (verificationId) => api('GET', `/verification/${verificationId}/status`),
  };
}

async function made(simulator: SimulatorUnderTest, provider: string, body: object): Promise<void> {
  const answer = await simulator.call('PUT', `/control/accounts/${provider}`, body);
  if (answer.status !== 200) throw new Error(answer.text);
}

function account(simulator: SimulatorUnderTest, provider: string, id: string): Account {
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/control/${provider}/${id}${path}`, body);
  return {
    id,
    control,
    switches: (changes) => control('PATCH', '/switches', changes),
    fault: async (fault) => {
      const answer = await control('POST', '/faults', fault);
      if (answer.status !== 201) throw new Error(answer.text);
    },
    finish: (person, outcome) => control('POST', `/people/${encodeURIComponent(person)}/finish`, { outcome }),
  };
}

/** The names of the faults that wait, and how often each of those that are over happened. */
export async function plannedFaults(
  account: Account,
): Promise<{ waiting: unknown[]; happened: Record<string, unknown> }> {
  const { json } = await account.control('GET', '/faults');
  const list = (path: string): unknown[] => {
    const found = at(json, path);
    return Array.isArray(found) ? found : [];
  };
  return {
    waiting: list('data').map((fault) => at(fault, 'name')),
    happened: Object.fromEntries(list('done').map((fault) => [textAt(fault, 'name'), at(fault, 'happened')])),
  };
}
