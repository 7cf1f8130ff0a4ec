import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { Canaries, type Sighting } from '../support/canary/canaries.js';
import { Eavesdropper } from '../support/canary/eavesdropper.js';
import { allowedInColumn, piecesOf } from '../support/canary/entitlements.js';
import {
  type Hook,
  invalidBodies,
  malformedConnections,
  signer,
  webhookAbout,
} from '../support/canary/hostile-input.js';
import { PlantedTenant } from '../support/canary/planted-world.js';
import { storedTexts } from '../support/canary/stored-text.js';
import { eventually } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { PROVIDER_NAMES, type ProviderName } from '../support/vendor-accounts.js';

/*
 * RELIABILITY.md D.7, "Secrets canary". Something that occurs nowhere else is put wherever a person or a secret can be put;
 * then everything happens that can happen, failures above all; then it is searched for in everything that is left behind.
 */

let harness: GatewayHarness;
let database: pg.Client;
const canaries = new Canaries();
const ear = new Eavesdropper();
const planted = new Map<ProviderName, PlantedTenant>();

beforeAll(async () => {
  ear.listen((url) => url.port === new URL(harness.origin).port);
  harness = await startGateway();
  database = new pg.Client({ connectionString: harness.databaseUrl });
  await database.connect();
  canaries.watch('admin key', harness.adminKey);
  for (const provider of PROVIDER_NAMES)
    planted.set(provider, await PlantedTenant.plant(harness, canaries, provider));
});
afterAll(async () => {
  await database.end();
  await harness.close();
  ear.stop();
});

function at(provider: ProviderName): PlantedTenant {
  const found = planted.get(provider);
  if (found === undefined) throw new Error(`nothing is planted at ${provider}`);
  return found;
}

