import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { at, type SimulatorUnderTest, startSimulator, textAt } from '../../test/simulator-under-test.js';
import { sardineAccount, type SardineUnderTest } from '../../test/twin-accounts.js';

const ANA = '+14155550188';
const MANUAL = 'https://app.test/manual';

describe('the switches of the Sardine twin', () => {
  let simulator: SimulatorUnderTest;
  let sardine: SardineUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    sardine = await sardineAccount(simulator);
  });

  it.each([
    ['message', { message: 'Customer not found' }],
    ['error', { error: 'Customer not found' }],
    ['errors', { errors: [{ message: 'Customer not found' }] }],
    ['code-and-message', { code: 404, status: 'error', message: 'Customer not found' }],
    ['text', undefined],
    ['empty', undefined],
  ])('give errors a body as %s', async (errorBody, json) => {
    await sardine.switches({ errorBody });
    const answer = await sardine.entity('nobody');
    expect([answer.status, answer.json]).toEqual([404, json]);
    if (json === undefined) expect(answer.text).toBe(errorBody === 'text' ? 'Customer not found' : '');
  });

  it('give wrong credentials and wrong requests the code of the account', async () => {
    await sardine.switches({ unauthorizedCode: 403, invalidCode: 422 });
    const authorization = `Basic ${Buffer.from(`${sardine.id}:wrong`).toString('base64')}`;
    const path = '/sardine/v1/identity/entities';
    const refused = await simulator.call('POST', path, { phoneNumber: ANA }, { authorization });
    const invalid = await sardine.api('POST', '/entities', { phoneNumber: '4155550188' });
    expect([refused.status, invalid.status]).toEqual([403, 422]);
  });

  it('refuse a widget to whom nobody has verified', async () => {
    await sardine.switches({ unshareable: 'refused', unshareableCode: 409 });
    const ask = async (phone: string): Promise<number> => {
      const body = { customerId: await sardine.create(phone), flow: 'kyc_sharing' };
      return (await sardine.api('POST', '/consents/widget', body)).status;
    };
    expect([await ask(ANA), await ask('+14155550908')]).toEqual([409, 200]);
  });

  it('send whom nobody has verified to manualKycUrl, by page and by control API', async () => {
    await sardine.switches({ unshareable: 'manual', returnParameters: { reason: 'manual' } });
    const customerId = await sardine.create(ANA);
    const sharing = { flow: 'kyc_sharing', manualKycUrl: MANUAL };
    const url = await sardine.widget(customerId, sharing);
    const client_token = url.searchParams.get('client_token') ?? '';
    const done = await simulator.submit('/sardine/widget/code', { client_token, code: '550188' });
    expect([done.status, done.headers.get('location')]).toEqual([303, `${MANUAL}?reason=manual`]);
    await sardine.widget(customerId, sharing);
    const finished = await sardine.finish(customerId, 'complete');
    expect(at(finished.json, 'person.state')).toBe('manual-review');
    expect((await sardine.entity(customerId)).status).toBe(404);
  });

  it('give the consent another id than the widget has', async () => {
    await sardine.switches({ consentIdMatches: false });
    await sardine.control('POST', '/shareable', { phoneNumber: ANA });
    const customerId = await sardine.create(ANA);
    const url = await sardine.widget(customerId, { flow: 'kyc_sharing' });
    await sardine.finish(customerId, 'complete');
    const consentId = textAt((await sardine.entity(customerId)).json, 'profile.consentId');
    expect(consentId).not.toBe(url.searchParams.get('consent_id'));
  });

  it('show the profile before the document', async () => {
    await sardine.switches({ documentDelaySeconds: 60 });
    const id = await sardine.verified(ANA);
    const parts = async (): Promise<string[]> =>
      Object.keys(Object.assign({}, (await sardine.entity(id)).json));
    expect(await parts()).toEqual(['profile', 'level', 'customer']);
    await sardine.control('POST', '/clock', { advanceSeconds: 61 });
    expect(await parts()).toEqual(['documentKyc', 'documentData', 'profile', 'level', 'customer']);
  });

  it('show a level, a document type and a risk object that are not listed', async () => {
    await sardine.switches({
      level: 'unknown',
      documentType: 'RESIDENCE_PERMIT',
      riskObject: 'whole',
      primaryIdentity: false,
      documentExpiry: '2020-01-31',
    });
    expect((await sardine.entity(await sardine.verified(ANA))).json).toMatchObject({
      level: 'unknown',
      documentData: { documentType: 'RESIDENCE_PERMIT', expiryDate: '2020-01-31' },
      customer: { sessionKey: expect.any(String), status: 'Success', customer: { level: 'unknown' } },
      profile: { primaryIdentity: false },
    });
  });

  it('encode each image in its own way, all of the size and tellable apart', async () => {
    const imageEncoding = { front: 'base64', back: 'data-uri', selfie: 'url' };
    await sardine.switches({ imageEncoding, imageBytes: 3000 });
    const { json } = await sardine.entity(await sardine.verified(ANA));
    const front = Buffer.from(textAt(json, 'documentKyc.front'), 'base64');
    const [type, back = ''] = textAt(json, 'documentKyc.back').split(',');
    const selfie = await fetch(textAt(json, 'documentKyc.selfie'));
    const pictures = {
      front,
      back: Buffer.from(back, 'base64'),
      selfie: Buffer.from(await selfie.arrayBuffer()),
    };
    expect(type).toBe('data:image/jpeg;base64');
    for (const [label, picture] of Object.entries(pictures)) {
      expect(picture.length).toBe(3000);
      expect(picture.toString('latin1')).toContain(`\u00ff\u00d9${label}`);
    }
    expect((await simulator.call('GET', '/sardine/images/nobody/front.jpg')).status).toBe(404);
  });

  it('keep people of two accounts with one phone apart', async () => {
    const other = await sardineAccount(simulator);
    const [mine, theirs] = [await sardine.verified(ANA), await other.create(ANA)];
    expect((await other.entity(mine)).status).toBe(404);
    expect((await other.entity(theirs)).status).toBe(404);
    expect((await sardine.entity(mine)).status).toBe(200);
  });
});
