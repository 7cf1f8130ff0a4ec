import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { type Circumstances, type Ran, type Running, start } from '../../apps/cli/test/terminal.js';
import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
} from '../support/gateway-harness.js';
import { type VendorAccount, vendorAccount } from '../support/vendor-accounts.js';
import { begin, connectedTenant, somebody, verified } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

const COLUMNS = 80;
/** What nothing may ever show of a connection. */
const SECRETS = ['clientSecret', 'callbackPassphrase'] as const;

let harness: GatewayHarness;
let receiver: WebhookReceiver;
let tenant: GatewayTenant;
let account: VendorAccount;
let folder: string;

beforeAll(async () => {
  harness = await startGateway();
  receiver = await startWebhookReceiver();
  ({ tenant, account } = await connectedTenant(harness, 'sentinel'));
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await receiver.close();
  await harness.close();
});

function started(
  args: readonly string[],
  over: Circumstances & { readonly as?: GatewayTenant } = {},
): Running {
  const { as = tenant, configuration, ...others } = over;
  const { origin, adminKey } = harness;
  return start(args, {
    ...others,
    configuration: { url: origin, adminKey, tenantKey: as.key, tenant: as.id, ...configuration },
  });
}

function cli(args: readonly string[], over?: Parameters<typeof started>[1]): Promise<Ran> {
  return started(args, over).done;
}

/** The same command in its three forms: for a person at a terminal of 80 columns, for a program, for a script. */
async function inAllForms(
  args: readonly string[],
  over?: Parameters<typeof started>[1],
): Promise<{
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly quiet: readonly string[];
}> {
  const [text, json, quiet] = await Promise.all([
    cli(args, { ...over, columns: COLUMNS, configuration: { noColor: true } }),
    cli([...args, '--json'], over),
    cli([...args, '--quiet'], over),
  ]);
  expect([text.code, json.code, quiet.code]).toEqual([0, 0, 0]);
  return {
    text: text.out,
    json: json.json() as Record<string, unknown>,
    quiet: quiet.out.split('\n').filter((line) => line !== ''),
  };
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** The API's own answer, to compare with what a command says in its place. */
async function answer(path: string): Promise<Record<string, unknown>> {
  return required(await harness.admin('GET', path), 200);
}

function memberIn(json: Record<string, unknown>, member: string): string {
  const value = json[member];
  if (typeof value !== 'string') throw new Error(`no ${member}`);
  return value;
}

describe('tenants', () => {
  it('are created, listed and shown', async () => {
    const created = await cli([
      'tenants',
      'create',
      'Palm \u001B[2JBank',
      '--retention-days',
      '30',
      '--json',
    ]);
    // Control characters are the gateway's to refuse.
    expect(created).toMatchObject({ code: 2, out: '' });
    const id = (
      await cli(['tenants', 'create', 'Palm Bank', '--retention-days', '30', '--quiet'])
    ).out.trim();

    const list = await inAllForms(['tenants', 'list']);
    expect(list.text).toMatch(new RegExp(`^ID +NAME +STATUS +CREATED\\n${id}  Palm Bank +active `));
    expect(list.json).toEqual(await answer('/tenants?limit=20'));
    expect(list.quiet[0]).toBe(id);

    const shown = await inAllForms(['tenants', 'show', id]);
    expect(shown.text).toMatch(/^name +Palm Bank\nstatus +active\nretention +30 days$/m);
    expect(shown.json).toEqual(await answer(`/tenants/${id}`));
  });

  it('lead from page to page', async () => {
    await harness.tenant();
    const first = await cli(['tenants', 'list', '--limit', '1']);
    const cursor = /--cursor (\S+)/.exec(first.err)?.[1] ?? '';
    const second = await cli(['tenants', 'list', '--limit', '1', '--cursor', cursor, '--json']);
    expect(second.json()).toMatchObject({ data: [{ object: 'tenant' }] });
    expect(first.out).not.toContain((second.json() as { data: { id: string }[] }).data[0]?.id);
  });

  it('are suspended only by who says yes', async () => {
    const other = await harness.tenant();
    const refused = started(['tenants', 'suspend', other.id], { columns: COLUMNS });
    await eventually(() => {
      expect(refused.err()).toContain('Suspend Northwind Bank');
    });
    refused.type('n');
    expect(await refused.done).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing was changed'),
    });

    const unasked = await cli(['tenants', 'suspend', other.id]);
    expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect((await other.call('GET', '/me')).status).toBe(200);

    const agreed = started(['tenants', 'suspend', other.id], { columns: COLUMNS });
    await eventually(() => {
      expect(agreed.err()).toContain('[y/N]');
    });
    agreed.type('yes');
    expect(await agreed.done).toMatchObject({ code: 0, out: expect.stringContaining('suspended') });
    expect(await cli(['verifications', 'list'], { as: other })).toMatchObject({ code: 3 });
  });
});

