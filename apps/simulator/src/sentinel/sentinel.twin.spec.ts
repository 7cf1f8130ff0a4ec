import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Receiver, startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  at,
  answerThat,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';

describe('the Sentinel twin', () => {
  let simulator: SimulatorUnderTest;
  let receiver: Receiver;
  let auth: { clientUuid: string; clientSecret: string };

  const api = (path: string, body: object = {}): Promise<Answer> =>
    simulator.call('POST', `/sentinel${path}`, { ...auth, ...body });
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/control/sentinel/${auth.clientUuid}${path}`, body);
  const switches = (changes: object): Promise<Answer> => control('PATCH', '/switches', changes);
  const mint = async (contact: object): Promise<string> =>
    textAt((await api('/clients/encrypt/url', contact)).json, 'data');
  const finish = (person: string, body: object): Promise<Answer> =>
    control('POST', `/people/${encodeURIComponent(person)}/finish`, body);
  const webhook = async (event: string, status: number): Promise<unknown> => {
    const call = await receiver.waitFor(({ body }) => {
      const parsed: unknown = JSON.parse(body);
      return at(parsed, 'event') === event && at(parsed, 'newStatus') === status;
    });
    return JSON.parse(call.body);
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  beforeEach(async () => {
    receiver = await startReceiver();
    auth = { clientUuid: randomUUID(), clientSecret: 'a-secret-of-enough-letters' };
    await simulator.call('PUT', '/control/accounts/sentinel', {
      ...auth,
      callbackUrl: `${receiver.url}/hook`,
      callbackPassphrase: 's3cr3t-pass',
    });
  });
  afterEach(() => receiver.close());

  it('answers wrong credentials with the documented 400 and never tells the secret', async () => {
    const wrong = await api('/clients/find/self/clientAuth', { clientSecret: 'not-the-secret-at-all' });
    expect([wrong.status, wrong.json]).toEqual([400, { errors: [{ message: 'Invalid user credentials' }] }]);
    const unknown = await api('/customers/status/clientAuth', {
      clientUuid: randomUUID(),
      email: 'ana@mail.test',
    });
    expect(unknown.json).toEqual({ errors: [{ message: 'Invalid user credentials' }] });
    const self = await api('/clients/find/self/clientAuth');
    expect(at(self.json, 'data.callbackUrl')).toBe(`${receiver.url}/hook`);
    expect(at(self.json, 'data.settings.documents')).toEqual(['passport', 'emiratesId']);
    expect(self.text).not.toContain(auth.clientSecret);
  });

  it('gives the link as a string and no customer before somebody finishes', async () => {
    const url = await mint({ email: 'omar@mail.test' });
    expect(url.startsWith(`${simulator.origin}/sentinel/portal?data=`)).toBe(true);
    const status = await api('/customers/statusWithoutImages/clientAuth', { email: 'omar@mail.test' });
    expect([status.status, status.json]).toEqual([404, { message: 'Row not found' }]);
  });

  it.each([
    ['neither e-mail nor phone', {}],
    ['an e-mail under ten characters', { email: 'a@b.test' }],
    ['a phone that is none', { phoneNumber: '12' }],
    ['an unknown document', { email: 'omar@mail.test', documents: ['library_card'] }],
  ])('refuses a link for %s with 422 and errors[]', async (_what, body) => {
    const answer = await api('/clients/encrypt/url', body);
    expect(answer.status).toBe(422);
    expect(at(answer.json, 'errors.0.message')).toEqual(expect.any(String));
  });

  it('takes a person from the page to the webhook, the result and the redirect', async () => {
    const url = await mint({ email: 'omar@mail.test', phoneNumber: '+971500000042' });
    const page = await simulator.call(
      'GET',
      `${url}&redirectUrl=${encodeURIComponent('https://app.test/done?a=1')}`,
    );
    expect(page.status).toBe(200);
    expect(page.text).toContain('omar@mail.test');
    const data = new URL(url).searchParams.get('data') ?? '';
    const done = await simulator.submit('/sentinel/portal', {
      data,
      redirectUrl: 'https://app.test/done?a=1',
      outcome: 'approve',
      document: 'passport',
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, 'https://app.test/done?a=1']);

    const sent = await webhook('status_change', 6);
    expect(sent).toMatchObject({
      email: 'omar@mail.test',
      phone: '+971500000042',
      passphrase: 's3cr3t-pass',
      expiryWarningFor: [],
    });
    const full = await api('/customers/status/clientAuth', { email: 'omar@mail.test' });
    expect(at(full.json, 'data')).toMatchObject({
      uuid: at(sent, 'uuid'),
      status: 6,
      isLive: true,
      emiratesId: null,
    });
    expect(at(full.json, 'data.passport.frontImage')).toMatch(/^data:image\/jpeg;base64,/);
    const light = await api('/customers/statusWithoutImages/clientAuth', { phoneNumber: '+971500000042' });
    expect(at(light.json, 'data.passport.frontImage')).toBeNull();
    expect(at(light.json, 'data.passport.passportNumber')).toEqual(expect.any(String));
  });

  it('sends Pending before the outcome, each later than the last', async () => {
    await mint({ email: 'layla+approve@mail.test' });
    const accepted = await webhook('status_change', 6);
    const pending = await webhook('status_change', 1);
    expect(textAt(pending, 'updatedAt') < textAt(accepted, 'updatedAt')).toBe(true);
  });

  it.each([
    ['http://elsewhere.test/', false],
    ['javascript:alert(1)', false],
    ['http://127.0.0.1:3000/return/x', true],
  ])('follows redirectUrl %s: %s', async (redirectUrl, followed) => {
    const data = new URL(await mint({ email: 'omar@mail.test' })).searchParams.get('data') ?? '';
    const done = await simulator.submit('/sentinel/portal', { data, redirectUrl, outcome: 'approve' });
    expect(done.headers.get('location')).toBe(followed ? redirectUrl : null);
  });

  it.each([
    ['reject', 5],
    ['conflict', 3],
    ['duplicate', 4],
    ['draft', 2],
  ])('does not redirect after %s and reports code %i', async (outcome, code) => {
    const data = new URL(await mint({ email: 'omar@mail.test' })).searchParams.get('data') ?? '';
    const done = await simulator.submit('/sentinel/portal', {
      data,
      redirectUrl: 'https://app.test/',
      outcome,
    });
    expect(done.status).toBe(200);
    await webhook('status_change', code);
  });

  it('escapes what people typed', async () => {
    await switches({ editableIdentifiers: true });
    const url = await mint({ phoneNumber: '+971500000042' });
    await simulator.call('PUT', '/control/accounts/sentinel', { ...auth, name: '<script>alert(1)</script>' });
    const page = await simulator.call('GET', url);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script>');
  });

  it('keeps the uuid through Draft, shows what to fix, and takes the resubmission', async () => {
    const url = await mint({ email: 'amina+draft@mail.test' });
    const draft = await webhook('status_change', 2);
    const page = await simulator.call('GET', url);
    expect(page.text).toContain('picture of your document was not clear');
    const before = await api('/customers/statusWithoutImages/clientAuth', { email: 'amina+draft@mail.test' });
    expect(at(before.json, 'data.passport.idClassificationPassed')).toBe(false);
    await mint({ email: 'amina+draft@mail.test' });
    const accepted = await webhook('status_change', 6);
    expect(at(accepted, 'uuid')).toBe(at(draft, 'uuid'));
    expect(textAt(accepted, 'updatedAt') > textAt(draft, 'updatedAt')).toBe(true);
  });

  it('sends customer_created only when switched on', async () => {
    await switches({ customerCreatedEvent: true });
    await mint({ email: 'omar@mail.test' });
    await finish('omar@mail.test', { outcome: 'approve' });
    await webhook('customer_created', 1);
  });

  it('looks up by e-mail, then falls through to the phone', async () => {
    await mint({ email: 'omar@mail.test', phoneNumber: '+971500000042' });
    await finish('omar@mail.test', { outcome: 'approve' });
    const answer = await api('/customers/statusWithoutImages/clientAuth', {
      email: 'somebody.else@mail.test',
      phoneNumber: '+971500000042',
    });
    expect(at(answer.json, 'data.email')).toBe('omar@mail.test');
  });

  it('pages the list, checks its sizes, and names expired documents', async () => {
    await control('POST', '/customers', { count: 23 });
    const last = await api('/customers/listWithDoc/clientAuth', { page: 3, entriesPerPage: 10 });
    expect(at(last.json, 'data.count')).toBe(23);
    expect(at(last.json, 'data.rows.length')).toBe(3);
    expect(at(last.json, 'data.rows.0.expiredIds')).toEqual([]);
    expect((await api('/customers/listWithDoc/clientAuth', { entriesPerPage: 20 })).status).toBe(422);
    await control('POST', '/clock', { advanceSeconds: 12 * 365 * 86_400 });
    const later = await api('/customers/listWithDoc/clientAuth', { entriesPerPage: 10 });
    expect(at(later.json, 'data.rows.0.expiredIds')).toEqual(['passport']);
    expect(new Date(later.headers.get('date') ?? '').getUTCFullYear()).toBeGreaterThan(
      new Date().getFullYear() + 10,
    );
  });

  it('corrects a contact, and answers 409 for one that is taken', async () => {
    await control('POST', '/customers', { count: 2 });
    const found = await api('/customers/statusWithoutImages/clientAuth', { email: 'customer-1@mail.test' });
    const customerUuid = textAt(found.json, 'data.uuid');
    const taken = await api('/customers/contact/clientAuth', { customerUuid, email: 'customer-2@mail.test' });
    expect(taken.status).toBe(409);
    const free = await api('/customers/contact/clientAuth', { customerUuid, email: 'renamed@mail.test' });
    expect(free.json).toEqual({ message: 'Success' });
    const nobody = await api('/customers/contact/clientAuth', {
      customerUuid: randomUUID(),
      email: 'x.y.z@mail.test',
    });
    expect([nobody.status, nobody.json]).toEqual([404, { message: 'Row not found' }]);
  });

  it('takes only an HTTPS webhook, and plain loopback by switch', async () => {
    const callbackPassphrase = 'another-pass';
    const local = { callbackUrl: `${receiver.url}/other`, callbackPassphrase };
    expect((await api('/clients/setWebhook/clientAuth', local)).status).toBe(422);
    await switches({ allowLoopbackCallback: true });
    expect((await api('/clients/setWebhook/clientAuth', local)).json).toEqual({ message: 'Success' });
    const short = await api('/clients/setWebhook/clientAuth', {
      callbackUrl: 'https://a.test/',
      callbackPassphrase: 'short',
    });
    expect(short.status).toBe(422);
  });

  it('warns before expiry and moves to Draft after it, where that is switched on', async () => {
    await switches({ expiryWarningFor: ['emiratesId'], rekycOnExpiry: ['emiratesId'] });
    const documentExpiry = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    await mint({ email: 'omar@mail.test' });
    await finish('omar@mail.test', { outcome: 'approve', document: 'emiratesId', documentExpiry });
    await control('POST', '/clock', { advanceSeconds: 30 * 86_400 });
    expect(at(await webhook('expiry_warning', 6), 'expiryWarningFor')).toEqual(['emirates_id']);
    await control('POST', '/clock', { advanceSeconds: 20 * 86_400 });
    await webhook('status_change', 2);
  });

  it('lets an admin set any code and resend the latest webhook byte for byte', async () => {
    await mint({ email: 'omar@mail.test' });
    await finish('omar@mail.test', { outcome: 'pending' });
    await control('POST', '/customers/omar@mail.test/status', { status: 42 });
    await webhook('status_change', 42);
    const before = receiver.calls.length;
    await control('POST', '/customers/omar@mail.test/resend-webhook');
    await answerThat(
      () => Promise.resolve(receiver.calls.length),
      (count) => count > before,
    );
    expect(receiver.calls.at(-1)?.body).toBe(receiver.calls.at(-2)?.body);
  });

  it('records what was asked and what a refusing receiver answered', async () => {
    await receiver.close();
    await mint({ email: 'omar+approve@mail.test' });
    const webhooks = await answerThat(
      () => control('GET', '/webhooks'),
      (answer) => at(answer.json, 'data.1.state') === 'failed',
    );
    expect(at(webhooks.json, 'data.1.error')).toMatch(/ECONNREFUSED/);
    const requests = await control('GET', '/requests');
    expect(at(requests.json, 'data.0')).toMatchObject({
      method: 'POST',
      path: '/sentinel/clients/encrypt/url',
      responseStatus: 200,
    });
    expect(textAt(requests.json, 'data.0.body')).toContain(auth.clientSecret);
  });

  it('does not mix accounts', async () => {
    await control('POST', '/customers', { count: 1 });
    auth = { clientUuid: randomUUID(), clientSecret: 'another-secret-long-enough' };
    await simulator.call('PUT', '/control/accounts/sentinel', auth);
    expect((await api('/customers/status/clientAuth', { email: 'customer-1@mail.test' })).status).toBe(404);
  });

  it('keeps to a link lifetime of the account clock', async () => {
    const url = await mint({ email: 'omar@mail.test' });
    await control('POST', '/clock', { advanceSeconds: 86_401 });
    expect((await simulator.call('GET', url)).status).toBe(410);
  });
});
