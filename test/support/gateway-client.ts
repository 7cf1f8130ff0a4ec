import { SCOPES } from '@gatehouse/core';

import { requireDescribed } from './openapi/described-answers.js';
import { type ProviderName, vendorAccount, type VendorAccount } from './vendor-accounts.js';
import { type Entrance, type VendorGate } from './vendor-gate.js';

/** A JSON answer, with what a test looks at. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, or an empty object when the body is not JSON. */
  readonly json: Record<string, unknown>;
}

export interface GatewayTenant {
  readonly id: string;
  readonly key: string;
  /** Calls `/v1` with the tenant's key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Connects a vendor account of the tenant's own and tells the vendor where its webhooks go. */
  connect(provider: ProviderName, switches?: Record<string, unknown>): Promise<ConnectedAccount>;
  /** Sends new verifications to `provider` from now on. */
  route(provider: ProviderName): Promise<void>;
}

/** A vendor account whose calls from the gateway, and its answers to them, can be held. */
export type ConnectedAccount = VendorAccount & Pick<Entrance, 'hold' | 'holdAnswer'>;

/** What a product backend and an operator do with a gateway, over HTTP. Fails where an answer is not as the API describes it. */
export interface GatewayClient {
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** Calls `/admin/v1` with the admin key. */
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  tenant(scopes?: readonly string[]): Promise<GatewayTenant>;
}

export interface GatewayAddress {
  readonly origin: string;
  readonly adminKey: string;
  /** Where the simulator's control API is. */
  readonly simulatorOrigin: string;
  /** Between the gateway and the vendors. */
  readonly gate: Pick<VendorGate, 'entrance'>;
}

export const ALL_SCOPES: readonly string[] = SCOPES;

export function gatewayClient({ origin, adminKey, simulatorOrigin, gate }: GatewayAddress): GatewayClient {
  const call: GatewayClient['fetch'] = async (path, init = {}) => {
    const answer = await send(origin + path, init);
    const { status, headers, text: body } = answer;
    const raw = { status, headers: new Map(headers), text: body, json: parsed(body) };
    requireDescribed(init.method ?? 'GET', path, raw);
    return answer;
  };
  const json = (
    key: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    call(path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const admin: GatewayClient['admin'] = (method, path, body, headers) =>
    json(adminKey, method, `/admin/v1${path}`, body, headers);

  return {
    fetch: call,
    admin,
    async tenant(scopes = ALL_SCOPES) {
      const id = text(required(await admin('POST', '/tenants', { name: 'Northwind Bank' }), 201), 'id');
      const created = required(
        await admin('POST', `/tenants/${id}/api-keys`, { name: 'backend', environment: 'test', scopes }),
        201,
      );
      const key = text(created, 'key');
      return {
        id,
        key,
        call: (method, path, body, headers) => json(key, method, `/v1${path}`, body, headers),
        async connect(provider, switches) {
          const entrance = gate.entrance();
          const account = await vendorAccount(simulatorOrigin, provider, switches, entrance.origin);
          const connection = required(
            await admin('PUT', `/tenants/${id}/connections/${provider}?environment=test`, account.connection),
            201,
          );
          if (provider === 'sentinel') await account.setWebhook(text(connection, 'webhookUrl'));
          return {
            ...account,
            hold: (path) => entrance.hold(path),
            holdAnswer: (path) => entrance.holdAnswer(path),
          };
        },
        async route(provider) {
          required(await admin('PUT', `/tenants/${id}/routing?environment=test`, { provider }), 200);
        },
      };
    },
  };
}

export async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const body = await response.text();
  const json = parsed(body);
  return { status: response.status, headers: response.headers, text: body, json: json ?? {} };
}

/** The answer's JSON when it has the expected status; else an error that shows the answer. */
export function required(answer: Answer, status: number): Record<string, unknown> {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer.json;
}

export function text(json: Record<string, unknown>, member: string): string {
  const value = json[member];
  if (typeof value !== 'string') throw new Error(`no ${member} in ${JSON.stringify(json)}`);
  return value;
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
