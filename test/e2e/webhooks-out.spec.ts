import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '@gatehouse/platform';
import { Webhook } from 'standardwebhooks';

import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { requireDescribedMessage } from '../support/openapi/described-answers.js';
import { begin, connectedTenant, verified } from '../support/verified.js';
import { type Received, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

let harness: GatewayHarness;
let receiver: WebhookReceiver;
beforeAll(async () => {
  harness = await startGateway();
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

interface Endpoint {
  readonly id: string;
  readonly secret: string;
  readonly path: string;
}

interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: readonly { readonly responseStatus: number | null; readonly error: string | null }[];
}

interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

type Call = (method: string, path: string) => Promise<Answer>;

let endpoints = 0;

/** With a path of its own at the receiver. */
async function endpointOf(
  tenant: GatewayTenant,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Endpoint> {
  endpoints += 1;
  const path = `/hooks/${endpoints}`;
  const body = { url: receiver.origin + path, ...more };
  const created = required(await tenant.call('POST', '/webhook-endpoints', body), 201);
  return { id: text(created, 'id'), secret: text(created, 'secret'), path };
}

const messagesTo = ({ path }: Endpoint): readonly Received[] =>
  receiver.received.filter((message) => message.path === path);

/** What the receiver gets to read, once it has verified it with the published library. */
function opened({ body, headers }: Received, secret: string): Omit<ToldEvent, 'id'> {
  requireDescribedMessage({ body, headers });
  return new Webhook(secret).verify(body, headers as Record<string, string>) as Omit<ToldEvent, 'id'>;
}

async function listed(tenant: GatewayTenant, query: string): Promise<readonly Delivery[]> {
  return required(await tenant.call('GET', `/webhook-deliveries?${query}`), 200)[
    'data'
  ] as readonly Delivery[];
}

/** All that went to it, once none of it is pending any more. */
async function settled(
  tenant: GatewayTenant,
  { id }: Pick<Endpoint, 'id'>,
  count: number,
): Promise<readonly Delivery[]> {
  return eventually(async () => {
    const deliveries = await listed(tenant, `endpointId=${id}&limit=200`);
    expect(deliveries.filter(({ status }) => status !== 'pending')).toHaveLength(count);
    return deliveries;
  });
}

/** In the order in which it was committed, once there is so much of it. */
async function feedOf(tenant: GatewayTenant, count: number): Promise<readonly ToldEvent[]> {
  return eventually(async () => {
    const { data } = required(await tenant.call('GET', '/events?limit=200'), 200);
    expect(data).toHaveLength(count);
    return data as readonly ToldEvent[];
  });
}

/** The tenant's key for the other environment, as a caller. */
async function inLive(tenant: GatewayTenant): Promise<Call> {
  const body = { name: 'live', environment: 'live', scopes: ['webhooks:read', 'webhooks:write'] };
  const { key } = required(await harness.admin('POST', `/tenants/${tenant.id}/api-keys`, body), 201);
  return (method, path) =>
    harness.fetch(`/v1${path}`, { method, headers: { authorization: `Bearer ${String(key)}` } });
}

function range(): { since: string; until: string } {
  const hour = 3_600_000;
  return {
    since: new Date(Date.now() - hour).toISOString(),
    until: new Date(Date.now() + hour).toISOString(),
  };
}

describe('an endpoint', () => {
  it('is made, read, changed and removed; its secret is in the answer to its creation only', async () => {
    const tenant = await harness.tenant();
    const url = `${receiver.origin}/hooks/a?token=b`;
    const headers = { 'idempotency-key': 'endpoint-1' };
    const first = await tenant.call('POST', '/webhook-endpoints', { url }, headers);
    const { secret, ...made } = required(first, 201);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made).toEqual({
      object: 'webhook_endpoint',
      id: expect.stringMatching(/^whe_/),
      environment: 'test',
      url,
      description: null,
      eventTypes: [],
      disabled: false,
      disabledReason: null,
      failingSince: null,
      previousSecretUntil: null,
      createdAt: made['updatedAt'],
      updatedAt: expect.stringMatching(/Z$/),
    });
    const again = await tenant.call('POST', '/webhook-endpoints', { url }, headers);
    expect({ text: again.text, replayed: again.headers.get('idempotent-replayed') }).toEqual({
      text: first.text,
      replayed: 'true',
    });

    const path = `/webhook-endpoints/${String(made['id'])}`;
    expect(required(await tenant.call('GET', path), 200)).toEqual(made);
    expect(required(await tenant.call('GET', '/webhook-endpoints'), 200)).toEqual({
      data: [made],
      nextCursor: null,
    });
    const change = { description: 'the backend', eventTypes: ['verification.created'], disabled: true };
    const changed = required(await tenant.call('PATCH', path, change), 200);
    expect(changed).toEqual({
      ...made,
      ...change,
      disabledReason: 'asked',
      updatedAt: expect.any(String),
    });
    expect(required(await tenant.call('PATCH', path, { description: null, disabled: false }), 200)).toEqual({
      ...changed,
      description: null,
      disabled: false,
      disabledReason: null,
      updatedAt: expect.any(String),
    });
    for (const refused of [{}, { url: null }, { eventTypes: ['endpoint.test'] }, { secret: 'whsec_a' }])
      expect(await tenant.call('PATCH', path, refused)).toMatchObject({ status: 422 });

    expect((await tenant.call('DELETE', path)).status).toBe(204);
    expect((await tenant.call('GET', path)).status).toBe(404);
    expect((await tenant.call('DELETE', path)).status).toBe(404);
    expect(required(await tenant.call('GET', '/webhook-endpoints'), 200)['data']).toEqual([]);
  });

  it('is one of 50 at most', async () => {
    const tenant = await harness.tenant();
    const made = await Promise.all(
      Array.from({ length: 50 }, () => endpointOf(tenant, { disabled: true, description: 'one of many' })),
    );
    const one = { url: receiver.origin };
    const refused = await tenant.call('POST', '/webhook-endpoints', one);
    expect(refused).toMatchObject({ status: 409, json: { code: 'conflict' } });
    required(await inLive(tenant).then((live) => live('GET', '/webhook-endpoints')), 200);
    expect((await tenant.call('DELETE', `/webhook-endpoints/${made[0]?.id ?? ''}`)).status).toBe(204);
    required(await tenant.call('POST', '/webhook-endpoints', one), 201);
  });

  it('is nothing that another tenant or environment could find, and neither are its deliveries', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    const { deliveryId, eventId } = required(
      await tenant.call('POST', `/webhook-endpoints/${endpoint.id}/test`),
      202,
    ) as { deliveryId: string; eventId: string };
    const other = await harness.tenant();
    const elsewhere: Call = (method, path) => other.call(method, path);
    for (const call of [elsewhere, await inLive(tenant)]) {
      expect((await call('GET', `/webhook-endpoints/${endpoint.id}`)).status).toBe(404);
      expect((await call('GET', `/webhook-deliveries/${deliveryId}`)).status).toBe(404);
      expect((await call('POST', `/webhook-deliveries/${deliveryId}/redeliver`)).status).toBe(404);
      for (const list of [
        '/webhook-endpoints',
        '/webhook-deliveries',
        `/webhook-deliveries?endpointId=${endpoint.id}`,
        `/webhook-deliveries?eventId=${eventId}&status=delivered`,
      ])
        expect({ list, data: required(await call('GET', list), 200)['data'] }).toEqual({ list, data: [] });
    }
  });

  it('must be at a public host by its name, over https, where private networks are closed', async () => {
    const open = await startGateway({ allowPrivateNetworks: false });
    try {
      const tenant = await open.tenant();
      const attempt = (method: string, path: string, url: string): Promise<Answer> =>
        tenant.call(method, `/webhook-endpoints${path}`, { url });
      const { id } = required(await attempt('POST', '', 'https://app.example/hooks'), 201);
      for (const url of [
        'http://app.example/hooks',
        'https://app.example:9200/',
        'https://user:word@app.example/',
        'https://app.example/#part',
        'https://127.0.0.1/',
        'https://2130706433/',
        'https://[::1]/',
        'https://169.254.169.254/latest/meta-data/',
        'https://localhost/',
        'https://database.internal/',
        'https://intranet/',
        'ftp://app.example/',
        'not an address',
      ]) {
        for (const answer of [await attempt('POST', '', url), await attempt('PATCH', `/${String(id)}`, url)])
          expect({ url, status: answer.status, errors: answer.json['errors'] }).toEqual({
            url,
            status: 422,
            errors: [{ pointer: '/url', detail: expect.any(String) }],
          });
      }
    } finally {
      await open.close();
    }
  });
});

describe('an event', () => {
  it('is posted as Standard Webhooks has it, says what the feed says, and nothing of the person', async () => {
    const { tenant, account } = await connectedTenant(harness, 'sentinel');
    const all = await endpointOf(tenant);
    const some = await endpointOf(tenant, { eventTypes: ['verification.created'] });
    const off = await endpointOf(tenant, { disabled: true });
    const { id, person } = await verified(tenant, account);
    const feed = await eventually(async () => {
      const { data } = required(await tenant.call('GET', '/events?limit=200'), 200);
      const events = data as readonly ToldEvent[];
      expect(events.at(-1)?.data).toMatchObject({ status: 'verified' });
      return events;
    });
    expect(feed.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['verification.created', 'verification.status_changed']),
    );

    // Each event of the feed once, as a delivery and as a message.
    const deliveries = await settled(tenant, all, feed.length);
    expect(deliveries.map(({ eventId }) => eventId).sort()).toEqual(feed.map((event) => event.id).sort());
    const messages = messagesTo(all);
    expect(messages).toHaveLength(feed.length);
    for (const { id: eventId, type, timestamp, data } of feed) {
      const message = present(
        messages.find(({ headers }) => headers['webhook-id'] === eventId),
        eventId,
      );
      expect(opened(message, all.secret)).toEqual({ type, timestamp, data });
      expect(data).toMatchObject({ verificationId: id, environment: 'test' });
      expect(Object.keys(message.headers).sort()).toEqual([
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
        'webhook-id',
        'webhook-signature',
        'webhook-timestamp',
      ]);
      expect(() => opened({ ...message, body: `${message.body} ` }, all.secret)).toThrow();
      expect(() => opened(message, some.secret)).toThrow();
      for (const word of [person.email, person.phone, 'ana']) expect(message.body).not.toContain(word);
    }

    const [only] = await settled(tenant, some, 1);
    expect(only).toMatchObject({ type: 'verification.created', status: 'delivered' });
    expect(messagesTo(some)).toHaveLength(1);
    expect(await listed(tenant, `endpointId=${off.id}`)).toEqual([]);
    expect(messagesTo(off)).toEqual([]);

    // And as operators see it: across tenants, newest first, page by page.
    const page = required(
      await harness.admin('GET', `/webhook-deliveries?tenantId=${tenant.id}&limit=1`),
      200,
    );
    expect(page['data']).toMatchObject([
      { object: 'webhook_delivery', tenantId: tenant.id, environment: 'test', attempts: [{ error: null }] },
    ]);
    const next = `cursor=${String(page['nextCursor'])}&limit=200`;
    const rest = required(
      await harness.admin('GET', `/webhook-deliveries?tenantId=${tenant.id}&${next}`),
      200,
    )['data'] as readonly Delivery[];
    expect(rest).toHaveLength(deliveries.length);
    const everybodys = required(await harness.admin('GET', '/webhook-deliveries?limit=200'), 200);
    expect(everybodys['data']).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: deliveries[0]?.id, tenantId: tenant.id })]),
    );
    for (const status of ['pending', 'failed'])
      expect(
        required(
          await harness.admin('GET', `/webhook-deliveries?tenantId=${tenant.id}&status=${status}`),
          200,
        )['data'],
      ).toEqual([]);
    expect(await harness.admin('GET', '/webhook-deliveries?status=failed')).toMatchObject({ status: 422 });
  });

  it('is signed with both secrets after a rotation', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    const path = `/webhook-endpoints/${endpoint.id}`;
    const rotated = required(await tenant.call('POST', `${path}/rotate-secret`), 201);
    const secret = text(rotated, 'secret');
    expect(secret).not.toBe(endpoint.secret);
    const until = new Date(text(rotated, 'previousSecretUntil')).getTime() - Date.now();
    expect(until).toBeGreaterThan(23 * 3_600_000);
    const { data, ...read } = required(await tenant.call('GET', path), 200);
    expect(read).toMatchObject({ previousSecretUntil: rotated['previousSecretUntil'] });
    expect({ data, secret: read['secret'] }).toEqual({ data: undefined, secret: undefined });

    required(await tenant.call('POST', `${path}/test`), 202);
    const message = await eventually(() => present(messagesTo(endpoint)[0], 'message'));
    for (const each of [secret, endpoint.secret]) expect(opened(message, each).type).toBe('endpoint.test');
    expect(String(message.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it('can be a test, which goes to one endpoint only and is in no feed', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant, { eventTypes: ['verification.erased'] });
    const other = await endpointOf(tenant);
    const test = `/webhook-endpoints/${endpoint.id}/test`;
    const { deliveryId, eventId } = required(await tenant.call('POST', test), 202);
    const [delivery] = await settled(tenant, endpoint, 1);
    expect(delivery).toMatchObject({ id: deliveryId, eventId, type: 'endpoint.test', status: 'delivered' });
    const [message] = messagesTo(endpoint);
    expect(opened(present(message, 'message'), endpoint.secret)).toMatchObject({
      type: 'endpoint.test',
      data: { environment: 'test', endpointId: endpoint.id },
    });
    required(await tenant.call('PATCH', `/webhook-endpoints/${endpoint.id}`, { disabled: true }), 200);
    expect(await tenant.call('POST', test)).toMatchObject({ status: 409, json: { code: 'conflict' } });

    // Of the two, the others are told that it was disabled, and nobody is told of the test.
    const [told] = await feedOf(tenant, 1);
    expect(told).toMatchObject({
      type: 'endpoint.disabled',
      data: { endpointId: endpoint.id, reason: 'asked' },
    });
    const [heard] = await settled(tenant, other, 1);
    expect(heard).toMatchObject({ eventId: told?.id, type: 'endpoint.disabled' });
  });
});

