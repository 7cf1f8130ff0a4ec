import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';

import { type GatewayHarness, startGateway } from '../support/gateway-harness.js';

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
