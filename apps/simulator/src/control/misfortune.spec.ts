import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  answerThat,
  at,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';
import {
  dentityAccount,
  plannedFaults,
  sardineAccount,
  sentinelAccount,
  type SentinelUnderTest,
} from '../../test/twin-accounts.js';
import { SCENARIOS } from '../kit/scenarios.js';

const SELF = '/clients/find/self/clientAuth';

describe('planned faults', () => {
  let simulator: SimulatorUnderTest;
  let sentinel: SentinelUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    sentinel = await sentinelAccount(simulator);
  });

  it('slow an answer down and leave it whole', async () => {
    await sentinel.fault({ on: 'request', kind: 'latency', delayMs: 20 });
    expect(at((await sentinel.api(SELF)).json, 'data.uuid')).toBe(sentinel.id);
    expect((await plannedFaults(sentinel)).happened).toEqual({ 'fault-1': 1 });
  });

  it('leave a request without an answer', async () => {
    await sentinel.fault({ on: 'request', kind: 'hang' });
    const given = new AbortController();
    const asked = fetch(`${simulator.origin}/sentinel${SELF}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sentinel.auth),
      signal: given.signal,
    });
    await answerThat(
      () => plannedFaults(sentinel),
      ({ happened }) => happened['fault-1'] === 1,
    );
    given.abort();
    await expect(asked).rejects.toThrow('abort');
  });

  it.each([
    ['a limit', { kind: 'rate-limit', retryAfterSeconds: 7 }, 429, '7', '{"message":"Too many requests"}'],
    [
      'a limit that does not say for how long',
      { kind: 'rate-limit', retryAfterSeconds: null },
      429,
      null,
      '',
    ],
    ['a web page', { kind: 'html', status: 502 }, 502, null, '<!doctype html>'],
    ['an error', { kind: 'status', status: 500, body: '{"a":1}' }, 500, null, '{"a":1}'],
  ])('answer with %s', async (_what, fault, status, retryAfter, text) => {
    await sentinel.fault({ on: 'request', ...fault });
    const answer = await sentinel.api(SELF);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(answer.text).toContain(text);
  });

  it('cut the connection before anything was done', async () => {
    await sentinel.fault({ on: 'request', kind: 'reset' });
    await expect(sentinel.mint({ email: 'omar@mail.test' })).rejects.toThrow();
    expect(at((await sentinel.control('GET', '/people')).json, 'data')).toEqual([]);
  });

  it('cut an answer in half', async () => {
    const whole = await sentinel.api(SELF);
    await sentinel.fault({ on: 'request', kind: 'truncate' });
    const half = await sentinel.api(SELF);
    expect([half.status, half.json]).toEqual([200, undefined]);
    expect(whole.text.startsWith(half.text)).toBe(true);
  });

  it('do what was asked and lose the answer with the connection', async () => {
    await sentinel.fault({ on: 'request', kind: 'lost-answer' });
    await expect(sentinel.mint({ email: 'omar@mail.test' })).rejects.toThrow();
    expect(at((await sentinel.control('GET', '/people')).json, 'data.0.email')).toBe('omar@mail.test');
    const requests = await sentinel.control('GET', '/requests');
    expect(at(requests.json, 'data.0')).toMatchObject({ responseStatus: null, fault: 'fault-1' });
  });

  it('are in the journal too where they are of what is answered', async () => {
    const dentity = await dentityAccount(simulator);
    const id = await dentity.create();
    await dentity.fault({ on: 'request', kind: 'unknown-value', name: 'odd' });
    await dentity.status(id);
    expect((await dentity.control('GET', '/requests')).text).toContain('"fault":"odd"');
  });

  it.each([
    ['ana@mail.test', 'susana@mail.test'],
    ['ana@mail.test', 'ana@mail.test.example'],
    ['+1415555018', '+14155550188'],
  ])('of %s do not befall %s', async (person, other) => {
    await sentinel.fault({ on: 'request', kind: 'status', status: 500, person });
    const contact = (value: string): Record<string, string> =>
      value.includes('@') ? { email: value } : { phoneNumber: value };
    await sentinel.mint(contact(other));
    expect((await plannedFaults(sentinel)).happened).toEqual({});
    await expect(sentinel.mint(contact(person))).rejects.toThrow();
    expect((await plannedFaults(sentinel)).happened).toEqual({ 'fault-1': 1 });
  });

  it('choose the type of an answer themselves', async () => {
    const headers = { 'content-type': 'text/html' };
    await sentinel.fault({ on: 'request', kind: 'status', status: 502, body: '<p>', headers });
    expect((await sentinel.api(SELF)).headers.get('content-type')).toBe('text/html');
  });

  it('do not send a late webhook of somebody who is forgotten', async () => {
    const account = await sentinelAccount(simulator, { callbackUrl: `${simulator.origin}/nowhere` });
    await account.fault({ on: 'webhook', kind: 'late', delayMs: 1 });
    await account.fault({ on: 'webhook', kind: 'late', delayMs: 60_000 });
    const webhooks = async (): Promise<unknown> =>
      at((await account.control('GET', '/webhooks')).json, 'data');
    await account.mint({ email: 'omar@mail.test' });
    await account.finish('omar@mail.test', 'approve');
    await account.mint({ email: 'lina@mail.test' });
    await account.finish('lina@mail.test', 'approve');
    const [sent, held] = await answerThat(
      async () => (await webhooks()) as { state: string; fault: string }[],
      (all) => all.some(({ state }) => state === 'answered'),
    );
    expect([sent, held]).toMatchObject([
      { state: 'answered', fault: 'fault-1' },
      { state: 'held', fault: 'fault-2' },
    ]);
    await account.control('POST', '/reset');
    expect(await webhooks()).toEqual([]);
  });

  it('refuse good credentials in the words of each vendor', async () => {
    const sardine = await sardineAccount(simulator);
    const dentity = await dentityAccount(simulator, { switches: { badKeyCode: 403 } });
    for (const account of [sentinel, sardine, dentity])
      await account.fault({ on: 'request', kind: 'credentials' });
    const answers = [
      await sentinel.api(SELF),
      await sardine.api('POST', '/entities/search', { phoneNumber: '+14155550188' }),
      await dentity.status('any'),
    ];
    expect(answers.map(({ status, json }) => [status, json])).toEqual([
      [400, { errors: [{ message: 'Invalid user credentials' }] }],
      [401, { message: 'Unauthorized' }],
      [403, { message: 'Invalid API key' }],
    ]);
  });

  it('are for a path, a part of the body, or everybody', async () => {
    await sentinel.fault({ on: 'request', kind: 'status', status: 503, bodyContains: 'zoe@mail' });
    await sentinel.fault({ on: 'request', kind: 'status', status: 504, path: '/listWithDoc/' });
    const seen = [
      await sentinel.api(SELF),
      await sentinel.status('ana@mail.test'),
      await sentinel.api('/customers/listWithDoc/clientAuth'),
      await sentinel.status('zoe@mail.test'),
    ];
    expect(seen.map(({ status }) => status)).toEqual([200, 404, 504, 503]);
  });

  it('are for one person by whatever name the vendor knows them', async () => {
    const sardine = await sardineAccount(simulator);
    const [ana, zoe] = [await sardine.verified('+14155550188'), await sardine.verified('+14155550199')];
    await sardine.fault({ on: 'request', kind: 'status', status: 503, person: '+14155550188', times: 2 });
    const search = await sardine.api('POST', '/entities/search', { phoneNumber: '+14155550188' });
    const seen = [search, await sardine.entity(zoe), await sardine.entity(ana), await sardine.entity(ana)];
    expect(seen.map(({ status }) => status)).toEqual([503, 200, 503, 200]);
  });

  it('are for a person before the vendor knows them, also where the phone comes in two parts', async () => {
    const dentity = await dentityAccount(simulator);
    await dentity.fault({ on: 'request', kind: 'status', status: 503, person: '+14155550177' });
    await dentity.create();
    const phoneNumber = { dialCode: '+1', phone: '4155550177' };
    expect((await dentity.api('POST', '/verification', { key: dentity.id, phoneNumber })).status).toBe(503);
  });

  it('stay until they are removed by name', async () => {
    await sentinel.fault({ on: 'request', kind: 'status', status: 503, name: 'outage', times: null });
    const seen = [await sentinel.api(SELF), await sentinel.api(SELF), await sentinel.api(SELF)];
    expect(seen.map(({ status }) => status)).toEqual([503, 503, 503]);
    const listed = await sentinel.control('GET', '/faults');
    expect(at(listed.json, 'data.0')).toMatchObject({ name: 'outage', happened: 3, times: null });
    expect((await sentinel.control('DELETE', '/faults/outage')).status).toBe(204);
    expect((await sentinel.api(SELF)).status).toBe(200);
    expect((await sentinel.control('DELETE', '/faults/outage')).status).toBe(404);
  });

  it.each([
    ['sentinel', { on: 'request', kind: 'bulk-gaps' }, 422, 'Sentinel cannot have'],
    ['sardine', { on: 'webhook', kind: 'lost' }, 422, 'Sardine cannot have'],
    ['dentity', { on: 'request', kind: 'revoked' }, 422, 'Dentity cannot have'],
    ['dentity', { on: 'request', kind: 'unknown-value', value: 7 }, 422, 'such as in_review'],
    ['dentity', { on: 'request', kind: 'made-up' }, 400, 'not what this call takes'],
    ['dentity', { on: 'webhook', kind: 'hang' }, 400, 'not what this call takes'],
  ] as const)('are refused where %s cannot have them: %j', async (provider, fault, status, why) => {
    const accounts = { sentinel: sentinelAccount, sardine: sardineAccount, dentity: dentityAccount };
    const account = await accounts[provider](simulator);
    const answer = await account.control('POST', '/faults', fault);
    expect(answer.status).toBe(status);
    expect(textAt(answer.json, 'message')).toContain(why);
  });

  it('of one account do nothing to another', async () => {
    await sentinel.fault({ on: 'request', kind: 'status', status: 503, times: null });
    const other = await sentinelAccount(simulator);
    expect((await other.api(SELF)).status).toBe(200);
  });
});

describe('named scenarios', () => {
  let simulator: SimulatorUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  it.each(SCENARIOS.map(({ name }) => name))(
    'can be planned where they are possible, and nowhere else: %s',
    async (name) => {
      const listed = await simulator.call('GET', '/control/scenarios');
      const index = SCENARIOS.findIndex((scenario) => scenario.name === name);
      const providers = at(listed.json, `data.${index}.providers`);
      const accounts = {
        sentinel: await sentinelAccount(simulator),
        sardine: await sardineAccount(simulator),
        dentity: await dentityAccount(simulator),
      };
      const possible: string[] = [];
      for (const [provider, account] of Object.entries(accounts)) {
        const answer = await account.control('POST', `/scenarios/${name}`, { person: 'ana@mail.test' });
        if (answer.status === 201) possible.push(provider);
        expect(answer.status === 201 ? at(answer.json, 'data.0.name') : answer.status).toBe(
          answer.status === 201 ? name : 422,
        );
      }
      expect(possible).toEqual(providers);
      expect(possible).not.toEqual([]);
    },
  );

  it('take no name that is not in the catalogue', async () => {
    const sardine = await sardineAccount(simulator);
    const answer = await sardine.control('POST', '/scenarios/flood');
    expect([answer.status, at(answer.json, 'message')]).toEqual([
      404,
      expect.stringContaining('has latency'),
    ]);
  });

  it('give revoked consent for one person until it is removed', async () => {
    const sardine = await sardineAccount(simulator);
    const [ana, zoe] = [await sardine.verified('+14155550188'), await sardine.verified('+14155550199')];
    await sardine.control('POST', '/scenarios/revoked-consent', { person: ana });
    const revoked = async (id: string): Promise<unknown> =>
      at((await sardine.entity(id)).json, 'profile.revokedAt');
    expect([await revoked(ana), await revoked(zoe), await revoked(ana)]).toEqual([
      expect.any(String),
      null,
      expect.any(String),
    ]);
    await sardine.control('DELETE', '/faults/revoked-consent');
    expect(await revoked(ana)).toBeNull();
  });
});
