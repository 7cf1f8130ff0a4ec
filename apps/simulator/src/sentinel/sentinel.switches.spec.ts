import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Receiver, startReceiver } from '../../test/receiver.js';
import {
  type Answer,
  answerThat,
  at,
  type SimulatorUnderTest,
  startSimulator,
  textAt,
} from '../../test/simulator-under-test.js';
import { sentinelAccount, type SentinelUnderTest } from '../../test/twin-accounts.js';

const OMAR = 'omar@mail.test';
const SELF = '/clients/find/self/clientAuth';
const HTTPS_HOOK = { callbackUrl: 'https://hooks.test/', callbackPassphrase: 's3cr3t-pass' };

describe('the switches of the Sentinel twin', () => {
  let simulator: SimulatorUnderTest;
  let sentinel: SentinelUnderTest;

  const full = async (body: object = {}): Promise<unknown> =>
    at((await sentinel.api('/customers/status/clientAuth', { email: OMAR, ...body })).json, 'data');
  const accepted = async (): Promise<void> => {
    await sentinel.mint({ email: OMAR });
    await sentinel.finish(OMAR, 'approve');
  };
  /** The answer with the switch at its default, and with it changed. */
  const before = async (ask: () => Promise<Answer>, changes: object): Promise<[Answer, Answer]> => {
    const usual = await ask();
    expect((await sentinel.switches(changes)).status).toBe(200);
    return [usual, await ask()];
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());
  beforeEach(async () => {
    sentinel = await sentinelAccount(simulator);
  });

  it('shows no webhook address as null, or not at all', async () => {
    const [usual, absent] = await before(() => sentinel.api(SELF), { callbackUrlUnset: 'absent' });
    expect(at(usual.json, 'data.callbackUrl')).toBeNull();
    expect(absent.text).not.toContain('callbackUrl');
    await sentinel.switches({ extraSettings: false });
    expect(at((await sentinel.api(SELF)).json, 'data.settings')).toEqual({
      documents: ['passport', 'emiratesId'],
    });
  });

  it.each([
    ['a missing secret', { missingCredentials: 'credentials' }, { clientSecret: undefined }, [422, 400]],
    ['a short secret', { shortSecret: 'validation' }, { clientSecret: 'fourteen-chars' }, [400, 422]],
    ['no contact', { contactRequired: false }, {}, [422, 200]],
  ])('takes %s in either way', async (_what, changes, body, statuses) => {
    const answers = await before(() => sentinel.api('/clients/encrypt/url', body), changes);
    expect(answers.map(({ status }) => status)).toEqual(statuses);
  });

  it('names the field of a validation error, where that is switched on', async () => {
    const ask = (): Promise<Answer> =>
      sentinel.api('/customers/listWithDoc/clientAuth', { entriesPerPage: 7 });
    const [usual, extra] = await before(ask, { validationExtraKeys: true });
    expect(Object.keys(Object.assign({}, at(usual.json, 'errors.0')))).toEqual(['message']);
    expect(at(extra.json, 'errors.0')).toMatchObject({
      field: 'entriesPerPage',
      message: expect.any(String),
    });
  });

  it('has either shape for a body that cannot be read', async () => {
    const broken = `${JSON.stringify(sentinel.auth)}}`;
    const ask = (): Promise<Answer> => simulator.call('POST', `/sentinel${SELF}`, broken);
    const [errors, message] = await before(ask, { badRequestBody: 'message' });
    expect([errors.status, at(errors.json, 'errors.0.message')]).toEqual([400, expect.any(String)]);
    expect([message.status, at(message.json, 'message')]).toEqual([400, expect.any(String)]);
  });

  it('has either shape for a 409', async () => {
    await accepted();
    const { json } = await sentinel.status(OMAR);
    await sentinel.mint({ email: 'layla@mail.test' });
    await sentinel.finish('layla@mail.test', 'approve');
    const taken = { customerUuid: at(json, 'data.uuid'), email: 'layla@mail.test' };
    const ask = (): Promise<Answer> => sentinel.api('/customers/contact/clientAuth', taken);
    const [message, errors] = await before(ask, { conflictBody: 'errors' });
    expect([at(message.json, 'message'), at(errors.json, 'errors.0.message')]).toEqual([
      expect.any(String),
      expect.any(String),
    ]);
  });

  it('answers a contact change with or without data, and an unknown customer with 404 or 400', async () => {
    await accepted();
    const uuid = textAt((await sentinel.status(OMAR)).json, 'data.uuid');
    const change = (customerUuid: string): Promise<Answer> =>
      sentinel.api('/customers/contact/clientAuth', { customerUuid, phoneNumber: '+971500000077' });
    const [plain, rich] = await before(() => change(uuid), { contactAnswer: 'with-data' });
    expect(plain.json).toEqual({ message: 'Success' });
    expect(at(rich.json, 'data.phoneNumber')).toBe('+971500000077');
    const unknown = await before(() => change(randomUUID()), { contactUnknownCode: 400 });
    expect(unknown.map(({ status }) => status)).toEqual([404, 400]);
  });

  it('names documents and scales scores as it is told', async () => {
    await accepted();
    expect(await full()).toMatchObject({ emiratesId: null, isLiveScore: 97.1 });
    await sentinel.switches({
      passportKey: 'internationalPassport',
      absentDocuments: 'absent',
      scoreScale: 'one',
    });
    const result = await full();
    expect(Object.keys(Object.assign({}, result))).not.toContain('emiratesId');
    expect(result).toMatchObject({ isLiveScore: 0.971, internationalPassport: { idScore: 0.944 } });
  });

  it('names the Egyptian document as it is told', async () => {
    await sentinel.switches({ egyptNationalIdKey: 'egyptId' });
    await sentinel.mint({ email: OMAR });
    await sentinel.control('POST', `/people/${OMAR}/finish`, {
      outcome: 'approve',
      document: 'egyptNationalId',
    });
    expect(at(await full(), 'egyptId.egyptNationalIdNumber')).toEqual(expect.any(String));
  });

  it('trims, drops or keeps images for optimizedDownload', async () => {
    await sentinel.switches({ imageBytes: 5000 });
    await accepted();
    const length = async (): Promise<number> => {
      const found = at(await full({ optimizedDownload: true }), 'passport.frontImage');
      return typeof found === 'string' ? found.length : 0;
    };
    const tiny = await length();
    await sentinel.switches({ optimizedDownload: 'no-images' });
    const none = await length();
    await sentinel.switches({ optimizedDownload: 'ignored' });
    expect([tiny > 0 && tiny < 1000, none, (await length()) > 5000]).toEqual([true, 0, true]);
  });

  it('wraps the list with or without a total', async () => {
    const ask = (): Promise<Answer> => sentinel.api('/customers/listWithDoc/clientAuth');
    const [usual, none] = await before(ask, { listTotal: null, listEnvelope: 'customers' });
    expect([at(usual.json, 'data'), at(none.json, 'data')]).toEqual([
      { count: 0, rows: [] },
      { customers: [] },
    ]);
  });

  it('has a list of customers with expired documents only where its path is set', async () => {
    await sentinel.mint({ email: OMAR });
    const documentExpiry = '2020-01-31';
    await sentinel.control('POST', `/people/${OMAR}/finish`, { outcome: 'approve', documentExpiry });
    await sentinel.mint({ email: 'layla@mail.test' });
    await sentinel.finish('layla@mail.test', 'approve');
    const path = '/customers/listExpired/clientAuth';
    const [none, list] = await before(() => sentinel.api(path), { expiredListPath: path });
    expect([none.status, none.json]).toEqual([404, { message: 'Not found' }]);
    expect(at(list.json, 'data')).toMatchObject({
      count: 1,
      rows: [{ email: OMAR, expiredIds: ['passport'] }],
    });
    const other = await sentinel.api(path, { documents: ['emiratesId'] });
    expect(at(other.json, 'data.count')).toBe(0);
    expect((await sentinel.api(path, { clientSecret: 'not-the-secret-at-all' })).status).toBe(400);
  });

  it('adds parameters on return, and returns also who left', async () => {
    const leave = async (outcome: string): Promise<string | null> => {
      const data = new URL(await sentinel.mint({ email: OMAR })).searchParams.get('data') ?? '';
      const redirectUrl = 'https://app.test/done?a=1';
      const done = await simulator.submit('/sentinel/portal', { data, redirectUrl, outcome });
      return done.headers.get('location');
    };
    expect(await leave('walk-away')).toBeNull();
    await sentinel.switches({ redirectOn: 'always', redirectParameters: { result: 'ok' } });
    expect(await leave('walk-away')).toBe('https://app.test/done?a=1&result=ok');
  });

  it('admits so many requests in a second of its clock', async () => {
    await sentinel.control('POST', '/clock', { frozen: true });
    await sentinel.switches({ rateLimitPerSecond: 2 });
    const seen = [await sentinel.api(SELF), await sentinel.api(SELF), await sentinel.api(SELF)];
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(seen[2]?.headers.get('retry-after')).toBe('1');
    await sentinel.control('POST', '/clock', { advanceSeconds: 1 });
    expect((await sentinel.api(SELF)).status).toBe(200);
  });

  describe('for webhooks', () => {
    let deaf: Receiver;

    const statuses = (count: number): Promise<Answer> =>
      answerThat(
        () => sentinel.control('GET', '/webhooks'),
        ({ json }) => at(json, `data.${count - 1}.state`) === 'answered',
      );
    const pending = async (switches: object): Promise<void> => {
      sentinel = await sentinelAccount(simulator, { callbackUrl: deaf.url, switches });
      await sentinel.mint({ email: OMAR });
      await sentinel.finish(OMAR, 'pending');
    };

    beforeEach(async () => {
      deaf = await startReceiver(202);
    });

    it('send once, or again until the answer is as expected', async () => {
      await pending({ webhookAck: '200', webhookRetries: 2, webhookRetryDelayMs: 0 });
      const { json } = await statuses(3);
      expect([0, 1, 2].map((index) => at(json, `data.${index}.attempt`))).toEqual([1, 2, 3]);
      expect(new Set(deaf.calls.map(({ body }) => body)).size).toBe(1);
      await deaf.close();
    });

    it('take any 2xx for received unless told otherwise', async () => {
      await pending({ webhookRetries: 2, webhookRetryDelayMs: 0 });
      await sentinel.finish(OMAR, 'approve');
      const { json } = await statuses(3);
      expect([0, 1, 2].map((index) => at(json, `data.${index}.attempt`))).toEqual([1, 1, 1]);
      await deaf.close();
    });

    it('can leave out Pending', async () => {
      sentinel = await sentinelAccount(simulator, {
        callbackUrl: deaf.url,
        switches: { pendingFirst: false },
      });
      await accepted();
      await statuses(1);
      expect(deaf.calls.map(({ body }) => at(JSON.parse(body), 'newStatus'))).toEqual([6]);
      await deaf.close();
    });
  });

  it('registers a webhook at any time', async () => {
    expect((await sentinel.api('/clients/setWebhook/clientAuth', HTTPS_HOOK)).json).toEqual({
      message: 'Success',
    });
    expect(at((await sentinel.api(SELF)).json, 'data.callbackUrl')).toBe(HTTPS_HOOK.callbackUrl);
  });
});

