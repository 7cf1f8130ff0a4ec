import { createHmac } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Receiver, startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  at,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';
import { dentityAccount, type DentityUnderTest } from '../../test/twin-accounts.js';

describe('a bad day at Dentity', () => {
  let simulator: SimulatorUnderTest;
  let receiver: Receiver;
  let dentity: DentityUnderTest;

  const bulk = (verificationIds: readonly string[]): Promise<Answer> =>
    dentity.api('POST', '/programmatic/credential/bulk', { verificationIds });
  const sign = (body: string): string => createHmac('sha256', 'the-secret-key').update(body).digest('base64');

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    dentity = await dentityAccount(simulator, { callbackUrl: `${receiver.url}/hook` });
  });
  afterEach(() => receiver.close());

  it('reads as before the last change: not there, then pending, then verified', async () => {
    const id = await dentity.create();
    await dentity.fault({ on: 'request', kind: 'stale', times: 2 });
    expect((await dentity.status(id)).status).toBe(404);
    await dentity.finish(id, 'pass');
    expect(at((await dentity.status(id)).json, 'data.status')).toBe('pending');
    expect(at((await dentity.status(id)).json, 'data.status')).toBe('verified');
  });

  it('answers with another person, known or not', async () => {
    const id = await dentity.create();
    await dentity.fault({ on: 'request', kind: 'wrong-person', times: 2 });
    expect(at((await dentity.status(id)).json, 'data.user.fullName')).toBe('Somebody Else');
    const other = await dentity.create();
    expect(at((await dentity.status(id)).json, 'data._id')).toBe(other);
    expect(at((await dentity.status(id)).json, 'data._id')).toBe(id);
  });

  it.each([
    [null, 'in_review'],
    ['expired', 'expired'],
  ])('shows a status that is not listed: %s', async (value, status) => {
    const id = await dentity.create();
    await dentity.fault({ on: 'request', kind: 'unknown-value', value });
    expect(at((await dentity.status(id)).json, 'data.status')).toBe(status);
  });

  it('answers a bulk read with a stranger and without the first, once', async () => {
    const ids = [await dentity.create(), await dentity.create()];
    await dentity.fault({ on: 'request', kind: 'bulk-gaps' });
    await dentity.fault({ on: 'request', kind: 'bulk-strangers' });
    const odd = (await bulk(ids)).json;
    const answered = [at(odd, 'data.data.0._id'), at(odd, 'data.data.1._id')];
    expect(at(odd, 'data.totalItem')).toBe(2);
    expect(answered).toContain(ids[1]);
    expect(answered).not.toContain(ids[0]);
    const right = (await bulk(ids)).json;
    expect([at(right, 'data.data.0._id'), at(right, 'data.data.1._id')].sort()).toEqual(ids.sort());
  });

  it('has no PDF, then has it', async () => {
    const id = await dentity.create();
    await dentity.finish(id, 'pass');
    await dentity.fault({ on: 'request', kind: 'gone', path: '/pdf' });
    const read = async (): Promise<number> => (await dentity.api('GET', `/verification/${id}/pdf`)).status;
    expect([await read(), await read()]).toEqual([404, 200]);
  });

  it('has no images of one person while those of another are there', async () => {
    const imageOf = async (id: string): Promise<number> => {
      const call = await receiver.waitFor(({ body }) => body.includes(id) && body.includes('verified'));
      const address = textAt(JSON.parse(call.body), 'idvImages.0.images.face');
      return (await simulator.call('GET', address)).status;
    };
    const [ana, zoe] = [await dentity.create(), await dentity.create()];
    await dentity.control('POST', '/scenarios/expired-images', { person: ana });
    for (const id of [ana, zoe]) await dentity.finish(id, 'pass');
    expect([await imageOf(ana), await imageOf(zoe), await imageOf(ana)]).toEqual([403, 200, 403]);
  });

  it.each([
    ['unsigned', (_body: string, signature: unknown) => signature === undefined],
    [
      'wrong-signature',
      (body: string, signature: unknown) => String(signature).length === 44 && signature !== sign(body),
    ],
    [
      'pretty',
      (body: string, signature: unknown) =>
        body.includes('\n  "type"') && signature === sign(JSON.stringify(JSON.parse(body))),
    ],
  ])('sends one webhook %s', async (kind, isSo) => {
    await dentity.fault({ on: 'webhook', kind });
    await dentity.finish(await dentity.create(), 'pass');
    const { body, headers } = await receiver.waitFor(() => true);
    expect(isSo(body, headers['dentity-signature'])).toBe(true);
  });

  it('sends a webhook after the one that follows it, even at the account-wide address', async () => {
    await dentity.fault({ on: 'webhook', kind: 'reordered' });
    const id = await dentity.create();
    await dentity.finish(id, 'fail');
    await dentity.control('POST', `/people/${id}/status`, { status: 'verified' });
    await receiver.waitFor(({ body }) => body.includes('"failed"'));
    expect(receiver.calls.map(({ body }) => at(JSON.parse(body), 'status'))).toEqual(['verified', 'failed']);
  });
});