describe('keys', () => {
  it('are created, used, rotated and revoked, and shown once', async () => {
    const created = await cli(['keys', 'create', 'night job', '-s', 'verifications:read', '--json']);
    const { id, key, scopes } = created.json() as { id: string; key: string; scopes: string[] };
    expect(scopes).toEqual(['verifications:read']);
    const asKey = { configuration: { tenantKey: key } };
    expect((await cli(['verifications', 'list'], asKey)).code).toBe(0);

    const list = await inAllForms(['keys', 'list']);
    expect(list.text).toMatch(new RegExp(`${id} +night job +test +${key.slice(-4)} +in force`));
    expect(JSON.stringify(list)).not.toContain(key);

    const rotated = await cli(['keys', 'rotate', id, '--overlap', '0', '--quiet']);
    expect(rotated.out).toMatch(/^gk_test_\S+\n$/);
    expect((await cli(['verifications', 'list'], asKey)).code).toBe(3);

    const revoked = await cli(['keys', 'revoke', id, '--yes']);
    expect(revoked).toMatchObject({ code: 0, out: `${id} is revoked.\n` });
    expect((await cli(['keys', 'list'])).out).toMatch(new RegExp(`${id}.*revoked`));
  });
});

describe('connections', () => {
  it('are set from standard input, checked, shown without a secret, registered and removed', async () => {
    const other = await harness.tenant();
    const { connection } = await vendorAccount(harness.simulatorOrigin, 'sentinel');
    const place = { as: other };
    const set = await cli(['connections', 'set', 'sentinel', '--from', '-'], {
      ...place,
      stdin: JSON.stringify(connection),
    });
    expect(set).toMatchObject({ code: 0, err: expect.stringContaining('connections check') });

    const check = await inAllForms(['connections', 'check', 'sentinel'], place);
    expect(check.text).toMatch(/^✓ /);
    expect(check.json).toMatchObject({ ok: true });

    const shown = await inAllForms(['connections', 'show', 'sentinel'], place);
    expect(shown.text).toContain('clientSecret');
    expect(shown.json).toMatchObject({ credentials: { clientSecret: 'set' } });
    for (const name of SECRETS)
      expect(JSON.stringify([set, shown])).not.toContain(connection.credentials[name]);

    const list = await inAllForms(['connections', 'list'], place);
    expect(list.text).toMatch(/sentinel +test +connected +closed/);
    expect(list.text).toMatch(/dentity +live +not connected/);
    expect(list.json['data']).toHaveLength(1);

    const registered = await cli(['connections', 'register-webhook', 'sentinel', '--quiet'], place);
    expect(registered.out.trim()).toBe(memberIn(shown.json, 'webhookUrl'));

    const removed = await cli(['connections', 'remove', 'sentinel', '--yes'], place);
    expect(removed.code).toBe(0);
    expect(await cli(['connections', 'show', 'sentinel'], place)).toMatchObject({ code: 1 });
  });

  it('say with their exit code that the provider refuses them', async () => {
    const other = await harness.tenant();
    const { connection } = await vendorAccount(harness.simulatorOrigin, 'sentinel');
    const wrong = { ...connection, credentials: { ...connection.credentials, clientSecret: '0'.repeat(24) } };
    const path = await file('wrong.json', JSON.stringify(wrong));
    expect((await cli(['connections', 'set', 'sentinel', '--from', path], { as: other })).code).toBe(0);
    const check = await cli(['connections', 'check', 'sentinel'], { as: other });
    expect(check).toMatchObject({ code: 1, out: expect.stringMatching(/^✗ /m) });
  });

  it('are not there for a tenant that is not there', async () => {
    const list = await cli(['connections', 'list', '--tenant', 'tnt_01kahn4r5sf1trr9gy5vqd2s0x', '--json']);
    expect(list).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse(list.err)).toMatchObject({ error: { code: 'not_found', status: 404 } });
  });
});

