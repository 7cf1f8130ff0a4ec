import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { Canaries, type Sighting } from '../support/canary/canaries.js';
import { Eavesdropper } from '../support/canary/eavesdropper.js';
import {
  ALLOWED_IN_COLUMNS,
  allowedInColumn,
  OTHERS_WORDS,
  piecesOf,
} from '../support/canary/entitlements.js';
import {
  type Hook,
  invalidBodies,
  malformedConnections,
  signer,
  webhookAbout,
} from '../support/canary/hostile-input.js';
import { PlantedTenant } from '../support/canary/planted-world.js';
import {
  serverLog,
  temporaryFilesSince,
  temporaryNames,
  writeAheadLog,
} from '../support/canary/left-files.js';
import { storedTexts } from '../support/canary/stored-text.js';
import { eventually, present } from '../support/eventually.js';
import {
  type Answer,
  type GatewayHarness,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { type ApiDescription, operationsOf } from '../support/openapi/api-description.js';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.js';
import { PROVIDER_NAMES, type ProviderName } from '../support/vendor-accounts.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

/*
 * RELIABILITY.md D.7, "Secrets canary". Something that occurs nowhere else is put wherever a person or a secret can be put;
 * then everything happens that can happen, failures above all; then it is searched for in everything that is left behind.
 */

let harness: GatewayHarness;
let server: OwnPostgres;
let database: pg.Client;
const canaries = new Canaries();
const ear = new Eavesdropper();
const planted = new Map<ProviderName, PlantedTenant>();
let receiver: WebhookReceiver;
let temporaryBefore: ReadonlySet<string>;
/** In the write-ahead log only, from before everything else that is planted. */
let writtenFirst: string;
const began = new Date();

beforeAll(async () => {
  temporaryBefore = await temporaryNames();
  ear.listen((url) => url.port === new URL(harness.origin).port);
  const masterKey = randomBytes(32);
  canaries.watchBytes('master key', masterKey);
  server = await startOwnPostgres();
  harness = await startGateway({}, { masterKey, database: server });
  canaries.watch('database password', new URL(harness.databaseUrl).password);
  database = new pg.Client({ connectionString: harness.databaseUrl });
  await database.connect();
  writtenFirst = await writeAndRemove('written first');
  canaries.watch('admin key', harness.adminKey);
  for (const provider of PROVIDER_NAMES)
    planted.set(provider, await PlantedTenant.plant(harness, canaries, provider));
  receiver = await startWebhookReceiver();
  for (const provider of PROVIDER_NAMES) await listenFor(at(provider));
});
afterAll(async () => {
  await receiver.close();
  await database.end();
  await harness.close();
  ear.stop();
});

/** A word of a row whose table is gone. It is in the write-ahead log on the disk, and so is whatever was written before it. */
async function writeAndRemove(label: string): Promise<string> {
  const word = new Canaries().text(label);
  await database.query('SET synchronous_commit = on; CREATE TABLE gone (words text)');
  await database.query('INSERT INTO gone VALUES ($1)', [word]);
  await database.query('DROP TABLE gone');
  return word;
}

function at(provider: ProviderName): PlantedTenant {
  const found = planted.get(provider);
  if (found === undefined) throw new Error(`nothing is planted at ${provider}`);
  return found;
}

/** Tells the tenant's backend of everything; it fails, and says in its answer all that it knows. */
async function listenFor({ tenant, provider }: PlantedTenant): Promise<void> {
  const path = `/${canaries.text('webhook url')}?key=${canaries.text('query of a webhook url')}`;
  const description = canaries.text('webhook description');
  const made = required(
    await tenant.call('POST', '/webhook-endpoints', { url: receiver.origin + path, description }),
    201,
  );
  canaries.watch('webhook secret', text(made, 'secret').slice('whsec_'.length));
  const secret = canaries.text(`receiver’s answer (${provider})`);
  receiver.answer(path, (response, { headers, body }) => {
    const words = { 'content-type': 'application/json', 'x-told': secret, location: `/${secret}` };
    response.writeHead(provider === 'sardine' ? 500 : provider === 'dentity' ? 302 : 200, words);
    response.end(JSON.stringify({ secret, headers, body }));
  });
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
    required(await world.tenant.call('GET', `/verifications/${id}/identity/receipt`), 200);
    const report = await world.tenant.call('GET', `/verifications/${id}/report`);
    expect(report.status).toBe(provider === 'dentity' ? 200 : 409);
    for (const path of [
      `/verifications/${id}`,
      `/verifications/${id}/events`,
      `/verifications/${id}/explain`,
      `/verifications/${id}/receipt`,
      '/events',
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

  it('the vendors never answer, or do what they were asked and do not say so', async () => {
    await Promise.all(
      PROVIDER_NAMES.map(async (provider) => {
        // Of its own: what fails so is not asked again for a while.
        const world = await PlantedTenant.plant(harness, canaries, provider);
        for (const kind of ['lost-answer', 'hang'] as const) {
          await world.recover();
          await world.account.control('POST', '/faults', { on: 'request', kind, times: 20 });
          const failed = await world.create(world.request(kind));
          expect({ provider, kind, code: failed.json['code'] }).toEqual({
            provider,
            kind,
            code: kind === 'hang' ? 'provider_timeout' : 'provider_unavailable',
          });
        }
        await world.recover();
      }),
    );
  });

  it.each(PROVIDER_NAMES)('at %s: the vendor fails and repeats all it was told', async (provider) => {
    // Each with a tenant of its own: a connection that keeps failing is not asked for a while, and could repeat nothing.
    const begun = async (): Promise<{
      readonly world: PlantedTenant;
      readonly refresh: () => Promise<Answer>;
    }> => {
      const world = await PlantedTenant.plant(harness, canaries, provider);
      const id = text(required(await world.create(world.request('begun before the failure')), 201), 'id');
      return { world, refresh: () => world.tenant.call('POST', `/verifications/${id}/refresh`) };
    };
    const answered = [
      [500, 'json'],
      [503, 'html'],
      [400, 'json'],
      [401, 'json'],
      [403, 'html'],
      [404, 'json'],
      [409, 'json'],
      [422, 'json'],
      [429, 'json'],
    ] as const;
    const broken = ['html', 'truncate', 'reset'] as const;
    for (const [status, form] of answered) {
      const { world, refresh } = await begun();
      const body = world.request(`vendor ${status}`);
      await world.fail(status, form, body);
      const failed = await world.create(body, { 'idempotency-key': `failed-${status}` });
      const isFailed = failed.status >= 400 && failed.json['code'] !== 'internal_error';
      expect({ status, isFailed }).toEqual({ status, isFailed: true });
      expect((await world.create(body, { 'idempotency-key': `failed-${status}` })).text).toBe(failed.text);
      await refresh();
      await world.recover();
    }
    for (const kind of broken) {
      const { world, refresh } = await begun();
      await world.account.control('POST', '/faults', { on: 'request', kind, times: 20 });
      expect((await world.create(world.request(kind))).status).toBeGreaterThanOrEqual(500);
      await refresh();
      await world.recover();
    }
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

  it('callers put words into headers and queries that nobody asked them for', async () => {
    const { tenant } = at('sentinel');
    const words = [
      'user-agent',
      'accept-language',
      'cookie',
      'forwarded',
      'from',
      'origin',
      'referer',
      'tracestate',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-api-key',
      'x-of-their-own',
    ];
    const headers = Object.fromEntries(words.map((name) => [name, canaries.text(`header ${name}`)]));
    const query = `?token=${canaries.text('query of a POST')}&email=${canaries.email('query of a POST')}`;
    const body = { ...at('sentinel').request('strange headers'), checks: ['document'] };
    required(await tenant.call('POST', '/verifications', body, headers), 201);
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['POST', `/v1/verifications${query}`],
      ['GET', `/admin/v1/tenants${query}`],
      ['GET', `/${canaries.text('unknown path')}`],
      ['GET', '/metrics'],
      ['POST', '/health/live'],
      [canaries.text('method').toUpperCase(), '/v1/me'],
    ] as const) {
      const answer = await harness.fetch(path, { method, headers }).catch(() => null);
      expect(answer === null || answer.status < 500).toBe(true);
    }
    for (const scheme of ['Basic', 'Bearer', 'Digest', '']) {
      const name = canaries.text('authorization');
      const authorization = `${scheme} ${scheme === 'Basic' ? Buffer.from(`${name}:${name}`).toString('base64') : name}`;
      expect((await harness.fetch('/v1/me', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('a reviewer decides, a contact is corrected, people are looked up and imported', async () => {
    const world = at('sentinel');
    const { tenant, account } = world;
    const begin = async (what: string): Promise<{ id: string; email: string }> => {
      const body = world.request(what);
      const created = required(await world.create(body), 201);
      world.watchReturnTokens(created);
      return { id: text(created, 'id'), email: body.subject.email };
    };
    const reviewed = await begin('to be decided');
    await account.finish(reviewed.email, 'review');
    required(await tenant.call('POST', `/verifications/${reviewed.id}/refresh`), 200);
    const decision = { decision: 'reject', reason: canaries.text('reason of a decision') };
    required(await tenant.call('POST', `/verifications/${reviewed.id}/decision`, decision), 200);
    for (const wrong of [
      { ...decision, decision: canaries.text('unknown decision') },
      { ...decision, more: 1 },
    ])
      expect((await tenant.call('POST', `/verifications/${reviewed.id}/decision`, wrong)).status).toBe(422);

    const corrected = await begin('to be corrected');
    await account.finish(corrected.email, 'approve');
    required(await tenant.call('POST', `/verifications/${corrected.id}/refresh`), 200);
    const email = canaries.email('subject.email, corrected');
    await tenant.call('PATCH', `/verifications/${corrected.id}/contact`, { email });
    const listed = required(await tenant.call('GET', `/verifications/${corrected.id}/images`), 200);
    for (const image of (listed['data'] as { id: string }[]).slice(0, 1)) {
      await tenant.call('GET', `/verifications/${corrected.id}/images/${image.id}`);
    }
    await tenant.call('GET', `/verifications/${corrected.id}/report`);
    required(await tenant.call('POST', '/verifications/status', { ids: [corrected.id] }), 200);
    const unopened = await begin('to be given another link');
    const renewed = await tenant.call('POST', `/verifications/${unopened.id}/link`);
    expect(renewed.status).toBe(200);
    world.watchReturnTokens(renewed.json);
    const connection = `/tenants/${tenant.id}/connections/sentinel`;
    const registered = await harness.admin('POST', `${connection}/register-webhook?environment=test`);
    expect(registered.status).toBe(200);
    const { id: failed } = await begin('to be tried again');
    required(await tenant.call('POST', `/verifications/${failed}/cancel`), 200);
    world.watchReturnTokens(required(await tenant.call('POST', `/verifications/${failed}/retry`), 201));
    for (const path of [`/verifications/${corrected.id}/explain`, `/verifications/${reviewed.id}/explain`]) {
      required(await tenant.call('GET', path), 200);
    }

    for (const sought of [reviewed.email, canaries.email('subject.email of a stranger')]) {
      await tenant.call('POST', '/lookups', { email: sought });
    }
    await tenant.call('POST', '/lookups', { phone: canaries.phone('subject.phone of a stranger') });
    await tenant.call('GET', '/provider-customers');
    const begun = required(await tenant.call('POST', '/imports', {}), 202);
    await eventually(async () => {
      const { status } = required(await tenant.call('GET', `/imports/${text(begun, 'id')}`), 200);
      expect(status).toBe('done');
    });
  });

  it('auditors search, verify and take away the ledger', async () => {
    for (const word of ['kind', 'about', 'actor']) {
      await harness.admin('GET', `/audit-log?${word}=${canaries.text(`audit search by ${word}`)}`);
    }
    const checkpoints = [canaries.text('checkpoint that is none')];
    for (const { tenant } of planted.values()) {
      required(await harness.admin('GET', `/audit-log?tenantId=${tenant.id}&limit=100`), 200);
      required(await harness.admin('GET', `/audit-log/checkpoints?tenantId=${tenant.id}`), 200);
      required(await harness.admin('POST', '/audit-log/verify', { tenantId: tenant.id }), 200);
      await harness.admin('POST', '/audit-log/verify', { tenantId: tenant.id, checkpoints });
      expect((await harness.admin('GET', `/audit-log/export?tenantId=${tenant.id}`)).status).toBe(200);
    }
    required(await harness.admin('GET', '/audit-log?limit=100'), 200);
    expect((await harness.admin('GET', '/audit-log/export')).status).toBe(200);
  });

  it('operators look up, look at, decide and refresh the verifications of all tenants', async () => {
    const world = at('sentinel');
    const { tenant, account } = world;
    const body = world.request('to be looked at');
    const created = required(await world.create(body), 201);
    world.watchReturnTokens(created);
    const own = `/verifications/${text(created, 'id')}`;
    await account.finish(body.subject.email, 'review');
    required(await harness.admin('POST', `${own}/refresh`), 200);
    const reason = canaries.text('reason of a decision');
    required(await harness.admin('POST', `${own}/decision`, { decision: 'approve', reason }), 200);
    for (const query of ['', `?tenantId=${tenant.id}`, '?status=needs_review'])
      required(await harness.admin('GET', `/verifications${query}`), 200);
    await harness.admin('GET', `/verifications?reference=${canaries.text('reference asked for')}`);
    for (const email of [body.subject.email, canaries.email('subject.email searched for')])
      required(await harness.admin('POST', '/verifications/search', { tenantId: tenant.id, email }), 200);
    const why = { purpose: 'other', ticket: 'OPS-1204' };
    required(await harness.admin('POST', `${own}/identity`, why), 200);
    const { data } = required(await harness.admin('POST', `${own}/images`, why), 200) as {
      data: { id: string }[];
    };
    const image = present(data[0], 'image');
    expect((await harness.admin('POST', `${own}/images/${image.id}`, why)).status).toBe(200);
    for (const path of ['', '/events?limit=200', '/explain', '/receipt', '/evidence-pack'])
      required(await harness.admin('GET', `${own}${path}`), 200);
    const wrong = {
      purpose: canaries.text('unknown purpose'),
      ticket: canaries.email('ticket that is none'),
    };
    expect((await harness.admin('POST', `${own}/identity`, wrong)).status).toBe(422);
  });

  it('people are held back and erased, duties closed, keys replaced', async () => {
    const world = await PlantedTenant.plant(harness, canaries, 'dentity');
    const { tenant } = world;
    const another = text(required(await world.create(world.request('to be erased')), 201), 'id');
    const own = `/tenants/${tenant.id}`;
    const email = canaries.email('erased by e-mail');
    const created = await tenant.call('POST', '/verifications', {
      subject: { email, phone: '+14155550177' },
    });
    const verificationId = text(required(created, 201), 'id');
    const hold = { verificationId, reason: canaries.text('reason of a legal hold') };
    const held = required(await harness.admin('POST', `${own}/holds`, hold), 201);
    required(await harness.admin('GET', `${own}/holds`), 200);
    expect((await harness.admin('DELETE', `${own}/holds/${text(held, 'id')}`)).status).toBe(204);
    expect((await harness.admin('POST', `${own}/erasures`, { email: [email] })).status).toBe(422);
    for (const whom of [{ email }, { verificationId: another }]) {
      const erasure = required(await harness.admin('POST', `${own}/erasures`, whom), 202);
      required(await harness.admin('GET', `${own}/erasures`), 200);
      const path = `${own}/erasures/${text(erasure, 'id')}`;
      const duty = await eventually(async () => {
        const found = required(await harness.admin('GET', path), 200);
        expect(found['status']).toBe('done');
        const [copy] = found['providerCopies'] as { id: string }[];
        return present(copy, 'duty');
      });
      const closing = { note: canaries.text('note on a duty') };
      required(await harness.admin('POST', `${path}/duties/${duty.id}/done`, closing), 200);
    }
    const begun = required(await harness.admin('POST', '/keys/rotate', { tenantId: tenant.id }), 202);
    const [rotation] = begun['data'] as { id: string }[];
    required(await harness.admin('GET', '/keys/rotations'), 200);
    required(await harness.admin('GET', `/keys/rotations/${rotation?.id ?? ''}`), 200);
    required(await harness.admin('GET', '/keys/master'), 200);
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
    const begun = await harness.admin('POST', '/session');
    required(begun, 201);
    const [cookie = ''] = begun.headers.getSetCookie().join().split(';');
    canaries.watch('console session', cookie.slice(cookie.indexOf('=') + 1));
    const asConsole = (method: string, path: string): Promise<Answer> =>
      harness.fetch(`/admin/v1${path}`, { method, headers: { cookie, 'x-gatehouse-console': '1' } });
    required(await asConsole('GET', '/session'), 200);
    required(await asConsole('DELETE', '/session'), 204);
    expect((await asConsole('GET', '/session')).status).toBe(401);
    required(await harness.admin('DELETE', '/sessions'), 204);
    expect((await harness.fetch('/console')).status).toBe(200);
    const note = canaries.text('routing note');
    const routing = `/tenants/${world.tenant.id}/routing?environment=test`;
    required(await harness.admin('PUT', routing, { provider: 'dentity', note }), 200);
    required(await harness.admin('GET', routing), 200);
    const { settings } = world.account.connection;
    const path = `/tenants/${world.tenant.id}/connections/dentity?environment=test`;
    const imageHosts = [`${canaries.text('setting imageHosts')}.test`];
    required(await harness.admin('PUT', path, { settings: { ...settings, imageHosts } }), 200);
    required(await harness.admin('GET', path), 200);
    const all = `/tenants/${world.tenant.id}/connections?environment=test`;
    expect(required(await harness.admin('GET', all), 200)['data']).toHaveLength(1);
  });

  it('operators change, preview, propose, approve, reject and remove, and give their reasons', async () => {
    const { tenant } = await PlantedTenant.plant(harness, canaries, 'sardine');
    const own = `/tenants/${tenant.id}`;
    const environment = '?environment=test';
    const note = (what: string): string => canaries.text(`routing note (${what})`);
    const change = { name: canaries.text('tenant name'), twoPersonApproval: true };
    required(await harness.admin('PATCH', own, change), 200);
    expect(
      (await harness.admin('PATCH', own, { name: [canaries.text('tenant name in a list')] })).status,
    ).toBe(422);
    const preview = { policy: { provider: 'sardine', note: note('of a preview') } };
    required(await harness.admin('POST', `${own}/routing/preview${environment}`, preview), 200);
    const wrong = { policy: { provider: [canaries.text('provider in a list')], note: note('of no policy') } };
    expect((await harness.admin('POST', `${own}/routing/preview${environment}`, wrong)).status).toBe(422);

    const approver = required(
      await harness.admin('POST', '/admin-keys', { name: 'Dana', role: 'approver' }),
      201,
    );
    const key = canaries.watch('admin key, an approver’s', text(approver, 'key'));
    for (const verdict of ['approve', 'reject']) {
      const proposal = { provider: 'sardine', note: note(verdict) };
      const proposed = required(await harness.admin('PUT', `${own}/routing${environment}`, proposal), 202);
      const version = `${own}/routing/versions/${String(proposed['version'])}`;
      const answer = await harness.fetch(`/admin/v1${version}/${verdict}${environment}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
      });
      expect(answer.status).toBe(200);
    }
    const back = { version: 1, note: note('of a way back') };
    await harness.admin('POST', `${own}/routing/rollback${environment}`, back);
    required(await harness.admin('GET', `${own}/routing/versions${environment}`), 200);
    await harness.admin('POST', `${own}/connections/sardine/register-webhook${environment}`);
    await harness.admin('DELETE', `${own}/connections/sardine${environment}`);
    await tenant.connect('dentity');
    expect((await harness.admin('DELETE', `${own}/connections/dentity${environment}`)).status).toBe(204);
    required(await harness.admin('GET', '/providers'), 200);
    required(await harness.admin('POST', `${own}/suspend`), 200);
    expect((await tenant.call('GET', '/me')).status).toBe(401);
  });

  it('a receiver of webhooks is set up, cannot be reached, and gets another secret', async () => {
    const { tenant } = at('sentinel');
    const url = `http://127.0.0.1:9/${canaries.text('webhook url')}?key=${canaries.text('query of a webhook url')}`;
    const description = canaries.text('webhook description');
    const made = required(await tenant.call('POST', '/webhook-endpoints', { url, description }), 201);
    canaries.watch('webhook secret', text(made, 'secret').slice('whsec_'.length));
    const path = `/webhook-endpoints/${text(made, 'id')}`;
    required(await tenant.call('POST', `${path}/test`), 202);
    await eventually(async () => {
      const { data } = required(await tenant.call('GET', '/webhook-deliveries'), 200);
      const tried = { endpointId: made['id'], attempts: [expect.objectContaining({})] };
      expect(data).toContainEqual(expect.objectContaining(tried));
    });
    const rotated = required(await tenant.call('POST', `${path}/rotate-secret`), 201);
    canaries.watch('webhook secret', text(rotated, 'secret').slice('whsec_'.length));
    required(await tenant.call('GET', path), 200);
    required(await tenant.call('GET', '/webhook-endpoints'), 200);
    required(await harness.admin('GET', '/webhook-deliveries'), 200);
    required(await harness.admin('GET', `/webhook-endpoints?tenantId=${tenant.id}`), 200);
    // Of every planted one: what the receivers said is sealed, and shown here alone.
    for (const world of planted.values()) {
      const said = await harness.admin('GET', `/webhook-deliveries?tenantId=${world.tenant.id}&limit=5`);
      for (const { id } of required(said, 200)['data'] as { id: string }[])
        required(await harness.admin('GET', `/webhook-deliveries/${id}`), 200);
    }
    const refused = { url: `ftp://${canaries.text('refused webhook url')}.test/`, disabled: true };
    expect((await tenant.call('POST', '/webhook-endpoints', refused)).status).toBe(422);
    const { data } = required(await tenant.call('GET', '/webhook-deliveries'), 200);
    for (const { id } of (data as { id: string }[]).slice(0, 1)) {
      required(await tenant.call('GET', `/webhook-deliveries/${id}`), 200);
      await tenant.call('POST', `/webhook-deliveries/${id}/redeliver`);
    }
    const range = { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z' };
    await tenant.call('POST', `${path}/replay`, range);
    for (const { id } of (data as { id: string }[]).slice(0, 1))
      required(await harness.admin('POST', `/webhook-deliveries/${id}/redeliver`), 202);
    const replayed = required(await harness.admin('POST', `${path}/replay`, range), 202);
    required(await harness.admin('GET', `${path}/replays/${text(replayed, 'replayId')}`), 200);
    required(await harness.admin('GET', `/overview?tenantId=${tenant.id}`), 200);
    required(await tenant.call('PATCH', path, { disabled: true }), 200);
    expect((await tenant.call('DELETE', path)).status).toBe(204);
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

  it('the webhooks that were delivered', () => {
    expect(receiver.received.length).toBeGreaterThan(20);
    const url = ['webhook url', 'query of a webhook url'].map((label) => ({
      label,
      reason: 'the receiver’s own address',
    }));
    expect(
      report(
        receiver.received.flatMap(({ path, headers, body }) => [
          ...canaries.search('the path of a webhook', path, url),
          ...canaries.search('the headers of a webhook', JSON.stringify(headers)),
          ...canaries.search('the body of a webhook', body),
        ]),
      ),
    ).toEqual([]);
  });

  it('what the database’s server says', async () => {
    const own = new Canaries();
    await database.query(`DO $$ BEGIN RAISE LOG '%', '${own.text('said on purpose')}'; END $$`);
    const log = await eventually(async () => {
      const said = await serverLog(server);
      expect(own.search('the log', said)).toHaveLength(1);
      return said;
    });
    expect(report(canaries.search('the log of PostgreSQL', log))).toEqual([]);
  });

  it('what the database ever wrote, also of rows that are gone', async () => {
    const words = { first: writtenFirst, last: await writeAndRemove('written last') };
    const found: Sighting[] = [];
    const onPurpose = new Set<string>();
    for await (const { bytes } of writeAheadLog(server)) {
      for (const [name, word] of Object.entries(words)) if (bytes.includes(word)) onPurpose.add(name);
      found.push(...canaries.search('the write-ahead log', bytes, ALLOWED_IN_COLUMNS));
    }
    // With both ends there is all that is between them.
    expect([...onPurpose].sort()).toEqual(['first', 'last']);
    expect(report(found)).toEqual([]);
  });

  it('the temporary files', async () => {
    const own = new Canaries();
    const path = join(tmpdir(), own.text('on purpose'));
    const word = own.text('on purpose');
    await writeFile(path, word);
    try {
      const found: Sighting[] = [];
      let onPurpose = 0;
      for await (const { name, bytes } of temporaryFilesSince(began, temporaryBefore)) {
        if (bytes.includes(word)) onPurpose += 1;
        found.push(...canaries.search('the name of a temporary file', name));
        found.push(...canaries.search('a temporary file', bytes, OTHERS_WORDS));
      }
      expect(onPurpose).toBeGreaterThan(0);
      expect(report(found)).toEqual([]);
    } finally {
      await rm(path);
    }
  });

  it('and every operation of the API was called, and did what it is for', async () => {
    const { json } = await harness.fetch('/openapi.json');
    const operations = operationsOf(json as unknown as ApiDescription).filter(({ path }) =>
      /^\/(?:admin\/)?v1\//.test(path),
    );
    expect(operations.length).toBeGreaterThan(50);
    const neverDone = operations.filter(({ method, path }) => {
      const route = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return !ear.answers.some(
        ({ route: called, status }) => status >= 200 && status < 300 && route.test(called),
      );
    });
    expect(neverDone.map(({ id }) => id)).toEqual([]);
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
