import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { MovableClock } from '../support/movable-clock.js';
import { countAt } from '../support/vendor-journal.js';
import { type VendorAccount, vendorAccount } from '../support/vendor-accounts.js';
import { begin, type Begun, connectedTenant, nameAt, reached, somebody } from '../support/verified.js';

const clock = new MovableClock();
let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway({}, { clock });
});
afterAll(() => harness.close());

const pathOf = (tenantId: string, provider: string, environment = 'test'): string =>
  `/tenants/${tenantId}/connections/${provider}?environment=${environment}`;
const put = (tenantId: string, provider: string, body: unknown, environment?: string): Promise<Answer> =>
  harness.admin('PUT', pathOf(tenantId, provider, environment), body);

/** The vendor's side of a rotation. */
async function vendorTakes(account: VendorAccount, credentials: Record<string, string>): Promise<void> {
  const answer = await fetch(`${harness.simulatorOrigin}/control/accounts/${account.provider}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...account.connection.credentials, ...credentials }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Lets the person finish; how the gateway answered the webhook about that. */
async function finished(account: VendorAccount, { person, created }: Begun): Promise<number> {
  await account.finish(nameAt('dentity', person), 'approve');
  const { reference } = created['provider'] as { reference: string };
  return eventually(async () => {
    const { data } = (await account.control('GET', '/webhooks')) as {
      data: { body: string; responseStatus: number | null }[];
    };
    const sent = data.filter(
      ({ body }) => body.includes('"verification_status"') && body.includes(`"${reference}"`),
    );
    return present(sent.at(-1)?.responseStatus, 'answer to the webhook');
  });
}

describe('a webhook secret that is rotated', () => {
  it('loses no webhook of a vendor that still signs with the old one, and ends after the overlap', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const [first, second, third, fourth] = [
      await begin(tenant),
      await begin(tenant),
      await begin(tenant),
      await begin(tenant),
    ];
    const secretKey = 'the-new-secret-key';
    const changed = required(
      await put(tenant.id, 'dentity', { credentials: { secretKey }, overlapSeconds: 3600 }),
      200,
    );
    const [until = '', ...others] = changed['formerCredentialsUntil'] as string[];
    expect(others).toEqual([]);
    expect(Date.parse(until) - Date.parse(text(changed, 'updatedAt'))).toBe(3_600_000);

    expect(await finished(account, first)).toBe(200);
    await reached(tenant, first.id, 'verified');

    await vendorTakes(account, { secretKey });
    expect(await finished(account, second)).toBe(200);
    await reached(tenant, second.id, 'verified');

    clock.forward(3601);
    expect(required(await harness.admin('GET', pathOf(tenant.id, 'dentity')), 200)).toMatchObject({
      formerCredentialsUntil: [],
    });
    expect(await finished(account, third)).toBe(200);
    await vendorTakes(account, {});
    expect(await finished(account, fourth)).toBe(401);
  });

  it('is one of several: a webhook signed with neither is refused all the time', async () => {
    const { tenant, account } = await connectedTenant(harness, 'dentity');
    const begun = await begin(tenant);
    required(await put(tenant.id, 'dentity', { credentials: { secretKey: 'the-new-secret-key' } }), 200);
    await vendorTakes(account, { secretKey: 'a-secret-of-nobody' });
    expect(await finished(account, begun)).toBe(401);
  });
});

describe('credentials that the vendor does not know yet', () => {
  it.each([
    ['sentinel', { clientSecret: 'the-new-client-secret' }],
    ['sardine', { clientSecret: 'the-new-client-secret' }],
    ['dentity', { apiKey: 'the-new-api-key' }],
  ] as const)(
    'cost no call at %s while the former ones are in their overlap',
    async (provider, credentials) => {
      const { tenant, account } = await connectedTenant(harness, provider);
      required(await put(tenant.id, provider, { credentials }), 200);

      const { id, person } = await begin(tenant);
      expect(await countAt(account)).toBe(1);
      await account.finish(nameAt(provider, person), 'approve');
      required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
      await reached(tenant, id, 'verified');

      // What an admin has to know is not covered up.
      const check = pathOf(tenant.id, provider).replace('?', '/check?');
      expect(required(await harness.admin('POST', check), 200)).toMatchObject({ ok: false });

      const ended = required(await put(tenant.id, provider, { overlapSeconds: 0 }), 200);
      expect(ended['formerCredentialsUntil']).toEqual([]);
      expect(await tenant.call('POST', '/verifications', { subject: somebody() })).toMatchObject({
        status: 502,
        json: { code: 'provider_auth_failed' },
      });
    },
  );

  it('are not what the vendor is told to sign with', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const credentials = { clientSecret: 'the-new-client-secret', callbackPassphrase: 'the-new-passphrase' };
    required(await put(tenant.id, 'sentinel', { credentials }), 200);
    const register = pathOf(tenant.id, 'sentinel').replace('?', '/register-webhook?');
    expect(await harness.admin('POST', register)).toMatchObject({
      status: 502,
      json: { code: 'provider_auth_failed' },
    });
  });

  it('replace the former ones for good where no overlap is wanted', async () => {
    const { tenant } = await connectedTenant(harness, 'sardine');
    const credentials = { clientSecret: 'the-new-client-secret' };
    expect(required(await put(tenant.id, 'sardine', { credentials, overlapSeconds: 0 }), 200)).toMatchObject({
      formerCredentialsUntil: [],
    });
    expect((await tenant.call('POST', '/verifications', { subject: somebody() })).status).toBe(502);
  });

  it('leave no former ones behind for another address', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sardine');
    const { settings } = account.connection;
    const moved = { ...settings, baseUrl: String(settings['baseUrl']).replace('127.0.0.1', 'localhost') };
    const credentials = { clientSecret: 'for-the-other-address' };
    const kept = required(await put(tenant.id, 'sardine', { credentials, overlapSeconds: 3600 }), 200);
    expect(kept['formerCredentialsUntil']).toHaveLength(1);
    const there = { credentials: { clientSecret: 'yet-another' }, settings: moved, overlapSeconds: 3600 };
    expect(required(await put(tenant.id, 'sardine', there), 200)['formerCredentialsUntil']).toEqual([]);
  });

  it('are recorded with the overlap and without a value', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sardine');
    const rotate = (clientSecret: string, overlapSeconds?: number): Promise<Answer> =>
      put(tenant.id, 'sardine', { credentials: { clientSecret }, overlapSeconds });
    for (const secret of ['second-secret', 'third-secret', 'fourth-secret', 'fifth-secret'])
      required(await rotate(secret, 60), 200);
    const changed = required(await rotate('fifth-secret', 0), 200);
    expect(changed).toMatchObject({ formerCredentialsUntil: [], version: 6 });

    const entries = await harness.database.across.query<{ data: Record<string, unknown> }>({
      name: 'test_connection_changes',
      text: `SELECT data FROM ledger_entries WHERE kind LIKE 'connection.%' AND data ->> 'connectionId' =
               (SELECT data ->> 'connectionId' FROM ledger_entries
                 WHERE kind = 'connection.changed' ORDER BY id DESC LIMIT 1) ORDER BY id`,
    });
    expect(
      entries.map(({ data }) => [
        data['credentials'],
        data['overlapSeconds'],
        (data['formerCredentialsUntil'] as string[]).length,
      ]),
    ).toEqual([
      ['changed', null, 0],
      ['changed', 60, 1],
      ['changed', 60, 2],
      ['changed', 60, 3],
      ['changed', 60, 3],
      ['unchanged', 0, 0],
    ]);
    const told = JSON.stringify([entries, changed]);
    for (const secret of ['-secret', account.connection.credentials['clientSecret'] ?? ''])
      expect(told).not.toContain(secret);
  });

  it.each([-1, 1.5, 2_592_001, '60'])('cannot overlap for %p', async (overlapSeconds) => {
    const { tenant } = await connectedTenant(harness, 'sardine');
    expect(await put(tenant.id, 'sardine', { overlapSeconds })).toMatchObject({
      status: 422,
      json: { errors: [{ pointer: '/overlapSeconds' }] },
    });
  });
});

describe('a connection that is removed', () => {
  it('is not, while something holds it, and the refusal says what', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sentinel');
    await tenant.connect('sardine');
    const [first, second] = [await begin(tenant), await begin(tenant)];
    const hold = account.hold('/customer');
    const imported = required(await tenant.call('POST', '/imports', {}), 202);
    const heldBy = async (): Promise<unknown> => {
      const answer = await harness.admin('DELETE', pathOf(tenant.id, 'sentinel'));
      expect(answer).toMatchObject({ status: 409, json: { code: 'conflict' } });
      return answer.json['heldBy'];
    };

    const verifications = { count: 2, ids: [second.id, first.id] };
    const imports = [text(imported, 'id')];
    expect(await heldBy()).toEqual({ verifications, imports, policies: [{ version: 1 }] });

    // An old version of the policy holds nothing.
    await tenant.route('sardine');
    expect(await heldBy()).toEqual({ verifications, imports });

    hold.release();
    await eventually(async () => {
      expect(await heldBy()).toEqual({ verifications });
    });
    for (const { id } of [first, second])
      required(await tenant.call('POST', `/verifications/${id}/cancel`), 200);
    expect((await harness.admin('DELETE', pathOf(tenant.id, 'sentinel'))).status).toBe(204);
    expect((await harness.admin('GET', pathOf(tenant.id, 'sentinel'))).status).toBe(404);
  });

  it('names twenty verifications at most, and how many there are', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const begun: string[] = [];
    for (let count = 0; count < 22; count += 1) begun.push((await begin(tenant)).id);
    const { json } = await harness.admin('DELETE', pathOf(tenant.id, 'sentinel'));
    expect(json['heldBy']).toMatchObject({
      verifications: { count: 22, ids: begun.toReversed().slice(0, 20) },
    });
  });
});

it('test and live are two connections, with credentials and an end of their own', async () => {
  const { tenant, account } = await connectedTenant(harness, 'dentity');
  const { id, person } = await begin(tenant);
  const live = await vendorAccount(harness.simulatorOrigin, 'dentity');
  const connected = required(await put(tenant.id, 'dentity', live.connection, 'live'), 201);
  const before = required(await harness.admin('GET', pathOf(tenant.id, 'dentity')), 200);
  for (const member of ['id', 'webhookUrl']) expect(connected[member]).not.toBe(before[member]);

  const credentials = { apiKey: 'the-new-api-key', secretKey: 'the-new-secret-key' };
  const rotated = required(await put(tenant.id, 'dentity', { credentials }, 'live'), 200);
  expect(rotated['formerCredentialsUntil']).toHaveLength(1);
  expect(required(await harness.admin('GET', pathOf(tenant.id, 'dentity')), 200)).toEqual(before);

  // Neither the verification nor the policy of test holds the connection of live.
  expect((await harness.admin('DELETE', pathOf(tenant.id, 'dentity', 'live'))).status).toBe(204);
  expect((await harness.admin('DELETE', pathOf(tenant.id, 'dentity'))).json['heldBy']).toEqual({
    verifications: { count: 1, ids: [id] },
    policies: [{ version: 1 }],
  });
  await account.finish(nameAt('dentity', person), 'approve');
  await reached(tenant, id, 'verified');
});