describe('what happens', () => {
  it.each(PROVIDER_NAMES)('at %s: a person is verified, looked up, and shown', async (provider) => {
    const world = at(provider);
    const body = world.request('success');
    const headers = { 'idempotency-key': canaries.text(`idempotency key (${provider})`) };
    const created = required(await world.create(body, headers), 201);
    expect((await world.create(body, headers)).headers.get('idempotent-replayed')).toBe('true');
    expect((await world.create(world.request('another body'), headers)).status).toBe(422);
    const id = text(created, 'id');
    const [back] = world.watchReturnTokens(created);
    await world.account.finish(provider === 'sentinel' ? body.subject.email : body.subject.phone, 'approve');
    if (back !== undefined) expect((await harness.fetch(`/return/${back}`)).status).toBe(303);
    await eventually(async () => {
      expect((await world.tenant.call('POST', `/verifications/${id}/refresh`)).json['status']).toBe(
        'verified',
      );
    });
    const identity = required(await world.tenant.call('GET', `/verifications/${id}/identity`), 200);
    world.watchIdentity(identity, body.subject);
    for (const path of [
      `/verifications/${id}`,
      `/verifications/${id}/events`,
      '/verifications',
      `/verifications?reference=${String(body['reference'])}`,
      '/me',
    ]) {
      expect((await world.tenant.call('GET', path)).status).toBe(200);
    }
    const { email, phone } = body.subject;
    const found = required(await world.tenant.call('POST', '/verifications/search', { email, phone }), 200);
    expect(found['data']).toHaveLength(1);
    expect((await world.tenant.call('POST', `/verifications/${id}/link`)).status).toBeGreaterThanOrEqual(400);
  });

  it.each(PROVIDER_NAMES)('at %s: a person fails, another is called off', async (provider) => {
    const world = at(provider);
    const body = world.request('failure');
    const id = text(required(await world.create(body), 201), 'id');
    await world.account.finish(provider === 'sentinel' ? body.subject.email : body.subject.phone, 'reject');
    required(await world.tenant.call('POST', `/verifications/${id}/refresh`), 200);
    const canceled = required(await world.create(world.request('canceled')), 201);
    world.watchReturnTokens(canceled);
    required(await world.tenant.call('POST', `/verifications/${text(canceled, 'id')}/cancel`), 200);
  });

  it.each(PROVIDER_NAMES)('at %s: the vendor fails and repeats all it was told', async (provider) => {
    const world = at(provider);
    const begun = world.request('begun before the failures');
    const id = text(required(await world.create(begun), 201), 'id');
    for (const [status, form] of [
      [500, 'json'],
      [503, 'html'],
      [400, 'json'],
      [401, 'json'],
      [403, 'html'],
      [404, 'json'],
      [409, 'json'],
      [422, 'json'],
      [429, 'json'],
    ] as const) {
      const body = world.request(`vendor ${status}`);
      await world.fail(status, form, body.subject);
      const failed = await world.create(body, { 'idempotency-key': `failed-${status}` });
      expect({ status, isFailed: failed.status >= 400 && failed.json['code'] !== 'internal_error' }).toEqual({
        status,
        isFailed: true,
      });
      expect((await world.create(body, { 'idempotency-key': `failed-${status}` })).text).toBe(failed.text);
      await world.tenant.call('POST', `/verifications/${id}/refresh`);
    }
    for (const kind of ['html', 'truncate', 'reset'] as const) {
      await world.recover();
      await world.account.control('POST', '/faults', { on: 'request', kind, times: 20 });
      expect((await world.create(world.request(kind))).status).toBeGreaterThanOrEqual(500);
      await world.tenant.call('POST', `/verifications/${id}/refresh`);
    }
    await world.recover();
  });

  it.each(PROVIDER_NAMES)('at %s: the credentials are wrong, or not even credentials', async (provider) => {
    const world = at(provider);
    const path = `/tenants/${world.tenant.id}/connections/${provider}?environment=test`;
    const { credentials, settings } = world.account.connection;
    const secrets = Object.keys(credentials).filter((name) => name !== 'clientUuid');
    const wrong = Object.fromEntries(
      secrets.map((name) => [name, canaries.text(`wrong credential ${provider}.${name}`)]),
    );
    // At once: credentials that were right until now would still do otherwise.
    const bad = { credentials: { ...credentials, ...wrong }, settings, overlapSeconds: 0 };
    required(await harness.admin('PUT', path, bad), 200);
    const failed = await world.create(world.request('wrong credentials'));
    expect(failed.json).toMatchObject({ code: 'provider_auth_failed', provider });
    expect(required(await harness.admin('POST', path.replace('?', '/check?')), 200)['ok']).toBe(false);
    for (const broken of malformedConnections(canaries, provider, credentials)) {
      expect((await harness.admin('PUT', path, broken)).status).toBe(422);
    }
    required(await harness.admin('PUT', path, { credentials, settings, overlapSeconds: 0 }), 200);
  });

  it.each(['sentinel', 'dentity'] as const)(
    'at %s: webhooks are malformed, forged, and about strangers',
    async (provider) => {
      const world = at(provider);
      const stranger = world.request('webhook');
      const text = JSON.stringify(
        webhookAbout(stranger.subject, canaries.text(`webhook body (${provider})`)),
      );
      const signed = signer(provider, world.account.connection.credentials);
      const forged = signer(
        provider,
        Object.fromEntries(
          ['callbackPassphrase', 'secretKey'].map((name) => [name, canaries.text(`forged ${name}`)]),
        ),
      );
      const send = async (path: string, hook: Hook, status: number): Promise<void> => {
        expect(
          (
            await harness.fetch(path, {
              ...hook,
              headers: { 'content-type': 'application/json', ...hook.headers },
            })
          ).status,
        ).toBe(status);
      };
      const hook = world.hook ?? '';
      await send(hook, forged(text), 401);
      await send(hook, { ...signed(text), headers: {}, body: text }, 401);
      await send(hook, signed(text.slice(0, -5)), 400);
      await send(hook, signed(text.replace('"_id"', '"id"').replace('"uuid"', '"id"')), 400);
      await send(hook, signed(text), 200);
      await send(`${hook.slice(0, -32)}${canaries.text('guessed token')}0123456789ab`, signed(text), 404);
    },
  );

  it('callers send what cannot be read, and what is not valid', async () => {
    const { tenant } = at('sentinel');
    const headers = { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' };
    const post = (body: string, more: Record<string, string> = {}): Promise<Answer> =>
      harness.fetch('/v1/verifications', { method: 'POST', headers: { ...headers, ...more }, body });
    const whole = JSON.stringify(at('sentinel').request('malformed JSON'));
    expect((await post(whole.slice(0, -2))).status).toBe(400);
    expect((await post(`${whole}${canaries.text('after the JSON')}`)).status).toBe(400);
    expect((await post(canaries.text('not JSON'))).status).toBe(400);
    expect((await post(whole, { 'content-type': canaries.text('media type') })).status).toBe(415);
    expect((await post(JSON.stringify({ filler: canaries.text('too large').repeat(20_000) }))).status).toBe(
      413,
    );
    for (const body of invalidBodies(canaries)) expect((await post(JSON.stringify(body))).status).toBe(422);
    expect(
      (await post(whole, { 'idempotency-key': `"${canaries.text('broken idempotency key')}` })).status,
    ).toBe(422);
    await post(whole, { 'x-request-id': `${canaries.text('request id')}@mail.test`, authorization: 'none' });
    for (const path of [
      `/${canaries.text('verification id')}`,
      `?status=${canaries.text('query status')}`,
      `?cursor=${canaries.text('cursor')}`,
      `?email=${canaries.text('query of an unknown name')}`,
      `?reference=${canaries.text('reference asked for')}`,
    ]) {
      await tenant.call('GET', `/verifications${path}`);
    }
    await tenant.call('POST', '/verifications/search', {
      email: canaries.email('subject.email searched for'),
    });
    await harness.fetch(`/${canaries.text('unknown path')}?a=${canaries.text('unknown query')}`);
    await harness.fetch(`/return/${canaries.text('guessed return token')}`);
    await harness.fetch(`/problems/${canaries.text('unknown problem')}`, {
      headers: { accept: 'text/html' },
    });
    for (const credential of [
      `gk_test_${canaries.text('invented key')}`,
      `gk_admin_${canaries.text('invented admin key')}${'a'.repeat(26)}`,
    ]) {
      expect(
        (await harness.fetch('/v1/me', { headers: { authorization: `Bearer ${credential}` } })).status,
      ).toBe(401);
    }
  });

  it('operators name, rotate and revoke', async () => {
    const world = at('dentity');
    const created = required(
      await harness.admin('POST', '/tenants', { name: canaries.text('tenant name') }),
      201,
    );
    required(await harness.admin('GET', `/tenants/${text(created, 'id')}`), 200);
    required(await harness.admin('GET', '/tenants'), 200);
    const { id, key } = await world.anotherKey(canaries.text('key name'));
    const keys = `/tenants/${world.tenant.id}/api-keys`;
    const rotated = text(required(await harness.admin('POST', `${keys}/${id}/rotate`, {}), 201), 'key');
    canaries.watch('api key, rotated', rotated.slice(-38));
    required(await harness.admin('GET', keys), 200);
    expect((await harness.admin('DELETE', `${keys}/${id}`)).status).toBe(204);
    expect((await harness.fetch('/v1/me', { headers: { authorization: `Bearer ${key}` } })).status).toBe(401);
    const operators = { name: canaries.text('key name'), role: 'approver' };
    const operator = required(await harness.admin('POST', '/admin-keys', operators), 201);
    canaries.watch('admin key, another', text(operator, 'key'));
    required(await harness.admin('GET', '/admin-keys'), 200);
    expect((await harness.admin('DELETE', `/admin-keys/${text(operator, 'id')}`)).status).toBe(204);
    const note = canaries.text('routing note');
    const routing = `/tenants/${world.tenant.id}/routing?environment=test`;
    required(await harness.admin('PUT', routing, { provider: 'dentity', note }), 200);
    required(await harness.admin('GET', routing), 200);
    const { settings } = world.account.connection;
    const path = `/tenants/${world.tenant.id}/connections/dentity?environment=test`;
    const imageHosts = [`${canaries.text('setting imageHosts')}.test`];
    required(await harness.admin('PUT', path, { settings: { ...settings, imageHosts } }), 200);
    required(await harness.admin('GET', path), 200);
  });

  it('a receiver of webhooks is set up, cannot be reached, and gets another secret', async () => {
    const { tenant } = at('sentinel');
    const url = `http://127.0.0.1:9/${canaries.text('webhook url')}?key=${canaries.text('webhook url')}`;
    const description = canaries.text('webhook description');
    const made = required(await tenant.call('POST', '/webhook-endpoints', { url, description }), 201);
    canaries.watch('webhook secret', text(made, 'secret').slice('whsec_'.length));
    const path = `/webhook-endpoints/${text(made, 'id')}`;
    required(await tenant.call('POST', `${path}/test`), 202);
    await eventually(async () => {
      const { data } = required(await tenant.call('GET', '/webhook-deliveries'), 200);
      expect(data).toEqual([expect.objectContaining({ attempts: [expect.objectContaining({})] })]);
    });
    const rotated = required(await tenant.call('POST', `${path}/rotate-secret`), 201);
    canaries.watch('webhook secret', text(rotated, 'secret').slice('whsec_'.length));
    required(await tenant.call('GET', path), 200);
    required(await tenant.call('GET', '/webhook-endpoints'), 200);
    required(await harness.admin('GET', '/webhook-deliveries'), 200);
    const refused = { url: `ftp://${canaries.text('refused webhook url')}.test/`, disabled: true };
    expect((await tenant.call('POST', '/webhook-endpoints', refused)).status).toBe(422);
    required(await tenant.call('PATCH', path, { disabled: true }), 200);
  });

  it('the database refuses a row, and shows it in its message', async () => {
    const name = canaries.text('tenant name in a refused row');
    await database.query(
      `ALTER TABLE tenants ADD CONSTRAINT planted CHECK (name NOT LIKE 'cnry%') NOT VALID`,
    );
    await database.query(
      `ALTER TABLE verifications ADD CONSTRAINT planted CHECK (reuse <> 'allow') NOT VALID`,
    );
    const constraint = await harness.admin('POST', '/tenants', { name });
    expect(constraint.json).toMatchObject({ status: 500, code: 'internal_error' });
    const refused = await at('sardine').create({ ...at('sardine').request('refused row'), reuse: 'allow' });
    expect(refused.json).toMatchObject({ status: 500, code: 'internal_error' });
    await database.query('ALTER TABLE tenants DROP CONSTRAINT planted');
    await database.query('ALTER TABLE verifications DROP CONSTRAINT planted');
  });
});

describe('the search', () => {
  it('finds what is there, in any disguise', () => {
    const own = new Canaries();
    const secret = own.text('on purpose');
    const disguises = [
      `{"level":"info","message":"${secret}"}`,
      secret.toUpperCase(),
      Buffer.from(`user:${secret}:x`).toString('base64'),
      Buffer.from(`a${secret}`).toString('base64url'),
      Buffer.from(secret).toString('hex').toUpperCase(),
      [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
      Array.from(secret, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`).join(''),
      `detail: \\x${Buffer.from(secret).toString('hex')}`,
    ];
    for (const disguise of disguises) {
      expect(own.search('a line', disguise).map(({ label }) => label)).toContain('on purpose');
    }
    expect(own.search('a line', 'nothing of the kind')).toEqual([]);
    expect(own.search('a line', secret, [{ label: 'on purpose', reason: 'said so' }])).toEqual([]);
  });

  it('finds what the database keeps, in a column of text and in one of bytes', async () => {
    const own = new Canaries();
    const inText = own.text('in a text');
    const inBytes = own.text('in bytes');
    await database.query('CREATE TABLE planted (words text, bytes bytea)');
    await database.query('INSERT INTO planted VALUES ($1, $2)', [
      inText,
      Buffer.from(Buffer.from(inBytes).toString('base64')),
    ]);
    const found = (await storedTexts(harness.databaseUrl)).flatMap(({ column, text }) =>
      own.search(column, text),
    );
    await database.query('DROP TABLE planted');
    expect([...new Set(found.map(({ where, label }) => `${where}: ${label}`))].sort()).toEqual([
      'planted.bytes: in bytes',
      'planted.words: in a text',
    ]);
  });

  it('finds what is printed and what is answered', async () => {
    process.stderr.write('');
    expect(ear.printed.length).toBeGreaterThan(0);
    await harness.fetch('/health/live');
    expect(ear.answers.at(-1)).toMatchObject({ route: 'GET /health/live', status: 200 });
  });
});

describe('what is left behind has nobody’s data and no secret in it', () => {
  it('the log', () => {
    const lines = harness.logLines();
    expect(lines.length).toBeGreaterThan(100);
    expect(
      report(lines.flatMap((line, index) => canaries.search(`log line ${index}, ${messageOf(line)}`, line))),
    ).toEqual([]);
  });

  it('what the process prints', () => {
    expect(report(canaries.search('standard output or error', ear.printed.join('')))).toEqual([]);
  });

  it('the answers, but for who is entitled', () => {
    expect(ear.answers.length).toBeGreaterThan(150);
    expect(
      report(
        ear.answers
          .flatMap(piecesOf)
          .flatMap(({ text, where, allowed }) => canaries.search(where, text, allowed)),
      ),
    ).toEqual([]);
  });

  it('the database', async () => {
    const texts = await storedTexts(harness.databaseUrl);
    expect(new Set(texts.map(({ column }) => column.split('.')[0])).size).toBeGreaterThanOrEqual(10);
    expect(
      report(texts.flatMap(({ column, text }) => canaries.search(column, text, allowedInColumn(column)))),
    ).toEqual([]);
  });

  it('and there was enough to look for', () => {
    expect(canaries.labels.length).toBeGreaterThan(300);
    // What the vendors' own answers hold was found in them, and so is searched for.
    for (const provider of PROVIDER_NAMES) {
      expect(canaries.labels.some((label) => label.startsWith('identity ') && label.endsWith(provider))).toBe(
        true,
      );
    }
  });
});

/** Labels and places, each once; never what was found. */
function report(sightings: readonly Sighting[]): readonly string[] {
  return [...new Set(sightings.map(({ label, form, where }) => `${label} stands ${form} in ${where}`))];
}

function messageOf(line: string): string {
  const { message } = JSON.parse(line) as { message?: string };
  return `“${message ?? ''}”`;
}
