import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  at,
  answerThat,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';

const FULL = ['profile', 'doc_kyc'];

describe('the Sardine twin', () => {
  let simulator: SimulatorUnderTest;
  let clientId: string;
  let authorization: string;

  const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/sardine/v1/identity${path}`, body, { authorization });
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/control/sardine/${clientId}${path}`, body);
  const switches = (changes: object): Promise<Answer> => control('PATCH', '/switches', changes);
  const create = async (phoneNumber: string): Promise<string> =>
    textAt((await api('POST', '/entities', { phoneNumber })).json, 'customerId');
  const widget = async (customerId: string, body: object = {}): Promise<URL> =>
    new URL(
      textAt((await api('POST', '/consents/widget', { customerId, scope: FULL, ...body })).json, 'widgetUrl'),
    );
  const entity = (customerId: string): Promise<Answer> => api('GET', `/entities/${customerId}`);
  const finish = (person: string, body: object): Promise<Answer> =>
    control('POST', `/people/${person}/finish`, body);
  /** Opens the page, enters the code, and presses one button. */
  const walkThrough = async (url: URL, fields: Record<string, string>): Promise<Answer> => {
    await simulator.call('GET', url.href);
    const client_token = url.searchParams.get('client_token') ?? '';
    await simulator.submit('/sardine/widget/code', { client_token, code: '550188' });
    return simulator.submit('/sardine/widget/finish', { client_token, email: 'ana@mail.test', ...fields });
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  beforeEach(async () => {
    clientId = `client-${randomUUID()}`;
    authorization = `Basic ${Buffer.from(`${clientId}:the:secret`).toString('base64')}`;
    await simulator.call('PUT', '/control/accounts/sardine', { clientId, clientSecret: 'the:secret' });
  });

  it.each([
    ['no header', ''],
    ['another secret', 'wrong'],
  ])('answers 401 for %s', async (_what, secret) => {
    authorization = secret === '' ? '' : `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    expect((await api('POST', '/entities/search', { phoneNumber: '+14155550188' })).status).toBe(401);
  });

  it('finds nobody with success and nulls, then the one who was created', async () => {
    const empty = await api('POST', '/entities/search', { phoneNumber: '+14155550188' });
    expect([empty.status, empty.json]).toEqual([200, { customerId: null, createdAt: null }]);
    const customerId = await create('+14155550188');
    const found = await api('POST', '/entities/search', { phoneNumber: '+14155550188' });
    expect(at(found.json, 'customerId')).toBe(customerId);
  });

  it.each([
    ['object', 200, '{}'],
    ['no-body', 200, ''],
    ['not-found', 404, '{"message":"Customer not found"}'],
  ])('can show "nobody" as %s', async (emptySearch, status, text) => {
    await switches({ emptySearch });
    const answer = await api('POST', '/entities/search', { phoneNumber: '+14155550188' });
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  it('keeps phones unique', async () => {
    await create('+14155550188');
    expect((await api('POST', '/entities', { phoneNumber: '+14155550188' })).status).toBe(409);
    await switches({ duplicateCode: 400 });
    expect((await api('POST', '/entities', { phoneNumber: '+14155550188' })).status).toBe(400);
  });

  it.each([
    ['an unknown scope', { scope: ['everything'] }, 400],
    ['no customer', { customerId: undefined }, 400],
    ['an unknown customer', { customerId: randomUUID() }, 404],
  ])('refuses a widget with %s', async (_what, body, status) => {
    const customerId = await create('+14155550188');
    expect((await api('POST', '/consents/widget', { customerId, ...body })).status).toBe(status);
  });

  it('takes a person through code, consent and confirmation to the data', async () => {
    const customerId = await create('+14155550188');
    const successUrl = 'https://app.test/return/abc?x=1';
    const url = await widget(customerId, { successUrl });
    expect(url.searchParams.get('success_url')).toBe(successUrl);
    expect((await entity(customerId)).status).toBe(404);

    const done = await walkThrough(url, { outcome: 'complete' });
    expect(done.status).toBe(200);
    expect(done.text).toContain(`href="${successUrl}"`);
    const identity = (await entity(customerId)).json;
    expect(identity).toMatchObject({
      level: 'low',
      profile: {
        userId: customerId,
        clientId,
        consentId: null,
        revokedAt: null,
        emailAddress: 'ana@mail.test',
      },
      documentData: { documentType: 'DRIVERS_LICENSE', issuingCountry: 'US' },
      documentKyc: { front: expect.any(String) },
    });
  });

  it('asks for the right code before anything else', async () => {
    const url = await widget(await create('+14155550188'));
    const client_token = url.searchParams.get('client_token') ?? '';
    const page = await simulator.call('GET', url.href);
    expect(page.text).toContain('+14155550188');
    expect((await simulator.submit('/sardine/widget/code', { client_token, code: '000000' })).status).toBe(
      400,
    );
    const early = await simulator.submit('/sardine/widget/finish', { client_token, outcome: 'complete' });
    expect(early.text).toContain('Confirm your phone first');
  });

  it.each([
    ['complete', { autoRedirect: true }, 'https://app.test/ok'],
    ['manual-review', {}, 'https://app.test/manual'],
    ['decline', {}, null],
    ['abandon', {}, null],
  ])('sends the browser on after %s', async (outcome, body, location) => {
    const customerId = await create('+14155550188');
    const addresses = { successUrl: 'https://app.test/ok', manualKycUrl: 'https://app.test/manual' };
    const done = await walkThrough(await widget(customerId, { ...addresses, ...body }), { outcome });
    expect(done.headers.get('location')).toBe(location);
    expect((await entity(customerId)).status).toBe(outcome === 'complete' ? 200 : 404);
  });

  it('lets a widget URL be opened once, except by the same browser', async () => {
    const url = await widget(await create('+14155550188'));
    const first = await simulator.call('GET', url.href);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await simulator.call('GET', url.href)).status).toBe(410);
    expect((await simulator.call('GET', url.href, undefined, { cookie })).status).toBe(200);
  });

  it('shows only what was consented to', async () => {
    const customerId = await create('+14155550188');
    await widget(customerId, { scope: undefined });
    await finish(customerId, { outcome: 'complete' });
    expect(Object.keys(Object.assign({}, (await entity(customerId)).json))).toEqual([
      'profile',
      'level',
      'customer',
    ]);
    await switches({ riskEnrichment: false });
    expect(Object.keys(Object.assign({}, (await entity(customerId)).json))).toEqual(['profile']);
  });

  it('takes the risk level from the e-mail entered in the widget', async () => {
    const customerId = await create('+14155550188');
    await walkThrough(await widget(customerId), { outcome: 'complete', email: 'ana+high-risk@mail.test' });
    expect(at((await entity(customerId)).json, 'level')).toBe('high');
  });

  it('makes data wait by the account clock', async () => {
    await switches({ availabilityDelaySeconds: 30, notYet: 'empty' });
    const customerId = await create('+14155550188');
    await widget(customerId);
    await finish(customerId, { outcome: 'complete' });
    expect((await entity(customerId)).json).toEqual({});
    await control('POST', '/clock', { advanceSeconds: 31 });
    expect(at((await entity(customerId)).json, 'profile.userId')).toBe(customerId);
  });

  it('shows a revoked consent, or hides the data, by switch', async () => {
    const customerId = await create('+14155550188');
    await widget(customerId);
    await finish(customerId, { outcome: 'complete' });
    await control('POST', `/people/${customerId}/revoke-consent`);
    expect(at((await entity(customerId)).json, 'profile.revokedAt')).toEqual(expect.any(String));
    await switches({ revokedOwn: 'forbidden' });
    expect((await entity(customerId)).status).toBe(403);
  });

  it('shares the identity of a partner, with its name and the consent', async () => {
    const customerId = await create('+14155550188');
    const url = await widget(customerId, { flow: 'kyc_sharing' });
    expect((await finish(customerId, { outcome: 'complete' })).status).toBe(409);
    await control('POST', '/shareable', { phoneNumber: '+14155550188' });
    await finish(customerId, { outcome: 'complete' });
    expect(at((await entity(customerId)).json, 'profile')).toMatchObject({
      clientId: 'harbour-pay',
      consentId: url.searchParams.get('consent_id'),
      primaryIdentity: false,
    });
    await control('POST', `/people/${customerId}/revoke-consent`);
    expect((await entity(customerId)).status).toBe(403);
  });

  it.each([
    ['+14155550900', 'low'],
    ['+14155550912', 'medium'],
    ['+14155550914', 'very_high'],
  ])('finishes by itself for %s with level %s, and comes back to successUrl', async (phone, level) => {
    const receiver = await startReceiver();
    const customerId = await create(phone);
    await widget(customerId, { successUrl: `${receiver.url}/return/abc` });
    expect(await receiver.waitFor(() => true)).toMatchObject({ method: 'GET', path: '/return/abc' });
    expect(at((await entity(customerId)).json, 'level')).toBe(level);
    await receiver.close();
  });

  it.each([
    ['+14155550901', 'declined'],
    ['+14155550902', 'manual-review'],
  ])('%s ends as %s without data', async (phone, state) => {
    const customerId = await create(phone);
    await widget(customerId);
    await answerThat(
      () => control('GET', '/people'),
      (people) => at(people.json, 'data.0.state') === state,
    );
    expect((await entity(customerId)).status).toBe(404);
  });

  it('has no other endpoint', async () => {
    const answer = await api('DELETE', `/entities/${await create('+14155550188')}`);
    expect([answer.status, answer.json]).toEqual([404, { message: 'Not found' }]);
  });
});
