import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type GatewayHarness, required, startGateway } from '../support/gateway-harness.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import { connectedTenant, somebody, verified } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const connected = (
  provider: ProviderName,
  switches: Record<string, unknown> = {},
): ReturnType<typeof connectedTenant> => connectedTenant(harness, provider, switches);

describe('a lookup', () => {
  it.each([
    ['sentinel', 'email'],
    ['sentinel', 'phone'],
    ['sardine', 'phone'],
  ] as const)(
    'at %s by %s says what it holds now, and which verification of ours knows',
    async (provider, by) => {
      const { tenant, account } = await connected(provider);
      const { id, person } = await verified(tenant, account);
      const found = required(await tenant.call('POST', '/lookups', { [by]: person[by] }), 200);
      expect(found).toMatchObject({
        provider,
        matchedBy: by,
        status: 'verified',
        verificationId: id,
        identity: { verificationId: id, provider, person: { phone: person.phone } },
      });
    },
  );

  it('finds people whom we never heard of', async () => {
    const { tenant, account } = await connected('sentinel');
    await account.control('POST', '/customers', { count: 3 });
    const found = required(await tenant.call('POST', '/lookups', { email: 'customer-2@mail.test' }), 200);
    expect(found).toMatchObject({
      status: 'verified',
      verificationId: null,
      identity: { verificationId: null, documents: [{ id: null, type: 'passport' }] },
    });
  });

  it('says so when only the phone is theirs, and gives nobody whom nobody asked for', async () => {
    const { tenant, account } = await connected('sentinel');
    const { person } = await verified(tenant, account);
    const stranger = somebody();
    const byPhone = required(
      await tenant.call('POST', '/lookups', { email: stranger.email, phone: person.phone }),
      200,
    );
    expect(byPhone).toMatchObject({ matchedBy: 'phone', identity: { person: { email: person.email } } });
    expect((await tenant.call('POST', '/lookups', { email: stranger.email })).status).toBe(404);
    await verified(tenant, account);
    await account.control('PATCH', '/switches', { lookupAnswersWrongPerson: true });
    expect(await tenant.call('POST', '/lookups', { email: person.email })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  });

  it('goes to a connected provider that can, and names who could where none does', async () => {
    const { tenant } = await connected('dentity');
    const contact = { phone: somebody().phone };
    expect(await tenant.call('POST', '/lookups', contact)).toMatchObject({
      status: 409,
      json: { code: 'capability_unsupported', supportedBy: ['sentinel', 'sardine'] },
    });
    await tenant.connect('sardine');
    expect(await tenant.call('POST', '/lookups', contact)).toMatchObject({
      status: 404,
      json: { provider: 'sardine' },
    });
    expect(await tenant.call('POST', '/lookups', { ...contact, provider: 'dentity' })).toMatchObject({
      status: 409,
      json: { code: 'capability_unsupported' },
    });
    expect(await tenant.call('POST', '/lookups', { ...contact, provider: 'sentinel' })).toMatchObject({
      status: 409,
      json: { code: 'provider_not_configured' },
    });
    expect((await tenant.call('POST', '/lookups', {})).status).toBe(422);
  });
});

describe('the provider’s customers', () => {
  it.each(['rows', 'array', 'customers', 'data'])(
    'come page by page, in the envelope %s',
    async (listEnvelope) => {
      const { tenant, account } = await connected('sentinel', { listEnvelope });
      await account.control('POST', '/customers', { count: 23 });
      const seen: string[] = [];
      for (let page: number | null = 1; page !== null;) {
        const answer: Record<string, unknown> = required(
          await tenant.call('GET', `/provider-customers?page=${page}&pageSize=10&sortBy=name`),
          200,
        );
        const { data, nextPage, total } = answer as {
          data: { reference: string; status: string; identity: { person: { email: string } } }[];
          nextPage: number | null;
          total: number | null;
        };
        expect(data.every(({ status }) => status === 'verified')).toBe(true);
        expect(total).toBe(listEnvelope === 'array' ? null : 23);
        seen.push(...data.map(({ identity }) => identity.person.email));
        page = nextPage;
      }
      expect(new Set(seen).size).toBe(23);
    },
  );

  it.each(['camel', 'snake'])('tell whose documents have expired, in %s case', async (expiredIdsCase) => {
    const { tenant, account } = await connected('sentinel', { expiredIdsCase });
    const { id } = await verified(tenant, account);
    await account.control('POST', '/clock', { advanceSeconds: 10 * 366 * 86_400 });
    const { data } = required(await tenant.call('GET', '/provider-customers'), 200);
    expect(data).toMatchObject([
      { verificationId: id, validity: { state: 'expired', documents: ['passport'] } },
    ]);
  });

  it('are listed by Sentinel only, in its page sizes and sorts', async () => {
    const { tenant } = await connected('dentity');
    expect(await tenant.call('GET', '/provider-customers')).toMatchObject({
      status: 409,
      json: { code: 'capability_unsupported', supportedBy: ['sentinel'] },
    });
    for (const query of ['pageSize=20', 'page=0', 'sortBy=uuid', 'page=x'])
      expect((await tenant.call('GET', `/provider-customers?${query}`)).status).toBe(422);
  });
});

it('registers the webhook at a provider that has a call for it, and says who has where one has not', async () => {
  const tenant = await harness.tenant();
  const account = await tenant.connect('sentinel');
  await account.setWebhook('http://127.0.0.1:9/elsewhere');
  const path = `/tenants/${tenant.id}/connections/sentinel`;
  const check = required(await harness.admin('POST', `${path}/check?environment=test`), 200);
  expect(check['ok']).toBe(false);
  const registered = required(await harness.admin('POST', `${path}/register-webhook?environment=test`), 200);
  expect(registered).toMatchObject({
    registered: true,
    webhookUrl: expect.stringContaining('/hooks/sentinel/'),
  });
  expect(required(await harness.admin('POST', `${path}/check?environment=test`), 200)).toMatchObject({
    ok: true,
  });
  await tenant.connect('sardine');
  expect(
    await harness.admin(
      'POST',
      `/tenants/${tenant.id}/connections/sardine/register-webhook?environment=test`,
    ),
  ).toMatchObject({ status: 409, json: { code: 'capability_unsupported', supportedBy: ['sentinel'] } });
});

it('describes every provider to operators, with a form for its connection and no secret in it', async () => {
  const { data } = required(await harness.admin('GET', '/providers'), 200) as {
    data: {
      name: string;
      capabilities: string[];
      connection: { credentials: { properties: Record<string, { writeOnly?: boolean }> } };
    }[];
  };
  const can = Object.fromEntries(data.map(({ name, capabilities }) => [name, capabilities]));
  expect(can).toMatchObject({
    sentinel: [
      'resume',
      'receive',
      'renewLink',
      'lookup',
      'list',
      'images',
      'correctContact',
      'check',
      'registerWebhook',
    ],
    sardine: ['resume', 'renewLink', 'lookup', 'images', 'check'],
    dentity: ['receive', 'readMany', 'images', 'report', 'check'],
  });
  for (const { connection } of data) {
    const { properties } = connection.credentials;
    expect(Object.values(properties).some(({ writeOnly }) => writeOnly === true)).toBe(true);
  }
});