it('shows what each provider can do, and how it does', async () => {
  const { text, json, quiet } = await inAllForms(['providers']);
  expect(text).toMatch(/^PROVIDER +CALLS/);
  expect(text).toMatch(/^sardine\n {2}checks +.*ssn/m);
  expect(json['data']).toHaveLength(3);
  expect(quiet).toEqual(['sentinel', 'sardine', 'dentity']);
});

describe('a switch', () => {
  it('shows what changes, asks, and is in force', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await own.connect('dentity');
    const switching = started(['switch', own.id, 'dentity', '--percent', '10', '--note', 'cheaper'], {
      as: own,
      columns: COLUMNS,
      configuration: { noColor: true },
    });
    await eventually(() => {
      expect(switching.err()).toContain('[y/N]');
    });
    expect(switching.err()).toContain(
      '- everybody           → sentinel\n+ 10 % of the people  → dentity\n+ everybody else      → sentinel',
    );
    switching.type('y');
    expect((await switching.done).code).toBe(0);

    const shown = await inAllForms(['routing', 'show'], { as: own });
    expect(shown.text).toBe('10 % of the people  → dentity\neverybody else      → sentinel\n“cheaper”\n');
    expect(shown.json).toEqual(await answer(`/tenants/${own.id}/routing?environment=test`));

    const history = await inAllForms(['routing', 'history'], { as: own });
    expect(history.text).toMatch(/^2 +in_force +10 % dentity, .* cheaper/m);
    expect(history.quiet).toEqual(['2', '1']);

    const back = await cli(['routing', 'rollback', '1', '--yes', '--note', 'too slow'], { as: own });
    expect(back.code).toBe(0);
    expect((await cli(['routing', 'show', '--quiet'], { as: own })).out).toBe('sentinel\n');
  });

  it('is tried on the last days, and put from a file', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await own.connect('dentity');
    await begin(own);
    const policy = await file('policy.json', JSON.stringify({ provider: 'dentity' }));
    const preview = await inAllForms(['routing', 'preview', '--from', policy], { as: own });
    expect(preview.text).toBe(
      'Of 1 verification of the last 7 days, 1 would have gone elsewhere.\n  1  sentinel → dentity\n',
    );
    expect(preview.json).toMatchObject({ moved: 1, moves: [{ from: 'sentinel', to: 'dentity' }] });

    expect((await cli(['routing', 'set', '--from', policy, '--yes'], { as: own })).code).toBe(0);
    expect((await cli(['routing', 'show', '--quiet'], { as: own })).out).toBe('dentity\n');
  });

  it('leaves alone what somebody else changed meanwhile', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await own.connect('dentity');
    const switching = started(['switch', own.id, 'dentity'], { as: own, columns: COLUMNS });
    await eventually(() => {
      expect(switching.err()).toContain('[y/N]');
    });
    await own.route('sentinel');
    switching.type('y');
    const { code, err } = await switching.done;
    expect(code).toBe(1);
    expect(err).toContain('stale_version');
    expect((await cli(['routing', 'show', '--quiet'], { as: own })).out).toBe('sentinel\n');
  });

  it('waits for another admin where the tenant wants two', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await own.connect('dentity');
    required(await harness.admin('PATCH', `/tenants/${own.id}`, { twoPersonApproval: true }), 200);
    const approver = required(
      await harness.admin('POST', '/admin-keys', { name: 'second', role: 'approver' }),
      201,
    );
    const proposed = await cli(['switch', own.id, 'dentity', '--yes'], { as: own });
    expect(proposed).toMatchObject({ code: 0, out: expect.stringContaining('gatehouse routing approve 2') });

    const alone = await cli(['routing', 'approve', '2'], { as: own });
    expect(alone.code).toBe(1);
    const second = { as: own, configuration: { adminKey: memberIn(approver, 'key') } };
    expect(await cli(['routing', 'approve', '2'], second)).toMatchObject({
      code: 0,
      out: expect.stringContaining('in_force'),
    });

    expect((await cli(['switch', own.id, 'sentinel', '--yes'], { as: own })).code).toBe(0);
    expect(await cli(['routing', 'reject', '3', '--quiet'], second)).toMatchObject({
      code: 0,
      out: 'rejected\n',
    });
  });

  it('has no policy to show before the first', async () => {
    expect(await cli(['routing', 'show'], { as: await harness.tenant() })).toMatchObject({
      code: 1,
      out: '',
    });
  });
});

