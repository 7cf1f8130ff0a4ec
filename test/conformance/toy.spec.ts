import { randomBytes } from 'node:crypto';

import { fromTypeId } from '@gatehouse/platform';
import { EVERY_PROVIDER } from '@gatehouse/providers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';

import { image } from '../../apps/simulator/src/kit/images.js';
import { createSimulator, EVERY_TWIN } from '../../apps/simulator/src/simulator.js';
import { walkThrough } from '../support/conformance/browser.js';
import { eventually } from '../support/eventually.js';
import {
  ALL_SCOPES,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { ToyProvider } from '../support/toy/toy.provider.js';
import { ToyTwin } from '../support/toy/toy.twin.js';

const SECRET = randomBytes(12).toString('hex');
const images = z.object({ data: z.array(z.object({ kind: z.string(), id: z.string() })) });
const action = z.object({ url: z.url() });

const { app: twins } = createSimulator({ twins: [...EVERY_TWIN, ToyTwin] });
const vendor = await twins.listen({ host: '127.0.0.1', port: 0 });
let gateway: GatewayHarness;
let tenant: GatewayTenant;

beforeAll(async () => {
  gateway = await startGateway({}, { providers: [...EVERY_PROVIDER, ToyProvider] });
  tenant = await gateway.tenant(ALL_SCOPES);
});
afterAll(async () => {
  await gateway.close();
  await twins.close();
});

it('runs a whole verification at a provider that is one folder and one line', async () => {
  await connect();
  required(
    await gateway.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, { provider: 'toy' }),
    200,
  );

  const created = required(
    await tenant.call('POST', '/verifications', {
      subject: { email: 'lena.moss@mail.test', firstName: 'Lena', lastName: 'Moss' },
      checks: ['document', 'liveness'],
      redirectUrl: 'https://shop.test/done',
    }),
    201,
  );
  expect(created).toMatchObject({ status: 'requires_input', provider: { name: 'toy' } });
  const returned = await walkThrough(action.parse(created['action']).url, [{ outcome: 'pass' }]);
  expect(returned).toMatch(/\/return\//u);

  const path = `/verifications/${text(created, 'id')}`;
  await eventually(async () => {
    expect(required(await tenant.call('GET', path), 200)).toMatchObject({ status: 'verified' });
  });
  const events = required(await tenant.call('GET', `${path}/events`), 200);
  expect(JSON.stringify(events)).toContain('webhook');

  expect(required(await tenant.call('GET', `${path}/identity`), 200)).toMatchObject({
    person: { email: 'lena.moss@mail.test' },
    documents: [{ type: 'passport' }],
  });
  const { data } = images.parse(required(await tenant.call('GET', `${path}/images`), 200));
  expect(data.map(({ kind }) => kind)).toEqual(['selfie', 'document_front']);
  expect(await download(`${path}/images/${data[0]?.id ?? ''}`)).toEqual(image('face'));
  expect((await download(`${path}/report`)).subarray(0, 5).toString()).toBe('%PDF-');
});

it('erases at the provider by its call, and leaves no duty', async () => {
  const person = { email: 'mona.kline@mail.test' };
  const created = required(await tenant.call('POST', '/verifications', { subject: person }), 201);
  await walkThrough(action.parse(created['action']).url, [{ outcome: 'pass' }]);
  const held = (): Promise<Response> =>
    fetch(`${vendor}/toy/people?${new URLSearchParams({ email: person.email }).toString()}`, {
      headers: { authorization: `Bearer toy-${SECRET}` },
    });
  expect(await (await held()).json()).toMatchObject({ people: [{ email: person.email }] });
  const path = `/tenants/${tenant.id}/erasures`;
  const asked = required(await gateway.admin('POST', path, { email: person.email }), 202);
  await eventually(async () => {
    const erasure = required(await gateway.admin('GET', `${path}/${text(asked, 'id')}`), 200);
    expect(erasure).toMatchObject({
      status: 'done',
      providerCopies: [{ provider: 'toy', state: 'done', way: 'api' }],
    });
  });
  expect(await (await held()).json()).toMatchObject({ people: [] });
});

it('leaves a duty where the handle to erase it by is damaged', async () => {
  const person = { email: 'nils.brandt@mail.test' };
  const id = text(required(await tenant.call('POST', '/verifications', { subject: person }), 201), 'id');
  await gateway.pool.query(
    'UPDATE verifications SET handle_sealed = set_byte(handle_sealed, 20, get_byte(handle_sealed, 20) # 1) WHERE id = $1',
    [fromTypeId('ver', id)],
  );
  const path = `/tenants/${tenant.id}/erasures`;
  const asked = required(await gateway.admin('POST', path, { verificationId: id }), 202);
  await eventually(async () => {
    expect(required(await gateway.admin('GET', `${path}/${text(asked, 'id')}`), 200)).toMatchObject({
      status: 'done',
      progress: { keysDestroyed: 1 },
      providerCopies: [{ provider: 'toy', state: 'open' }],
    });
  });
});

/** An account at the toy, connected and told by the gateway where its webhooks go. */
async function connect(): Promise<void> {
  const apiKey = `toy-${SECRET}`;
  await fetch(`${vendor}/control/accounts/toy`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey, secret: SECRET }),
  });
  const connection = `/tenants/${tenant.id}/connections/toy`;
  required(
    await gateway.admin('PUT', `${connection}?environment=test`, {
      credentials: { apiKey, secret: SECRET },
      settings: { baseUrl: `${vendor}/toy` },
    }),
    201,
  );
  required(await gateway.admin('POST', `${connection}/register-webhook?environment=test`), 200);
  const check = await gateway.admin('POST', `${connection}/check?environment=test`);
  expect(required(check, 200)).toMatchObject({ ok: true });
}

async function download(path: string): Promise<Buffer> {
  const response = await fetch(`${gateway.origin}/v1${path}`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}