describe('the documented limits of Sentinel', () => {
  let simulator: SimulatorUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  it.each([
    ['e-mail of 9 characters', '/clients/encrypt/url', { email: 'a@b.cd.ef' }, 422],
    ['e-mail of 10 characters', '/clients/encrypt/url', { email: 'ab@b.cd.ef' }, 200],
    [
      'passphrase of 5',
      '/clients/setWebhook/clientAuth',
      { ...HTTPS_HOOK, callbackPassphrase: '12345' },
      422,
    ],
    [
      'passphrase of 6',
      '/clients/setWebhook/clientAuth',
      { ...HTTPS_HOOK, callbackPassphrase: '123456' },
      200,
    ],
    [
      'plain http',
      '/clients/setWebhook/clientAuth',
      { ...HTTPS_HOOK, callbackUrl: 'http://hooks.test/' },
      422,
    ],
    ['10 a page', '/customers/listWithDoc/clientAuth', { entriesPerPage: 10 }, 200],
    ['50 a page', '/customers/listWithDoc/clientAuth', { entriesPerPage: 50 }, 200],
    ['100 a page', '/customers/listWithDoc/clientAuth', { entriesPerPage: 100 }, 200],
    ['51 a page', '/customers/listWithDoc/clientAuth', { entriesPerPage: 51 }, 422],
    ['an unknown column', '/customers/listWithDoc/clientAuth', { sortBy: 'email' }, 422],
    ['no customerUuid', '/customers/contact/clientAuth', { email: OMAR }, 422],
    ['no contact to look up', '/customers/status/clientAuth', {}, 422],
  ])('%s', async (_what, path, body, status) => {
    expect((await (await sentinelAccount(simulator)).api(path, body)).status).toBe(status);
  });

  it('a secret of 15 characters', async () => {
    const put = (clientSecret: string): Promise<Answer> =>
      simulator.call('PUT', '/control/accounts/sentinel', { clientUuid: randomUUID(), clientSecret });
    expect([(await put('x'.repeat(14))).status, (await put('x'.repeat(15))).status]).toEqual([400, 200]);
  });
});
