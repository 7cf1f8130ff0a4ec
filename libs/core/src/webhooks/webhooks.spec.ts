import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Provider, ProviderRegistry } from '@gatehouse/contract';
import {
  connectDatabase,
  type Database,
  LocalMasterKey,
  Log,
  SystemIds,
  SystemRandom,
  toTypeId,
} from '@gatehouse/platform';
import { Webhook } from 'standardwebhooks';

import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { eventually, present } from '../../../../test/support/eventually.js';
import { MovableClock } from '../../../../test/support/movable-clock.js';
import { startWebhookReceiver, type WebhookReceiver } from '../../../../test/support/webhook-receiver.js';
import { type Core, createCore } from '../core.js';
import { type EventType } from '../events/published-event.js';
import { Ledger } from '../ledger/ledger.js';
import { type Environment, tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';

class NoProviders extends ProviderRegistry {
  override get(): Provider | undefined {
    return undefined;
  }
  override all(): readonly Provider[] {
    return [];
  }
}

const HOUR_S = 3600;
const ids = new SystemIds();
let files: TestDatabase;
let database: Database;
let clock: MovableClock;
let core: Core;
let receiver: WebhookReceiver;
let scope: TenantScope;

beforeAll(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 10, log: new Log({ level: 'silent' }) });
});
afterAll(async () => {
  await database.close();
  await files.drop();
});
beforeEach(async () => {
  clock = new MovableClock();
  core = createCore(
    {
      database,
      config: { publicUrl: 'http://127.0.0.1:9', allowPrivateNetworks: true, adminApiKey: null },
      masterKeys: { current: new LocalMasterKey(randomBytes(32)), previous: null },
      log: new Log({ level: 'silent' }),
      clock,
      ids,
      random: new SystemRandom(),
    },
    new NoProviders(),
  );
  receiver = await startWebhookReceiver();
  const { id } = await core.tenants.create('test', { name: 'Northwind Bank' });
  scope = tenantScope(id, 'test', 'key:test');
  core.dispatcher.start();
});
afterEach(async () => {
  await core.dispatcher.stop();
  await receiver.close();
  // A later test's dispatcher would take what this one left, under another master key.
  await database.across.query({
    name: 'test_forget',
    text: 'UPDATE webhook_deliveries SET due_at = NULL WHERE due_at IS NOT NULL',
  });
});

/** An event that is published, of no verification. */
function publish(environment: Environment = 'test'): Promise<string> {
  const ledger = new Ledger(clock, ids, () => undefined);
  return database.across.transaction((tx) =>
    ledger.append(tx, {
      kind: 'routing.rolled_back',
      tenantId: scope.tenantId,
      environment,
      verificationId: null,
      version: null,
      actor: 'system',
      data: { policyVersion: 2, backTo: 1 },
    }),
  );
}

async function endpoint(
  path: string,
  eventTypes: readonly EventType[] = [],
): Promise<{ id: string; secret: string }> {
  const { endpoint: made, secret } = await core.webhookEndpoints.create(scope, {
    url: receiver.origin + path,
    description: null,
    eventTypes,
    disabled: false,
  });
  return { id: made.id, secret };
}

async function delivery(endpointId: string) {
  const page = await core.webhookDeliveries.list(
    scope,
    { endpointId, eventId: null, state: null },
    { limit: 10, cursor: null },
  );
  return present(page.data[0], 'delivery');
}

function messagesTo(path: string) {
  return receiver.received.filter((message) => message.path === path);
}

it('posts an event to each endpoint that asked for it, as Standard Webhooks has it', async () => {
  const all = await endpoint('/all');
  await endpoint('/others', ['verification.created']);
  const chosen = await endpoint('/chosen', ['routing.rolled_back']);
  const eventId = await publish();
  await publish('live');
  for (const [path, { secret }] of [
    ['/all', all],
    ['/chosen', chosen],
  ] as const) {
    const message = await eventually(() => present(messagesTo(path)[0], 'message'));
    const { headers, body } = message;
    expect(headers['webhook-id']).toBe(toTypeId('evt', eventId));
    expect(headers['content-type']).toBe('application/json');
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: 'routing.rolled_back',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: expect.objectContaining({ environment: 'test', policyVersion: 2, backTo: 1 }),
    });
  }
  await eventually(async () => {
    expect(await delivery(all.id)).toMatchObject({
      state: 'delivered',
      nextAttemptAt: null,
      attempts: [{ responseStatus: 204, error: null }],
    });
  });
  expect(receiver.received).toHaveLength(2);
});

it('signs with the replaced secret as well, for a day', async () => {
  const { id, secret: old } = await endpoint('/hook');
  const { secret } = await core.webhookEndpoints.rotateSecret(scope, id);
  await publish();
  const first = await eventually(() => present(messagesTo('/hook')[0], 'message'));
  for (const one of [old, secret]) {
    new Webhook(one).verify(first.body, first.headers as Record<string, string>);
  }
  clock.forward(25 * HOUR_S);
  await publish();
  const second = await eventually(() => present(messagesTo('/hook')[1], 'message'));
  expect(String(second.headers['webhook-signature']).split(' ')).toHaveLength(1);
});

