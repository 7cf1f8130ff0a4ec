import { createHmac, randomUUID } from 'node:crypto';

import { afterEach, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { type ConnectedAccount } from '../support/gateway-client.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { createRequest } from '../support/people.js';
import { slowSocket } from '../support/slow-socket.js';
import { connectedTenant } from '../support/verified.js';
import { type Hold } from '../support/vendor-gate.js';

let harness: GatewayHarness | null = null;
afterEach(async () => {
  harness?.gate.releaseAll();
  await harness?.close();
  harness = null;
});

async function start(maxConcurrentRequests: number, maxEventLoopDelayMs = 0): Promise<GatewayHarness> {
  harness = await startGateway({ maxConcurrentRequests, maxEventLoopDelayMs, shutdownTimeoutMs: 2_000 });
  return harness;
}

function create(tenant: GatewayTenant, key: string): Promise<Answer> {
  return tenant.call('POST', '/verifications', createRequest(), { 'idempotency-key': key });
}

/** So many creates that wait for the vendor until they are let through. */
async function held(
  tenant: GatewayTenant,
  account: ConnectedAccount,
  count: number,
): Promise<{ readonly hold: Hold; readonly answers: Promise<readonly Answer[]> }> {
  const hold = account.hold('/clients/encrypt/url');
  const answers = Promise.all(Array.from({ length: count }, () => create(tenant, randomUUID())));
  await eventually(() => {
    expect(hold.waiting()).toBe(count);
  });
  return { hold, answers };
}

function expectShed(answer: Answer): void {
  expect([answer.status, answer.json['code'], answer.headers.get('retry-after')]).toEqual([
    503,
    'overloaded',
    '1',
  ]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
}

/** Sends webhooks as Dentity does. */
async function dentityAt(gateway: GatewayHarness, tenant: GatewayTenant): Promise<() => Promise<Answer>> {
  const { connection } = await tenant.connect('dentity');
  const shown = required(
    await gateway.admin('GET', `/tenants/${tenant.id}/connections/dentity?environment=test`),
    200,
  );
  const { pathname } = new URL(text(shown, 'webhookUrl'));
  return () => {
    const body = JSON.stringify({ type: 'verification_status', _id: randomUUID(), status: 'verified' });
    const signature = createHmac('sha256', connection.credentials['secretKey'] ?? '')
      .update(body)
      .digest('base64');
    const headers = { 'content-type': 'application/json', 'dentity-signature': signature };
    return gateway.fetch(pathname, { method: 'PUT', headers, body });
  };
}

describe('with as many requests under way as there may be', () => {
  it('refuses more at once, answers for its health, takes webhooks and operators, and loses nothing', async () => {
    const gateway = await start(4);
    const { tenant, account } = await connectedTenant(gateway, 'sentinel');
    const webhook = await dentityAt(gateway, tenant);
    const { hold, answers } = await held(tenant, account, 4);

    const key = randomUUID();
    expectShed(await create(tenant, key));
    expectShed(await tenant.call('GET', '/me'));
    expectShed(await gateway.fetch('/nowhere'));
    for (const path of ['/health/live', '/health/ready'])
      expect((await gateway.fetch(path)).status).toBe(200);
    for (let n = 0; n < 3; n += 1) expect((await webhook()).status).toBe(200);
    required(await gateway.admin('GET', '/tenants'), 200);

    hold.release();
    const acknowledged = (await answers).map((answer) => text(required(answer, 201), 'id'));
    // The key was not used up by the refusal.
    const again = await eventually(async () => {
      const answer = await create(tenant, key);
      expect(answer.status).toBe(201);
      return answer;
    });
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    const { data } = required(await tenant.call('GET', '/verifications'), 200) as { data: { id: string }[] };
    expect(data.map(({ id }) => id).sort()).toEqual([...acknowledged, text(again.json, 'id')].sort());
    const [signals] = (await gateway.pool.query<{ count: string }>('SELECT count(*) FROM signals')).rows;
    expect(signals?.count).toBe('3');

    const told = gateway.logLines().filter((line) => line.includes('for overload'));
    expect(told.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['warn', 'info']);
    expect(gateway.logLines().filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('has a connection to the vendor for each, so that nobody waits for another’s answer', async () => {
    // More than the 64 that an agent has unless told, and few enough to be there before the first is given up after ten seconds.
    const gateway = await start(85);
    const { tenant, account } = await connectedTenant(gateway, 'sentinel');
    const { hold, answers } = await held(tenant, account, 68);
    hold.release();
    for (const answer of await answers) required(answer, 201);
  });

  it('refuses webhooks last, and health never', async () => {
    const gateway = await start(4);
    const { tenant, account } = await connectedTenant(gateway, 'sentinel');
    const webhook = await dentityAt(gateway, tenant);
    const { hold, answers } = await held(tenant, account, 4);
    // A webhook whose body does not come takes the one place that is in reserve.
    const slow = await slowSocket(gateway.origin);
    slow.write(
      'POST /hooks/dentity/con_x/y HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
    );
    await eventually(() => {
      expect(slow.received()).toContain('HTTP/1.1 100 ');
    });
    expectShed(await webhook());
    expect((await gateway.fetch('/health/ready')).status).toBe(200);

    slow.socket.destroy();
    await eventually(async () => {
      expect((await webhook()).status).toBe(200);
    });
    expectShed(await tenant.call('GET', '/me'));
    hold.release();
    for (const answer of await answers) required(answer, 201);
  });

  it('counts what is still worked on for somebody who has hung up, and no longer', async () => {
    const gateway = await start(2);
    const { tenant, account } = await connectedTenant(gateway, 'sentinel');
    const hold = account.hold('/clients/encrypt/url');
    const slow = await Promise.all([slowSocket(gateway.origin), slowSocket(gateway.origin)]);
    for (const each of slow) {
      const body = JSON.stringify(createRequest());
      each.write(
        `POST /v1/verifications HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tenant.key}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    }
    await eventually(() => {
      expect(hold.waiting()).toBe(2);
    });
    for (const { socket } of slow) socket.destroy();
    for (let n = 0; n < 10; n += 1) expectShed(await tenant.call('GET', '/me'));
    hold.release();
    await eventually(async () => {
      expect((await tenant.call('GET', '/me')).status).toBe(200);
    });
    const { data } = required(await tenant.call('GET', '/verifications'), 200) as { data: unknown[] };
    expect(data).toHaveLength(2);
  });

  it('leaves something to others when one tenant floods it', async () => {
    const gateway = await start(5);
    const { tenant, account } = await connectedTenant(gateway, 'sentinel');
    const other = await gateway.tenant();
    const { hold, answers } = await held(tenant, account, 4);
    expectShed(await tenant.call('GET', '/me'));
    for (let n = 0; n < 3; n += 1) required(await other.call('GET', '/me'), 200);
    hold.release();
    for (const answer of await answers) required(answer, 201);
    required(await tenant.call('GET', '/me'), 200);
  });

  it('gives no place to those who wait for events', async () => {
    const gateway = await start(2);
    const tenant = await gateway.tenant();
    const waiting = Array.from({ length: 4 }, () => slowSocket(gateway.origin));
    for (const each of await Promise.all(waiting))
      each.write(`GET /v1/events?wait=30 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tenant.key}\r\n\r\n`);
    for (let n = 0; n < 10; n += 1) required(await tenant.call('GET', '/me'), 200);
    for (const { socket } of await Promise.all(waiting)) socket.destroy();
  });
});

it('refuses requests while the process comes late to all that it has to do, but not its health', async () => {
  const gateway = await start(20, 30);
  const { tenant, account } = await connectedTenant(gateway, 'sentinel');
  // Late for another reason than its work: nobody is refused.
  for (let n = 0; n < 10; n += 1) {
    keepBusy(200);
    required(await tenant.call('GET', '/me'), 200);
  }
  const { hold, answers } = await held(tenant, account, 1);
  await eventually(async () => {
    keepBusy(200);
    expectShed(await tenant.call('GET', '/me'));
  });
  expect((await gateway.fetch('/health/live')).status).toBe(200);
  hold.release();
  for (const answer of await answers) required(answer, 201);
  await eventually(async () => {
    required(await tenant.call('GET', '/me'), 200);
  });
});

/** The gateway is in this process, so nothing of it runs meanwhile. */
function keepBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
