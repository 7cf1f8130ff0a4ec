import { createHash } from 'node:crypto';

import { PROBLEMS } from '@gatehouse/contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';

import { eventually } from '../support/eventually.js';
import { type GatewayHarness, required, startGateway, text } from '../support/gateway-harness.js';
import { type ApiDescription, operationsOf } from '../support/openapi/api-description.js';
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

describe('the pages of problems', () => {
  it('are behind the type of every problem, for a person on a phone', async () => {
    const refused = await request(harness.origin).get('/v1/me').expect(401);
    const { type, code } = refused.body as { type: string; code: string };
    expect(code).toBe('unauthenticated');
    for (const [each, { title, status }] of Object.entries(PROBLEMS)) {
      const page = await request(harness.origin)
        .get(new URL(type.replace(/unauthenticated$/, each)).pathname)
        .set('accept', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8')
        .expect(200)
        .expect('content-type', /^text\/html/)
        .expect('content-security-policy', /default-src 'none'/);
      expect(page.text).toContain(`<h1>${title}</h1>`);
      expect(page.text).toContain(`<code>${each}</code>, HTTP status ${status}`);
      expect(page.text).toContain('What it means');
      expect(page.text).toContain('What helps');
      expect(page.text).toContain('name="viewport" content="width=device-width');
      expect(page.text).not.toContain('<script');
    }
  });

  it('are listed, for people and for programs', async () => {
    const page = await request(harness.origin).get('/problems').set('accept', 'text/html').expect(200);
    const list = await request(harness.origin).get('/problems').expect(200);
    const { data } = list.body as { data: { code: string }[] };
    expect(data.map(({ code }) => code)).toEqual(Object.keys(PROBLEMS));
    for (const { code } of data) expect(page.text).toContain(`<a href="/problems/${code}">`);
  });

  it('answer a program with what a person reads', async () => {
    const answer = await request(harness.origin).get('/problems/rate_limited').expect(200);
    expect(answer.body).toMatchObject({ code: 'rate_limited', status: 429, owner: 'caller' });
    await request(harness.origin).get('/problems/nonsense').set('accept', 'text/html').expect(404);
  });
});

describe('the reference', () => {
  it('shows every operation, parameter, example, problem, webhook and schema, without a script', async () => {
    const page = await request(harness.origin)
      .get('/docs')
      .expect(200)
      .expect('content-security-policy', /^default-src 'none'; style-src 'sha256-[^']+'; /);
    const answer = await request(harness.origin).get('/openapi.json').expect(200);
    const document = answer.body as ApiDescription & {
      readonly tags: readonly { readonly name: string }[];
    };
    const operations = [
      ...operationsOf(document),
      ...operationsOf({ ...document, paths: document.webhooks }),
    ];
    expect(operations.length).toBeGreaterThan(60);
    const wanted = [
      ...document.tags.map(({ name }) => `<h2>${name}</h2>`),
      ...operations.flatMap(({ id, path, parameters }) => [
        `<div id="${id}">`,
        `<code>${path}</code>`,
        ...parameters.map(({ name }) => `<dt><code>${name}</code>`),
      ]),
      ...Object.keys(PROBLEMS).map((code) => `<a href="/problems/${code}">`),
      ...Object.keys(document.components.schemas).map((name) => `<section id="schema-${name}">`),
    ];
    expect(wanted.filter((part) => !page.text.includes(part))).toEqual([]);
    const links = [...page.text.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id);
    expect(links.filter((id) => !page.text.includes(`id="${id}"`))).toEqual([]);
    expect(page.text).toContain('name="viewport" content="width=device-width');
    expect(page.text).not.toMatch(/<script|javascript:|style="|src=/);
  });

  it('says which style it means, so that a browser applies that one only', async () => {
    const page = await request(harness.origin).get('/docs').expect(200);
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page.text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page.headers['content-security-policy']).toContain(`'sha256-${hash}'`);
  });

  it('can be tried from this origin alone', async () => {
    const page = await request(harness.origin).get('/docs/try').expect(200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    expect(sources.length).toBeGreaterThan(3);
    for (const url of sources) await request(harness.origin).get(url).expect(200);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
  });
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
  const { pool } = harness;
  // The vendor has had too much, so nobody reads it for now.
  await pool.query(
    `INSERT INTO connection_quotas AS q (tenant_id, connection_id, level, granted, rests_until, updated_at)
     SELECT tenant_id, id, 0, 0, now() + interval '1 hour', now() FROM connections
     ON CONFLICT (tenant_id, connection_id) DO UPDATE SET rests_until = EXCLUDED.rests_until`,
  );
  await pool.query("UPDATE verifications SET due_at = now() - interval '2 minutes'");
  await eventually(async () => {
    // While a worker has it in hand, to find that it must wait, it is not due.
    const lag = await readLag();
    expect(lag).toMatchObject({
      due: 1,
      connections: [{ tenantId: tenant.id, connectionId: expect.stringMatching(/^con_/), due: 1 }],
    });
    expect((lag as { oldestSeconds: number }).oldestSeconds).toBeGreaterThanOrEqual(120);
  });

  // Whoever asks is not kept waiting, and what was asked is no longer due.
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  await eventually(async () => {
    expect(await readLag()).toEqual({ due: 0, oldestSeconds: null, connections: [] });
  });
});
