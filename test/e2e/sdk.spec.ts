import { inspect } from 'node:util';

import {
  createGatehouse,
  type FeedPage,
  type Gatehouse,
  GatehouseProblem,
  GatehouseUnreachable,
  verifyWebhook,
  WebhookVerificationError,
} from '@gatehouse/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, present } from '../support/eventually.js';
import { type GatewayHarness, type GatewayTenant, startGateway } from '../support/gateway-harness.js';
import { type LosingProxy, openLosingProxy } from '../support/losing-proxy.js';
import { createRequest } from '../support/people.js';
import { describeQuickstarts } from '../support/quickstarts/quickstarts.suite.js';
import { connectedTenant } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

let harness: GatewayHarness;
let proxy: LosingProxy;
let receiver: WebhookReceiver;
let tenant: GatewayTenant;
let gatehouse: Gatehouse;

beforeAll(async () => {
  harness = await startGateway();
  proxy = await openLosingProxy(harness.origin);
  receiver = await startWebhookReceiver();
  ({ tenant } = await connectedTenant(harness, 'sentinel'));
  gatehouse = createGatehouse({ baseUrl: proxy.origin, apiKey: tenant.key });
});
afterAll(async () => {
  await proxy.close();
  await harness.close();
  await receiver.close();
});

/** A tenant whose list and feed hold nothing but what the test puts there. */
async function clientOfItsOwn(): Promise<Gatehouse> {
  const { tenant: other } = await connectedTenant(harness, 'sentinel');
  return createGatehouse({ baseUrl: proxy.origin, apiKey: other.key });
}

async function problemOf(call: Promise<unknown>): Promise<GatehouseProblem> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GatehouseProblem) return error;
    throw error;
  }
  throw new Error('there was no problem');
}

describe('the SDK', () => {
  it('begins a verification, reads it, and waits until it is settled', async () => {
    const request = createRequest({ reference: 'user-42', metadata: { plan: 'gold' } });
    const created = await gatehouse.verifications.create(request);
    expect(created).toMatchObject({
      status: 'requires_input',
      reference: 'user-42',
      action: { type: 'redirect' },
    });
    expect(await gatehouse.verifications.get(created.id)).toEqual(created);

    const waiting = gatehouse.verifications.wait(created.id);
    await gatehouse.POST('/v1/verifications/{id}/cancel', { params: { path: { id: created.id } } });
    expect(await waiting).toMatchObject({ id: created.id, status: 'canceled' });
  });

  it('reads a list over all its pages', async () => {
    const other = await clientOfItsOwn();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await other.verifications.create(createRequest())).id);
    const found: string[] = [];
    for await (const { id } of other.items('/v1/verifications', { params: { query: { limit: 2 } } }))
      found.push(id);
    expect(found).toEqual(ids);
  });

  it('follows the feed from a cursor, until it is told to stop', async () => {
    const other = await clientOfItsOwn();
    const { id: first } = await other.verifications.create(createRequest());
    const stop = new AbortController();
    const feed = other.events({ type: 'verification.created', signal: stop.signal });
    const page = await nextWithEvents(feed);
    expect(idsOf(page)).toEqual([first]);

    const { id: second } = await other.verifications.create(createRequest());
    expect(idsOf(await nextWithEvents(feed))).toEqual([second]);
    const waiting = nextWithEvents(feed);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');

    const again: string[] = [];
    for await (const rest of other.events({
      cursor: page.nextCursor,
      type: 'verification.created',
      follow: false,
    }))
      again.push(...idsOf(rest));
    expect(again).toEqual([second]);
  });

  it.each(['whole', 'halfway'] as const)(
    'begins one verification when the answer is lost: %s',
    async (loss) => {
      const other = await clientOfItsOwn();
      const before = proxy.passedOn.length;
      proxy.lose(loss);
      const { id } = await other.verifications.create(createRequest());
      const posts = proxy.passedOn.slice(before);
      expect(posts).toMatchObject([
        { method: 'POST', status: 201, replayed: false },
        { method: 'POST', status: 201, replayed: true },
      ]);
      expect(new Set(posts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect((await other.GET('/v1/verifications')).data.data.map((each) => each.id)).toEqual([id]);
    },
  );

  it('carries out one request with a key of the caller’s, whatever becomes of the caller', async () => {
    const request = createRequest();
    const [first, second] = [
      await gatehouse.verifications.create(request, { idempotencyKey: 'order-17' }),
      await gatehouse.verifications.create(request, { idempotencyKey: 'order-17' }),
    ];
    expect(second).toEqual(first);
  });

  it('does not repeat what it may not', async () => {
    const admin = createGatehouse({ baseUrl: proxy.origin, apiKey: harness.adminKey });
    const before = proxy.passedOn.length;
    proxy.lose('whole');
    const put = admin.PUT('/admin/v1/tenants/{id}/routing', {
      params: { path: { id: tenant.id }, query: { environment: 'test' } },
      body: { provider: 'sentinel' },
    });
    await expect(put).rejects.toMatchObject({ name: 'GatehouseUnreachable', attempts: 1 });
    expect(proxy.passedOn.slice(before)).toMatchObject([{ method: 'PUT', status: 200 }]);
  });

  it('verifies what the gateway posts, with the old secret and the new one while they are rotated', async () => {
    const other = await clientOfItsOwn();
    const { data: endpoint } = await other.POST('/v1/webhook-endpoints', {
      body: { url: `${receiver.origin}/sdk`, eventTypes: ['verification.created'] },
    });
    const { data: rotated } = await other.POST('/v1/webhook-endpoints/{id}/rotate-secret', {
      params: { path: { id: endpoint.id } },
    });
    const { id } = await other.verifications.create(createRequest());
    const { body, headers } = await eventually(() =>
      present(
        receiver.received.find(({ path }) => path === '/sdk'),
        'message',
      ),
    );
    for (const secret of [endpoint.secret, rotated.secret])
      expect(verifyWebhook(body, headers, secret)).toMatchObject({
        id: headers['webhook-id'],
        type: 'verification.created',
        data: { verificationId: id, status: 'requires_input' },
      });
    expect(() => verifyWebhook(`${body} `, headers, rotated.secret)).toThrow(WebhookVerificationError);
  });

  it('reaches the admin API with an operator’s key', async () => {
    const admin = createGatehouse({ baseUrl: harness.origin, apiKey: harness.adminKey });
    const { data: found } = await admin.GET('/admin/v1/tenants/{id}', {
      params: { path: { id: tenant.id } },
    });
    const names: string[] = [];
    for await (const { id, name } of admin.items('/admin/v1/tenants')) if (id === found.id) names.push(name);
    expect(names).toEqual([found.name]);
  });
});

