import { randomBytes, randomUUID } from 'node:crypto';

export type ProviderName = 'sentinel' | 'sardine' | 'dentity';
export const PROVIDER_NAMES: readonly ProviderName[] = ['sentinel', 'sardine', 'dentity'];

/** A vendor account of one test's own, and the means to act at it as its people and its dashboard do. */
export interface VendorAccount {
  readonly provider: ProviderName;
  /** Body of `PUT …/connections/{provider}`. */
  readonly connection: {
    readonly credentials: Record<string, string>;
    readonly settings: Record<string, unknown>;
  };
  /** Tells the vendor where webhooks go, as an admin does at the vendor. */
  setWebhook(url: string): Promise<void>;
  /** Calls the twin's control API below this account; the answer's JSON. */
  control(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<unknown>;
  /** The person presses the button on the hosted page. */
  finish(person: string, outcome: 'approve' | 'reject' | 'review'): Promise<void>;
}

const OUTCOMES = {
  sentinel: { approve: 'approve', reject: 'reject', review: 'conflict' },
  sardine: { approve: 'complete', reject: 'decline', review: 'manual-review' },
  dentity: { approve: 'pass', reject: 'fail', review: 'abandon' },
} as const;

export async function vendorAccount(
  simulatorOrigin: string,
  provider: ProviderName,
  switches: Record<string, unknown> = {},
  /** Where the vendor's API is called; the simulator itself unless something stands before it. */
  vendorOrigin = simulatorOrigin,
): Promise<VendorAccount> {
  const plan = PLANS[provider]();
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${simulatorOrigin}/control${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /control${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const put = (more: Record<string, unknown>): Promise<unknown> =>
    control('PUT', `/accounts/${provider}`, {
      ...plan.account,
      ...more,
      switches: { ...plan.switches, ...switches },
    });
  await put({});
  const own = `/${provider}/${plan.id}`;
  return {
    provider,
    connection: {
      credentials: plan.credentials,
      // What a test calls in a moment is more than most vendors would take in a minute.
      settings: { baseUrl: vendorOrigin + plan.basePath, callsPerMinute: 60_000, ...plan.settings },
    },
    setWebhook: async (url) => {
      await put({ callbackUrl: url });
    },
    control: (method, path, body) => control(method, own + path, body),
    finish: async (person, outcome) => {
      await control('POST', `${own}/people/${encodeURIComponent(person)}/finish`, {
        outcome: OUTCOMES[provider][outcome],
      });
    },
  };
}

interface Plan {
  readonly id: string;
  readonly basePath: string;
  readonly credentials: Record<string, string>;
  readonly settings: Record<string, unknown>;
  readonly account: Record<string, unknown>;
  readonly switches: Record<string, unknown>;
}

const secret = (): string => randomBytes(12).toString('hex');

const PLANS: Record<ProviderName, () => Plan> = {
  sentinel: () => {
    const credentials = {
      clientUuid: randomUUID(),
      clientSecret: secret(),
      callbackPassphrase: secret(),
    };
    return {
      id: credentials.clientUuid,
      basePath: '/sentinel',
      credentials,
      settings: {
        statusCodes: { pending: 1, draft: 2, conflict: 3, duplicate: 4, rejected: 5, accepted: 6 },
      },
      account: credentials,
      switches: { allowLoopbackCallback: true },
    };
  },
  sardine: () => {
    const credentials = { clientId: `client-${secret()}`, clientSecret: secret() };
    return {
      id: credentials.clientId,
      basePath: '/sardine/v1',
      credentials,
      settings: { imageHosts: ['127.0.0.1'] },
      account: credentials,
      switches: {},
    };
  },
  dentity: () => {
    const credentials = { apiKey: `pk-${secret()}`, secretKey: secret() };
    return {
      id: credentials.apiKey,
      basePath: '/dentity/core/api/v1',
      credentials,
      settings: { imageHosts: ['127.0.0.1'] },
      account: credentials,
      switches: {},
    };
  },
};
