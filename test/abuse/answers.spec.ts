import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { type ApiDescription } from '../support/openapi/api-description.js';
import { createRequest } from '../support/people.js';
import { rawBytes, rawRequest } from '../support/raw-http.js';
import { connectedTenant } from '../support/verified.js';

let harness: GatewayHarness;
let tenant: GatewayTenant;
beforeAll(async () => {
  harness = await startGateway();
  ({ tenant } = await connectedTenant(harness, 'sentinel'));
});
afterAll(() => harness.close());

const SECURE = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'x-request-id': expect.stringMatching(/^[\w.-]+$/u),
};
const SENT = {
  ...SECURE,
  'content-length': expect.any(String),
  date: expect.any(String),
  connection: 'close',
};

describe('the header fields of an answer', () => {
  const origin = [['Origin', 'https://elsewhere.test']] as const;
  const asTenant = (): readonly (readonly [string, string])[] => [
    ...origin,
    ['Authorization', `Bearer ${tenant.key}`],
  ];

  it('are these and no others, of a success, a refusal, a place that is none, and what is not HTTP', async () => {
    const json = { ...SENT, 'content-type': 'application/json; charset=utf-8' };
    const problem = { ...SENT, 'content-type': 'application/problem+json' };
    const get = (path: string, headers = asTenant()): ReturnType<typeof rawRequest> =>
      rawRequest(harness.origin, { method: 'GET', path, headers });
    expect(Object.fromEntries((await get('/v1/me')).headers)).toEqual({
      ...json,
      ratelimit: expect.any(String),
      'ratelimit-policy': expect.any(String),
    });
    expect(Object.fromEntries((await get('/health/live', origin)).headers)).toEqual(json);
    expect(Object.fromEntries((await get('/v1/me', origin)).headers)).toEqual({
      ...problem,
      'www-authenticate': 'Bearer',
    });
    expect(Object.fromEntries((await get('/nowhere')).headers)).toEqual(problem);
    const { date: _date, ...undated } = problem;
    expect(
      Object.fromEntries((await rawBytes(harness.origin, Buffer.from('nonsense\r\n\r\n'))).headers),
    ).toEqual(undated);
  });

  it('let no other origin in, and OPTIONS is no method', async () => {
    const preflight = [
      ...origin,
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'authorization'],
    ] as const;
    for (const path of ['/v1/verifications', '/admin/v1/tenants', '/admin/v1/session']) {
      const answer = await rawRequest(harness.origin, { method: 'OPTIONS', path, headers: preflight });
      expect(answer.status).toBe(405);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

it('an error of ours shows nothing of what it is', async () => {
  await harness.pool.query('ALTER TABLE verifications RENAME TO verifications_away');
  try {
    const answer = await tenant.call('GET', '/verifications');
    expect([answer.status, answer.json['code']]).toEqual([500, 'internal_error']);
    expect(answer.text).not.toMatch(
      /verifications_away|relation|42P01|SELECT|\.[jt]s\b|\bat \w|stack|node_modules/u,
    );
  } finally {
    await harness.pool.query('ALTER TABLE verifications_away RENAME TO verifications');
  }
});

describe('a member that only we may set', () => {
  it('is refused in the request of a verification, one by one', async () => {
    const created = required(await tenant.call('POST', '/verifications', createRequest()), 201);
    const request = createRequest();
    const own = new Set([
      'subject',
      'reference',
      'checks',
      'documentTypes',
      'redirectUrl',
      'metadata',
      'provider',
    ]);
    const ours = Object.keys(created).filter((name) => !own.has(name));
    expect(ours).toEqual(expect.arrayContaining(['id', 'status', 'version', 'reasonCodes', 'environment']));
    for (const name of [...ours, 'tenantId', 'tenant_id']) {
      const answer = await tenant.call('POST', '/verifications', {
        ...request,
        [name]: created[name] ?? 'x',
      });
      expect([answer.status, answer.json['errors']]).toEqual([
        422,
        expect.arrayContaining([expect.objectContaining({ pointer: `/${name}` })]),
      ]);
    }
  });

  it('is refused in what may be changed of a webhook endpoint, and of a tenant', async () => {
    const endpoint = required(
      await tenant.call('POST', '/webhook-endpoints', { url: 'https://a.test/' }),
      201,
    );
    const shown = required(await harness.admin('GET', `/tenants/${tenant.id}`), 200);
    const document = required(await harness.fetch('/openapi.json'), 200) as unknown as ApiDescription;
    const membersOf = (schema: string): readonly string[] =>
      Object.keys(document.components.schemas[schema]?.properties ?? {});
    const attempts = [
      ...Object.entries(endpoint).map(([name, value]) => ({
        name,
        attempt: () => tenant.call('PATCH', `/webhook-endpoints/${text(endpoint, 'id')}`, { [name]: value }),
        may: membersOf('ChangeWebhookEndpointBody'),
      })),
      ...Object.entries(shown).map(([name, value]) => ({
        name,
        attempt: () => harness.admin('PATCH', `/tenants/${tenant.id}`, { [name]: value }),
        may: membersOf('ChangeTenantBody'),
      })),
    ].filter(({ name, may }) => !may.includes(name));
    expect(attempts.length).toBeGreaterThan(5);
    for (const { name, attempt } of attempts) {
      const answer = await attempt();
      expect({ name, status: answer.status, code: answer.json['code'] }).toEqual({
        name,
        status: 422,
        code: 'validation_failed',
      });
    }
  });
});