describe('verifications', () => {
  it('are begun, listed, shown and followed to the end', async () => {
    const { email, phone } = somebody();
    const creation = ['verifications', 'create', '--email', email, '--phone', phone, '--check', 'document'];
    const created = await cli([...creation, '--reference', 'user-7', '--metadata', 'plan=gold', '--json']);
    const record = created.json() as { id: string; action: { url: string } };
    expect(record).toMatchObject({
      status: 'requires_input',
      checks: ['document'],
      metadata: { plan: 'gold' },
    });

    const list = await inAllForms(['verifications', 'list', '--reference', 'user-7']);
    expect(list.text).toMatch(new RegExp(`^ID .*\\n${record.id}  requires_input +sentinel +user-7 +`));
    expect(list.quiet).toEqual([record.id]);

    const shown = await inAllForms(['verifications', 'show', record.id]);
    expect(shown.text).toContain(`open ${record.action.url}`);
    expect(shown.text).not.toContain(email);

    const waiting = started(['verifications', 'wait', record.id], { columns: COLUMNS });
    await account.finish(email, 'approve');
    expect(await waiting.done).toMatchObject({ code: 0, out: expect.stringContaining('verified') });

    const timeline = await inAllForms(['verifications', 'events', record.id]);
    expect(timeline.text).toMatch(/ created +key:/);
    const explained = await inAllForms(['verifications', 'explain', record.id]);
    expect(explained.text).toMatch(/^→ .* verified /m);
    expect(explained.quiet).toEqual(['verified']);
    const refreshed = await inAllForms(['verifications', 'refresh', record.id]);
    expect(refreshed.json).toMatchObject({ id: record.id, status: 'verified' });

    const again = await cli(['verifications', 'retry', record.id, '--json']);
    expect(again.json()).toMatchObject({ previousVerificationId: record.id });
  });

  it('are begun from a file, to which options add', async () => {
    const path = await file(
      'request.json',
      JSON.stringify({ subject: somebody(), metadata: { plan: 'gold' } }),
    );
    const created = await cli([
      'verifications',
      'create',
      '--from',
      path,
      '--first-name',
      'Ana',
      '--metadata',
      'by=hand',
      '--json',
    ]);
    expect(created.json()).toMatchObject({
      metadata: { plan: 'gold', by: 'hand' },
      status: 'requires_input',
    });
  });

  it('tell with their exit code how they ended', async () => {
    const { email, phone } = somebody();
    const creation = ['verifications', 'create', '--email', email, '--phone', phone, '--wait'];
    const waiting = started(creation, { columns: COLUMNS });
    await eventually(() => {
      expect(waiting.err()).toContain('the person opens http');
    });
    await account.finish(email, 'reject');
    expect(await waiting.done).toMatchObject({ code: 1, out: expect.stringContaining('rejected') });
  });

  it('are not waited for longer than asked', async () => {
    const { id } = await begin(tenant);
    const { code, err } = await cli(['verifications', 'wait', id, '--timeout', '1', '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'not_settled' } });
  });

  it('are called off, and nothing that cannot be done is', async () => {
    const { id } = await begin(tenant);
    const { code, err } = await cli(['verifications', 'retry', id]);
    expect(code).toBe(1);
    expect(err).toMatch(/code +invalid_transition \(HTTP 409\)\n {2}request +\S+\nWhat helps: \S/);
    const canceled = await cli(['verifications', 'cancel', id, '--yes']);
    expect(canceled).toMatchObject({ code: 0, out: expect.stringContaining('canceled') });
  });

  it('are refused with what is wrong where', async () => {
    const { code, err } = await cli(['verifications', 'create', '--email', 'nonsense']);
    expect(code).toBe(2);
    expect(err).toMatch(/\/subject\/email {2}must be an e-mail address/);
  });
});

describe('the feed', () => {
  it('is told as it happens, from now on, until Ctrl-C', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await begin(own);
    const told = started(['events', 'tail', '--from-start'], {
      as: own,
      columns: COLUMNS,
      configuration: { noColor: true },
    });
    await eventually(() => {
      expect(told.out()).toMatch(
        /\d\d:\d\d:\d\d {2}verification\.created +ver_\S+ {2}requires_input {2}sentinel/,
      );
    });
    // Only now is the first event at the end of the feed for sure.
    const tail = started(['events', 'tail', '--json', '--type', 'verification.created'], { as: own });
    const lines = (): readonly string[] => tail.out().split('\n').filter(Boolean);
    // One is begun until the tail has found the end of the feed, which nobody outside can see.
    const begun: string[] = [];
    await eventually(async () => {
      begun.push((await begin(own)).id);
      expect(lines().length).toBeGreaterThan(0);
    });
    tail.interrupt();
    told.interrupt();
    expect([(await tail.done).code, (await told.done).code]).toEqual([0, 0]);
    for (const line of lines()) {
      const event = JSON.parse(line) as { type: string; data: { verificationId: string } };
      expect(event.type).toBe('verification.created');
      expect(begun).toContain(event.data.verificationId);
    }
  });
});

describe('webhooks', () => {
  it('are forwarded to a server here, signed so that it can verify them', async () => {
    const { tenant: own, account: its } = await connectedTenant(harness, 'sentinel');
    await verified(own, its);
    receiver.answer('/broken', (response) => response.writeHead(500).end());
    const listening = (path: string, flags: readonly string[]): Running =>
      started(['webhooks', 'listen', '--forward-to', receiver.origin + path, '--from-start', ...flags], {
        as: own,
      });
    const good = listening('/hook', []);
    const bad = listening('/broken', ['--type', 'verification.created', '--json']);
    await eventually(() => {
      expect(good.out()).toMatch(/verification\.status_changed +ver_\S+ {2}verified.* → 204 \d+ ms/);
      expect(bad.out()).toContain('"status":500');
    });
    good.interrupt();
    bad.interrupt();
    expect(await good.done).toMatchObject({
      code: 0,
      err: expect.stringMatching(/(\d+) events forwarded, \1 accepted\./),
    });
    expect((await bad.done).code).toBe(0);

    const secret = /whsec_\S+/.exec(good.out())?.[0] ?? '';
    const messages = receiver.received.filter(({ path }) => path === '/hook');
    expect(messages.length).toBeGreaterThan(1);
    for (const { body, headers } of messages) {
      const fields = headers as Record<string, string>;
      expect(new Webhook(secret).verify(body, fields)).toMatchObject({ data: { environment: 'test' } });
      expect(() => new Webhook(secret).verify(`${body} `, fields)).toThrow();
    }
    expect(receiver.received.filter(({ path }) => path === '/broken')).toHaveLength(1);

    // What came in can be stored and looked at.
    const [first] = messages;
    const body = await file('body.json', first?.body ?? '');
    const stored = await file('headers.json', JSON.stringify(first?.headers));
    const secretFile = await file('secret.txt', `${secret}\n`);
    const args = ['webhooks', 'verify', '--body', body, '--headers', stored];
    const seen = await cli([...args, '--secret-file', secretFile, '--tolerance', '300']);
    expect(seen).toMatchObject({ code: 0, out: expect.stringMatching(/^✓ {2}signature/m) });

    await file('body.json', (first?.body ?? '').replace('"version":1', '"version":9'));
    const tampered = await cli([...args, '--json'], { configuration: { webhookSecret: secret } });
    expect(tampered.code).toBe(1);
    expect(tampered.json()).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ what: 'signature', ok: false })]),
    });
    expect(tampered.out + seen.out).not.toContain(secret);
  });

  it('go nowhere where nobody listens, and that is said', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    await begin(own);
    const listening = started(['webhooks', 'listen', '--forward-to', 'http://127.0.0.1:1/', '--from-start'], {
      as: own,
      configuration: { webhookSecret: 'whsec_c2VjcmV0' },
    });
    await eventually(() => {
      expect(listening.out()).toMatch(/→ \D/);
    });
    listening.interrupt();
    const { out, err } = await listening.done;
    expect(err).toContain('1 event forwarded, 0 accepted.');
    expect(out).not.toContain('whsec_');
  });
});

