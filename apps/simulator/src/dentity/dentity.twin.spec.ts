import { createHmac, randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type ReceivedCall, type Receiver, startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  at,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';

const SECRET = 'the-secret-key';
const PHONE = { dialCode: '+1', phone: '4155550123' };

describe('the Dentity twin', () => {
  let simulator: SimulatorUnderTest;
  let receiver: Receiver;
  let key: string;

  const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/dentity/core/api/v1${path}`, body, { 'x-api-key': key });
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    simulator.call(method, `/control/dentity/${key}${path}`, body);
  const switches = (changes: object): Promise<Answer> => control('PATCH', '/switches', changes);
  const request = (body: object = {}): Promise<Answer> =>
    api('POST', '/verification', { key, phoneNumber: PHONE, callbackUrl: `${receiver.url}/hook`, ...body });
  const create = async (body: object = {}): Promise<string> => textAt((await request(body)).json, 'data._id');
  const finish = (id: string, outcome: string): Promise<Answer> =>
    control('POST', `/people/${id}/finish`, { outcome });
  const status = async (id: string): Promise<unknown> =>
    at((await api('GET', `/verification/${id}/status`)).json, 'data');
  const webhook = (type: string, detail: string): Promise<ReceivedCall> =>
    receiver.waitFor(({ body }) => body.includes(type) && body.includes(detail));

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  beforeEach(async () => {
    receiver = await startReceiver();
    key = `pk-${randomUUID()}`;
    await simulator.call('PUT', '/control/accounts/dentity', {
      apiKey: key,
      secretKey: SECRET,
      switches: { deliveryDelayMs: 0 },
    });
  });
  afterEach(() => receiver.close());

  it('wants the key in the header and the same in the body', async () => {
    expect((await request({ key: 'another' })).status).toBe(401);
    const stranger = await simulator.call('GET', '/dentity/core/api/v1/verification/x/status', undefined, {
      'x-api-key': 'nobody',
    });
    expect([stranger.status, stranger.json]).toEqual([401, { message: 'Invalid API key' }]);
  });

  it('answers a create with id, pending and the metadata', async () => {
    const answer = await request({ metadata: { caseId: 'c-77' } });
    expect(answer.json).toEqual({
      data: { _id: expect.stringMatching(/^[0-9a-f]{24}$/), status: 'pending', metadata: { caseId: 'c-77' } },
    });
  });

  it.each([
    ['a text without the link', { smsMessage: 'hello' }],
    ['a birth date in another form', { dateOfBirth: '1994-02-11' }],
    ['a phone that is not split', { phoneNumber: '+14155550123' }],
  ])('refuses %s', async (_what, body) => {
    const answer = await request(body);
    expect([answer.status, at(answer.json, 'message')]).toEqual([400, expect.any(String)]);
  });

  it('refuses a phone and e-mail of different accounts in the known words', async () => {
    const answer = await request({ email: 'li+mismatch@mail.test' });
    expect([answer.status, answer.json]).toEqual([
      400,
      { message: 'The phone or email you entered does not match your account' },
    ]);
  });

  it('puts the rendered text with its link into the outbox, escaped', async () => {
    await create({ smsMessage: '<b>{{siteName}}</b> asks: {{link}}' });
    const { json } = await control('GET', '/messages');
    const link = textAt(json, 'data.0.link');
    expect(at(json, 'data.0.text')).toBe(`<b>Northwind</b> asks: ${link}`);
    const outbox = await simulator.call('GET', `/dentity/outbox?account=${key}`);
    expect(outbox.text).toContain(`&lt;b&gt;Northwind&lt;/b&gt; asks: <a href="${link}">`);
  });

  it.each([
    ['pass', 'verified'],
    ['fail', 'failed'],
  ])('turns %s on the page into %s, told by a signed PUT', async (outcome, becomes) => {
    const id = await create({
      name: { firstName: 'Zoë', lastName: 'Wei' },
      dateOfBirth: '02/11/1994',
      metadata: { b: 1, a: '/' },
    });
    const link = textAt((await control('GET', '/messages')).json, 'data.0.link');
    expect((await simulator.call('GET', link)).text).toContain('Zoë Wei');
    expect((await simulator.submit(link, { outcome })).text).toContain('You can close this page');
    const call = await webhook('verification_status', becomes);
    expect(call.method).toBe('PUT');
    expect(call.headers['dentity-signature']).toBe(
      createHmac('sha256', SECRET).update(call.body).digest('base64'),
    );
    expect(JSON.parse(call.body)).toMatchObject({
      _id: id,
      user: { fullName: 'Zoë Wei' },
      metadata: { b: 1, a: '/' },
    });
    expect(await status(id)).toMatchObject({
      status: becomes,
      user: { fullName: 'Zoë Wei', dateOfBirth: '1994-02-11', phoneNumber: '4155550123' },
    });
    expect((await simulator.call('GET', link)).text).toContain('Already done');
  });

  it('stays pending when the person leaves', async () => {
    const id = await create();
    await finish(id, 'abandon');
    expect(await status(id)).toMatchObject({ status: 'pending' });
  });

  it('reports SMS and e-mail delivery in order, the e-mail with its history', async () => {
    await create({ email: 'li@mail.test' });
    const email = await webhook('email_delivery_status', 'delivered');
    const sms = receiver.calls
      .map(({ body }) => at(JSON.parse(body), 'smsDeliveryEvents.status'))
      .filter(Boolean);
    expect(sms).toEqual(['accepted', 'sending', 'sent', 'delivered']);
    expect(JSON.parse(email.body)).toMatchObject({
      status: 'pending',
      emailDeliveryEvents: [{ status: 'delivered' }, { status: 'processed' }],
    });
  });

  it.each([
    ['+approve', 'verified'],
    ['+reject', 'failed'],
  ])('finishes %s by itself as %s', async (tag, becomes) => {
    await create({ email: `li${tag}@mail.test` });
    await webhook('verification_status', becomes);
  });

  it('finishes by the phone where there is no e-mail', async () => {
    await create({ phoneNumber: { dialCode: '+1', phone: '4155550900' } });
    await webhook('verification_status', 'verified');
  });

  it('reports the undeliverable', async () => {
    await create({ email: 'li+undeliverable@mail.test' });
    await webhook('sms_delivery_status', 'failed');
    await webhook('email_delivery_status', 'bounce');
  });

  it.each([
    ['wrong', 44],
    ['short', 20],
    ['missing', 0],
  ])('can sign wrongly: %s', async (signature, length) => {
    await switches({ signature, deliveryEvents: false });
    await finish(await create(), 'pass');
    const call = await webhook('verification_status', 'verified');
    const header = String(call.headers['dentity-signature'] ?? '');
    expect(header).toHaveLength(length);
    expect(header).not.toBe(createHmac('sha256', SECRET).update(call.body).digest('base64'));
  });

  it.each(['pretty', 'escaped'])('can send %s bytes while signing the compact form', async (webhookBytes) => {
    await switches({ webhookBytes, deliveryEvents: false });
    await finish(await create({ name: { firstName: 'Zoë', lastName: 'Wei' } }), 'pass');
    const call = await webhook('verification_status', 'verified');
    const compact = JSON.stringify(JSON.parse(call.body));
    expect(call.body).not.toBe(compact);
    expect(call.headers['dentity-signature']).toBe(
      createHmac('sha256', SECRET).update(compact).digest('base64'),
    );
  });

  it('has the PDF for 24 hours after completion only', async () => {
    const id = await create();
    expect((await api('GET', `/verification/${id}/pdf`)).status).toBe(404);
    await finish(id, 'pass');
    const answer = await api('GET', `/verification/${id}/pdf?confidences=true`);
    const file = Buffer.from(textAt(answer.json, 'data.pdf'), 'base64').toString('latin1');
    expect(file).toMatch(/^%PDF-/);
    expect(file).toContain('Confidence scores');
    await control('POST', '/clock', { advanceSeconds: 24 * 3600 + 1 });
    expect((await api('GET', `/verification/${id}/pdf`)).status).toBe(404);
  });

  it('has images for 60 seconds from their time stamp', async () => {
    await finish(await create(), 'pass');
    const call = await webhook('verification_status', 'verified');
    const url = textAt(JSON.parse(call.body), 'idvImages.0.images.face');
    const image = await simulator.call('GET', url);
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    await control('POST', '/clock', { advanceSeconds: 62 });
    expect((await simulator.call('GET', url)).status).toBe(403);
  });

  it('answers bulk by id, refuses 51, and can lose and invent rows', async () => {
    const ids = [await create(), await create()];
    const bulk = (verificationIds: unknown): Promise<Answer> =>
      api('POST', '/programmatic/credential/bulk', { verificationIds });
    const both = await bulk(ids);
    expect(at(both.json, 'data.totalItem')).toBe(2);
    expect(ids).toContain(at(both.json, 'data.data.0._id'));
    expect((await bulk(new Array(51).fill(ids[0]))).status).toBe(400);
    await switches({ bulkGaps: true, bulkStrays: true, bulkShuffled: false });
    const odd = await bulk(ids);
    expect(at(odd.json, 'data.data.0._id')).toBe(ids[1]);
    expect(ids).not.toContain(at(odd.json, 'data.data.1._id'));
  });

  it('can repeat the user key as the published sample does', async () => {
    await switches({ duplicateUserKey: true });
    const answer = await api('GET', `/verification/${await create()}/status`);
    expect(answer.text.match(/"user":/g)).toHaveLength(2);
    expect(at(answer.json, 'data.user.fullName')).toEqual(expect.any(String));
  });

  it('can do what was asked and lose the answer', async () => {
    await control('POST', '/faults', { on: 'request', kind: 'status', status: 502, afterEffect: true });
    const lost = await request();
    expect([lost.status, at(lost.json, 'data')]).toEqual([502, undefined]);
    expect(at((await control('GET', '/people')).json, 'data.length')).toBe(1);
  });

  it('loses and repeats webhooks when told to', async () => {
    await switches({ deliveryEvents: false });
    await control('POST', '/faults', { on: 'webhook', kind: 'lost' });
    await control('POST', '/faults', { on: 'webhook', kind: 'twice' });
    const id = await create();
    await finish(id, 'fail');
    await control('POST', `/people/${id}/status`, { status: 'verified' });
    await webhook('verification_status', 'verified');
    const { json } = await control('GET', '/webhooks');
    expect(at(json, 'data.0.state')).toBe('lost');
    expect(at(json, 'data.length')).toBe(3);
    expect(receiver.calls.some(({ body }) => body.includes('failed'))).toBe(false);
  });
});
