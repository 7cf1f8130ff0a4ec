import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';

import { eventually } from '../support/eventually.js';
import { type GatewayHarness, required, startGateway, text } from '../support/gateway-harness.js';
import { somebody } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

it('tells that it lives and that it may be sent traffic', async () => {
  await request(harness.origin).get('/health/live').expect(200);
  await request(harness.origin)
    .get('/health/ready')
    .expect(200, { status: 'ok', checks: { database: true, migrations: true, queue: true } });
});

it('leads a person who opens the root to the reference', async () => {
  await request(harness.origin).get('/').expect(302).expect('location', '/docs');
  await request(harness.origin)
    .get('/docs')
    .expect(200)
    .expect('content-type', /^text\/html/);
});

it('has a page behind the type of each problem', async () => {
  const refused = await request(harness.origin).get('/v1/me').expect(401);
  const { type, code } = refused.body as { type: string; code: string };
  expect(code).toBe('unauthenticated');
  await request(harness.origin)
    .get(new URL(type).pathname)
    .set('accept', 'text/html')
    .expect(200)
    .expect('content-type', /^text\/html/)
    .expect(/unauthenticated/);
});

it('shows how far behind reads are, by provider and connection, until they have caught up', async () => {
  const readLag = async (): Promise<unknown> => {
    const { data } = required(await harness.admin('GET', '/providers'), 200);
    return (data as { name: string; readLag: unknown }[]).find(({ name }) => name === 'sardine')?.readLag;
  };
  expect(await readLag()).toEqual({ due: 0, oldestSeconds: null, connections: [] });

  const tenant = await harness.tenant();
  await tenant.connect('sardine');
  await tenant.route('sardine');
  const id = text(required(await tenant.call('POST', '/verifications', { subject: somebody() }), 201), 'id');
  const { pool } = harness.database;
  // The vendor has had too much, so nobody reads it for now.
  await pool.query(
    `INSERT INTO connection_quotas AS q (tenant_id, connection_id, level, granted, rests_until, updated_at)
     SELECT tenant_id, id, 0, 0, now() + interval '1 hour', now() FROM connections
     ON CONFLICT (tenant_id, connection_id) DO UPDATE SET rests_until = EXCLUDED.rests_until`,
  );
  await pool.query("UPDATE verifications SET due_at = now() - interval '2 minutes'");
  await eventually(async () => {
    expect(await readLag()).toMatchObject({
      due: 1,
      connections: [{ tenantId: tenant.id, connectionId: expect.stringMatching(/^con_/), due: 1 }],
    });
  });
  const { oldestSeconds } = (await readLag()) as { oldestSeconds: number };
  expect(oldestSeconds).toBeGreaterThanOrEqual(120);

  // Whoever asks is not kept waiting, and what was asked is no longer due.
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  await eventually(async () => {
    expect(await readLag()).toEqual({ due: 0, oldestSeconds: null, connections: [] });
  });
});