describe('a delivery', () => {
  it('is made again when asked for, under the same event id, by somebody whom the ledger names', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    receiver.answer(endpoint.path, (response) => {
      response.writeHead(500).end('what went wrong here');
    });
    const { deliveryId, eventId } = required(
      await tenant.call('POST', `/webhook-endpoints/${endpoint.id}/test`),
      202,
    );
    const one = `/webhook-deliveries/${String(deliveryId)}`;
    await eventually(async () => {
      expect(required(await tenant.call('GET', one), 200)).toMatchObject({
        object: 'webhook_delivery',
        endpointId: endpoint.id,
        status: 'pending',
        completedAt: null,
        nextAttemptAt: expect.any(String),
        attempts: [{ responseStatus: 500, error: 'answered 500', durationMs: expect.any(Number) }],
      });
    });
    expect(await listed(tenant, 'status=pending')).toMatchObject([{ id: deliveryId }]);
    expect(
      required(await tenant.call('GET', `/webhook-endpoints/${endpoint.id}`), 200)['failingSince'],
    ).toEqual(expect.any(String));

    receiver.answer(endpoint.path, (response) => {
      response.writeHead(200).end();
    });
    const queued = required(await tenant.call('POST', `${one}/redeliver`), 202);
    expect(queued).toMatchObject({ id: deliveryId, status: 'pending' });
    const [delivery] = await settled(tenant, endpoint, 1);
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: [{ responseStatus: 500 }, { responseStatus: 200, error: null }],
    });
    expect(messagesTo(endpoint).map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
    const entries = await harness.database.across.query(
      {
        name: 'test_redelivered',
        text: `SELECT actor, data FROM ledger_entries WHERE tenant_id = $1 AND kind = 'endpoint.redelivered'`,
      },
      [fromTypeId('tnt', tenant.id)],
    );
    expect(entries).toEqual([
      {
        actor: expect.stringMatching(/^key:/),
        data: {
          endpointId: fromTypeId('whe', endpoint.id),
          deliveryId: fromTypeId('dlv', String(deliveryId)),
        },
      },
    ]);

    expect((await tenant.call('DELETE', `/webhook-endpoints/${endpoint.id}`)).status).toBe(204);
    expect(await tenant.call('POST', `${one}/redeliver`)).toMatchObject({ status: 409 });
    // What became of it can still be read.
    expect(await listed(tenant, `endpointId=${endpoint.id}`)).toHaveLength(1);
  });

  it('is made of what happened before, by a replay of a stretch of time', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const early = await endpointOf(tenant);
    await begin(tenant);
    const arrived = await eventually(async () => {
      const { data } = required(await tenant.call('GET', '/events?limit=200'), 200);
      expect(data).not.toEqual([]);
      return (data as readonly ToldEvent[]).map(({ id }) => id).sort();
    });
    await settled(tenant, early, arrived.length);
    const late = await endpointOf(tenant);
    const replay = (endpoint: Endpoint, more: Record<string, unknown> = {}): Promise<Answer> =>
      tenant.call('POST', `/webhook-endpoints/${endpoint.id}/replay`, { ...range(), ...more });

    expect(required(await replay(early, { only: 'undelivered' }), 202)).toEqual({ queued: 0 });
    const all = { queued: arrived.length };
    expect(required(await replay(late, { only: 'undelivered' }), 202)).toEqual(all);
    const deliveries = await settled(tenant, late, arrived.length);
    expect(deliveries.map(({ eventId }) => eventId).sort()).toEqual(arrived);
    expect(required(await replay(early), 202)).toEqual(all);
    await eventually(() => {
      expect(messagesTo(early)).toHaveLength(2 * arrived.length);
    });

    const { until } = range();
    for (const wrong of [
      { since: until, until },
      { since: '2999-01-01T00:00:00Z' },
      { until: 'soon' },
      { only: 'some' },
    ])
      expect(await replay(late, wrong)).toMatchObject({ status: 422, json: { code: 'validation_failed' } });
    const past = { since: '2020-01-01T00:00:00Z', until: '2020-02-01T00:00:00Z' };
    expect(required(await replay(late, past), 202)).toEqual({ queued: 0 });
    required(await tenant.call('PATCH', `/webhook-endpoints/${late.id}`, { disabled: true }), 200);
    expect(await replay(late)).toMatchObject({ status: 409, json: { code: 'conflict' } });
  });
});