describe('webhook endpoints', () => {
  it('are created, tested, rotated, disabled and removed', async () => {
    const own = await harness.tenant();
    const as = { as: own };
    const created = await cli(['webhooks', 'endpoints', 'create', `${receiver.origin}/own`, '--json'], as);
    const { id, secret } = created.json() as { id: string; secret: string };

    const tested = await cli(['webhooks', 'endpoints', 'test', id], as);
    expect(tested).toMatchObject({ code: 0, out: expect.stringMatching(/attempt 1 +answered 204/) });
    const message = receiver.received.find(({ path }) => path === '/own');
    expect(
      new Webhook(secret).verify(message?.body ?? '', message?.headers as Record<string, string>),
    ).toMatchObject({
      type: 'endpoint.test',
    });

    const list = await inAllForms(['webhooks', 'endpoints', 'list'], as);
    expect(list.text).toMatch(new RegExp(`^ID .*\\n${id}  enabled +http`));
    expect(JSON.stringify(list)).not.toContain(secret);
    const rotated = await cli(['webhooks', 'endpoints', 'rotate', id, '--quiet'], as);
    expect(rotated.out).toMatch(/^whsec_\S+\n$/);
    expect(rotated.out.trim()).not.toBe(secret);

    receiver.answer('/own', (response) => response.writeHead(500).end());
    const failed = await cli(['webhooks', 'endpoints', 'test', id], as);
    expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('500') });
    expect((await cli(['webhooks', 'endpoints', 'disable', id], as)).out).toContain('disabled');
    expect((await cli(['webhooks', 'endpoints', 'enable', id], as)).code).toBe(0);
    expect((await cli(['webhooks', 'endpoints', 'remove', id, '--yes'], as)).code).toBe(0);
    expect((await cli(['webhooks', 'endpoints', 'test', id], as)).code).toBe(1);
  });

  it('have deliveries that can be looked at and sent again', async () => {
    const { tenant: own } = await connectedTenant(harness, 'sentinel');
    const as = { as: own };
    const secret = await cli(['webhooks', 'endpoints', 'create', `${receiver.origin}/again`, '--json'], as);
    const { id } = secret.json() as { id: string };
    const since = new Date(Date.now() - 60_000).toISOString();
    await begin(own);
    const delivered = ['webhooks', 'deliveries', '--endpoint', id, '--status', 'delivered'];
    await eventually(async () => {
      expect((await cli([...delivered, '--quiet'], as)).out).toMatch(/^dlv_/);
    });
    const list = await inAllForms(delivered, as);
    expect(list.text).toMatch(/^ID .*\ndlv_\S+ {2}delivered +204 +created +/);

    const before = receiver.received.filter(({ path }) => path === '/again').length;
    expect(await cli(['webhooks', 'redeliver', list.quiet[0] ?? ''], as)).toMatchObject({ code: 0 });
    await eventually(() => {
      expect(receiver.received.filter(({ path }) => path === '/again').length).toBeGreaterThan(before);
    });
    const replayed = await inAllForms(['webhooks', 'replay', id, '--since', since, '--undelivered'], as);
    expect(replayed.text).toMatch(/deliver(?:y waits|ies wait) to be sent\.\n$/);
    expect(replayed.json).toEqual({ queued: expect.any(Number) });
  });
});

