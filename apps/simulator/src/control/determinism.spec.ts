import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { at, type SimulatorUnderTest, startSimulator, textAt } from '../../test/simulator-under-test.js';
import { dentityAccount, sardineAccount, sentinelAccount } from '../../test/twin-accounts.js';

const SENTINEL_ID = randomUUID();

/** Everything that an account makes up, in one text. */
const MADE: Readonly<Record<string, (simulator: SimulatorUnderTest, id: string) => Promise<unknown[]>>> = {
  sentinel: async (simulator, id) => {
    const account = await sentinelAccount(simulator, { id, seed: 'tuesday' });
    const link = await account.mint({ email: 'omar@mail.test' });
    await account.finish('omar@mail.test', 'approve');
    const { json } = await account.status('omar@mail.test');
    return [new URL(link).search, at(json, 'data.uuid'), at(json, 'data.id')];
  },
  sardine: async (simulator, id) => {
    const account = await sardineAccount(simulator, { id, seed: 'tuesday' });
    const customerId = await account.create('+14155550188');
    return [customerId, (await account.widget(customerId)).search, (await account.widget(customerId)).search];
  },
  dentity: async (simulator, id) => {
    const account = await dentityAccount(simulator, { id, seed: 'tuesday' });
    const verificationIds = [await account.create(), await account.create(), await account.create()];
    const { json } = await account.api('POST', '/programmatic/credential/bulk', { verificationIds });
    const messages = await account.control('GET', '/messages');
    const order = [0, 1, 2].map((index) => at(json, `data.data.${index}._id`));
    return [...verificationIds, ...order, new URL(textAt(messages.json, 'data.0.link')).pathname];
  },
};

describe.each(Object.entries(MADE))('with a seed, %s', (provider, make) => {
  let one: SimulatorUnderTest;
  let other: SimulatorUnderTest;
  const id = provider === 'sentinel' ? SENTINEL_ID : 'seeded-account';

  beforeAll(async () => {
    [one, other] = [await startSimulator(), await startSimulator()];
  });
  afterAll(async () => {
    await one.close();
    await other.close();
  });

  it('makes the same ids, tokens and orders in another simulator, and again after a reset', async () => {
    const made = await make(one, id);
    expect(await make(other, id)).toEqual(made);
    await one.call('POST', `/control/${provider}/${id}/reset`);
    expect(await make(one, id)).toEqual(made);
  });

  it('makes others for another account', async () => {
    const [first] = await make(one, provider === 'sentinel' ? randomUUID() : 'account-one');
    const [second] = await make(one, provider === 'sentinel' ? randomUUID() : 'account-two');
    expect(first).not.toEqual(second);
  });
});

describe('a seeded account that is changed', () => {
  it('goes on with its seed, so that no id comes twice', async () => {
    const simulator = await startSimulator();
    const options = { id: 'changed', seed: 'tuesday' };
    const first = await (await dentityAccount(simulator, options)).create();
    expect(await (await dentityAccount(simulator, options)).create()).not.toBe(first);
    await simulator.close();
  });
});

describe('an account without a seed', () => {
  it('makes ids that nobody can foresee', async () => {
    const simulator = await startSimulator();
    const made = async (): Promise<string> => {
      const account = await dentityAccount(simulator, { id: 'unseeded' });
      await account.control('POST', '/reset');
      return account.create();
    };
    expect(await made()).not.toBe(await made());
    await simulator.close();
  });
});

describe('one simulator', () => {
  it('serves many tests at once, none of which notices another', async () => {
    const simulator = await startSimulator();
    const test = async (index: number): Promise<unknown[]> => {
      const account = await dentityAccount(simulator);
      if (index % 2 === 0) await account.control('POST', '/scenarios/server-error', { times: null });
      await account.control('POST', '/clock', { advanceSeconds: index * 86_400 });
      const phoneNumber = { dialCode: '+1', phone: '4155550123' };
      const { status } = await account.api('POST', '/verification', { key: account.id, phoneNumber });
      const people = await account.control('GET', '/people');
      const requests = await account.control('GET', '/requests');
      const clock = await account.control('GET', '/clock');
      return [
        status,
        at(people.json, 'data.length'),
        at(requests.json, 'data.length'),
        Math.round(Number(at(clock.json, 'offsetSeconds')) / 86_400),
      ];
    };
    const seen = await Promise.all(Array.from({ length: 30 }, (_, index) => test(index)));
    expect(seen).toEqual(seen.map((_, index) => (index % 2 === 0 ? [503, 0, 1, index] : [200, 1, 1, index])));
    await simulator.close();
  });
});

it('makes the same ids however often somebody reads, and none twice when the seed changes and comes back', async () => {
  const simulator = await startSimulator();
  try {
    const id = 'read-or-not';
    const account = await dentityAccount(simulator, { id, seed: 'tuesday' });
    const first = await account.create();
    await account.api('POST', '/programmatic/credential/bulk', { verificationIds: [first] });
    const second = await account.create();
    await account.control('POST', '/reset');
    const unread = [await account.create(), await account.create()];
    expect(unread).toEqual([first, second]);
    await dentityAccount(simulator, { id, seed: 'wednesday' });
    await dentityAccount(simulator, { id, seed: 'tuesday' });
    expect(unread).not.toContain(await account.create());
  } finally {
    await simulator.close();
  }
});

it('refuses a time that no vendor could write, for everybody’s sake', async () => {
  const simulator = await startSimulator();
  try {
    const account = await dentityAccount(simulator);
    expect((await account.control('POST', '/clock', { advanceSeconds: 1e15 })).status).toBe(422);
    expect((await simulator.call('GET', '/control/accounts')).status).toBe(200);
  } finally {
    await simulator.close();
  }
});
