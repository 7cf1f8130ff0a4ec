import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Finding } from '@gatehouse/contract';

import { everythingIn, failureOf } from '../../test/failures.js';
import { echo, json, raw, reset } from '../../test/scripted-vendor.js';
import { BAD_CREDENTIALS, CREDENTIALS } from '../../test/sentinel-bodies.js';
import { SentinelUnderTest } from '../../test/sentinel-under-test.js';

const OURS = 'https://idv.test/hooks/sentinel/con_1/0ur-t0ken';
const { callbackPassphrase, ...NO_PASSPHRASE } = CREDENTIALS;

let sentinel: SentinelUnderTest;
beforeEach(async () => {
  sentinel = await SentinelUnderTest.open();
});
afterEach(() => sentinel.close());

function registered(callbackUrl: unknown): void {
  sentinel.vendor.will(json(200, { data: { uuid: 'u', name: 'N', callbackUrl, settings: {} } }));
}

const check = (): Promise<readonly Finding[]> => sentinel.provider.check(sentinel.connection(), OURS);

describe('check', () => {
  test('finds good credentials, our webhook, a passphrase and a code for accepted', async () => {
    registered(OURS);
    const findings = await check();
    expect(sentinel.paths).toEqual(['/clients/find/self/clientAuth']);
    expect(sentinel.asked()).toEqual({});
    expect(findings.map(({ ok, what }) => [ok, what])).toEqual([
      [true, 'Credentials'],
      [true, 'Webhook URL'],
      [true, 'Webhooks'],
      [true, 'Status codes'],
    ]);
  });

  test('says what is wrong without repeating a credential', async () => {
    sentinel.vendor.will(json(400, BAD_CREDENTIALS));
    const { settings } = sentinel.connection({ statusCodes: { draft: 2 } });
    const findings = await sentinel.provider.check({ credentials: NO_PASSPHRASE, settings }, OURS);
    expect(findings.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(JSON.stringify(findings)).not.toContain(CREDENTIALS.clientSecret);
  });

  test.each<[string, unknown, boolean, RegExp]>([
    ['ours', OURS, true, /^Sentinel sends its webhooks here\.$/u],
    ['ours in another spelling', OURS.replace('https://idv.test', 'HTTPS://IDV.test:443'), true, /here\.$/u],
    ['none', null, true, /^No webhook URL is registered yet/u],
    ['none, by absence', undefined, true, /^No webhook URL is registered yet/u],
    ['blank', ' ', true, /^No webhook URL is registered yet/u],
    ['with another token', OURS.replace('0ur', 'an0ther'), false, /another address, at idv\.test\./u],
    ['with something behind it', `${OURS}?x=1`, false, /another address, at idv\.test\./u],
    [
      'somebody else’s',
      'https://user:pass@old.test:8443/hooks/t0ken-of-theirs',
      false,
      /another address, at old\.test:8443\./u,
    ],
    ['no URL', 'hooks/t0ken-of-theirs', false, /another address\./u],
  ])('tells of a registered webhook that is %s', async (_name, callbackUrl, ok, detail) => {
    registered(callbackUrl);
    const findings = await check();
    const told = findings.find(({ what }) => what === 'Webhook URL');
    expect(told).toEqual({ ok, what: 'Webhook URL', detail: expect.stringMatching(detail) });
    expect(JSON.stringify(findings)).not.toMatch(/t0ken|user:pass/u);
  });
});

describe('registering a webhook', () => {
  const register = (): Promise<void> => sentinel.provider.registerWebhook(sentinel.connection(), OURS);

  test('sends the URL and the passphrase', async () => {
    // No `data` in this answer (providers/sentinel.md 5.8).
    sentinel.vendor.will(json(200, { message: 'Success' }));
    await register();
    expect(sentinel.paths).toEqual(['/clients/setWebhook/clientAuth']);
    expect(sentinel.asked()).toEqual({ callbackUrl: OURS, callbackPassphrase });
  });

  test('is repeated after a lost answer, because it replaces what was there', async () => {
    sentinel.vendor.will(reset, json(503, {}), json(200, { message: 'Success' }));
    await register();
    expect(sentinel.paths).toHaveLength(3);
  });

  test('without a passphrase is refused without a call, and says what is missing', async () => {
    const { settings } = sentinel.connection();
    const failure = await failureOf(
      sentinel.provider.registerWebhook({ credentials: NO_PASSPHRASE, settings }, OURS),
    );
    expect(failure).toMatchObject({
      fault: 'invalid_request',
      effect: 'none',
      message: expect.stringContaining('callback passphrase') as unknown,
    });
    expect(sentinel.paths).toEqual([]);
  });

  test.each([
    ['bad credentials', json(400, BAD_CREDENTIALS), 'credentials'],
    ['a URL that is not HTTPS', json(422, { errors: [{ message: 'callbackUrl' }] }), 'invalid_request'],
    ['a path that is not there', json(404, {}), 'not_found'],
    ['a page', raw(200, '<html>'), 'contract'],
  ] as const)('fails on %s', async (_name, reply, fault) => {
    sentinel.vendor.will(reply);
    expect(await failureOf(register())).toMatchObject({ fault, effect: 'none' });
  });

  test('leaves neither a secret nor the URL in its error', async () => {
    sentinel.vendor.will(echo(422));
    const shown = everythingIn(await failureOf(register()));
    for (const secret of [CREDENTIALS.clientSecret, callbackPassphrase, '0ur-t0ken'])
      expect(shown).not.toContain(secret);
  });
});