describe('what is done to webhook endpoints', () => {
  it('is told to a person, a program and a script', async () => {
    const as = { as: await harness.tenant() };
    const webhooks = (...args: readonly string[]): ReturnType<typeof inAllForms> =>
      inAllForms(['webhooks', ...args], as);
    const created = await webhooks('endpoints', 'create', `${receiver.origin}/told`);
    expect(created.text).toMatch(/^secret +whsec_\S+\nid +whe_\S+\nurl +http\S+\/told\nstate +enabled\n/);
    expect(created.json).toMatchObject({ object: 'webhook_endpoint', secret: expect.any(String) });
    expect(created.quiet).toEqual([expect.stringMatching(/^whsec_/)]);
    const id = memberIn(created.json, 'id');

    const rotated = await webhooks('endpoints', 'rotate-secret', id);
    expect(rotated.text).toMatch(/^secret +whsec_[\s\S]*^former secret until +2/m);
    expect(rotated.json).toMatchObject({ id, secret: expect.stringMatching(/^whsec_/) });
    expect(rotated.json['secret']).not.toBe(created.json['secret']);

    const tested = await webhooks('endpoints', 'test', id);
    expect(tested.text).toMatch(/^status +delivered\nevent +endpoint\.test {2}evt_/m);
    expect(tested.json).toMatchObject({ endpointId: id, status: 'delivered' });
    expect(tested.quiet).toEqual(['delivered']);

    const list = ['webhooks', 'deliveries', '--endpoint', id, '--json'];
    expect((await cli(list, as)).json()).toEqual(
      required(await as.as.call('GET', `/webhook-deliveries?endpointId=${id}&limit=20`), 200),
    );
    const delivery = memberIn(tested.json, 'id');
    const text = await cli(['webhooks', 'redeliver', delivery], as);
    expect(text.out).toMatch(new RegExp(`^id +${delivery}\\nstatus +pending\\n`));
    await eventually(async () => {
      const { status } = required(await as.as.call('GET', `/webhook-deliveries/${delivery}`), 200);
      expect(status).toBe('delivered');
    });
    const json = await cli(['webhooks', 'redeliver', delivery, '--json'], as);
    expect(json.json()).toMatchObject({ id: delivery, status: 'pending' });

    const removal = ['webhooks', 'endpoints', 'remove'];
    expect(await cli([...removal, id, '--yes'], as)).toMatchObject({ code: 0, out: `${id} is removed.\n` });
    const other = (await cli(['webhooks', 'endpoints', 'list', '--quiet'], as)).out.split('\n')[0] ?? '';
    expect((await cli([...removal, other, '--yes', '--json'], as)).json()).toEqual({
      id: other,
      removed: true,
    });
  });
});

