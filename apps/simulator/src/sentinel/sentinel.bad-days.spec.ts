import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Receiver, startReceiver } from '../../test/receiver.js';
import { answerThat, at, type SimulatorUnderTest, startSimulator } from '../../test/simulator-under-test.js';
import { sentinelAccount, type SentinelUnderTest } from '../../test/twin-accounts.js';

const OMAR = 'omar@mail.test';

describe('a bad day at Sentinel', () => {
  let simulator: SimulatorUnderTest;
  let receiver: Receiver;
  let sentinel: SentinelUnderTest;

  const accepted = async (email: string): Promise<void> => {
    await sentinel.mint({ email });
    await sentinel.finish(email, 'approve');
  };
  const received = (count: number): Promise<unknown[]> =>
    answerThat(
      () => Promise.resolve(receiver.calls.map(({ body }) => JSON.parse(body) as unknown)),
      (bodies) => bodies.length === count,
    );

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    sentinel = await sentinelAccount(simulator, { callbackUrl: `${receiver.url}/hook` });
  });
  afterEach(() => receiver.close());

  it('reads as before the last change: nobody, then Pending, then Accepted', async () => {
    await sentinel.mint({ email: OMAR });
    await sentinel.finish(OMAR, 'pending');
    await sentinel.fault({ on: 'request', kind: 'stale', times: 2 });
    expect((await sentinel.status(OMAR)).status).toBe(404);
    await sentinel.control('POST', `/customers/${OMAR}/status`, { status: 'accepted' });
    expect(at((await sentinel.status(OMAR)).json, 'data.status')).toBe(1);
    expect(at((await sentinel.status(OMAR)).json, 'data.status')).toBe(6);
  });

  it('keeps a stale read for the next one that reads something', async () => {
    await accepted(OMAR);
    await sentinel.fault({ on: 'request', kind: 'stale' });
    await sentinel.api('/clients/find/self/clientAuth');
    expect(at((await sentinel.status(OMAR)).json, 'data.status')).toBe(1);
  });

  it('answers with another person, known or not', async () => {
    await accepted(OMAR);
    await sentinel.fault({ on: 'request', kind: 'wrong-person', times: 2 });
    expect(at((await sentinel.status(OMAR)).json, 'data.email')).toBe('somebody.else@mail.test');
    await accepted('layla@mail.test');
    expect(at((await sentinel.status(OMAR)).json, 'data.email')).toBe('layla@mail.test');
    expect(at((await sentinel.status(OMAR)).json, 'data.email')).toBe(OMAR);
  });

  it.each([
    [null, 99],
    [77, 77],
  ])('shows a code that nobody knows: %s', async (value, shown) => {
    await accepted(OMAR);
    await sentinel.fault({ on: 'request', kind: 'unknown-value', value });
    expect(at((await sentinel.status(OMAR)).json, 'data.status')).toBe(shown);
  });

  it.each([
    ['unsigned', undefined],
    ['wrong-signature', 's3cr3t-pass-not'],
    ['pretty', 's3cr3t-pass'],
  ])('sends one webhook %s, then as usual', async (kind, passphrase) => {
    await sentinel.fault({ on: 'webhook', kind });
    await accepted(OMAR);
    const [pending, outcome] = await received(2);
    expect([at(pending, 'passphrase'), at(outcome, 'passphrase')]).toEqual([passphrase, 's3cr3t-pass']);
    expect(receiver.calls[0]?.body.includes('\n')).toBe(kind === 'pretty');
  });

  it('sends a webhook after the one that follows it', async () => {
    await sentinel.fault({ on: 'webhook', kind: 'reordered' });
    await accepted(OMAR);
    expect((await received(2)).map((body) => at(body, 'newStatus'))).toEqual([6, 1]);
    const { json } = await sentinel.control('GET', '/webhooks');
    expect(at(json, 'data.0')).toMatchObject({ fault: 'fault-1', state: 'answered' });
  });

  it('holds a webhook that nothing follows, and forgets it at a reset', async () => {
    await sentinel.fault({ on: 'webhook', kind: 'reordered' });
    await sentinel.mint({ email: OMAR });
    await sentinel.finish(OMAR, 'pending');
    expect(at((await sentinel.control('GET', '/webhooks')).json, 'data.0.state')).toBe('held');
    await sentinel.control('POST', '/reset');
    await accepted(OMAR);
    expect((await received(2)).map((body) => at(body, 'newStatus'))).toEqual([1, 6]);
  });

  it('loses the webhooks of one person only', async () => {
    await sentinel.fault({ on: 'webhook', kind: 'lost', person: OMAR, times: null });
    await accepted(OMAR);
    await accepted('layla@mail.test');
    expect((await received(2)).map((body) => at(body, 'email'))).toEqual([
      'layla@mail.test',
      'layla@mail.test',
    ]);
  });
});
