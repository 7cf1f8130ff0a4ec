import { createHmac } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type ReceivedCall, type Receiver, startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  at,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';
import { dentityAccount, type DentityUnderTest } from '../../test/twin-accounts.js';

const PHONE = { dialCode: '+1', phone: '4155550123' };

describe('the switches of the Dentity twin', () => {
  let simulator: SimulatorUnderTest;
  let receiver: Receiver;
  let dentity: DentityUnderTest;

  const bulk = (verificationIds: readonly string[]): Promise<Answer> =>
    dentity.api('POST', '/programmatic/credential/bulk', { verificationIds });
  const pdf = (id: string): Promise<Answer> => dentity.api('GET', `/verification/${id}/pdf`);
  const delivered = (type: string, status: string): Promise<ReceivedCall> =>
    receiver.waitFor(({ body }) => body.includes(`${type}_delivery_status`) && body.includes(status));

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    dentity = await dentityAccount(simulator, {
      callbackUrl: `${receiver.url}/hook`,
      switches: { deliveryDelayMs: 0 },
    });
  });
  afterEach(() => receiver.close());

  it('give errors another body, but not the one that is documented', async () => {
    await dentity.switches({ errorBody: 'error' });
    expect((await dentity.status('nobody')).json).toEqual({ error: 'Verification not found' });
    const email = 'li+mismatch@mail.test';
    const refused = await dentity.api('POST', '/verification', {
      key: dentity.id,
      phoneNumber: PHONE,
      email,
    });
    expect(Object.keys(Object.assign({}, refused.json))).toEqual(['message']);
  });

  it('put the link where a text has no place for it', async () => {
    await dentity.switches({ missingLink: 'appended' });
    await dentity.create({ smsMessage: 'Hello' });
    const { json } = await dentity.control('GET', '/messages');
    expect(at(json, 'data.0.text')).toBe(`Hello ${textAt(json, 'data.0.link')}`);
  });

  it.each([
    ['null', null],
    ['absent', undefined],
  ])('show user as %s until the person has finished', async (userWhilePending, user) => {
    await dentity.switches({ userWhilePending });
    const id = await dentity.create();
    expect(at((await dentity.status(id)).json, 'data.user')).toBe(user);
    expect(at((await dentity.status(id)).json, 'data.metadata')).toEqual({});
    await dentity.finish(id, 'pass');
    expect(at((await dentity.status(id)).json, 'data.user.fullName')).toEqual(expect.any(String));
  });

  it('show the phone with its dial code', async () => {
    await dentity.switches({ userPhone: 'e164' });
    const id = await dentity.create();
    expect(at((await dentity.status(id)).json, 'data.user.phoneNumber')).toBe('+14155550123');
  });

  it.each([
    ['error', 410, undefined],
    ['empty', 200, ''],
    ['null', 200, null],
  ])('answer for a PDF that is gone with %s', async (pdfGone, status, file) => {
    await dentity.switches({ pdfGone, pdfGoneCode: 410 });
    const id = await dentity.create();
    await dentity.finish(id, 'pass');
    await dentity.control('POST', '/clock', { advanceSeconds: 24 * 3600 + 1 });
    const answer = await pdf(id);
    expect([answer.status, at(answer.json, 'data.pdf')]).toEqual([status, file]);
  });

  it('pad the PDF and say in it whether it has confidences', async () => {
    await dentity.switches({ pdfBytes: 4000 });
    const id = await dentity.create();
    await dentity.finish(id, 'pass');
    const file = async (query: string): Promise<string> => {
      const { json } = await dentity.api('GET', `/verification/${id}/pdf${query}`);
      return Buffer.from(textAt(json, 'data.pdf'), 'base64').toString('latin1');
    };
    const [plain, confident] = [await file(''), await file('?confidences=true')];
    expect([plain.length, confident.length]).toEqual([4000, 4000]);
    expect([plain.includes('% report\n'), confident.includes('% report/confidences\n')]).toEqual([
      true,
      true,
    ]);
  });

  it('need the key for a bulk read, or not', async () => {
    const id = await dentity.create();
    const path = '/dentity/core/api/v1/programmatic/credential/bulk';
    const ask = (): Promise<Answer> => simulator.call('POST', path, { verificationIds: [id] });
    expect((await ask()).status).toBe(401);
    await dentity.switches({ bulkNeedsKey: false });
    expect(at((await ask()).json, 'data.data.0._id')).toBe(id);
  });

  it.each([
    [50, 'refused', 200],
    [51, 'refused', 400],
    [51, 'cut', 200],
  ])('take %i ids where more than 50 are %s: %i', async (count, bulkOverLimit, status) => {
    await dentity.switches({ bulkOverLimit });
    const id = await dentity.create();
    const answer = await bulk(new Array<string>(count).fill(id));
    expect(answer.status).toBe(status);
    if (status === 200) expect(at(answer.json, 'data.totalItem')).toBe(50);
  });

  it('let a link run out', async () => {
    await dentity.switches({ linkLifetimeSeconds: 60 });
    const id = await dentity.create();
    const link = textAt((await dentity.control('GET', '/messages')).json, 'data.0.link');
    await dentity.control('POST', '/clock', { advanceSeconds: 61 });
    expect((await simulator.call('GET', link)).status).toBe(410);
    expect((await dentity.finish(id, 'pass')).status).toBe(409);
  });

  it('send other delivery values, with metadata, in the other order', async () => {
    await dentity.switches({
      deliveryEvents: true,
      smsStatuses: ['queued', 'undelivered'],
      emailStatuses: ['processed', 'blocked'],
      emailHistory: 'oldest-first',
      deliveryMetadata: true,
    });
    await dentity.create({ email: 'li@mail.test', metadata: { caseId: 'c-77' } });
    const sms: unknown = JSON.parse((await delivered('sms', 'undelivered')).body);
    const email: unknown = JSON.parse((await delivered('email', 'blocked')).body);
    expect([at(sms, 'metadata.caseId'), at(email, 'metadata.caseId')]).toEqual(['c-77', 'c-77']);
    expect(at(email, 'emailDeliveryEvents')).toMatchObject([{ status: 'processed' }, { status: 'blocked' }]);
  });

  it('sign the bytes that are sent', async () => {
    await dentity.switches({ webhookBytes: 'pretty', signedBytes: 'sent' });
    await dentity.finish(await dentity.create(), 'pass');
    const { body, headers } = await receiver.waitFor(() => true);
    const signature = createHmac('sha256', 'the-secret-key').update(body).digest('base64');
    expect(body).toContain('\n');
    expect(headers['dentity-signature']).toBe(signature);
  });

  it('have the images that are named, each of the size and tellable apart', async () => {
    await dentity.switches({
      imageNames: ['face', 'original_back'],
      imageBytes: 3000,
      imageCategory: 'passport',
    });
    await dentity.finish(await dentity.create(), 'pass');
    const webhook: unknown = JSON.parse((await receiver.waitFor(() => true)).body);
    const images = at(webhook, 'idvImages.0.images');
    expect(images).toMatchObject({ cropped_front: null, original_front: null, cropped_back: null });
    for (const name of ['face', 'original_back']) {
      const picture = Buffer.from(await (await fetch(textAt(images, name))).arrayBuffer());
      expect([picture.length, picture.toString('latin1').includes(`\u00ff\u00d9${name}`)]).toEqual([
        3000,
        true,
      ]);
    }
  });
});