describe('a refusal', () => {
  it.each([
    [
      'a key of nobody’s',
      { adminKey: 'gk_admin_0000000000000000000000000000000000000000' },
      'unauthenticated',
    ],
    ['a tenant’s key in place of an admin’s', () => ({ adminKey: tenant.key }), 'insufficient_scope'],
  ])('is code 3, and says which key it was: %s', async (_, keys, code) => {
    const configuration = typeof keys === 'function' ? keys() : keys;
    const refused = await cli(['tenants', 'list'], { configuration });
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toContain(code);
    expect(refused.err).toContain('The key from GATEHOUSE_ADMIN_KEY');
    expect(refused.err).not.toContain(configuration.adminKey);
    const flagged = await cli(['tenants', 'list', '--admin-key', configuration.adminKey]);
    expect(flagged.err).toContain('The key from --admin-key');
  });

  it('is code 4 where no gateway answers', async () => {
    const { stdout, stderr, code } = await spawned(['tenants', 'list', '--url', 'http://127.0.0.1:9']);
    expect({ stdout, code }).toEqual({ stdout: '', code: 4 });
    expect(stderr).toContain('No answer from http://127.0.0.1:9');
    const twin = await cli(['tenants', 'list', '--url', harness.simulatorOrigin]);
    expect(twin).toMatchObject({ code: 4, err: expect.stringContaining('not a Gatehouse gateway') });
  });
});

/** The program as a shell runs it, with nothing of our own environment. */
async function spawned(
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: unknown }> {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');
  const env = { PATH: process.env['PATH'] ?? '', GATEHOUSE_ADMIN_KEY: harness.adminKey };
  try {
    return { ...(await promisify(execFile)(process.execPath, [program, ...args], { env })), code: 0 };
  } catch (error) {
    // As Node documents a program that ended with another code than 0.
    return error as { stdout: string; stderr: string; code: unknown };
  }
}
