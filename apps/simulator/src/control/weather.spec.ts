import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Receiver, startReceiver } from '../../test/receiver.js';
import { answerThat, at, type SimulatorUnderTest, startSimulator } from '../../test/simulator-under-test.js';
import { sardineAccount, sentinelAccount, type SentinelUnderTest } from '../../test/twin-accounts.js';
import { Weather, weatherInput } from '../kit/weather.js';

const SELF = '/clients/find/self/clientAuth';

describe('weather', () => {
  let simulator: SimulatorUnderTest;
  let sentinel: SentinelUnderTest;
  let receiver: Receiver;

  const weather = async (settings: object): Promise<void> => {
    expect((await sentinel.control('PUT', '/weather', settings)).status).toBe(200);
  };
  /** Statuses of ten requests; null where the connection was cut. */
  const tenRequests = async (): Promise<(number | null)[]> => {
    const seen: (number | null)[] = [];
    for (let count = 0; count < 10; count += 1)
      seen.push(
        await sentinel.api(SELF).then(
          ({ status }) => status,
          () => null,
        ),
      );
    return seen;
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    sentinel = await sentinelAccount(simulator, { callbackUrl: receiver.url });
  });
  afterEach(() => receiver.close());

  it('is calm at first, again after it was deleted, and after a reset', async () => {
    const calm = weatherInput.parse({});
    const now = async (): Promise<unknown> => (await sentinel.control('GET', '/weather')).json;
    expect(await now()).toEqual(calm);
    await weather({ serverErrors: 1 });
    await sentinel.control('DELETE', '/weather');
    expect(await now()).toEqual(calm);
    await weather({ serverErrors: 1 });
    await sentinel.control('POST', '/reset');
    expect([await now(), (await sentinel.api(SELF)).status]).toEqual([calm, 200]);
  });

  it('is the same for the same seed and calls, and another for another seed', async () => {
    const rough = { serverErrors: 0.4, rateLimits: 0.1, lostAnswers: 0.2 };
    await weather({ seed: 'one', ...rough });
    const first = await tenRequests();
    await weather({ seed: 'one', ...rough });
    expect(await tenRequests()).toEqual(first);
    await weather({ seed: 'two', ...rough });
    expect(await tenRequests()).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it.each([
    ['serverErrors', { serverErrors: 1 }, [500, 502, 503]],
    ['rateLimits', { rateLimits: 1 }, [429]],
  ])('brings %s where they are certain', async (_what, settings, possible) => {
    await weather(settings);
    const seen = await tenRequests();
    expect(seen.filter((status) => status === null || !possible.includes(status))).toEqual([]);
    const { json } = await sentinel.control('GET', '/requests');
    expect(at(json, 'data.9.fault')).toBe('weather');
  });

  it('does what was asked although the answer is lost', async () => {
    await weather({ lostAnswers: 1 });
    await expect(sentinel.mint({ email: 'omar@mail.test' })).rejects.toThrow();
    expect(at((await sentinel.control('GET', '/people')).json, 'data.length')).toBe(1);
  });

  it('cuts answers in half', async () => {
    await weather({ truncated: 1 });
    const answer = await sentinel.api(SELF);
    expect([answer.status, answer.json]).toEqual([200, undefined]);
  });

  it('puts members into answers that nobody documented, and changes nothing else', async () => {
    const usual = (await sentinel.api(SELF)).text;
    await weather({ extraKeys: 1 });
    const answer = await sentinel.api(SELF);
    const [, added] = /^\{("x_[0-9a-f]+":.+?),"message"/.exec(answer.text) ?? [];
    expect(answer.json).toBeDefined();
    expect(answer.text.replaceAll(`${String(added)},`, '')).toBe(usual);
  });

  it('lets a planned fault go first', async () => {
    await weather({ serverErrors: 1 });
    await sentinel.fault({ on: 'request', kind: 'status', status: 418 });
    expect((await sentinel.api(SELF)).status).toBe(418);
  });

  it.each([
    ['webhooksLost', ['lost', 'lost']],
    ['webhooksTwice', ['answered', 'answered', 'answered', 'answered']],
    ['webhooksReordered', ['held', 'held']],
    ['webhooksForged', ['answered', 'answered']],
  ])('comes over webhooks: %s', async (what, states) => {
    await weather({ [what]: 1 });
    await sentinel.mint({ email: 'omar@mail.test' });
    await sentinel.finish('omar@mail.test', 'approve');
    const webhooks = await answerThat(
      () => sentinel.control('GET', '/webhooks'),
      ({ json }) => states.every((state, index) => at(json, `data.${index}.state`) === state),
    );
    expect(at(webhooks.json, 'data.length')).toBe(states.length);
    const proofs = receiver.calls.map(({ body }) => at(JSON.parse(body), 'passphrase'));
    expect(proofs.includes('s3cr3t-pass')).toBe(what === 'webhooksTwice');
  });

  it('knows no webhooks where the vendor sends none', async () => {
    const sardine = await sardineAccount(simulator);
    const answer = await sardine.control('PUT', '/weather', { webhooksLost: 0.5 });
    expect([answer.status, at(answer.json, 'message')]).toEqual([422, 'Sardine sends no webhooks']);
    expect((await sardine.control('PUT', '/weather', { extraKeys: 0.5 })).status).toBe(200);
  });

  it.each([{ serverErrors: 2 }, { serverErrors: -1 }, { hail: 1 }, { seed: '' }])(
    'refuses %j',
    async (settings) => {
      expect((await sentinel.control('PUT', '/weather', settings)).status).toBe(400);
    },
  );

  it('delays answers by up to the time given, and comes about as often as it should', () => {
    const drawn = new Weather();
    drawn.set(weatherInput.parse({ latencyMs: 100, serverErrors: 0.25 }));
    const seen = Array.from({ length: 1000 }, () => drawn.forRequest());
    const delays = seen.map(({ delayMs }) => delayMs);
    expect([Math.min(...delays) >= 0, Math.max(...delays) < 100]).toEqual([true, true]);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(50);
    const errors = seen.filter(({ misfortune }) => misfortune?.kind === 'status').length;
    expect([errors > 200, errors < 300]).toEqual([true, true]);
  });
});