describe('a problem, in the SDK', () => {
  it('says what is wrong where', async () => {
    const problem = await problemOf(
      gatehouse.verifications.create(createRequest({ redirectUrl: 'not a URL' })),
    );
    expect(problem).toMatchObject({
      code: 'validation_failed',
      status: 422,
      errors: [{ pointer: '/redirectUrl' }],
      retryAfter: null,
      problem: { instance: expect.stringContaining('urn:') },
    });
    expect(problem.requestId).toMatch(/\S/u);
    expect(problem.message).toContain('/redirectUrl');
  });

  it('is what a gateway does not know', async () => {
    const problem = await problemOf(gatehouse.verifications.get('ver_01kahn4r5sf1trr9gy5vqd2s0x'));
    expect(problem).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('is also an answer of something that is no gateway', async () => {
    const misplaced = createGatehouse({ baseUrl: `${harness.origin}/docs`, apiKey: tenant.key, retries: 0 });
    const elsewhere = createGatehouse({
      baseUrl: 'http://proxy.test',
      apiKey: tenant.key,
      fetch: () =>
        Promise.resolve(new Response('<p>Ana Ruiz</p>', { headers: { 'content-type': 'application/json' } })),
    });
    expect(await problemOf(misplaced.GET('/v1/me'))).toMatchObject({ status: 404 });
    const unreadable = await problemOf(elsewhere.GET('/v1/me'));
    expect(unreadable).toMatchObject({ code: 'unreadable_answer', status: 200, problem: null });
    expect(inspect(unreadable, { depth: 5 })).not.toContain('Ana');
  });

  it('and no answer at all are different things', async () => {
    const away = createGatehouse({ baseUrl: 'http://127.0.0.1:1', apiKey: tenant.key, retries: 1 });
    const failure = await away.GET('/v1/me').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GatehouseUnreachable);
    expect(failure).toMatchObject({ attempts: 2, message: expect.stringContaining('2 attempts') });
  });
});

describe('the key, in the SDK', () => {
  it('is in no error and no inspection', async () => {
    const away = createGatehouse({ baseUrl: 'http://127.0.0.1:1', apiKey: tenant.key, retries: 0 });
    const shown = [
      gatehouse,
      await problemOf(gatehouse.GET('/v1/imports/{id}', { params: { path: { id: 'imp_none' } } })),
      await away.GET('/v1/me').catch((error: unknown) => error),
      refusal(() => createGatehouse({ baseUrl: 'http://a.test', apiKey: `${tenant.key}\n` })),
      refusal(() => createGatehouse({ baseUrl: `http://${tenant.key}@a.test`, apiKey: 'k' })),
    ].map((each) => inspect(each, { depth: 9, showHidden: true }));
    for (const text of shown) expect(text).not.toContain(tenant.key.slice(8));
  });

  it.each(['', ' ', 'gk_test_ä'])('%j is refused before anything is sent', (apiKey) => {
    expect(() => createGatehouse({ baseUrl: harness.origin, apiKey })).toThrow(TypeError);
  });

  it.each(['', 'gateway', 'ftp://a.test', 'http://a.test?x=1'])('goes to no such place: %j', (baseUrl) => {
    expect(() => createGatehouse({ baseUrl, apiKey: tenant.key })).toThrow(TypeError);
  });
});

// At the same gateway: to start one takes longer than all of them.
describeQuickstarts(() => ({ harness, receiver }));

function refusal(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

function idsOf({ data }: FeedPage): readonly string[] {
  return data.map((event) => {
    if (event.type !== 'verification.created') throw new Error(`is a ${event.type}`);
    return event.data.verificationId;
  });
}

async function nextWithEvents(feed: AsyncGenerator<FeedPage, void>): Promise<FeedPage> {
  for (;;) {
    const { value } = await feed.next();
    if (value === undefined) throw new Error('the feed has ended');
    if (value.data.length > 0) return value;
  }
}
