import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '@gatehouse/platform';

import { eventually } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { begin, connectedTenant } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

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

interface Listed {
  readonly id: string;
  readonly endpointId: string;
  readonly type: string;
  readonly status: string;
}

let endpoints = 0;

async function endpointOf(tenant: GatewayTenant, more = ''): Promise<{ id: string; path: string }> {
  endpoints += 1;
  const path = `/hooks/${endpoints}${more}`;
  const made = required(
    await tenant.call('POST', '/webhook-endpoints', { url: receiver.origin + path }),
    201,
  );
  return { id: text(made, 'id'), path };
}

async function listed(query: string): Promise<readonly Listed[]> {
  const { data } = required(await harness.admin('GET', `/webhook-deliveries?${query}`), 200);
  return data as readonly Listed[];
}

async function asRole(role: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const made = required(await harness.admin('POST', '/admin-keys', { name: role, role }), 201);
  return harness.fetch(`/admin/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${text(made, 'key')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const testOf = async (tenant: GatewayTenant, id: string): Promise<string> =>
  text(required(await tenant.call('POST', `/webhook-endpoints/${id}/test`), 202), 'deliveryId');

function range(): { since: string; until: string } {
  const hour = 3_600_000;
  return {
    since: new Date(Date.now() - hour).toISOString(),
    until: new Date(Date.now() + hour).toISOString(),
  };
}

describe('the endpoints of all tenants', () => {
  it('are listed newest first, page by page, or for one tenant, with what waits for them', async () => {
    const [first, second] = [await harness.tenant(), await harness.tenant()];
    const made = [await endpointOf(first), await endpointOf(second), await endpointOf(first)];
    const waiting = made[0] ?? { id: '', path: '' };
    receiver.answer(waiting.path, (response) => {
      response.writeHead(503).end();
    });
    await testOf(first, waiting.id);
    await eventually(async () => {
      expect((await listed(`tenantId=${first.id}&status=pending`)).length).toBe(1);
      const { data } = required(await harness.admin('GET', `/webhook-endpoints?tenantId=${first.id}`), 200);
      expect(data).toMatchObject([
        { id: made[2]?.id, tenantId: first.id, environment: 'test', pending: 0, oldestPendingAt: null },
        {
          id: waiting.id,
          tenantId: first.id,
          pending: 1,
          oldestPendingAt: expect.any(String),
          failingSince: expect.any(String),
        },
      ]);
    });
    const found: unknown[] = [];
    let cursor: unknown = null;
    do {
      const query: string = typeof cursor === 'string' ? `&cursor=${cursor}` : '';
      const page = required(await harness.admin('GET', `/webhook-endpoints?limit=1${query}`), 200);
      found.push(...(page['data'] as { id: string }[]).map(({ id }) => id));
      cursor = page['nextCursor'];
    } while (cursor !== null);
    expect(found.slice(0, 3)).toEqual(made.map(({ id }) => id).reverse());
  });

  it('are counted as far as a thousand of what waits, whose oldest is known all the same', async () => {
    const tenant = await harness.tenant();
    const { id } = await endpointOf(tenant);
    const oldest = '2026-01-31T12:04:00.000Z';
    const queue = async (from: number, to: number): Promise<void> => {
      await harness.pool.query(
        `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, due_at, created_at)
         SELECT tenant_id, uuidv7(), environment, id, uuidv7(), 'verification.created', 'pending', n % 2, now() + interval '1 day',
                $2::timestamptz + n * interval '1 second'
           FROM webhook_endpoints, generate_series($3::int, $4::int) n WHERE id = $1`,
        [fromTypeId('whe', id), oldest, from, to],
      );
    };
    const shown = async (): Promise<unknown> =>
      required(await harness.admin('GET', `/webhook-endpoints?tenantId=${tenant.id}`), 200)['data'];
    await queue(0, 998);
    expect(await shown()).toMatchObject([{ pending: 999, oldestPendingAt: oldest }]);
    await queue(999, 1_200);
    expect(await shown()).toMatchObject([{ pending: 1_000, oldestPendingAt: oldest }]);
  });

  it('are shown without the query of their address, and not once they are removed', async () => {
    const tenant = await harness.tenant();
    const { id, path } = await endpointOf(tenant, '?token=of-the-receiver');
    const shown = required(await harness.admin('GET', `/webhook-endpoints?tenantId=${tenant.id}`), 200);
    expect(shown['data']).toMatchObject([{ url: receiver.origin + path.replace(/\?.*/, '') }]);
    expect((await tenant.call('DELETE', `/webhook-endpoints/${id}`)).status).toBe(204);
    expect(
      required(await harness.admin('GET', `/webhook-endpoints?tenantId=${tenant.id}`), 200)['data'],
    ).toEqual([]);
  });
});

describe('the deliveries of all tenants', () => {
  it('are found by endpoint, verification and state, together with their tenant', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const [one, other] = [await endpointOf(tenant), await endpointOf(tenant)];
    receiver.answer(other.path, (response) => {
      response.writeHead(500).end();
    });
    const { id } = await begin(tenant);
    const { id: another } = await begin(tenant);
    const own = `tenantId=${tenant.id}`;
    const of = async (query: string): Promise<number> => (await listed(`${own}&${query}`)).length;
    await eventually(async () => {
      expect(await of(`endpointId=${one.id}&status=delivered`)).toBe(await of(`endpointId=${one.id}`));
    });
    const about = await listed(`${own}&verificationId=${id}`);
    expect(about.length).toBeGreaterThanOrEqual(2);
    expect(await of(`verificationId=${another}`)).toBe(about.length);
    expect(await of('limit=200')).toBe(2 * about.length);
    expect(await listed(`${own}&verificationId=${id}&endpointId=${one.id}`)).toEqual(
      about.filter(({ endpointId }) => endpointId === one.id),
    );
    expect(await of(`verificationId=${id}&endpointId=${other.id}&status=delivered`)).toBe(0);
    for (const name of ['status=failed', `endpointId=${one.id}`, `verificationId=${id}`]) {
      expect((await harness.admin('GET', `/webhook-deliveries?${name}`)).json).toMatchObject({
        code: 'validation_failed',
        errors: [{ pointer: name.split('=')[0] }],
      });
    }
  });

  it('show what was sent and, of what failed, how the receiver answered, which is kept sealed', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant, '?token=of-the-receiver');
    const said = `the backend is away ${'x'.repeat(1200)}`;
    receiver.answer(endpoint.path, (response) => {
      response.writeHead(503, { 'content-type': 'text/plain' }).end(said);
    });
    const id = await testOf(tenant, endpoint.id);
    const shown = await eventually(async () => {
      const delivery = required(await harness.admin('GET', `/webhook-deliveries/${id}`), 200);
      expect(delivery['attempts']).toHaveLength(1);
      return delivery;
    });
    const [message] = receiver.received.filter(({ path }) => path === endpoint.path);
    const { 'webhook-signature': signature, ...headers } = message?.headers ?? {};
    expect(signature).toMatch(/^v1,/);
    expect(shown).toMatchObject({
      tenantId: tenant.id,
      status: 'pending',
      request: {
        method: 'POST',
        url: receiver.origin + endpoint.path.replace(/\?.*/, ''),
        body: message?.body,
      },
      attempts: [{ responseStatus: 503, error: 'answered 503', responseExcerpt: said.slice(0, 1000) }],
    });
    const { request } = shown as { request: { headers: Record<string, string> } };
    expect(headers).toMatchObject(request.headers);
    expect(Object.keys(request.headers).sort()).toEqual([
      'content-type',
      'user-agent',
      'webhook-id',
      'webhook-timestamp',
    ]);
    const { rows } = await harness.pool.query('SELECT * FROM webhook_attempts WHERE delivery_id = $1', [
      fromTypeId('dlv', id),
    ]);
    expect(rows).toHaveLength(1);
    const [{ response_sealed: sealed, ...plain }] = rows as [Record<string, unknown>];
    expect(Buffer.isBuffer(sealed)).toBe(true);
    expect((sealed as Buffer).includes('backend')).toBe(false);
    expect(JSON.stringify(plain)).not.toContain('backend');
    // The tenant is not told in its own list.
    expect((await tenant.call('GET', `/webhook-deliveries/${id}`)).text).not.toContain('backend');
  });

  it('keep nothing of an answer that was success', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    receiver.answer(endpoint.path, (response) => {
      response.writeHead(200).end('thank you');
    });
    const id = await testOf(tenant, endpoint.id);
    await eventually(async () => {
      expect(required(await harness.admin('GET', `/webhook-deliveries/${id}`), 200)).toMatchObject({
        status: 'delivered',
        attempts: [{ responseStatus: 200, error: null, responseExcerpt: null }],
      });
    });
  });

  it('are sent once more by an admin, whom the ledger names', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    const id = await testOf(tenant, endpoint.id);
    const path = `/webhook-deliveries/${id}`;
    const isDelivered = async (attempts: number): Promise<void> => {
      await eventually(async () => {
        const delivery = required(await harness.admin('GET', path), 200);
        expect(delivery).toMatchObject({ status: 'delivered' });
        expect(delivery['attempts']).toHaveLength(attempts);
      });
    };
    await isDelivered(1);
    const headers = { 'idempotency-key': 'once-more' };
    const queued = await harness.admin('POST', `${path}/redeliver`, undefined, headers);
    expect(required(queued, 202)).toMatchObject({ id, tenantId: tenant.id, status: 'pending' });
    await isDelivered(2);
    expect((await harness.admin('POST', `${path}/redeliver`, undefined, headers)).text).toBe(queued.text);
    const [entry] = await harness.database.across.query<{ actor: string }>(
      {
        name: 'test_redelivered_by_admin',
        text: `SELECT actor FROM ledger_entries WHERE tenant_id = $1 AND kind = 'endpoint.redelivered'`,
      },
      [fromTypeId('tnt', tenant.id)],
    );
    expect(entry?.actor).toMatch(/^admin:/);
    required(await tenant.call('PATCH', `/webhook-endpoints/${endpoint.id}`, { disabled: true }), 200);
    expect((await harness.admin('POST', `${path}/redeliver`)).json['code']).toBe('conflict');
  });
});

describe('a replay', () => {
  it('tells how far it is, until nothing of it waits', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const early = await endpointOf(tenant);
    for (let count = 0; count < 3; count += 1) await begin(tenant);
    const own = `tenantId=${tenant.id}&limit=200`;
    const events = await eventually(async () => {
      const all = await listed(`${own}&endpointId=${early.id}&status=delivered`);
      expect(all.length).toBe((await listed(`${own}&endpointId=${early.id}`)).length);
      expect(all.length).toBeGreaterThanOrEqual(3);
      return all.length;
    });
    const late = await endpointOf(tenant);
    receiver.answer(late.path, (response) => {
      response.writeHead(503).end();
    });
    const replay = `/webhook-endpoints/${late.id}/replay`;
    const { queued, replayId } = required(await harness.admin('POST', replay, range()), 202);
    expect(queued).toBe(events);
    const progress = `/webhook-endpoints/${late.id}/replays/${String(replayId)}`;
    // A receiver that is away holds it up: nothing is counted that has not arrived.
    await eventually(async () => {
      expect(receiver.received.some(({ path }) => path === late.path)).toBe(true);
      expect(required(await harness.admin('GET', progress), 200)).toEqual({
        queued,
        delivered: 0,
        failed: 0,
        pending: queued,
      });
    });
    receiver.answer(late.path, (response) => {
      response.writeHead(204).end();
    });
    const again = required(await harness.admin('POST', replay, { ...range(), only: 'undelivered' }), 202);
    expect(again['queued']).toBe(queued);
    for (const id of [replayId, again['replayId']]) {
      await eventually(async () => {
        expect(
          required(await harness.admin('GET', `/webhook-endpoints/${late.id}/replays/${String(id)}`), 200),
        ).toEqual({ queued, delivered: queued, failed: 0, pending: 0 });
      });
    }
    // What happens afterwards, or is sent for another reason, is none of its work.
    await begin(tenant);
    await testOf(tenant, late.id);
    expect(required(await harness.admin('GET', progress), 200)['queued']).toBe(queued);
    const foreign = `/webhook-endpoints/${early.id}/replays/${String(replayId)}`;
    expect((await harness.admin('GET', foreign)).status).toBe(404);
  });
});

describe('webhooks across tenants', () => {
  it('are for the roles that look after them; only an admin sends anything', async () => {
    const tenant = await harness.tenant();
    const endpoint = await endpointOf(tenant);
    const id = await testOf(tenant, endpoint.id);
    const allowed: unknown[] = [];
    for (const role of ['support', 'auditor', 'approver']) {
      for (const [method, path, body] of [
        ['GET', '/webhook-endpoints'],
        ['GET', '/webhook-deliveries'],
        ['GET', `/webhook-deliveries/${id}`],
        ['GET', '/overview'],
        ['POST', `/webhook-deliveries/${id}/redeliver`],
        ['POST', `/webhook-endpoints/${endpoint.id}/replay`, range()],
      ] as const) {
        const { status } = await asRole(role, method, path, body);
        if (status !== 403) allowed.push(`${role} ${method} ${path.replace(/\/(?:dlv|whe)_\w+/, '/…')}`);
      }
    }
    expect(allowed).toEqual([
      'support GET /webhook-endpoints',
      'support GET /webhook-deliveries',
      'support GET /webhook-deliveries/…',
      'support GET /overview',
    ]);
  });
});