it('tries ten times over 75 hours, under one id, then gives up; and again when asked', async () => {
  const { id } = await endpoint('/down');
  receiver.answer('/down', (response) => {
    response.writeHead(500).end();
  });
  await publish();
  const seconds = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  for (const [index, pause] of seconds.entries()) {
    clock.forward(pause * 1.11);
    await eventually(async () => {
      expect((await delivery(id)).attempts).toHaveLength(index + 1);
    });
  }
  const failed = await delivery(id);
  expect(failed).toMatchObject({ state: 'failed', nextAttemptAt: null });
  expect(new Set(failed.attempts.map(({ error }) => error))).toEqual(new Set(['answered 500']));
  expect(new Set(messagesTo('/down').map(({ headers }) => headers['webhook-id'])).size).toBe(1);

  receiver.answer('/down', (response) => {
    response.writeHead(200).end('thanks');
  });
  await core.webhookDeliveries.redeliver(scope, failed.id);
  await eventually(async () => {
    expect(await delivery(id)).toMatchObject({ state: 'delivered' });
  });
  expect((await delivery(id)).attempts).toHaveLength(11);
});

it('waits for as long as the receiver asks, and does not follow a redirect', async () => {
  const { id } = await endpoint('/busy');
  receiver.answer('/busy', (response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end();
  });
  const moved = await endpoint('/moved');
  receiver.answer('/moved', (response) => {
    response.writeHead(307, { location: `${receiver.origin}/elsewhere` }).end();
  });
  await publish();
  const [busy, redirected] = await eventually(async () => {
    const both = await Promise.all([delivery(id), delivery(moved.id)] as const);
    expect(both.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
    return both;
  });
  const waits = present(busy.nextAttemptAt, 'next attempt').getTime() - clock.now().getTime();
  expect(waits).toBeGreaterThan(3_500_000);
  expect(redirected.attempts[0]).toMatchObject({ responseStatus: 307, error: 'answered with a redirect' });
  expect(messagesTo('/elsewhere')).toEqual([]);
});

it('disables an endpoint that is gone, says so to the others, and sends it nothing more', async () => {
  const { id } = await endpoint('/gone');
  await endpoint('/other', ['endpoint.disabled']);
  receiver.answer('/gone', (response) => {
    response.writeHead(410).end();
  });
  await publish();
  const told = await eventually(() => present(messagesTo('/other')[0], 'message'));
  expect(JSON.parse(told.body)).toMatchObject({
    type: 'endpoint.disabled',
    data: { endpointId: toTypeId('whe', id), reason: 'gone', environment: 'test' },
  });
  expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ disabledReason: 'gone' });
  expect(await delivery(id)).toMatchObject({ state: 'failed' });
  await publish();
  expect((await delivery(id)).attempts).toHaveLength(1);
  expect(messagesTo('/gone')).toHaveLength(1);
});

it('disables one that nothing has reached for five days, and ends what waits for it', async () => {
  const { id } = await endpoint('/down');
  receiver.answer('/down', (response) => {
    response.writeHead(503).end();
  });
  await publish();
  await eventually(async () => {
    expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ failingSince: expect.any(Date) });
  });
  clock.forward(4 * 24 * HOUR_S);
  await publish();
  await eventually(async () => {
    expect((await delivery(id)).attempts).toHaveLength(1);
  });
  expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ disabledAt: null });
  clock.forward(25 * HOUR_S);
  await eventually(async () => {
    expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ disabledReason: 'failing' });
    expect(await delivery(id)).toMatchObject({ state: 'failed', nextAttemptAt: null });
  });
});

it('counts an endpoint as sound again from its first success on', async () => {
  const { id } = await endpoint('/flaky');
  receiver.answer('/flaky', (response) => {
    response.writeHead(500).end();
  });
  await publish();
  await eventually(async () => {
    expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ failingSince: expect.any(Date) });
  });
  receiver.answer('/flaky', (response) => {
    response.writeHead(200).end();
  });
  clock.forward(6);
  await eventually(async () => {
    expect(await core.webhookEndpoints.get(scope, id)).toMatchObject({ failingSince: null });
  });
});

it('replays a range: all of it, or what has not arrived, also from before the endpoint was there', async () => {
  const before = new Date(clock.now().getTime() - 1000);
  await publish();
  await publish();
  const { id } = await endpoint('/late');
  const range = { since: before, until: new Date(clock.now().getTime() + HOUR_S * 1000) };
  expect((await core.webhookDeliveries.replay(scope, id, { ...range, onlyUndelivered: true })).queued).toBe(
    2,
  );
  await eventually(() => {
    expect(messagesTo('/late')).toHaveLength(2);
  });
  await eventually(async () => {
    expect((await core.webhookDeliveries.replay(scope, id, { ...range, onlyUndelivered: true })).queued).toBe(
      0,
    );
  });
  expect((await core.webhookDeliveries.replay(scope, id, { ...range, onlyUndelivered: false })).queued).toBe(
    2,
  );
  await eventually(() => {
    expect(messagesTo('/late')).toHaveLength(4);
  });
});

