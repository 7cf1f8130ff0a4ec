import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import { type GatewayHarness, required, startGateway } from '../support/gateway-harness.js';
import { connectedTenant, begin, reached, statusOf, verified } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const connected = (switches: Record<string, unknown> = {}): ReturnType<typeof connectedTenant> =>
  connectedTenant(harness, 'sardine', switches);

/** What the adapter asked the widget for, in order. */
async function flowsAsked(account: ConnectedAccount): Promise<readonly unknown[]> {
  const { data } = (await account.control('GET', '/requests')) as { data: { path: string; body: string }[] };
  return data
    .filter(({ path }) => path.endsWith('/identity/consents/widget'))
    .map(({ body }) => (JSON.parse(body) as { flow: string }).flow);
}

async function widgetOf(account: ConnectedAccount): Promise<Record<string, string>> {
  const { data } = (await account.control('GET', '/requests')) as { data: { path: string; body: string }[] };
  const last = data.filter(({ path }) => path.endsWith('/identity/consents/widget')).at(-1);
  return JSON.parse(last?.body ?? '{}') as Record<string, string>;
}

it('takes over an identity that a partner has verified, where the caller allows it', async () => {
  const { tenant, account } = await connected();
  const { id, person } = await begin(tenant, { reuse: 'allow' });
  await account.control('POST', '/shareable', { phoneNumber: person.phone });
  await account.finish(person.phone, 'approve');
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  expect(await reached(tenant, id, 'verified')).toMatchObject({ consent: { sharedFrom: 'Harbour Pay' } });
  expect(await flowsAsked(account)).toEqual(['kyc_sharing']);
});

it('asks the person for everything when there is nothing to share, without a step in between', async () => {
  const { tenant, account } = await connected();
  const { id, person } = await begin(tenant, { reuse: 'allow', redirectUrl: 'https://app.example/done' });
  const { manualKycUrl = '' } = await widgetOf(account);
  const back = await fetch(manualKycUrl, { redirect: 'manual' });
  expect(back.status).toBe(303);
  expect(back.headers.get('location')).toContain('/sardine/widget/');
  expect(await flowsAsked(account)).toEqual(['kyc_sharing', 'kyc_input']);
  expect(await statusOf(tenant, id)).toMatchObject({
    status: 'requires_input',
    reasonCodes: ['awaiting_user', 'identity_not_shareable'],
    action: { type: 'redirect', url: back.headers.get('location') },
  });
  await account.finish(person.phone, 'approve');
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  await reached(tenant, id, 'verified');
  // A fresh link asks for everything too.
  const again = await fetch(manualKycUrl, { redirect: 'manual' });
  expect(again.headers.get('location')).toBe(`https://app.example/done?verificationId=${id}`);
});

it('asks for everything at once where the provider refuses to share', async () => {
  const { tenant, account } = await connected();
  await account.control('POST', '/faults', {
    on: 'request',
    kind: 'status',
    status: 400,
    path: '/identity/consents/widget',
    body: '{"message":"not eligible"}',
  });
  const { created } = await begin(tenant, { reuse: 'allow' });
  expect(await flowsAsked(account)).toEqual(['kyc_sharing', 'kyc_input']);
  expect(created).toMatchObject({
    status: 'requires_input',
    reasonCodes: ['awaiting_user', 'identity_not_shareable'],
  });
});

it('finds a consent that is withdrawn without a word, and stops giving what it gave', async () => {
  const { tenant, account } = await connected();
  const { id, person } = await verified(tenant, account);
  await account.control('POST', `/people/${encodeURIComponent(person.phone)}/revoke-consent`);
  const [due] = await harness.database.across.query<{ recheck_seconds: number; hours: number }>({
    name: 'test_recheck',
    text: `SELECT recheck_seconds, extract(epoch FROM due_at - now()) / 3600 AS hours FROM verifications
            ORDER BY created_at DESC LIMIT 1`,
  });
  expect(due?.recheck_seconds).toBe(24 * 3600);
  expect(Number(due?.hours)).toBeGreaterThan(23);
  // A day later.
  await harness.database.across.query({
    name: 'test_make_due',
    text: 'UPDATE verifications SET due_at = now() WHERE recheck_seconds IS NOT NULL',
  });
  await eventually(async () => {
    expect(await statusOf(tenant, id)).toMatchObject({ status: 'revoked', reasonCodes: ['consent_revoked'] });
  });
  expect((await tenant.call('GET', `/verifications/${id}/identity`)).status).toBe(404);
});