it('keeps others going while an endpoint hangs', async () => {
  const hanging = await endpoint('/hangs');
  receiver.answer('/hangs', () => undefined);
  await endpoint('/well');
  for (let n = 0; n < 40; n += 1) await publish();
  await eventually(() => {
    expect(messagesTo('/well')).toHaveLength(40);
  });
  expect(messagesTo('/hangs').length).toBeLessThanOrEqual(16);
  expect(await delivery(hanging.id)).toMatchObject({ state: 'pending' });
  receiver.answer('/hangs', (response) => {
    response.writeHead(200).end();
  });
  await receiver.close();
});

interface Hanging {
  /** Takes all that is held, and all others from now on. */
  release(): void;
  /** Refuses one that is held. */
  fail(): void;
}

/** An endpoint `/hook` that takes the first `count` of eighty quickly, and the others when it is told to; once all of its places are held. */
async function hangingAfter(count: number): Promise<Hanging> {
  await endpoint('/hook');
  await core.dispatcher.stop();
  for (let n = 0; n < 80; n += 1) await publish();
  const held: ((status: number) => void)[] = [];
  let answered = 0;
  receiver.answer('/hook', (response) => {
    answered += 1;
    const end = (status: number): void => {
      response.writeHead(status).end();
    };
    if (answered <= count) end(204);
    else held.push(end);
  });
  core.dispatcher.start();
  await eventually(() => {
    expect(held).toHaveLength(16);
  });
  return {
    release: () => {
      receiver.answer('/hook', (response) => {
        response.writeHead(204).end();
      });
      for (const end of held.splice(0)) end(204);
    },
    fail: () => held.pop()?.(500),
  };
}

/** How many deliveries that were not attempted yet a process holds. */
async function claimed(): Promise<number> {
  const [row] = await database.across.query<{ count: string }>(
    {
      name: 'test_claimed_count',
      text: `SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1 AND attempts = 0 AND due_at > $2`,
    },
    [scope.tenantId, clock.now()],
  );
  return Number(row?.count);
}

it('claims ahead for an endpoint that is quick, and gives back what waits when it is not any more', async () => {
  const hanging = await hangingAfter(16);
  await eventually(async () => {
    expect(await claimed()).toBeGreaterThan(16);
  });
  clock.forward(3);
  await eventually(async () => {
    expect(await claimed()).toBe(16);
  });
  hanging.release();
  await eventually(() => {
    expect(new Set(messagesTo('/hook').map(({ headers }) => headers['webhook-id'])).size).toBe(80);
  });
  expect(messagesTo('/hook')).toHaveLength(80);
});

it('gives back what it has not begun when it ends', async () => {
  const hanging = await hangingAfter(16);
  await eventually(async () => {
    expect(await claimed()).toBeGreaterThan(16);
  });
  const stopped = core.dispatcher.stop();
  await eventually(async () => {
    expect(await claimed()).toBe(16);
  });
  // Due since they were, so that nothing that came later goes before them.
  const { rows } = await files.pool.query(
    'SELECT FROM webhook_deliveries WHERE tenant_id = $1 AND attempts = 0 AND due_at = created_at',
    [scope.tenantId],
  );
  expect(rows).toHaveLength(48);
  hanging.release();
  await stopped;
  expect(messagesTo('/hook')).toHaveLength(32);
  core.dispatcher.start();
  await eventually(() => {
    expect(messagesTo('/hook')).toHaveLength(80);
  });
});

it('gives back what waits behind one that fails', async () => {
  const hanging = await hangingAfter(16);
  await eventually(async () => {
    expect(await claimed()).toBeGreaterThan(16);
  });
  hanging.fail();
  await eventually(async () => {
    // Its place may be taken once more before it is known to fail.
    expect(await claimed()).toBeLessThanOrEqual(16);
  });
  hanging.release();
  await eventually(() => {
    expect(messagesTo('/hook')).toHaveLength(80);
  });
});

it('takes up what another process left when it died', async () => {
  const { id } = await endpoint('/hook');
  await core.dispatcher.stop();
  await publish();
  await database.across.query(
    {
      name: 'test_claimed',
      text: `UPDATE webhook_deliveries SET due_at = now() + interval '45 seconds' WHERE tenant_id = $1`,
    },
    [scope.tenantId],
  );
  core.dispatcher.start();
  clock.forward(46);
  await eventually(async () => {
    expect(await delivery(id)).toMatchObject({ state: 'delivered' });
  });
});
